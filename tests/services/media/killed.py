"""Analyses until it is killed: `python killed.py DATABASE LOG JOURNAL`."""

import asyncio
import os
import sys
from pathlib import Path

from philomel.engines.audio import Analysis
from philomel.engines.blobs.disk import DiskFolders
from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Lease, Relay
from philomel.engines.sql.sqlite import open_sqlite
from philomel.kernel.clock import SystemClock
from philomel.services.media.jobs import AnalysisJob
from philomel.services.media.store import MediaStore


class Journal:
    """Writes down each file it begins with."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def analyze(self, descriptor: int) -> Analysis:
        os.write(self._file, os.pread(descriptor, 100, 0) + b"\n")
        await asyncio.sleep(0.002)
        return Analysis("0" * 64, -14.0, -1.0, 1000)


async def main(database: str, log: str, journal: str) -> None:
    clock = SystemClock()
    kept = open_sqlite(database)
    relay = Relay(kept, open_local_log(Path(log), clock), "philomel.media", clock)
    job = AnalysisJob(
        MediaStore(kept),
        DiskFolders(),
        Journal(journal),
        Lease(kept, "analysis", clock),
        relay,
        clock,
        workers=2,
        quiet_s=0,
    )
    await asyncio.gather(relay.run(), job.run())


asyncio.run(main(*sys.argv[1:]))
