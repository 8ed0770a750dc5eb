"""Time as it is injected: UTC milliseconds since the Unix epoch.

Services never ask the system for the time; they are given a `Clock`. Instants in
contracts and tables are whole milliseconds in fields that end in `_at`.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """UTC now, in milliseconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock that stands still until it is told otherwise, for tests."""

    def __init__(self, now: int = 1_700_000_000_000) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def advance(self, milliseconds: int) -> None:
        self._now += milliseconds
