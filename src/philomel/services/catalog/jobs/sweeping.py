"""Forgets covers that nothing shows any more."""

import asyncio
import logging

from philomel.engines.outbox import Lease
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.service.keeping import Keeper

_log = logging.getLogger(__name__)

FIRST_SECONDS, SECONDS = 600.0, 24 * 3600.0
_LEASE_SECONDS = 600.0


class Sweeping:
    """The job that sweeps, in one process, once a day."""

    name = "catalog sweep"

    def __init__(self, *, database: Database, keeper: Keeper, clock: Clock) -> None:
        self._lease = Lease(database, "sweep", clock, seconds=_LEASE_SECONDS)
        self._keeper = keeper
        self._clock = clock

    async def run(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            if await self._lease.acquire() is not None:
                try:
                    if gone := await self._keeper.sweep(self._clock.now()):
                        _log.info("%d covers that nothing showed any more are gone", gone)
                finally:
                    await self._lease.release()
            await asyncio.sleep(SECONDS)
