"""Compares notes with media: what was lost between the two is made good.

Media hears of files before the catalogue has written them down: a scan that fails in between
leaves assets that nobody knows. And an analysis can be announced before the file that it is
of was written down; nobody tells of it a second time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from philomel.engines.outbox import Effect
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Unavailable
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.store.merging import loudness
from philomel.services.media.contract import AssetFactsPage, ListAssets, Media, RemoveAssets

_log = logging.getLogger(__name__)

PAGE = 500
FIRST_AFTER_S = 600.0
EVERY_S = 6 * 3600.0
BETWEEN_PAGES_S = 0.02
"""Nobody waits for this: whoever does something goes first."""

GRACE_MS = 24 * 3600_000
"""A scan registers files and writes them down moments later, unless a machine stood still."""


class Reconciling:
    """Args:
    heard: what the news of an analysis of these assets would do.
    """

    name = "catalog reconciling"

    def __init__(
        self,
        *,
        database: Database,
        media: Media,
        clock: Clock,
        signals: Signals,
        heard: Callable[[tuple[str, ...]], Awaitable[Effect | None]],
    ) -> None:
        self._database = database
        self._media = media
        self._clock = clock
        self._signals = signals
        self._heard = heard

    async def run(self) -> None:
        pause = FIRST_AFTER_S
        while True:
            await asyncio.sleep(pause)
            try:
                await self.reconcile()
                pause = EVERY_S
            except Unavailable as error:
                _log.warning("media cannot be compared with the catalogue now: %s", error)
                pause = FIRST_AFTER_S

    async def reconcile(self) -> None:
        """Go through everything that media knows, once."""
        after = ""
        while True:
            with acting(SERVICE):
                page = await self._media.list_assets(ListAssets(after, PAGE))
            if not page.items:
                return
            after = page.items[-1].asset_id
            await self._compare(page)
            await asyncio.sleep(BETWEEN_PAGES_S)

    async def _compare(self, page: AssetFactsPage) -> None:
        ids = [fact.asset_id for fact in page.items]
        look = partial(loudness.unheard, ids=ids)
        strange, unheard = await self._database.read(look, long=True)
        before = self._clock.now() - GRACE_MS
        gone = tuple(
            fact.asset_id
            for fact in page.items
            if fact.asset_id in strange and fact.registered_at < before
        )
        if gone:
            _log.info("media forgets %d files that the catalogue does not know", len(gone))
            with acting(SERVICE):
                await self._media.remove_assets(RemoveAssets(gone))
        told = tuple(
            fact.asset_id for fact in page.items if fact.analysed and fact.asset_id in unheard
        )
        if told:
            with acting(SERVICE):
                effect = await self._heard(told)
            if effect is not None:
                await self._database.write(effect)
                self._signals.relay()
