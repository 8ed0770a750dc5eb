"""A server that scans while anna likes a track, and kills itself at one of its writes.

python -m ... FOLDER NOW WRITES TRACK

Says what anna does before each of it is done.
"""

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from tests.services.catalog.living import do, live_in
from tests.services.running import running

from philomel.engines.audio.families import families
from philomel.engines.sql import Database, Dialect
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog.contract import ScanRunning, StartScan, WatchScan
from philomel.services.playlists.contract import Playlists

T = TypeVar("T")
DEEDS = ("rate", "like", "list", "rate", "mark", "unlike", "list", "like", "unlist")


class _Fatal:
    """A database that ends its process before or after one of the commits of all of them."""

    def __init__(self, database: Database, count: "itertools.count[int]", last: int) -> None:
        self._database, self._count, self._last = database, count, last

    @property
    def dialect(self) -> Dialect:
        return self._database.dialect

    async def read(self, work: Callable[[Connection], T], /, *, long: bool = False) -> T:
        return await self._database.read(work, long=long)

    async def write(self, work: Callable[[Connection], T], /) -> T:
        fatal = next(self._count) >= self._last

        def work_and_die(connection: Connection) -> T:
            result = work(connection)
            if fatal and self._last % 2:
                end()
            return result

        result = await self._database.write(work_and_die)
        if fatal:
            end()
        return result

    async def close(self) -> None:
        await self._database.close()


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _act(service: Playlists, track_id: str) -> None:
    for number in itertools.count():
        what, rating = DEEDS[number % len(DEEDS)], 1 + number % 4
        os.write(1, f"{what} {rating}\n".encode())
        await do(service, what, track_id, rating)


async def main(folder: Path, now: int, writes: int, track_id: str) -> None:
    count = itertools.count(1)
    living = await live_in(
        folder, ForkWorkers(families()), now, lambda each: _Fatal(each, count, writes)
    )
    house = living.house
    async with house.running("catalog scan", "catalog relay"), running(living.jobs):
        acts = asyncio.ensure_future(_act(living.playlists, track_id))
        with acting(OPERATOR, timeout=None):
            with contextlib.suppress(ScanRunning):
                await house.service.start_scan(StartScan())
            async for _ in house.service.watch_scan(WatchScan()):
                pass
        acts.cancel()
    end()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
