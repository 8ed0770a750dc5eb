"""A process that scans until it is killed: `python -m ... FOLDER MUSIC FILES`."""

import asyncio
import sys
from pathlib import Path

from tests.services.catalog.house import House

from philomel.engines.audio.families import families
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


async def main(folder: Path, music: Path, files: int) -> None:
    folder.mkdir(exist_ok=True)
    database = open_sqlite(folder / "catalog.sqlite")
    await prepare(database, module.SCHEMA, folder)
    house = House(database, folder, ForkWorkers(families()), Settings())
    with acting(OPERATOR, timeout=None):
        try:
            await house.add(music)
            await house.service.start_scan(StartScan())
        except (LibraryExists, ScanRunning):
            pass
        async with house.running("catalog scan"):
            async for status in house.service.watch_scan(WatchScan()):
                if status.unchanged + status.added >= files:
                    print("committed", flush=True)
                    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
