"""Outbox, inbox and leases: how a change and its event stay together.

A service writes its event into the outbox in the transaction of the change. A relay
carries it to the log at least once, in order per key; the consumer's inbox records the
event id in the transaction of the effect, so the effect happens exactly once.

    def _work(connection: Connection) -> None:
        connection.execute(...)                       # the change
        announce(connection, records)                 # and its event
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from sqlalchemy import Connection

from philomel.engines.log import Message

Effect = Callable[[Connection], None]
"""What an event does to the consumer's database; runs in the inbox's transaction."""

Handler = Callable[[Message], Awaitable[Effect | None]]
"""Prepares the effect of an event: awaits whatever it needs from other services first."""


class Job(Protocol):
    """Work that goes on in the background until it is cancelled."""

    @property
    def name(self) -> str: ...

    async def run(self) -> None:
        """Work until cancelled. Assembly starts it again after an error, with a pause."""
        ...
