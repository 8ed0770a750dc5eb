"""A process that scans and kills itself when that many files are committed.

python -m ... FOLDER MUSIC FILES
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, func, select
from tests.services.catalog.house import House

from philomel.engines.audio.families import families
from philomel.engines.sql import Database, Dialect
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    LibraryExists,
    ScanRunning,
    Settings,
    StartScan,
    WatchScan,
)
from philomel.services.catalog.store.tables import files as files_table

T = TypeVar("T")
_COUNT = select(func.count()).select_from(files_table)


class _Fatal:
    """A database whose process ends with a commit."""

    def __init__(self, database: Database, files: int) -> None:
        self._database = database
        self._files = files

    @property
    def dialect(self) -> Dialect:
        return self._database.dialect

    async def read(self, work: Callable[[Connection], T], /, *, long: bool = False) -> T:
        return await self._database.read(work, long=long)

    async def write(self, work: Callable[[Connection], T], /) -> T:
        result = await self._database.write(work)
        if await self._database.read(lambda c: c.execute(_COUNT).scalar_one()) >= self._files:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    async def close(self) -> None:
        await self._database.close()


async def main(folder: Path, music: Path, files: int) -> None:
    folder.mkdir(exist_ok=True)
    database = open_sqlite(folder / "catalog.sqlite")
    await prepare(database, module.SCHEMA, folder)
    house = House(_Fatal(database, files), folder, ForkWorkers(families()), Settings())
    with acting(OPERATOR, timeout=None):
        try:
            await house.add(music)
            await house.service.start_scan(StartScan())
        except (LibraryExists, ScanRunning):
            pass
        async with house.running("catalog scan"):
            async for _ in house.service.watch_scan(WatchScan()):
                pass


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
