"""What is read of Navidrome's database, whichever version and whatever state it is in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.servers.navidrome import Navidrome

from philomel.app.importing.moments import milliseconds
from philomel.app.importing.navidrome import canonical, read
from philomel.app.refusal import Refusal
from philomel.services.playlists.contract import ItemKind, Want, WantedMark

LIKED = "2024-01-02 03:04:05.5+00:00"
LIKED_MS = 1_704_164_645_500
PLAYED_MS = 1_714_979_289_123


@pytest.fixture
def there(tmp_path: Path) -> Navidrome:
    made = Navidrome.make(tmp_path / "navidrome.db", "/srv/music", "anna", "bob")
    made.song("Dawn", "The Warblers", "Reed Beds", "Warblers/01 Dawn.flac", 12.5, "GBAYE0000001")
    made.song("Dusk", "The Warblers", "Reed Beds", "/elsewhere/Dusk.flac", 9)
    return made


def test_everything_that_somebody_kept(there: Navidrome) -> None:
    dawn, dusk = there.songs.values()
    there.mark("anna", "media_file", dawn, plays=5, rating=4, starred=LIKED)
    there.mark("anna", "album", "album-Reed Beds", rating=9, starred=LIKED)
    there.mark("anna", "artist", "artist-The Warblers", plays=7)
    there.mark("anna", "media_file", "gone", plays=3)
    for second in (30, 10, 20):
        there.insert("scrobbles", dawn, "user-anna", 1_700_000_000 + second)
    there.insert("scrobbles", dusk, "user-anna", 1_700_000_000)
    there.playlist("anna", "list", "Mine", [dusk, dawn, dusk, "gone"])
    there.insert("bookmark", "user-anna", dusk, "media_file", "here", 777, "", None, None)
    items = f"{dawn},gone,{dusk}"
    there.insert("playqueue", "q", "user-anna", 2, 42, "", items, None, None)
    found = read(there.path)
    assert (found.source, found.notes) == ("navidrome", ())
    anna, bob = found.people
    assert (bob.name, bob.marks, bob.playlists, bob.queue) == ("bob", (), (), None)
    song = Want(
        title="Dawn", artist="The Warblers", album="Reed Beds", duration_ms=12_500,
        path="/srv/music/Warblers/01 Dawn.flac", isrc="GBAYE0000001", track_number=1,
    )  # fmt: skip
    heard = tuple((1_700_000_000 + second) * 1000 for second in (10, 20, 30))
    album = Want(title="Reed Beds", artist="The Warblers", kind=ItemKind.ALBUM)
    other = Want(
        title="Dusk", artist="The Warblers", album="Reed Beds", duration_ms=9_000,
        path="/elsewhere/Dusk.flac", track_number=1,
    )  # fmt: skip
    assert anna.marks == (
        # Five plays, three of them with a date of their own.
        WantedMark(song, LIKED_MS, 4, None, 2, PLAYED_MS, heard, dawn),
        WantedMark(album, LIKED_MS, key="album-Reed Beds"),
        WantedMark(other, heard=(1_700_000_000_000,), key=dusk),
    )
    (playlist,) = anna.playlists
    assert playlist.entries == (other, song, other)
    assert playlist.id == "navidrome:list"
    assert "gone" in playlist.note
    assert [(each.want, each.position_ms) for each in anna.bookmarks] == [(other, 777)]
    assert anna.queue is not None
    assert (anna.queue.wants, anna.queue.current) == ((song, other), 1)


def test_a_server_may_be_writing(there: Navidrome) -> None:
    """What it wrote last stands in a log beside the file."""
    with closing(sqlite3.connect(there.path)) as server:
        server.execute("PRAGMA journal_mode = WAL")
        server.execute("INSERT INTO user VALUES ('c', 'carl', 'Carl', 0)")
        server.commit()
        server.execute("INSERT INTO user VALUES ('d', 'dora', 'Dora', 0)")
        assert [person.name for person in read(there.path).people] == ["anna", "bob", "carl"]


def test_reading_changes_nothing(there: Navidrome) -> None:
    folder = there.path.parent
    before = {path: path.read_bytes() for path in folder.iterdir()}
    read(there.path)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_another_version_is_told_and_read(there: Navidrome) -> None:
    there.insert("goose_db_version", 20990101000000, 1)
    there.run(
        "ALTER TABLE annotation ADD COLUMN mood varchar",
        "ALTER TABLE annotation DROP COLUMN rated_at",
        "DROP TABLE scrobbles",
        "DROP TABLE playqueue",
    )
    found = read(there.path)
    assert len(found.people) == 2
    notes = "\n".join(found.notes)
    assert all(word in notes for word in ("20990101000000", "'mood'", "'playqueue'"))


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 5000, b"hello"])
def test_what_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.db"
    path.write_bytes(content)
    with pytest.raises(Refusal):
        read(path)
    with pytest.raises(Refusal):
        read(tmp_path / "nothing.db")


def test_views_are_not_read(there: Navidrome) -> None:
    """Their text is code of whoever made the file."""
    there.run("ALTER TABLE playlist RENAME TO other", "CREATE VIEW playlist AS SELECT * FROM other")
    there.insert("other", "x", "X", "", False, "user-anna", None)
    assert read(there.path).people[0].playlists == ()


def test_odd_values_mean_nothing(there: Navidrome) -> None:
    dawn = there.songs["Dawn"]
    there.insert("annotation", "user-anna", dawn, "media_file", -3, "soon", "x", 1, "never", 7)
    there.insert("playlist", "p", None, None, None, "user-anna", "{" * 100_000)
    there.insert("playqueue", "q", "user-anna", "x", -4, "", b"\xff,\xfe", None, None)
    (anna, _) = read(there.path).people
    (mark,) = anna.marks
    assert (mark.saved_at, mark.rating, mark.plays) == (0, 0, 0)
    assert [each.name for each in anna.playlists] == ["Playlist"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0" * 22, "0" * 22),
        ("00000000-0000-0000-0000-00000000003e", "0" * 20 + "10"),
        ("0000000000000000000000000000003d", "0" * 21 + "Z"),
        ("7N42dgm5tFLK9N8MT7fHC7", "7N42dgm5tFLK9N8MT7fHC7"),
        ("short", "short"),
        ("x" * 36, "x" * 36),
    ],
)
def test_ids_are_known_again_after_navidrome_renamed_them(old: str, new: str) -> None:
    assert canonical(old) == new


def test_an_id_that_was_too_large_is_known_again() -> None:
    renamed = canonical("Z" * 22)
    assert len(renamed) == 22
    assert renamed != "Z" * 22
    assert canonical(renamed) == renamed


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("2024-05-06 07:08:09.123456789+00:00", PLAYED_MS),
        ("2024-05-06T07:08:09.123Z", PLAYED_MS),
        ("2024-05-06 09:08:09.123 +0200 CEST", PLAYED_MS),
        ("2024-05-06 07:08:09.123", PLAYED_MS),
        (1_714_979_289.123, PLAYED_MS),
        ("0001-01-01 00:00:00+00:00", 0),
        ("soon", 0),
        (None, 0),
        (True, 0),
        (float("inf"), 0),
        (b"2024", 0),
    ],
)
def test_moments(written: object, ms: int) -> None:
    assert milliseconds(written) == ms
