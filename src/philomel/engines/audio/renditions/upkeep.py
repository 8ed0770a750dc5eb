"""Keeps the renditions within their bound: the least recently used goes first."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from philomel.engines.audio.renditions.ledger import Ledger
from philomel.engines.audio.renditions.making import FOLDER, blob_key
from philomel.engines.audio.renditions.store import RenditionBlobs
from philomel.engines.blobs import Blobs, Entry
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError

_log = logging.getLogger(__name__)

EVERY = 30.0
PLAYING_MS = 90_000
"""What was used within this time is being played, perhaps through another process."""

_ABANDONED_MS = 3600_000
_SWEEP_EVERY = 24 * 3600.0
_BATCH = 100


class Upkeep:
    """Args:
    renditions: what this process serves.
    shelf: where they are kept.
    bound: bytes.
    """

    def __init__(
        self, renditions: RenditionBlobs, shelf: Blobs, ledger: Ledger, clock: Clock, bound: int
    ) -> None:
        self._renditions = renditions
        self._shelf = shelf
        self._ledger = ledger
        self._clock = clock
        self._bound = bound

    @property
    def name(self) -> str:
        return "renditions"

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        swept_at = float("-inf")
        try:
            while True:
                if loop.time() - swept_at > _SWEEP_EVERY:
                    swept_at = loop.time()
                    await self.sweep()
                await self.trim()
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await self._renditions.grew.wait()
        finally:
            with suppress(PhilomelError):
                await self._tell_used()

    async def trim(self) -> None:
        """Write down what was used; let go of what is too much."""
        self._renditions.grew.clear()
        await self._tell_used()
        over = await self._ledger.total() - self._bound
        now = self._clock.now()
        # Used in times to come is what was used before the clock was set back.
        before, after = now - PLAYING_MS, now + _ABANDONED_MS
        passed_over: set[str] = set()
        while over > 0:
            old = await self._ledger.oldest(before, after, _BATCH)
            left = [one for one in old if one.name not in passed_over]
            if not left:
                return
            for one in left:
                if over <= 0:
                    return
                passed_over.add(one.name)
                # Forgotten first: bytes that nobody knows are swept, but a row without
                # bytes would be found by a listener.
                if not self._renditions.in_use(one.name) and await self._ledger.drop(one):
                    self._renditions.forget(one.name)
                    await self._shelf.delete(blob_key(one.name))
                    over -= one.size

    async def _tell_used(self) -> None:
        used = sorted(self._renditions.take_used())
        now = self._clock.now()
        for start in range(0, len(used), _BATCH):
            await self._ledger.touch(used[start : start + _BATCH], now)

    async def sweep(self) -> None:
        """Remove what a process that was killed has published but not written down."""
        entries = self._shelf.walk(FOLDER)
        while batch := await asyncio.to_thread(_next, entries):
            named = {_name(one): one for one in batch}
            known = await self._ledger.known(list(named))
            for name, one in named.items():
                age = self._clock.now() - one.modified_ns // 1_000_000
                if name not in known and age > _ABANDONED_MS and not self._renditions.in_use(name):
                    _log.info("the rendition %s was left over", name)
                    await self._shelf.delete(one.key)


def _name(one: Entry) -> str:
    return one.key.removeprefix(FOLDER + b"/").decode("ascii", "replace")


def _next(entries: Iterator[Entry]) -> Sequence[Entry]:
    return list(islice(entries, _BATCH))
