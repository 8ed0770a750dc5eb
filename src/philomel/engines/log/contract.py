"""A log that another process holds, as a contract: the local log of a split server.

Only Philomel itself may call it; every method refuses others with PermissionDenied.
"""

from typing import Protocol

from msgspec import Struct

from philomel.engines.log import Message, Record

MAX_BATCH_BYTES = 640 << 10
"""Values in one request or reply, which with their frames stay below 1 MiB."""


def frame(record: Record) -> int:
    """About the bytes that a record takes in a request or reply."""
    return len(record.value) + 3 * len(record.key) + len(record.type) + 100


class Append(Struct, frozen=True):
    topic: str
    records: tuple[Record, ...]


class Member(Struct, frozen=True):
    """One member of a consumer group.

    Attributes:
        id: chosen by the member at random.
    """

    group: str
    id: str
    topics: tuple[str, ...]


class Poll(Struct, frozen=True):
    """Attributes:
    turn: one more with every poll that was answered. The same turn gets the same answer,
        so an answer that was lost on its way loses no message.
    """

    member: Member
    turn: int
    limit: int
    wait_ms: int


class Messages(Struct, frozen=True):
    items: tuple[Message, ...] = ()


class Position(Struct, frozen=True):
    """Attributes:
    offset: of the last message that is done.
    """

    topic: str
    partition: int
    offset: int


class Commit(Struct, frozen=True):
    member: Member
    positions: tuple[Position, ...]


class Seek(Struct, frozen=True):
    member: Member
    topic: str
    offset: int


class Leave(Struct, frozen=True):
    member: Member


class GetEnd(Struct, frozen=True):
    topic: str


class End(Struct, frozen=True):
    offset: int


class LogService(Protocol):
    """Appends to topics and serves the members of consumer groups."""

    async def append(self, request: Append, /) -> None:
        """Append in order; returns once the records are durable."""
        ...

    async def poll(self, request: Poll, /) -> Messages:
        """The member's next messages, waiting up to `wait_ms` for the first one.

        A member that has not polled for a minute is gone, and others get its messages.
        """
        ...

    async def commit(self, request: Commit, /) -> None:
        """All up to these positions is done for the group."""
        ...

    async def seek(self, request: Seek, /) -> None:
        """Let the group go on from an offset."""
        ...

    async def leave(self, request: Leave, /) -> None:
        """Let others have the member's messages at once."""
        ...

    async def get_end(self, request: GetEnd, /) -> End:
        """The offset the next record of a topic will get or exceed."""
        ...
