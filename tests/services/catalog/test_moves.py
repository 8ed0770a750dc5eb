"""Files that moved as they are: their tracks follow without a look inside."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select
from tests.media.files import make
from tests.services.catalog.house import ANNA, House
from tests.services.catalog.test_renames import by_path

from philomel.engines.audio import FileTags, TagReader
from philomel.engines.outbox.tables import OUTBOX
from philomel.kernel.caller import OPERATOR, acting
from philomel.rpc import codec
from philomel.services.catalog.contract import (
    EntriesChanged,
    GetTracks,
    ListAlbums,
    ListArtists,
    ScanPhase,
    StartScan,
    WatchScan,
)
from philomel.services.catalog.jobs.scanner import Scanner
from philomel.services.catalog.store.merging import heirs
from philomel.services.catalog.store.tables import albums, artist_libraries, file_errors
from philomel.services.catalog.store.tables import artists as artists_table

TAGS = {"artist": "A", "album": "X", "albumartist": "A", "date": "1990"}


class _Counting:
    """Reads tags and remembers of which files."""

    def __init__(self, reader: TagReader) -> None:
        self._reader = reader
        self.keys: list[bytes] = []

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        self.keys += keys
        return await self._reader.read(root, keys)


def counting(house: House) -> _Counting:
    scanner = house.job("catalog scan")
    assert isinstance(scanner, Scanner)
    reader = _Counting(scanner._reader)
    scanner._reader = reader
    return reader


@pytest.fixture
def shelf(music: Path) -> Path:
    """Two albums, one of them without an album artist, whose folder is its identity."""
    make(music / "keep.mp3", {"title": "Keep", "artist": "B"}, seconds=9)
    for number in range(3):
        tags = {"title": f"T{number}", "tracknumber": str(number + 1)}
        make(music / f"a/X/{number}.mp3", TAGS | tags, seconds=1 + number)
        loose = {"title": f"L{number}", "artist": f"B{number}", "album": "Y"}
        make(music / f"b/Y/{number}.flac", loose, seconds=1.5 + number)
    return music


async def test_what_moves_as_it_is_keeps_all_without_reading(house: House, shelf: Path) -> None:
    await house.add(shelf)
    await house.scan()
    before = {track.title: track for track in (await by_path(house)).values()}
    reader = counting(house)
    (shelf / "new").mkdir()
    (shelf / "a/X").rename(shelf / "new/One")
    (shelf / "b/Y").rename(shelf / "new/Two")
    (shelf / "new/One/0.mp3").rename(shelf / "new/One/other.mp3")
    status = await house.scan()
    assert reader.keys == []
    assert (status.moved, status.missing, status.added, status.errors) == (6, 0, 0, 0)
    after = await by_path(house)
    assert set(after) == {
        "keep.mp3", "new/One/other.mp3", "new/One/1.mp3", "new/One/2.mp3",
        "new/Two/0.flac", "new/Two/1.flac", "new/Two/2.flac",
    }  # fmt: skip
    for path, track in after.items():
        was = before[track.title]
        assert (track.id, track.album, track.credits) == (was.id, was.album, was.credits)
        assert track.asset_id is not None
        assert house.media.assets[track.asset_id].path == path.encode()
    rescan = await house.scan()
    assert (rescan.unchanged, rescan.moved, rescan.added) == (7, 0, 0)
    # What is read again later finds the same albums.
    await house.scan(full=True)
    assert {t.title: t.album for t in (await by_path(house)).values()} == {
        title: track.album for title, track in before.items()
    }


async def test_the_same_times_and_names_do_for_other_inodes(house: House, shelf: Path) -> None:
    """Copied with its times, as backups are."""
    await house.add(shelf)
    await house.scan()
    before = {track.title: track.id for track in (await by_path(house)).values()}
    reader = counting(house)
    (shelf / "new").mkdir()
    for number in range(3):
        old, new = shelf / f"a/X/{number}.mp3", shelf / f"new/{number}.mp3"
        stat = old.stat()
        new.write_bytes(old.read_bytes())
        os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        old.unlink()
    status = await house.scan()
    assert (status.moved, status.missing, reader.keys) == (3, 0, [])
    assert {track.title: track.id for track in (await by_path(house)).values()} == before


async def test_names_that_were_guessed_are_guessed_again(house: House, shelf: Path) -> None:
    make(shelf / "Band/Album/01 - Song.mp3", seconds=5)
    await house.add(shelf)
    await house.scan()
    before = await by_path(house)
    (shelf / "Band").rename(shelf / "Group")
    status = await house.scan()
    assert (status.moved, status.missing) == (1, 0)
    after = (await by_path(house))["Group/Album/01 - Song.mp3"]
    assert after.id == before["Band/Album/01 - Song.mp3"].id
    assert after.credits[0].artist.name == "Group"


async def test_lyrics_that_came_with_the_move_are_read(house: House, shelf: Path) -> None:
    await house.add(shelf)
    await house.scan()
    (shelf / "new").mkdir()
    (shelf / "a/X/0.mp3").rename(shelf / "new/0.mp3")
    (shelf / "new/0.lrc").write_text("[00:01.00]words")
    reader = counting(house)
    status = await house.scan()
    assert (status.moved, reader.keys) == (1, [b"new/0.mp3"])


async def test_warnings_move_along(house: House, shelf: Path) -> None:
    lyrics = TAGS | {"title": "T", "lyrics": "x" * 300_000}
    make(shelf / "a/X/long.mp3", lyrics, seconds=6)
    await house.add(shelf)
    await house.scan()

    async def warned() -> dict[bytes, str]:
        rows = await house.database.read(
            lambda c: c.execute(select(file_errors.c.path, file_errors.c.message)).all()
        )
        return {row[0]: row[1] for row in rows}

    before = await warned()
    (shelf / "a").rename(shelf / "z")
    await house.scan()
    assert await warned() == {b"z" + path[1:]: text for path, text in before.items()}


async def test_one_album_that_parts_into_two_folders(house: House, shelf: Path) -> None:
    """Its folder was its identity: the half that stays keeps it."""
    await house.add(shelf)
    await house.scan()
    album = (await by_path(house))["b/Y/0.flac"].album
    (shelf / "c/Y").mkdir(parents=True)
    (shelf / "b/Y/2.flac").rename(shelf / "c/Y/2.flac")
    await house.scan()
    after = await by_path(house)
    assert after["b/Y/0.flac"].album == album
    assert after["c/Y/2.flac"].album != album
    rows = await house.database.read(
        lambda c: c.execute(select(albums.c.folder).where(albums.c.name == "Y")).scalars().all()
    )
    assert sorted(rows) == [b"b/Y", b"c/Y"]


async def test_of_thousands_with_one_name_the_nearest_are_compared(
    house: House, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heirs, "NEAREST", 1)
    for number in range(6):
        make(shelf / f"u/{number}.mp3", {"title": "Track", "artist": "U"}, seconds=1 + 4 * number)
    await house.add(shelf)
    await house.scan()
    before = await by_path(house)
    for number in range(6):
        data = (shelf / f"u/{number}.mp3").read_bytes()
        (shelf / f"v{number}.mp3").write_bytes(data)
    await house.scan()  # beside the old ones: they are two
    for number in range(6):
        (shelf / f"u/{number}.mp3").unlink()
    await house.scan()
    after = await by_path(house)
    for number in range(6):
        assert after[f"v{number}.mp3"].id == before[f"u/{number}.mp3"].id


async def test_what_moves_is_announced_once_and_what_is_gone_when_the_scan_ends(
    house: House, shelf: Path
) -> None:
    await house.add(shelf)
    await house.scan()
    ids = {path: track.id for path, track in (await by_path(house)).items()}
    await announced(house)
    (shelf / "a/X").rename(shelf / "z")
    (shelf / "b/Y/0.flac").unlink()
    status = await house.scan()
    assert (status.moved, status.missing) == (3, 1)
    wanted = [ids[f"a/X/{number}.mp3"] for number in range(3)] + [ids["b/Y/0.flac"]]
    assert sorted(await announced(house)) == sorted(wanted)


async def test_what_a_cut_off_scan_lost_is_announced_by_its_second_half(
    house: House, shelf: Path
) -> None:
    await house.add(shelf)
    await house.scan()
    gone = (await by_path(house))["b/Y/0.flac"].id
    await announced(house)
    (shelf / "b/Y/0.flac").unlink()
    make(shelf / "z/new.mp3", TAGS | {"title": "new"})
    scanner = house.job("catalog scan")
    assert isinstance(scanner, Scanner)
    reader, stuck = scanner._reader, _Stuck()
    scanner._reader = stuck
    with acting(OPERATOR, timeout=None):
        started = await house.service.start_scan(StartScan())
        house.clock.advance(-3_600_000)  # a clock that is set back meanwhile hides nothing
        async with house.running("catalog scan"), asyncio.timeout(20):
            await stuck.reached.wait()
        assert await announced(house) == []
        scanner._reader = reader
        async with house.running("catalog scan"):
            async for status in house.service.watch_scan(WatchScan(id=started.id)):
                last = status
    assert (last.phase, last.missing, last.added) == (ScanPhase.DONE, 1, 1)
    assert (await announced(house)).count(gone) == 1


async def test_a_broken_file_that_was_away_is_broken_when_it_is_back(
    house: House, music: Path
) -> None:
    make(music / "good.mp3", {"title": "Good"})
    (music / "bad.mp3").write_bytes(b"nothing that can be played")
    await house.add(music)
    assert (await house.scan()).errors == 1
    (music / "bad.mp3").rename(music / "aside")
    await house.scan()
    (music / "aside").rename(music / "bad.mp3")
    back = await house.scan()
    assert (back.errors, back.unchanged) == (1, 1)
    assert (await house.scan()).errors == 1


class _Stuck:
    """Never comes to the end of what it reads."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        self.reached.set()
        await asyncio.get_running_loop().create_future()
        raise AssertionError


async def announced(house: House) -> list[str]:
    """The tracks named since the last look, as often as they were."""

    def work(connection: Connection) -> list[str]:
        rows = connection.execute(select(OUTBOX.c.type, OUTBOX.c.value)).all()
        connection.execute(delete(OUTBOX))
        events = [row.value for row in rows if row.type == "catalog.EntriesChanged"]
        return [id_ for value in events for id_ in codec.from_bytes(EntriesChanged, value).ids]

    named = await house.database.write(work)
    with acting(ANNA):
        found = await house.service.get_tracks(GetTracks(tuple(set(named))))
    known = {track.id for track in found.items}
    return [id_ for id_ in named if id_ in known]


async def test_what_only_moved_is_told_as_moved(house: House, shelf: Path) -> None:
    await house.add(shelf)
    await house.scan()
    assert {moved for _, moved in await told(house)} == {False}
    (shelf / "a").rename(shelf / "aa")
    assert (await house.scan()).moved == 3
    news = await told(house)
    assert {moved for _, moved in news} == {True}
    assert sum(len(ids) for ids, _ in news) == 3
    # What is not found again is told as everything else.
    (shelf / "aa/X/0.mp3").unlink()
    await house.scan()
    assert [moved for _, moved in await told(house)] == [False]


async def test_what_says_nothing_new_is_told_as_moved(house: House, shelf: Path) -> None:
    """Copies have other times, and are read; what they are found by is told, and only that."""
    await house.add(shelf)
    await house.scan()
    await told(house)
    for number, file in enumerate(sorted(shelf.rglob("*.mp3"))):
        os.utime(file, ns=(0, number))
    assert ((await house.scan()).changed, await told_of(house)) == (4, [(4, True)])
    first = TAGS | {"title": "Another name", "tracknumber": "1"}
    make(shelf / "a/X/0.mp3", first, seconds=1)
    await house.scan()
    assert await told_of(house) == [(1, False)]
    # With another year of the album, each of its tracks is found by that year.
    for number in range(3):
        tags = {"title": f"T{number}", "tracknumber": str(number + 1), "date": "1971"}
        make(shelf / f"a/X/{number}.mp3", TAGS | tags, seconds=1 + number)
    await house.scan()
    assert not any(moved for _, moved in await told(house))


async def told_of(house: House) -> list[tuple[int, bool]]:
    """How many tracks were announced since the last look, and as what."""
    news = await told(house)
    ids = tuple({id_ for named, _ in news for id_ in named})
    with acting(ANNA):
        found = (await house.service.get_tracks(GetTracks(ids))).items
    known = {track.id for track in found}
    counted = [(len(known.intersection(named)), moved) for named, moved in news]
    return [each for each in counted if each[0]]


async def told(house: House) -> list[tuple[tuple[str, ...], bool]]:
    """What was announced of entries since the last look."""

    def work(connection: Connection) -> list[tuple[tuple[str, ...], bool]]:
        rows = connection.execute(select(OUTBOX.c.type, OUTBOX.c.value)).all()
        connection.execute(delete(OUTBOX))
        values = [row.value for row in rows if row.type == "catalog.EntriesChanged"]
        events = [codec.from_bytes(EntriesChanged, value) for value in values]
        return [(event.ids, event.moved) for event in events]

    return await house.database.write(work)


async def test_counts_are_right_after_everything_was_read_again(house: House, shelf: Path) -> None:
    """What stayed as it was is not counted again; what changed hands is."""
    await house.add(shelf)
    await house.scan()
    for number in range(3):
        path = shelf / f"b/Y/{number}.flac"
        make(path, {"title": f"L{number}", "artist": "C", "album": "Y"}, seconds=1.5 + number)
        os.utime(path, ns=(10**9, 10**9))
        os.utime(shelf / f"a/X/{number}.mp3", ns=(10**9, 10**9))
    status = await house.scan()
    assert (status.changed, status.added, status.errors) == (6, 0, 0)
    with acting(ANNA):
        artists = (await house.service.list_artists(ListArtists())).items
        albums_ = (await house.service.list_albums(ListAlbums())).items
    assert {each.name for each in artists} >= {"A", "C"}
    assert not {each.name for each in artists} & {"B0", "B1", "B2"}
    counted = await house.database.read(
        lambda c: {
            row.name: (row.track_count, row.album_count)
            for row in c.execute(
                select(
                    artists_table.c.name,
                    artist_libraries.c.track_count,
                    artist_libraries.c.album_count,
                ).join_from(
                    artist_libraries,
                    artists_table,
                    artists_table.c.id == artist_libraries.c.artist_id,
                )
            )
        }
    )
    assert (counted["A"], counted["C"]) == ((3, 1), (3, 1))
    assert {each.name: each.track_count for each in albums_}["X"] == 3
