"""A scan that is killed at any moment loses nothing, and the next one does only the rest."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.media.files import make
from tests.services.catalog.house import House

from philomel.engines.audio import FileTags, TagReader
from philomel.engines.outbox import Lease, LeaseLost
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers import Workers
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import Unavailable
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    CancelScan,
    GetCounts,
    ScanPhase,
    ScanRunning,
    Settings,
    StartScan,
    WatchScan,
)
from philomel.services.catalog.jobs.scanner import Scanner

FILES = 700


@pytest.fixture
def many(music: Path) -> Path:
    template = make(music / "000.mp3", {"artist": "A", "album": "X"}).read_bytes()
    for number in range(1, FILES):
        (music / f"{number:03}.mp3").write_bytes(template)
    return music


async def test_killed_and_resumed(many: Path, tmp_path: Path, workers: Workers) -> None:
    folder = tmp_path / "house"
    seen = -1
    for after in (1, 250):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.services.catalog.killed", str(folder), str(many),
            str(after), env=os.environ | {"PYTHONPATH": _paths()},
        )  # fmt: skip
        assert await asyncio.wait_for(child.wait(), 60) == -signal.SIGKILL
        database = open_sqlite(folder / "catalog.sqlite")
        await prepare(database, module.SCHEMA, folder)
        house = House(database, folder, workers, Settings())
        known = len(await house.tracks())
        assert known >= after
        assert known > seen
        seen = known
        await database.close()
        await house.close()
    database = open_sqlite(folder / "catalog.sqlite")
    await prepare(database, module.SCHEMA, folder)
    house = House(database, folder, workers, Settings())
    async with house.running("catalog scan"):  # goes on by itself
        with acting(OPERATOR, timeout=None):
            async for status in house.service.watch_scan(WatchScan()):
                last = status
    assert last.phase is ScanPhase.DONE
    assert (last.found, last.unchanged, last.added) == (FILES, seen, FILES - seen)
    with acting(OPERATOR):
        counts = await house.service.get_counts(GetCounts())
    assert counts.tracks == FILES
    await house.close()
    await database.close()


async def test_cancelled_and_gone_on(house: House, many: Path) -> None:
    await house.add(many)
    scanner, gate = house.job("catalog scan"), asyncio.Event()
    assert isinstance(scanner, Scanner)
    scanner._reader = _Gated(scanner._reader, gate)
    with acting(OPERATOR, timeout=None):
        started = await house.service.start_scan(StartScan())
        with pytest.raises(ScanRunning):
            await house.service.start_scan(StartScan())
        async with house.running("catalog scan"):
            async for status in house.service.watch_scan(WatchScan(id=started.id)):
                last = status
                if status.read and status.phase is ScanPhase.READING and not gate.is_set():
                    await house.service.cancel_scan(CancelScan())
                    gate.set()
    assert last.phase is ScanPhase.CANCELLED
    assert 0 < last.added < FILES
    rest = await house.scan()
    assert (rest.unchanged, rest.added) == (last.added, FILES - last.added)


async def test_who_wakes_after_another_took_over_writes_nothing(house: House, many: Path) -> None:
    """A process that slept: its plan does not know what the other one wrote."""
    await house.add(many)
    scanner, gate = house.job("catalog scan"), asyncio.Event()
    assert isinstance(scanner, Scanner)
    reader = scanner._reader
    scanner._reader = _Gated(reader, gate)
    with acting(OPERATOR, timeout=None):
        started = await house.service.start_scan(StartScan())
        sleeper = asyncio.create_task(scanner.run())
        async for status in house.service.watch_scan(WatchScan(id=started.id)):
            if status.added >= 300:  # what can be read before the gate
                break
        house.clock.advance(60_000)
        other = Lease(house.database, "scan", house.clock, "another process")
        assert await other.acquire() is not None
        gate.set()
        with pytest.raises(LeaseLost):
            async with asyncio.timeout(20):
                await sleeper
        assert len(await house.tracks()) == 300
        scanner._reader = reader
        await other.release()
        async with house.running("catalog scan"):
            async for status in house.service.watch_scan(WatchScan(id=started.id)):
                last = status
    assert last.phase is ScanPhase.DONE
    assert (last.unchanged, last.added) == (300, FILES - 300)


async def test_media_that_was_away_learns_the_roots_with_the_next_scan(
    house: House, music: Path
) -> None:
    make(music / "1.mp3", {"title": "1", "artist": "A", "album": "X"})
    async with house.running("catalog scan"):
        with acting(OPERATOR, timeout=None):
            async with asyncio.timeout(20):
                while not house.media.told:
                    await asyncio.sleep(0.01)
            house.media.away = True
            with pytest.raises(Unavailable):
                await house.add(music)
            house.media.away = False
            started = await house.service.start_scan(StartScan())
            async for status in house.service.watch_scan(WatchScan(id=started.id)):
                last = status
    assert (last.phase, last.added) == (ScanPhase.DONE, 1)
    assert list(house.media.roots.values()) == [bytes(music)]


class _Gated:
    """Reads three batches, and the others when the gate is open."""

    def __init__(self, reader: TagReader, gate: asyncio.Event) -> None:
        self._reader = reader
        self._gate = gate
        self._batches = 0

    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        self._batches += 1
        if self._batches > 3:
            await self._gate.wait()
        return await self._reader.read(root, keys)


def _paths() -> str:
    return os.pathsep.join(path for path in sys.path if path)
