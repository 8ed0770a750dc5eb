"""How the service wakes the jobs of its own process; other processes' jobs look by themselves."""

import asyncio
import contextlib
from collections.abc import Callable


class Signals:
    """Bells that are rung after a write.

    Attributes:
        scan: a scan was asked for or cancelled.
        look: the running scan has to look at once whether it was cancelled.
        cancel: somebody asked for the running scan to stop.
        covers: albums wait for covers.
        arrivals: something was written that has to be scanned.
        relay: called when there are events to carry to the log.
    """

    def __init__(self) -> None:
        self.scan = asyncio.Event()
        self.look = asyncio.Event()
        self.cancel = asyncio.Event()
        self.covers = asyncio.Event()
        self.arrivals = asyncio.Event()
        self.relay: Callable[[], None] = lambda: None


async def rest(bell: asyncio.Event, seconds: float) -> None:
    """Wait until the bell rings, but not longer than `seconds`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()
    bell.clear()
