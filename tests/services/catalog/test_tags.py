"""What tags and files beside them say, from real files to the contract."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import (
    AlbumSort,
    ArtistSort,
    CreditRole,
    GetChapters,
    GetLyrics,
    LibraryNotFound,
    ListAlbums,
    ListArtists,
    ListEditions,
    ListFileErrors,
    ListFolder,
    ListLabels,
    ListSiblings,
    ListTracks,
    TrackNotFound,
    TrackSort,
)
from philomel.services.catalog.store.browsing import editions, folders, labels
from philomel.services.catalog.store.merging.hearing import Played, record_totals

FULL = {
    "title": "Allegro", "artist": "Orchestra", "albumartist": "Orchestra", "album": "Concertos",
    "composer": "Clara", "conductor": "Karl", "performer": ["Vera (violin)", "Otto (oboe, flute)",
    "Choir"], "remixer": "Remy", "lyricist": "Lena", "arranger": "Arno", "producer": ["P", "Q"],
    "engineer": "Eng", "mixer": "Mix", "djmixer": "Dj", "writer": "Wri",
    "work": "Concerto No. 1", "movementname": "I. Allegro", "movement": "1", "movementtotal": "3",
    "bpm": "127.56", "key": "Am", "mood": ["Calm", "Dark"], "grouping": "Set", "subtitle": "Sub",
    "discsubtitle": "Night", "media": "Vinyl", "label": ["Gelb", "Blau"], "catalognumber": "G 1",
    "releasecountry": "DE", "releasetype": ["album", "live"], "language": "deu",
    "copyright": "2001 Gelb", "isrc": ["DEXX00000001", "DEXX00000002"], "titlesort": "Allegro, I",
    "itunesadvisory": "2", "discnumber": "1", "tracknumber": "1",
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.m4a", "a.opus", "a.wv"])
async def test_everything_tags_say_is_kept(house: House, music: Path, name: str) -> None:
    tags = FULL if not name.endswith("m4a") else {**FULL, "bpm": "128"}
    make(music / name, tags)
    await house.add(music)
    await house.scan()
    (track,) = (await house.tracks()).values()
    people = {(credit.role, credit.artist.name, credit.instrument) for credit in track.credits}
    assert people == {
        (CreditRole.ARTIST, "Orchestra", ""),
        (CreditRole.ALBUM_ARTIST, "Orchestra", ""),
        (CreditRole.COMPOSER, "Clara", ""),
        (CreditRole.CONDUCTOR, "Karl", ""),
        (CreditRole.PERFORMER, "Vera", "violin"),
        (CreditRole.PERFORMER, "Otto", "oboe, flute"),
        (CreditRole.PERFORMER, "Choir", ""),
        (CreditRole.REMIXER, "Remy", ""),
        (CreditRole.LYRICIST, "Lena", ""),
        (CreditRole.ARRANGER, "Arno", ""),
        (CreditRole.PRODUCER, "P", ""),
        (CreditRole.PRODUCER, "Q", ""),
        (CreditRole.ENGINEER, "Eng", ""),
        (CreditRole.MIXER, "Mix", ""),
        (CreditRole.DJ_MIXER, "Dj", ""),
        (CreditRole.WRITER, "Wri", ""),
    }
    kept = track.tags
    assert kept is not None
    assert (kept.work, kept.movement, kept.movement_number, kept.movement_total) == (
        "Concerto No. 1", "I. Allegro", 1, 3,
    )  # fmt: skip
    assert (kept.bpm, track.bpm) == ((127.56, 128) if "m4a" not in name else (128.0, 128))
    assert (kept.key, kept.moods, kept.grouping) == ("Am", ("Calm", "Dark"), ("Set",))
    assert (kept.subtitle, kept.disc_subtitle, kept.media) == ("Sub", "Night", "Vinyl")
    assert (kept.languages, kept.copyright, kept.title_sort) == (
        ("deu",), "2001 Gelb", "Allegro, I",
    )  # fmt: skip
    assert kept.isrcs == ("DEXX00000001", "DEXX00000002")
    assert kept.clean
    assert not track.explicit
    with acting(ANNA):
        (album,) = (await house.service.list_albums(ListAlbums())).items
        assert album.tags is not None
        assert album.tags.release_types == ("album", "live")
        assert (album.tags.labels, album.tags.catalog_numbers) == (("Gelb", "Blau"), ("G 1",))
        assert album.tags.country == "DE"
        found = (await house.service.list_labels(ListLabels())).items
        assert [(label.name, label.album_count) for label in found] == [("Blau", 1), ("Gelb", 1)]
        for label in ("gelb", "Blau"):
            page = await house.service.list_albums(ListAlbums(label=label))
            assert [one.id for one in page.items] == [album.id]
        assert not (await house.service.list_albums(ListAlbums(label="Rot"))).items


async def test_a_retag_takes_people_and_labels_along(house: House, music: Path) -> None:
    path = make(music / "a.flac", FULL)
    await house.add(music)
    await house.scan()
    make(path, {**FULL, "label": "Rot", "conductor": "Other", "performer": "Vera (viola)"})
    await house.scan(full=True)
    (track,) = (await house.tracks()).values()
    people = {(credit.artist.name, credit.instrument) for credit in track.credits}
    assert {("Vera", "viola"), ("Other", "")} <= people
    assert ("Karl", "") not in people
    with acting(ANNA):
        found = (await house.service.list_labels(ListLabels())).items
    assert [label.name for label in found] == ["Rot"]


async def test_lyrics_in_several_languages_and_forms(house: House, music: Path) -> None:
    make(music / "1. song.mp3", {"title": "One", "artist": "A", "lyrics": "plain words"})
    make(music / "1. song two.mp3", {"title": "Two", "artist": "A"})
    (music / "1. song.en.lrc").write_text("[00:01.00]<00:01.00>Hello <00:01.50>you")
    (music / "1. song.lrc").write_text("[00:01.00]Hallo")
    (music / "1. song two.ttml").write_text('<tt xml:lang="fr"><p begin="1s">Salut</p></tt>')
    (music / "1. song two.TXT").write_text("Bonjour")
    (music / "1. song two.de.ttml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><tt><p>&b;</p></tt>')
    await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    with acting(ANNA):
        one = (await house.service.get_lyrics(GetLyrics(tracks["One"].id))).sets
        two = (await house.service.get_lyrics(GetLyrics(tracks["Two"].id))).sets
        errors = (await house.service.get_lyrics(GetLyrics(tracks["One"].id))).text
    assert [(s.language, s.source, s.worded) for s in one] == [
        ("en", "file", True), ("und", "file", False), ("eng", "tag", False),
    ]  # fmt: skip
    assert [(s.language, s.lines[0].text) for s in two] == [("fr", "Salut"), ("und", "Bonjour")]
    assert errors == "[00:01.000]Hello you"
    with acting(OPERATOR):
        told = (await house.service.list_file_errors(ListFileErrors())).items
    (message,) = (one.message for one in told)
    assert message.startswith("The lyrics in 1. song two.de.ttml were left out: it declares")
    (music / "1. song.en.lrc").unlink()
    await house.scan()
    with acting(ANNA):
        left = (await house.service.get_lyrics(GetLyrics(tracks["One"].id))).sets
    assert [s.language for s in left] == ["und", "eng"]


async def test_chapters(house: House, music: Path) -> None:
    make(
        music / "a.flac",
        {"title": "Book", "CHAPTER001": "00:00:00", "CHAPTER001NAME": "<i>One</i>",
         "CHAPTER002": "00:00:00.500"},
    )  # fmt: skip
    make(music / "b.flac", {"title": "Song"})
    await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    with acting(ANNA):
        found = (await house.service.get_chapters(GetChapters(tracks["Book"].id))).items
        assert [(c.start_ms, c.end_ms, c.title) for c in found] == [
            (0, 500, "<i>One</i>"), (500, 1000, ""),
        ]  # fmt: skip
        assert not (await house.service.get_chapters(GetChapters(tracks["Song"].id))).items
        with pytest.raises(TrackNotFound):
            await house.service.get_chapters(GetChapters("x" * 22))


async def test_editions_and_siblings(house: House, music: Path) -> None:
    base = {"artist": "A", "albumartist": "A", "title": "Song", "tracknumber": "1"}
    for number, (album, date) in enumerate((
        ("Album", "1991"), ("Album (Deluxe Edition)", "2011"), ("Album (Live)", "1993"),
        ("Other", "1994"),
    )):  # fmt: skip
        tags = {**base, "album": album, "date": date}
        make(music / str(number) / "1.mp3", tags, frequency=300 + 50 * number)
    make(music / "u" / "1.mp3", {"artist": "B", "title": "X", "album": "Untagged"})
    make(
        music / "v" / "1.mp3",
        {"artist": "B", "title": "Y", "album": "Untagged [Remastered]"},
        frequency=700,
    )
    await house.add(music)
    await house.scan()
    service = house.service
    with acting(ANNA):
        albums = {album.name: album for album in (await service.list_albums(ListAlbums())).items}
        assert albums["Album (Deluxe Edition)"].edition == "Deluxe Edition"
        assert albums["Album"].edition is None
        for name in ("Album", "Album (Deluxe Edition)"):
            found = (await service.list_editions(ListEditions(albums[name].id))).items
            assert [album.name for album in found] == ["Album", "Album (Deluxe Edition)"]
        alone = (await service.list_editions(ListEditions(albums["Album (Live)"].id))).items
        assert [album.name for album in alone] == ["Album (Live)"]
        assert not (await service.list_editions(ListEditions("x" * 22))).items
        untagged = (await service.list_editions(ListEditions(albums["Untagged"].id))).items
        assert len(untagged) == 2
        page = await service.list_albums(ListAlbums(one_edition=True))
        # Added in one moment, either edition may be the first.
        shown = sorted(album.name.partition(" [")[0].partition(" (D")[0] for album in page.items)
        assert shown == ["Album", "Album (Live)", "Other", "Untagged"]
        assert page.total == 4
        tracks = (await service.list_tracks(ListTracks(album_id=albums["Album"].id))).items
        siblings = (await service.list_siblings(ListSiblings(tracks[0].id))).items
        assert [one.album and one.album.name for one in siblings] == ["Album (Deluxe Edition)"]


async def test_folders(house: House, music: Path) -> None:
    for number, name in enumerate(("a/1.mp3", "a/b/2.mp3", "a-b/3.mp3", "a/b/c/4.mp3", "z.mp3",
                                   "a.mp3", "\u00e4/<5>.mp3")):  # fmt: skip
        make(music / name, {"title": f"T{number}", "artist": "A"}, frequency=300 + 30 * number)
    library = await house.add(music)
    await house.scan()
    service = house.service

    async def walk(path: bytes, limit: int = 100) -> tuple[list[str], list[str]]:
        seen: tuple[list[str], list[str]] = ([], [])
        cursor = None
        while True:
            page = await service.list_folder(ListFolder(library.id, path, limit, cursor))
            assert len(page.folders) + len(page.tracks) <= limit
            seen[0].extend(folder.name for folder in page.folders)
            seen[1].extend(track.title for track in page.tracks)
            cursor = page.next
            if cursor is None:
                return seen

    with acting(ANNA):
        for limit in (1, 2, 100):
            assert await walk(b"", limit) == (["a-b", "a", "\u00e4"], ["T5", "T4"])
            assert await walk(b"a", limit) == (["b"], ["T0"])
            assert await walk(b"a/b", limit) == (["c"], ["T1"])
        page = await service.list_folder(ListFolder(library.id, b"a/b"))
        assert (page.above, page.folders[0].path) == (b"a", b"a/b/c")
        assert await walk(b"nothing") == ([], [])
        for bad in (b"/a", b"a/", b"x" * 5000):
            with pytest.raises(InvalidArgument):
                await service.list_folder(ListFolder(library.id, bad))
        with pytest.raises(LibraryNotFound):
            await service.list_folder(ListFolder("x" * 22))


async def test_what_was_played_last_and_most(house: House, music: Path) -> None:
    for number in range(4):
        tags = {"title": f"T{number}", "artist": f"A{number}", "album": f"B{number}"}
        make(music / f"{number}.mp3", tags, frequency=300 + 40 * number)
    await house.add(music)
    await house.scan()
    tracks = await house.tracks()
    heard = {tracks["T1"].id: Played(5, 2_000), tracks["T2"].id: Played(1, 3_000)}
    await house.database.write(lambda c: record_totals(c, heard, 4_000))
    # An older total that comes late takes nothing back.
    late = {tracks["T1"].id: Played(6, 1_000)}
    await house.database.write(lambda c: record_totals(c, late, 4_001))
    service = house.service
    with acting(ANNA):
        last = await service.list_tracks(ListTracks(sort=TrackSort.RECENTLY_PLAYED))
        assert [(t.title, t.last_played_at) for t in last.items] == [("T2", 3_000), ("T1", 2_000)]
        assert last.total == 2
        albums = await service.list_albums(ListAlbums(sort=AlbumSort.RECENTLY_PLAYED, limit=1))
        assert [album.name for album in albums.items] == ["B2"]
        rest = ListAlbums(sort=AlbumSort.RECENTLY_PLAYED, limit=1, cursor=albums.next)
        assert [album.name for album in (await service.list_albums(rest)).items] == ["B1"]
        for sort, names in (
            (ArtistSort.RECENTLY_PLAYED, ["A2", "A1"]),
            (ArtistSort.MOST_PLAYED, ["A1", "A2"]),
        ):
            people = await service.list_artists(ListArtists(sort=sort))
            assert [artist.name for artist in people.items] == names
            assert {a.name: (a.play_count, a.last_played_at) for a in people.items} == {
                "A1": (6, 2_000),
                "A2": (1, 3_000),
            }


ASKED: tuple[tuple[Any, dict[str, Any]], ...] = (
    (labels.PAGE, {"after": "", "limit": 5, "libraries": ["a"]}),
    (folders.NEXT, {"library": "a", "start": b"", "end": b"z", "limit": 5}),
    (editions.EDITIONS, {"group": "g", "limit": 5, "libraries": ["a"]}),
    (
        editions.SIBLINGS,
        {"albums": ["a"], "recording": "r", "title": "t", "shortest": 0, "longest": 1, "limit": 5,
         "libraries": ["a"]},
    ),
)  # fmt: skip
BAD = ("TEMP B-TREE", "SCAN", "Seq Scan", "Sort ")


async def test_pages_are_read_by_an_index_in_its_order(house: House) -> None:
    def work(connection: Connection) -> None:
        small = connection.dialect.name == "sqlite"
        if not small:
            # It reads small tables from end to end: as if they were large.
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.execute(text(f"SET LOCAL enable_{way} = off"))
        explain = "EXPLAIN QUERY PLAN " if small else "EXPLAIN "
        said: list[tuple[str, Any]] = []

        def listen(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
            said.append((statement, values))

        event.listen(connection, "before_cursor_execute", listen)
        for statement, values in ASKED:
            connection.execute(statement, values).all()
        event.remove(connection, "before_cursor_execute", listen)
        for sql, given in said:
            plan = connection.exec_driver_sql(explain + sql, given).all()
            lines = [str(line[-1]) for line in plan]
            assert not [line for line in lines for bad in BAD if bad in line], lines

    await house.database.read(work)
