"""The log port: topics with offsets and consumer groups, as Kafka has them."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

MAX_VALUE = 512 << 10


class Record(Struct, frozen=True):
    """Something to append. Records of one `key` keep their order.

    Attributes:
        id: the event id (22 base62 characters, time-ordered); consumers deduplicate by it.
        key: partition key, e.g. the id of the thing that changed.
        type: name of the event type, e.g. "catalog.TracksChanged".
        value: the encoded event; at most `MAX_VALUE` bytes.
    """

    id: str
    key: str
    type: str
    value: bytes


class Message(Struct, frozen=True):
    """A record as it stands in the log.

    Attributes:
        offset: position in its partition; grows, may have gaps.
        appended_at: when the log took it, milliseconds since the Unix epoch.
    """

    topic: str
    partition: int
    offset: int
    appended_at: int
    record: Record


class Subscription(Protocol):
    """One member of a consumer group.

    A group's position starts at the beginning of a topic. Partitions are shared among
    the group's members; a message is seen again when its offset was not committed.
    """

    async def poll(self, limit: int = 500, wait: float = 1.0) -> Sequence[Message]:
        """The next messages, waiting up to `wait` seconds for the first one."""
        ...

    async def commit(self, messages: Sequence[Message]) -> None:
        """These, and all before them in their partitions, are done for the group."""
        ...

    async def seek(self, topic: str, offset: int) -> None:
        """Go on from `offset` in every partition of `topic` (0 replays all)."""
        ...

    async def close(self) -> None:
        """Leave the group."""
        ...


class Log(Protocol):
    """A durable log of events."""

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        """Append in order; returns once the records are durable.

        Raises:
            InvalidArgument: a value is too large.
            Unavailable: nothing can be said about the records; append them again.
        """
        ...

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """Join `group` as a consumer of `topics`."""
        ...

    async def end(self, topic: str) -> int:
        """The offset the next record of a topic's last partition will get or exceed."""
        ...

    async def close(self) -> None: ...
