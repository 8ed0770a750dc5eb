"""Asks media for the loudness of albums as a whole, once their tracks are measured."""

import asyncio
import logging
from functools import partial

from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Unavailable
from philomel.services.catalog.store.merging import loudness
from philomel.services.catalog.store.merging.loudness import Measured, Unmeasured
from philomel.services.media.contract import MeasureTogether, Media

_log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
LARGEST = 500
"""Tracks; the first ones stand for what is longer."""


class AlbumLoudness:
    """The job that measures albums, one after the other."""

    name = "catalog loudness"

    def __init__(self, *, database: Database, media: Media, clock: Clock) -> None:
        self._database = database
        self._media = media
        self._clock = clock

    async def run(self) -> None:
        while True:
            album = await self._database.read(lambda c: loudness.next_unmeasured(c, LARGEST))
            if album is None or not await self._measure(album):
                await asyncio.sleep(LOOK_SECONDS)

    async def _measure(self, album: Unmeasured) -> bool:
        try:
            with acting(SERVICE):
                found = await self._media.measure_together(MeasureTogether(album.asset_ids))
        except Unavailable as error:
            _log.warning("the loudness of an album waits: %s", error)
            now = self._clock.now()
            await self._database.write(partial(loudness.postpone, album=album, later=now))
            return False
        measured = Measured(None, None)
        if found.complete and found.loudness is not None:
            measured = Measured(found.loudness.integrated, found.loudness.true_peak)
        await self._database.write(partial(loudness.settle, album=album, measured=measured))
        return True
