"""A log that another process holds: the `Log` of a split server's other roles."""

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from philomel.engines.log import Message, Record
from philomel.engines.log.contract import (
    MAX_BATCH_BYTES,
    Append,
    Commit,
    GetEnd,
    Leave,
    LogService,
    Member,
    Poll,
    Position,
    Seek,
    frame,
)
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.errors import PhilomelError, Unavailable

TIMEOUT = 15.0
MAX_RECORDS = 1000


class RemoteLog:
    """A `Log` behind a proxy of `LogService`."""

    def __init__(self, service: LogService) -> None:
        self._service = service
        self._members: set[RemoteSubscription] = set()

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        for part in _parts(records):
            with acting(SERVICE, timeout=TIMEOUT):
                await self._service.append(Append(topic, part))

    def subscribe(self, group: str, topics: Sequence[str]) -> "RemoteSubscription":
        member = RemoteSubscription(self._service, group, topics, self._members)
        self._members.add(member)
        return member

    async def end(self, topic: str) -> int:
        with acting(SERVICE, timeout=TIMEOUT):
            return (await self._service.get_end(GetEnd(topic))).offset

    async def close(self) -> None:
        for member in tuple(self._members):
            await member.close()


class RemoteSubscription:
    """A member of a group whose log is elsewhere."""

    def __init__(
        self, service: LogService, group: str, topics: Sequence[str], members: set[Any]
    ) -> None:
        self._service = service
        self._member = Member(group, secrets.token_hex(16), tuple(topics))
        self._members = members
        self._turn = 0

    async def poll(self, limit: int = 500, wait: float = 1.0) -> Sequence[Message]:
        if self not in self._members:
            raise Unavailable("the subscription is closed")
        request = Poll(self._member, self._turn, limit, int(wait * 1000))
        with acting(SERVICE, timeout=TIMEOUT + wait):
            reply = await self._service.poll(request)
        self._turn += 1
        return reply.items

    async def commit(self, messages: Sequence[Message]) -> None:
        last: dict[tuple[str, int], int] = {}
        for message in messages:
            place = (message.topic, message.partition)
            last[place] = max(last.get(place, 0), message.offset)
        positions = tuple(Position(*place, offset) for place, offset in last.items())
        if positions:
            with acting(SERVICE, timeout=TIMEOUT):
                await self._service.commit(Commit(self._member, positions))

    async def seek(self, topic: str, offset: int) -> None:
        with acting(SERVICE, timeout=TIMEOUT):
            await self._service.seek(Seek(self._member, topic, offset))
        self._turn += 1  # an answer from before the seek must not be asked for again

    async def close(self) -> None:
        if self not in self._members:
            return
        self._members.discard(self)
        try:
            with acting(SERVICE, timeout=2.0):
                await self._service.leave(Leave(self._member))
        except PhilomelError:
            return  # the log's process is away: it forgets us by itself


def _parts(records: Sequence[Record]) -> Iterator[tuple[Record, ...]]:
    """`records` in order, in parts that fit into a request."""
    part: list[Record] = []
    size = 0
    for record in records:
        weight = frame(record)
        if part and (size + weight > MAX_BATCH_BYTES or len(part) == MAX_RECORDS):
            yield tuple(part)
            part, size = [], 0
        part.append(record)
        size += weight
    if part:
        yield tuple(part)
