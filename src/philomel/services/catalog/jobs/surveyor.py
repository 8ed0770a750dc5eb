"""Surveys the orders of long lists in the background, so that any page of them comes at once."""

import asyncio
import logging
import time
from collections.abc import Sequence

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.store.listing import PLAYED, SURVEYED
from philomel.services.catalog.store.listing.milestones import FEWEST, STRETCH, Milestones, Road
from philomel.services.catalog.store.listing.surveying import Stamp, stamp, survey
from philomel.services.catalog.store.listing.viewing import Order

_log = logging.getLogger(__name__)

FIRST_SECONDS, SECONDS = 30.0, 15.0
PAUSE = 3
"""Times as long as a step takes the others are let be."""
TIMES = 20
"""Times as long as a survey takes, pauses included, pass before the next one."""
PLAYED_MS = 600_000
"""For so long the orders by plays may be those of a while ago."""


class Surveyor:
    """The job that keeps milestones true; every process has its own.

    Args:
        fewest: tracks of a catalogue whose lists are long.
        stretch: rows between two milestones.
    """

    name = "catalog surveyor"

    def __init__(
        self,
        *,
        database: Database,
        milestones: Milestones,
        clock: Clock,
        fewest: int = FEWEST,
        stretch: int = STRETCH,
        pause: float = PAUSE,
    ) -> None:
        self._database = database
        self._milestones = milestones
        self._clock = clock
        self._fewest = fewest
        self._stretch = stretch
        self._pause = pause
        self._true_of: Stamp | None = None
        self._surveyed_at = self._not_before = 0

    async def run(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            await self.look()
            await asyncio.sleep(SECONDS)

    async def look(self) -> None:
        """Forget what is not true any more, and survey it again when it is time."""
        now = self._clock.now()
        seen = await self._database.read(stamp, long=True)
        orders: Sequence[Order] = ()
        if self._true_of is None or not seen.like(self._true_of):
            self._milestones.drop()
            orders = SURVEYED
        elif seen != self._true_of and now - self._surveyed_at > PLAYED_MS:
            self._milestones.drop(order.column for order in PLAYED)
            orders = PLAYED
        if not seen.settled or seen.tracks < self._fewest or now < self._not_before or not orders:
            return
        self._true_of = seen
        started = time.perf_counter()
        for order in orders:
            if not await self._survey(order, seen):
                self._true_of = None
                self._milestones.drop()
                break
        else:
            _log.info("surveyed %d orders of %d tracks", len(orders), seen.tracks)
        took = time.perf_counter() - started
        self._surveyed_at = self._clock.now()
        self._not_before = self._surveyed_at + int(took * 1000 * TIMES)

    async def _survey(self, order: Order, before: Stamp) -> bool:
        """Whether the catalogue stayed as it was meanwhile."""
        road = Road()

        def step(connection: Connection) -> bool:
            return survey(connection, order, road, self._stretch)

        while True:
            started = time.perf_counter()
            if not await self._database.read(step, long=True):
                break
            await asyncio.sleep((time.perf_counter() - started) * self._pause)
        if not (await self._database.read(stamp, long=True)).like(before):
            return False
        self._milestones.put(order.column, road)
        return True
