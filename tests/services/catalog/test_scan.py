"""Files come, change, move, vanish and return; ids and counters stay right."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.media.files import FORMATS, SUFFIX, make
from tests.services.catalog.house import ANNA, House

from philomel.engines.blobs import Entry, Folder
from philomel.engines.blobs.disk import DiskFolders, FolderBlobs
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import (
    GetAlbums,
    GetArtists,
    GetLyrics,
    GetTracks,
    ListAlbums,
    ListArtists,
    ListFileErrors,
    ListLibraries,
    ListTracks,
)
from philomel.services.catalog.jobs.scanner import Scanner


async def test_all_formats_with_their_tags(house: House, music: Path) -> None:
    for number, name in enumerate(FORMATS, 1):
        make(
            music / "Anna/Album" / f"{number}{name}{SUFFIX[name]}",
            {"title": f"Song {name}", "artist": "Anna", "album": "Album",
             "tracknumber": str(number), "date": "1994-03"},
            name=name, frequency=200.0 + number,
        )  # fmt: skip
    await house.add(music)
    status = await house.scan()
    assert (status.found, status.added, status.errors) == (len(FORMATS), len(FORMATS), 0)
    tracks = await house.tracks()
    assert tracks.keys() == {f"Song {name}" for name in FORMATS}
    for track in tracks.values():
        assert [credit.artist.name for credit in track.credits] == ["Anna"]
        assert track.album is not None
        assert track.album.name == "Album"
        assert track.asset_id in house.media.assets
        assert 900 <= track.duration_ms <= 1_200
    with acting(ANNA):
        albums = await house.service.list_albums(ListAlbums())
        artists = await house.service.list_artists(ListArtists())
    assert [(a.name, a.track_count, a.year) for a in albums.items] == [
        ("Album", len(FORMATS), 1994)
    ]
    assert [(a.name, a.album_count, a.track_count) for a in artists.items] == [
        ("Anna", 1, len(FORMATS))
    ]


async def test_an_unchanged_scan_reads_nothing(house: House, music: Path) -> None:
    for number in range(3):
        make(music / f"{number}.mp3", {"title": f"T{number}", "artist": "A"})
    await house.add(music)
    await house.scan()
    status = await house.scan()
    assert (status.found, status.unchanged, status.read, status.added) == (3, 3, 0, 0)


async def test_a_move_keeps_the_id(house: House, music: Path) -> None:
    make(music / "a/one.mp3", {"title": "One", "artist": "Anna", "album": "X"})
    make(music / "a/two.mp3", {"title": "Two", "artist": "Anna", "album": "X"}, frequency=300)
    await house.add(music)
    await house.scan()
    before = await house.tracks()
    (music / "z").mkdir()
    (music / "a/one.mp3").rename(music / "z/elsewhere.mp3")
    status = await house.scan()
    assert (status.moved, status.added, status.missing) == (1, 0, 0)
    after = await house.tracks()
    assert after["One"].id == before["One"].id
    assert after["One"].asset_id == before["One"].asset_id
    assert after["One"].path == "z/elsewhere.mp3"
    assert not after["One"].missing


async def test_swapped_names_swap_no_ids(house: House, music: Path) -> None:
    make(music / "1.mp3", {"title": "One", "artist": "A"})
    make(music / "2.mp3", {"title": "Two", "artist": "A"}, frequency=300, seconds=2.0)
    await house.add(music)
    await house.scan()
    before = await house.tracks()
    (music / "1.mp3").rename(music / "x")
    (music / "2.mp3").rename(music / "1.mp3")
    (music / "x").rename(music / "2.mp3")
    await house.scan()
    after = await house.tracks()
    assert {t.title: (t.id, t.path) for t in after.values()} == {
        "One": (before["One"].id, "2.mp3"),
        "Two": (before["Two"].id, "1.mp3"),
    }


async def test_a_retag_keeps_ids_and_merges_what_it_empties(house: House, music: Path) -> None:
    for number in range(3):
        make(
            music / f"x/{number}.flac", {"title": f"T{number}", "artist": "Beetles", "album": "Hlp"}
        )
    await house.add(music)
    await house.scan()
    before = await house.tracks()
    old_album = before["T0"].album
    old_artist = before["T0"].credits[0].artist
    assert old_album
    for number in range(3):
        make(
            music / f"x/{number}.flac",
            {"title": f"T{number}", "artist": "Beatles", "album": "Help!"},
        )
        os.utime(music / f"x/{number}.flac", ns=(1, 1))
    status = await house.scan()
    assert (status.changed, status.added, status.missing) == (3, 0, 0)
    after = await house.tracks()
    assert {t.id for t in after.values()} == {t.id for t in before.values()}
    with acting(ANNA):
        albums = await house.service.get_albums(GetAlbums((old_album.id,)))
        artists = await house.service.get_artists(GetArtists((old_artist.id,)))
        listed = await house.service.list_albums(ListAlbums())
    assert [album.name for album in albums.items] == ["Help!"]
    assert [artist.name for artist in artists.items] == ["Beatles"]
    assert albums.aliases[0].old == old_album.id
    assert listed.total == 1


async def test_retagged_and_moved_at_once(house: House, music: Path) -> None:
    path = make(music / "a.ogg", {"title": "Old", "artist": "A"})
    make(music / "b.ogg", {"title": "Other", "artist": "A"}, seconds=3)
    await house.add(music)
    await house.scan()
    before = (await house.tracks())["Old"]
    data = make(music / "tmp/x.ogg", {"title": "New", "artist": "B"}).read_bytes()
    shutil.rmtree(music / "tmp")
    path.write_bytes(data)  # in place, as taggers write
    path.rename(music / "c.ogg")
    status = await house.scan()
    assert status.moved == 1
    assert (await house.tracks())["New"].id == before.id


async def test_an_upgrade_of_the_format_keeps_the_id(house: House, music: Path) -> None:
    tags = {"title": "Song", "artist": "Anna", "album": "X"}
    make(music / "song.mp3", tags)
    make(music / "rest.mp3", {"title": "Rest", "artist": "Anna", "album": "X"})
    await house.add(music)
    await house.scan()
    before = (await house.tracks())["Song"]
    (music / "song.mp3").unlink()
    make(music / "song.flac", tags)
    status = await house.scan()
    assert (status.moved, status.added) == (1, 0)
    after = (await house.tracks())["Song"]
    assert after.id == before.id
    assert after.suffix == "flac"


async def test_deleted_is_missing_and_comes_back(house: House, music: Path) -> None:
    make(music / "keep.mp3", {"title": "Keep", "artist": "A"})
    path = make(music / "song.mp3", {"title": "Song", "artist": "A"})
    data, stat = path.read_bytes(), path.stat()
    await house.add(music)
    await house.scan()
    before = (await house.tracks())["Song"]
    path.unlink()
    assert (await house.scan()).missing == 1
    gone = (await house.tracks())["Song"]
    assert (gone.missing, gone.asset_id, gone.id) == (True, None, before.id)
    assert (await house.scan()).missing == 0
    path.write_bytes(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    await house.scan()
    assert (await house.tracks())["Song"] == before


async def test_an_unmounted_disk_empties_nothing(house: House, music: Path) -> None:
    make(music / "song.mp3", {"title": "Song", "artist": "A"})
    await house.add(music)
    await house.scan()
    music.rename(music.with_name("away"))
    for is_there in (False, True):
        if is_there:
            music.mkdir()
        status = await house.scan()
        assert (status.missing, status.errors) == (0, 1)
        assert status.error is not None
        assert not (await house.tracks())["Song"].missing
        with acting(OPERATOR):
            libraries = await house.service.list_libraries(ListLibraries())
        assert libraries.items[0].error
    music.rmdir()
    music.with_name("away").rename(music)
    assert (await house.scan()).unchanged == 1
    with acting(OPERATOR):
        assert (await house.service.list_libraries(ListLibraries())).items[0].error is None


class _Locked(FolderBlobs):
    """A library with a folder that may not be entered; tests may run as root, who may."""

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        told = False
        for entry in super().walk(below, on_error):
            if not entry.key.startswith(b"a/"):
                yield entry
            elif on_error is not None and not told:
                told = True
                on_error(b"a", PermissionError(13, "Permission denied"))


class _LockedFolders(DiskFolders):
    def open(self, root: bytes) -> Folder:
        return _Locked(root)


async def test_an_unreadable_folder_hides_nothing(house: House, music: Path) -> None:
    make(music / "a/song.mp3", {"title": "Song", "artist": "A"})
    make(music / "b/other.mp3", {"title": "Other", "artist": "A"})
    await house.add(music)
    await house.scan()
    scanner = house.job("catalog scan")
    assert isinstance(scanner, Scanner)
    scanner._folders = _LockedFolders()
    status = await house.scan()
    assert (status.missing, status.errors, status.unchanged) == (0, 1, 1)
    assert not (await house.tracks())["Song"].missing
    with acting(OPERATOR):
        errors = await house.service.list_file_errors(ListFileErrors())
    assert [(e.path, e.message) for e in errors.items] == [
        ("a", "It could not be read: Permission denied.")
    ]
    scanner._folders = DiskFolders()
    assert (await house.scan()).unchanged == 2
    with acting(OPERATOR):
        assert not (await house.service.list_file_errors(ListFileErrors())).items


async def test_links_out_of_the_library_are_not_followed(house: House, music: Path) -> None:
    make(music.parent / "elsewhere/secret.mp3", {"title": "Secret", "artist": "A"})
    make(music / "mine/song.mp3", {"title": "Song", "artist": "A"})
    make(music / "mine/other.mp3", {"title": "Other", "artist": "A"})
    (music / "out").symlink_to(music.parent / "elsewhere")
    (music / "file.mp3").symlink_to(music.parent / "elsewhere/secret.mp3")
    (music / "mine/circle").symlink_to(music)
    await house.add(music)
    status = await house.scan()
    assert (status.added, status.errors) == (2, 3)
    assert (await house.tracks()).keys() == {"Song", "Other"}
    with acting(OPERATOR):
        told = (await house.service.list_file_errors(ListFileErrors())).items
    assert {(item.path, item.message) for item in told} == {
        ("file.mp3", "It is not followed: the link leads out of the folder."),
        ("mine/circle", "It is not followed: the link leads to a folder that it lies in."),
        ("out", "It is not followed: the link leads out of the folder."),
    }
    (music / "out").unlink()
    (music / "mine/song.mp3").rename(music.parent / "song.mp3")
    (music / "mine/song.mp3").symlink_to(music.parent / "song.mp3")
    status = await house.scan()
    assert (status.missing, status.errors) == (1, 3)


async def test_absurd_tags(house: House, music: Path) -> None:
    make(
        music / "absurd.flac",
        {"title": "t" * 100_000, "artist": [f"Artist {n}" for n in range(10_000)],
         "album": "\u202e\x01x", "genre": ["g" * 5_000], "comment": "c" * 1_000_000},
    )  # fmt: skip
    await house.add(music)
    assert (await house.scan()).added == 1
    with acting(ANNA):
        track = (await house.service.list_tracks(ListTracks())).items[0]
        artists = await house.service.list_artists(ListArtists(album_artists_only=False))
    assert len(track.title) <= 1_000
    assert len(track.comment or "") <= 4_000
    assert len(track.credits) <= 100
    assert artists.total <= 100


async def test_what_cannot_be_read_is_told(house: House, music: Path) -> None:
    (music / "broken.mp3").write_bytes(b"not audio at all")
    (music / "empty.flac").write_bytes(b"")
    (music / "notes.txt").write_text("ignored")
    make(music / "good.mp3", {"title": "Good", "artist": "A"})
    await house.add(music)
    for _ in range(2):
        status = await house.scan()
        assert (status.found, status.errors) == (3, 2)
        with acting(OPERATOR):
            errors = await house.service.list_file_errors(ListFileErrors())
        assert {(e.path, e.fatal) for e in errors.items} == {
            ("broken.mp3", True),
            ("empty.flac", True),
        }
        assert all(error.message.endswith(".") for error in errors.items)
    make(music / "broken.mp3", {"title": "Mended", "artist": "A"})
    (music / "empty.flac").unlink()
    await house.scan()
    assert (await house.tracks()).keys() == {"Good", "Mended"}
    with acting(OPERATOR):
        assert not (await house.service.list_file_errors(ListFileErrors())).items


async def test_lyrics_beside_the_file_win(house: House, music: Path) -> None:
    make(music / "song.mp3", {"title": "Song", "artist": "A", "lyrics": "from the tags"})
    await house.add(music)
    await house.scan()
    track = (await house.tracks())["Song"]
    with acting(ANNA):
        assert (await house.service.get_lyrics(GetLyrics(track.id))).text == "from the tags"
    (music / "song.lrc").write_text("[00:01.00] from the file")
    assert (await house.scan()).changed == 1
    with acting(ANNA):
        lyrics = await house.service.get_lyrics(GetLyrics(track.id))
    assert (lyrics.text, lyrics.synced) == ("[00:01.000]from the file", True)


async def test_only_a_folder(house: House, music: Path) -> None:
    make(music / "a/one.mp3", {"title": "One", "artist": "A"})
    make(music / "b/two.mp3", {"title": "Two", "artist": "A"})
    await house.add(music)
    assert (await house.scan(path=music / "a")).added == 1
    assert (await house.tracks()).keys() == {"One"}
    assert (await house.scan(path=music / "b/two.mp3")).added == 1
    (music / "b/two.mp3").unlink()
    assert (await house.scan(path=music / "a")).missing == 0
    assert (await house.scan(path=music / "b")).missing == 1


async def test_odd_names(house: House, music: Path) -> None:
    source = make(music / "plain.mp3").read_bytes()
    for number, name in enumerate((b"\xff\xfe.mp3", b"new\nline.mp3", "e\u0301.mp3".encode())):
        path = music / f"odd {number}" / os.fsdecode(name)
        path.parent.mkdir()
        path.write_bytes(source)
    await house.add(music)
    status = await house.scan()
    assert (status.added, status.errors) == (4, 0)
    with acting(ANNA):
        page = await house.service.list_tracks(ListTracks())
        again = await house.service.get_tracks(GetTracks(tuple(t.id for t in page.items)))
    assert {track.title for track in again.items} == {
        "plain",
        "\ufffd\ufffd",
        "new line",
        "e\u0301",
    }
    for track in page.items:
        assert track.path is not None
        track.path.encode()


async def test_a_look_up_of_many_lets_others_have_their_turn(house: House) -> None:
    ids = tuple(new_id() for _ in range(500))
    with acting(ANNA):
        for look in (
            lambda: house.service.get_tracks(GetTracks(ids)),
            lambda: house.service.get_albums(GetAlbums(ids)),
            lambda: house.service.get_artists(GetArtists(ids)),
        ):
            turn = asyncio.Event()
            asyncio.get_running_loop().call_soon(turn.set)
            await look()
            assert turn.is_set()
