"""What changes is scanned by itself, once it is over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.media.files import make
from tests.services.catalog.house import House

from philomel.engines.blobs.disk import DiskFolders
from philomel.engines.outbox import Lease
from philomel.engines.watching.native import NativeWatching
from philomel.services.catalog.contract import Settings
from philomel.services.catalog.jobs.watching import Pace, Watcher
from philomel.services.catalog.rules.rescans import common_folder, matters, next_rescan
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.store.tables import scans

HOUR = 3_600_000
DAY = 24 * HOUR


def watcher(house: House, settings: Settings, quiet: float) -> Watcher:
    signals = Signals()
    scanner = house.job("catalog scan")
    signals.scan = scanner._signals.scan  # type: ignore[attr-defined]  # it wakes the scanner
    return Watcher(
        database=house.database, folders=DiskFolders(), watching=NativeWatching(),
        clock=house.clock, signals=signals, settings=settings,
        pace=Pace(quiet=quiet, tick=0.05, check=0.2, minute=0.1),
    )  # fmt: skip


@asynccontextmanager
async def watched(house: House, settings: Settings, quiet: float = 0.3) -> AsyncIterator[Watcher]:
    made = watcher(house, settings, quiet)
    running = asyncio.create_task(made.run())
    try:
        async with house.running("catalog scan"):
            yield made
    finally:
        running.cancel()
        await asyncio.wait((running,))


async def paths_scanned(house: House) -> list[bytes | None]:
    statement = select(scans.c.path).order_by(scans.c.started_at, scans.c.id)
    return list(await house.database.read(lambda c: c.execute(statement).scalars().all()))


async def until_known(house: House, *titles: str) -> None:
    async with asyncio.timeout(20):
        while (await house.tracks()).keys() != set(titles):
            await asyncio.sleep(0.05)


async def test_what_changes_is_scanned_where_it_changed(house: House, music: Path) -> None:
    make(music / "a" / "one.mp3", {"title": "One"})
    make(music / "b" / "two.mp3", {"title": "Two"})
    await house.add(music)
    await house.scan()
    before = await house.tracks()
    async with watched(house, Settings(rescan="off")) as job:
        await listening(job)
        house.clock.advance(1_000)
        (music / "a" / "later.part").write_bytes(b"x")  # still being fetched
        make(music / "a" / "new" / "three.mp3", {"title": "Three"})
        await until_known(house, "One", "Two", "Three")
        assert (await paths_scanned(house))[-1] == bytes(music / "a")
        (music / "b").rename(music / "a" / "c")
        make(music / "a" / "four.mp3", {"title": "Four"})
        await until_known(house, "One", "Two", "Three", "Four")
        after = await house.tracks()
        assert (after["Two"].id, after["Two"].missing) == (before["Two"].id, False)
        # Another disk in its place tells nothing of itself: it is looked for.
        aside = music.with_name("aside")
        music.rename(aside)
        make(music / "a" / "five.mp3", {"title": "Five"})
        await until_known(house, "One", "Two", "Three", "Four", "Five")


async def listening(job: Watcher) -> None:
    """Until the folders are really listened to."""
    async with asyncio.timeout(10):
        while not any(each._hears for each in job._watched.values()):
            await asyncio.sleep(0.01)


async def test_a_file_that_grows_is_waited_for(house: House, music: Path) -> None:
    whole = make(music.parent / "song.mp3", {"title": "Whole"}, seconds=4).read_bytes()
    await house.add(music)
    async with watched(house, Settings(rescan="off"), quiet=1.5) as job:
        await listening(job)
        with (music / "song.mp3").open("wb", buffering=0) as file:
            for start in range(0, len(whole), len(whole) // 8 + 1):
                file.write(whole[start : start + len(whole) // 8 + 1])
                await asyncio.sleep(0.05)
        await until_known(house, "Whole")
    assert len(await paths_scanned(house)) == 1


async def test_what_tells_nothing_is_looked_at_now_and_then(house: House, music: Path) -> None:
    await house.add(music)
    async with watched(house, Settings(watch="poll", poll_minutes=2, rescan="off")):
        make(music / "one.mp3", {"title": "One"})
        await until_known(house, "One")
        make(music / "two.mp3", {"title": "Two"})
        await until_known(house, "One", "Two")
    assert set(await paths_scanned(house)) == {bytes(music)}


async def test_of_several_only_one_watches(house: House, music: Path) -> None:
    await house.add(music)
    other = Lease(house.database, "watch", house.clock, "another process", seconds=90)
    assert await other.acquire()
    async with watched(house, Settings(rescan="off")) as job:
        await asyncio.sleep(0.3)
        assert not job._watched


async def test_all_is_scanned_when_it_is_due(house: House, music: Path) -> None:
    make(music / "one.mp3", {"title": "One"})
    await house.add(music)
    await house.scan()
    make(music / "two.mp3", {"title": "Two"})
    async with watched(house, Settings(watch="off", rescan="6h")):
        house.clock.advance(5 * HOUR)
        await asyncio.sleep(0.3)
        assert len(await paths_scanned(house)) == 1
        house.clock.advance(2 * HOUR)
        await until_known(house, "One", "Two")
    assert await paths_scanned(house) == [None, None]


@pytest.mark.parametrize(
    ("rescan", "last", "jitter", "due"),
    [
        ("off", 0, 0.0, None),
        ("6h", 10, 0.0, 10 + 6 * HOUR),
        ("90m", 10, 0.5, 10 + 90 * 60_000 + 135_000),
        ("daily", 10, 0.0, 3 * HOUR),
        ("daily", 10, 0.5, 4 * HOUR),
        ("daily", 3 * HOUR, 0.0, DAY + 3 * HOUR),
        ("04:30", 5 * DAY, 0.0, 5 * DAY + 4 * HOUR + HOUR // 2),
        ("4:30", 5 * DAY + 23 * HOUR, 0.0, 6 * DAY + 4 * HOUR + HOUR // 2),
    ],
)
def test_when_it_is_due(rescan: str, last: int, jitter: float, due: int | None) -> None:
    assert next_rescan(rescan, last, jitter) == due
    assert Settings(rescan=rescan).rescan == rescan


@pytest.mark.parametrize(
    "wrong",
    [{"watch": "on"}, {"rescan": "25:00"}, {"rescan": "0h"}, {"rescan": ""}, {"poll_minutes": 0}],
)
def test_settings_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"watch|rescan|poll_minutes"):
        Settings(**wrong)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        ([b"/m/a/1.mp3"], b"/m/a"),
        ([b"/m/a/1.mp3", b"/m/a/b/2.mp3"], b"/m/a"),
        ([b"/m/a/1.mp3", b"/m/ab/2.mp3"], b"/m"),
        ([b"/m/1.mp3", b"/m/a/2.mp3"], b"/m"),
        ([b"/m/a/b/c", b"/m/a/b/d/e"], b"/m/a/b"),
        ([b"/m"], b"/m"),
    ],
)
def test_the_folder_that_holds_all_changes(paths: list[bytes], folder: bytes) -> None:
    assert common_folder(paths, b"/m") == folder


def test_what_is_still_fetched_does_not_matter() -> None:
    assert matters(b"/m/a/Song.mp3")
    assert matters(b"/m/a/Vol. 2")
    for name in (b".x.mp3", b"x.mp3.PART", b"x.crdownload", b"x.tmp", b"x.mp3~"):
        assert not matters(b"/m/a/" + name)
