"""How many transcodes may run at once, in all and for one listener."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from philomel.services.media.contract import TooManyStreams

PATIENCE = 3.0
RETRY_AFTER = 5.0


class Slots:
    """Places for transcodes. Whoever finds none waits a moment and is then sent away.

    Args:
        total: at once.
        each: of one listener at once, so that one player cannot take them all.
        patience: seconds to wait.

    Attributes:
        waiting: how many wait at the moment.
        refused: how many were sent away so far.
    """

    def __init__(self, total: int, each: int, patience: float = PATIENCE) -> None:
        self._total = total
        self._each = each
        self._patience = patience
        self._taken: Counter[str] = Counter()
        self._freed = asyncio.Condition()
        self.waiting = 0
        self.refused = 0

    @property
    def active(self) -> int:
        return self._taken.total()

    @asynccontextmanager
    async def take(self, listener: str) -> AsyncIterator[None]:
        """Hold a place inside the block.

        Raises:
            TooManyStreams: none became free in time.
        """
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience), self._freed:
                await self._freed.wait_for(lambda: self._is_free(listener))
                self._taken[listener] += 1
        except TimeoutError:
            self.refused += 1
            raise TooManyStreams(
                "too many tracks are being converted at the moment", retry_after=RETRY_AFTER
            ) from None
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._taken[listener] -= 1
            if not self._taken[listener]:
                del self._taken[listener]
            await asyncio.shield(self._tell())

    def _is_free(self, listener: str) -> bool:
        return self._taken.total() < self._total and self._taken[listener] < self._each

    async def _tell(self) -> None:
        async with self._freed:
            self._freed.notify_all()
