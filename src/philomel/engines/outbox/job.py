"""What runs in the background, and what an event does."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from sqlalchemy import Connection

from philomel.engines.log import Message
from philomel.kernel.errors import DeadlineExceeded, RateLimited, Unavailable

Effect = Callable[[Connection], None]
"""What an event does to the consumer's database; runs in the inbox's transaction."""

Handler = Callable[[Message], Awaitable[Effect | None]]
"""Prepares the effect of an event: awaits whatever it needs from other services first.

The handlers of a batch may run before the effects of its earlier messages are written: what
depends on those belongs in the effect. A handler may run more than once for a message.
"""

Step = Callable[[str], None]
"""Told the name of every step on the way; fault tests end the process there."""

TRANSIENT = (Unavailable, DeadlineExceeded, RateLimited)
"""Failures that say nothing about the message: try again for as long as it takes."""


class Job(Protocol):
    """Work that goes on in the background until it is cancelled."""

    @property
    def name(self) -> str: ...

    async def run(self) -> None:
        """Work until cancelled. Assembly starts it again after an error, with a pause."""
        ...


def no_step(_name: str, /) -> None:
    """Go on."""
