"""A log served to other processes."""

import asyncio
from collections import deque

from philomel.engines.log import Log, Message, Record, Subscription
from philomel.engines.log.contract import (
    MAX_BATCH_BYTES,
    Append,
    Commit,
    End,
    GetEnd,
    Leave,
    Member,
    Messages,
    Poll,
    Seek,
    frame,
)
from philomel.kernel.caller import current

IDLE_SECONDS = 60.0
MAX_WAIT_MS = 10_000
MAX_MESSAGES = 1000


class LogServer:
    """Serves `log` as a `LogService`."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._members: dict[tuple[str, str], _Member] = {}

    async def append(self, request: Append, /) -> None:
        current().caller.require_service()
        await self._log.append(request.topic, request.records)

    async def poll(self, request: Poll, /) -> Messages:
        current().caller.require_service()
        wait = min(max(request.wait_ms, 0), MAX_WAIT_MS) / 1000
        limit = min(max(request.limit, 1), MAX_MESSAGES)
        return await (await self._member(request.member)).poll(request.turn, limit, wait)

    async def commit(self, request: Commit, /) -> None:
        current().caller.require_service()
        # The position is what matters; the record itself need not travel back.
        nothing = Record("", "", "", b"")
        done = [Message(p.topic, p.partition, p.offset, 0, nothing) for p in request.positions]
        await (await self._member(request.member)).subscription.commit(done)

    async def seek(self, request: Seek, /) -> None:
        current().caller.require_service()
        await (await self._member(request.member)).seek(request.topic, request.offset)

    async def leave(self, request: Leave, /) -> None:
        current().caller.require_service()
        member = self._members.pop((request.member.group, request.member.id), None)
        if member is not None:
            await member.subscription.close()

    async def get_end(self, request: GetEnd, /) -> End:
        current().caller.require_service()
        return End(await self._log.end(request.topic))

    async def close(self) -> None:
        """Let all members go. The log is its owner's to close."""
        members, self._members = self._members, {}
        for member in members.values():
            await member.subscription.close()

    async def _member(self, wanted: Member) -> "_Member":
        now = asyncio.get_running_loop().time()
        for key, member in tuple(self._members.items()):
            if not member.turning.locked() and now - member.seen_at > IDLE_SECONDS:
                del self._members[key]
                await member.subscription.close()
        key = (wanted.group, wanted.id)
        found = self._members.get(key)
        if found is None:
            found = _Member(self._log.subscribe(wanted.group, wanted.topics))
            self._members[key] = found
        found.seen_at = now
        return found


class _Member:
    """A member elsewhere, what it was sent last, and what did not fit into that."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.turning = asyncio.Lock()
        self.seen_at = 0.0
        self._turn: int | None = None
        self._sent = Messages()
        self._left: deque[Message] = deque()

    async def poll(self, turn: int, limit: int, wait: float) -> Messages:
        async with self.turning:
            if turn == self._turn:
                return self._sent
            if not self._left:
                self._left.extend(await self.subscription.poll(limit, wait))
            self._turn, self._sent = turn, Messages(tuple(self._fitting(limit)))
            return self._sent

    async def seek(self, topic: str, offset: int) -> None:
        async with self.turning:
            await self.subscription.seek(topic, offset)
            self._left = deque(message for message in self._left if message.topic != topic)

    def _fitting(self, limit: int) -> list[Message]:
        taken: list[Message] = []
        size = 0
        while self._left and len(taken) < limit:
            size += frame(self._left[0].record)
            if taken and size > MAX_BATCH_BYTES:
                break
            taken.append(self._left.popleft())
        return taken
