"""Who may have something made now: a cap, and a queue that is fair to every listener."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from philomel.kernel.errors import RateLimited, Unavailable

RETRY_AFTER = 5.0
_LOOK_AGAIN = 2.0


@dataclass(eq=False)
class _Waiting:
    listener: str
    called: "asyncio.Future[None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Aside:
    """Something half done that gave up its turn, but not its worker.

    Attributes:
        dismissed: its worker is needed elsewhere.
        woken: somebody wants it again, and it waits for its next turn.
    """

    def __init__(self) -> None:
        self.dismissed = asyncio.Event()
        self.woken = False


class Turns:
    """Args:
    total: at work at once.
    queue: waiting in all; and as many answers that are held.
    each: waiting of one listener; and as many answers that are held.
    aside: half done at once; 0 is twice as many as are at work.

    Attributes:
        refused: how many were sent away so far.
    """

    def __init__(self, total: int, queue: int = 64, each: int = 8, aside: int = 0) -> None:
        self._total = total
        self._most_aside = aside or 2 * total
        self._aside: list[Aside] = []
        self._queue = queue
        self._each = each
        self._working: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []
        self._held: Counter[str] = Counter()
        self.refused = 0

    @property
    def working(self) -> int:
        return self._working.total()

    @property
    def waiting(self) -> int:
        return len(self._waiting) + self._held.total()

    @asynccontextmanager
    async def take(self, listener: str, wanted: Callable[[], bool]) -> AsyncIterator[None]:
        """Hold a turn inside the block.

        Args:
            listener: whose it is.
            wanted: whether it still makes sense to wait.

        Raises:
            RateLimited: too many wait already, in all or of this listener.
            Unavailable: nobody wants it any more.
        """
        await self._enter(listener, wanted)
        try:
            yield
        finally:
            self._leave(listener)

    @contextmanager
    def hold(self, listener: str) -> Iterator[None]:
        """Inside the block, an answer has begun whose part is still to be made.

        Raises:
            Unavailable: too many are held already, in all or of this listener.
        """
        if self._held.total() >= self._queue or self._held[listener] >= self._each:
            self.refused += 1
            raise Unavailable("this part is still being made", retry_after=RETRY_AFTER)
        self._held[listener] += 1
        try:
            yield
        finally:
            self._held[listener] -= 1
            if not self._held[listener]:
                del self._held[listener]

    def step_aside(self) -> Aside:
        """Somebody who had a turn stops half way; where too many do, one of them has to end."""
        one = Aside()
        self._aside.append(one)
        if len(self._aside) > self._most_aside:
            oldest = next(each for each in self._aside if not each.woken)
            self._aside.remove(oldest)
            oldest.dismissed.set()
        return one

    def come_back(self, one: Aside) -> None:
        """It has a turn again, or ended."""
        if one in self._aside:
            self._aside.remove(one)

    async def _enter(self, listener: str, wanted: Callable[[], bool]) -> None:
        if self.working < self._total and not self._waiting:
            self._working[listener] += 1
            return
        own = sum(one.listener == listener for one in self._waiting)
        if len(self._waiting) >= self._queue or own >= self._each:
            self.refused += 1
            raise RateLimited(
                "too many tracks are being converted at the moment",
                code="media.too_many_streams",
                retry_after=RETRY_AFTER,
            )
        one = _Waiting(listener)
        self._waiting.append(one)
        try:
            while not one.called.done():
                await asyncio.wait([one.called], timeout=_LOOK_AGAIN)
                _refuse_unwanted(one, wanted)
        except BaseException:
            if one.called.done():
                self._leave(listener)  # called and cancelled at once
            else:
                self._waiting.remove(one)
            raise

    def _leave(self, listener: str) -> None:
        self._working[listener] -= 1
        if not self._working[listener]:
            del self._working[listener]
        while self._waiting and self.working < self._total:
            # Whoever has least at work is next; among equals who came first.
            following = min(self._waiting, key=lambda one: self._working[one.listener])
            self._waiting.remove(following)
            self._working[following.listener] += 1
            following.called.set_result(None)


def _refuse_unwanted(one: _Waiting, wanted: Callable[[], bool]) -> None:
    if not one.called.done() and not wanted():
        raise Unavailable("nobody wants this any more", retry_after=1)
