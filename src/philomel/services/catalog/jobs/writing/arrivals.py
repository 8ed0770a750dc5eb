"""Has what was written into libraries scanned, and cleans up after processes that died."""

import asyncio
import logging
import time
from functools import partial

from sqlalchemy import Connection

from philomel.engines.blobs import Folders
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.kernel.ids import new_id
from philomel.services.catalog.rules.rescans import common_folder
from philomel.services.catalog.service.signals import Signals, rest
from philomel.services.catalog.service.writing.mending import Mending
from philomel.services.catalog.store import scanning
from philomel.services.catalog.store.writing import arrivals, uploads
from philomel.services.catalog.store.writing.arrivals import Arrival

_log = logging.getLogger(__name__)

LOOK_SECONDS, MORE_SECONDS, CLEAN_SECONDS = 5.0, 0.3, 3600.0
ABANDONED_SECONDS = 24 * 3600.0
DEAD_MS = 120_000
"""A change of tags takes no longer: what is not done by then never will be."""
_KEPT_MS = 30 * 24 * 3_600_000


class Arrivals:
    """The job of both."""

    name = "catalog arrivals"

    def __init__(
        self,
        *,
        database: Database,
        folders: Folders,
        mending: Mending,
        clock: Clock,
        signals: Signals,
    ) -> None:
        self._database = database
        self._folders = folders
        self._mending = mending
        self._clock = clock
        self._signals = signals

    async def run(self) -> None:
        cleaned = float("-inf")
        while True:
            if time.monotonic() - cleaned > CLEAN_SECONDS:
                cleaned = time.monotonic()
                await self._clean()
            await self._mending.settle(self._clock.now() - DEAD_MS)
            waiting = await self._database.read(arrivals.due)
            if not waiting or not await self._scan(waiting):
                await rest(self._signals.arrivals, LOOK_SECONDS if not waiting else MORE_SECONDS)
            # What came with it is scanned with it.
            await asyncio.sleep(MORE_SECONDS)

    async def _scan(self, waiting: list[Arrival]) -> bool:
        """Ask for a scan of what came into one library, unless another one runs."""
        root = waiting[0].root
        here = [each for each in waiting if each.root == root]
        paths = [root + b"/" + each.path for each in here]
        # One song at the very top: the whole library need not be walked for it.
        alone = len(set(paths)) == 1 and b"/" not in here[0].path
        path = paths[0] if alone else common_folder(paths, root)
        scan_id, now = new_id(), self._clock.now()

        def work(connection: Connection) -> bool:
            if not scanning.add_scan(connection, scan_id, now, full=False, path=path):
                return False
            arrivals.scanned(connection, [each.id for each in here])
            return True

        if await self._database.read(scanning.open_scan) is not None:
            return False
        if started := await self._database.write(work):
            self._signals.scan.set()
        return started

    async def _clean(self) -> None:
        before = self._clock.now() - _KEPT_MS
        await self._database.write(partial(uploads.forget_old, before=before))
        for root in await self._database.read(arrivals.writable_roots):
            try:
                folder = self._folders.open(root)
                await folder.look(partial(folder.annex().sweep, ABANDONED_SECONDS))
            except PhilomelError as error:
                _log.info("what was left in a library is not looked at: %s", error.message)
