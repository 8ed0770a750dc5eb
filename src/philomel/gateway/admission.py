"""How many requests are worked on at once, and who is told to come back later.

A server that takes on more than it can do answers everybody too late. So a process works on
a bounded number of requests, the others wait their turn in the order they came, and when
waiting has been long for a while, whoever has waited too long is refused at once: that
costs little, and those who are answered are answered in time (ADR 15).

A request counts while the server works on it: not while it waits for the client's body, and
no longer once its answer has begun.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from msgspec import Struct

from philomel.kernel.errors import Unavailable

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

ARRIVED = "philomel.arrived"
"""In a scope's `extensions`: when the listener had read the request, and what else it had.

`at` is monotonic, in seconds; `among` is how many requests of the process were unanswered then.
"""

_PATIENCE = 5.0
"""Seconds that a request may wait in a burst."""
_FEW = 16
"""So many requests at a time are no crowd, however slow the machine: one player may send them."""
_SPAN = 0.5
"""Seconds over which waits are averaged."""
_SPANS = 2
"""So many in a row with long waits are no burst any more."""
_RETRY_AFTER = 1.0


class Overloaded(Unavailable):
    """More is asked than can be answered in time."""

    code = "overloaded"


class Limits(Struct, frozen=True):
    """Attributes:
    at_once: requests that are worked on at the same time; 0 is no limit at all.
    wait_ms: how long one may have waited, at the most, when all have waited long for a while.
    waiting: requests that may wait.
    """

    at_once: int = 32
    wait_ms: int = 100
    waiting: int = 512


class _Arrived(Struct, frozen=True):
    """Attributes:
    few: whether there was little else to do.
    """

    at: float
    few: bool


class Turn:
    """The right to be worked on; given back with `end`, once or more often."""

    def __init__(self, admission: "Admission") -> None:
        self._admission = admission
        self._holds = True

    def end(self) -> None:
        if self._holds:
            self._holds = False
            self._admission.leave()

    def receiving(self, receive: Receive) -> Receive:
        """`receive`, during which the request does not count."""

        async def wait() -> Message:
            if not self._holds:
                return await receive()
            self.end()
            try:
                return await receive()
            finally:
                # It has begun: it goes on at once, even if that is one more than there should be.
                self._holds = True
                self._admission.return_()

        return wait


class Admission:
    """Args:
    limits: of this process.
    now: seconds of the clock that requests are stamped with.
    """

    def __init__(
        self, limits: Limits | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits or Limits()
        self._now = now
        self._working = 0
        self._refused = 0
        self._queue: deque[tuple[asyncio.Future[None], _Arrived]] = deque()
        self._span_ends = 0.0
        self._waited = 0.0
        self._count = 0
        self._long_spans = 0

    async def enter(self, scope: Scope) -> Turn:
        """The request's turn, once it has come.

        Raises:
            Overloaded: it has waited too long, or too many wait already.
        """
        now = self._now()
        said = scope.get("extensions", {}).get(ARRIVED, {})
        arrived = _Arrived(said.get("at", now), said.get("among", _FEW) < _FEW)
        if self._limits.at_once <= 0:
            self._working += 1
            return Turn(self)
        if self._working < self._limits.at_once and not self._queue:
            if not self._may(arrived, now):
                raise self._refusal()
            self._working += 1
            return Turn(self)
        if len(self._queue) >= self._limits.waiting:
            raise self._refusal()
        await self._wait(arrived)
        return Turn(self)

    def leave(self) -> None:
        self._working -= 1
        self._call_in()

    def return_(self) -> None:
        self._working += 1

    def numbers(self) -> Mapping[str, float]:
        return {
            "philomel_http_requests_working": self._working,
            "philomel_http_requests_waiting": len(self._queue),
            "philomel_http_requests_overload_refused_total": self._refused,
        }

    async def _wait(self, arrived: _Arrived) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((called, arrived))
        try:
            # Nobody may have left by then, if all of them wait for something that hangs.
            async with asyncio.timeout(self._longest(arrived)):
                await called
        except asyncio.CancelledError:
            self._give_back(called)
            raise
        except TimeoutError:
            self._give_back(called)
            raise self._refusal() from None

    def _give_back(self, called: asyncio.Future[None]) -> None:
        """It has gone away; it may have been called in at the same moment."""
        if called.done() and not called.cancelled() and called.exception() is None:
            self.leave()

    def _call_in(self) -> None:
        while self._queue and self._working < self._limits.at_once:
            called, arrived = self._queue.popleft()
            if called.done():
                continue  # its client has gone
            if self._may(arrived, self._now()):
                self._working += 1
                called.set_result(None)
            else:
                called.set_exception(self._refusal())

    def _may(self, arrived: _Arrived, now: float) -> bool:
        """Whether a request is worked on."""
        wait = max(0.0, now - arrived.at)
        self._note(wait, now)
        return wait <= self._longest(arrived)

    def _longest(self, arrived: _Arrived) -> float:
        longest = self._limits.wait_ms / 1000
        crowded = self._long_spans >= _SPANS and not arrived.few
        return longest if crowded else max(_PATIENCE, longest)

    def _note(self, wait: float, now: float) -> None:
        if now > self._span_ends:
            # The longest wait halves: whoever is let in under load waits up to that.
            long = self._waited > self._count * self._limits.wait_ms / 2000
            went_on = now - self._span_ends < _SPAN
            self._long_spans = self._long_spans + 1 if long and went_on else 0
            self._span_ends = now + _SPAN
            self._waited, self._count = 0.0, 0
        self._waited += wait
        self._count += 1

    def _refusal(self) -> Overloaded:
        self._refused += 1
        return Overloaded("too much is going on; try again in a moment", retry_after=_RETRY_AFTER)
