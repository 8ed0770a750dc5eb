"""The local log: one SQLite file, durable before acknowledged.

Appends share commits through the file's one writer. A topic has one partition; the member
of a group that consumes it holds a lock on a small file beside the log, which the
operating system lets go of when the member's process dies.
"""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from msgspec import Struct

from philomel.engines.log import MAX_VALUE, Message, Record, file
from philomel.engines.sql.writer import Writer, unavailable
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument, Unavailable

T = TypeVar("T")

DAY_MS = 86_400_000
PRUNE_RECORDS = 2_000
PRUNE_SECONDS = 3600.0


class Retention(Struct, frozen=True):
    """How long records are kept after every known group has consumed them.

    Attributes:
        age_ms: since they were appended.
        size: bytes of the whole log above which the oldest go earlier.
    """

    age_ms: int = 30 * DAY_MS
    size: int = 4 << 30


def open_local_log(
    path: Path | str, clock: Clock, retention: Retention | None = None
) -> "LocalLog":
    """The log in the file `path`, which is made if it is not there.

    Raises:
        Unavailable: the file cannot be opened or is not a log.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return LocalLog(target, clock, retention or Retention())
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"the log {target.name} cannot be opened: {error}") from error


class LocalLog:
    """A `Log` in one file. Several processes may have it open."""

    def __init__(self, path: Path, clock: Clock, retention: Retention) -> None:
        self._path = path
        self._clock = clock
        self._retention = retention
        self._driver = file.open_for_writing(path)
        self._writer = Writer(f"write {path.name}", self._driver, self._driver)
        self.reader = file.LogReader(path)
        self._members: set[LocalSubscription] = set()
        self._closed = False

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        if not records:
            return
        if any(len(record.value) > MAX_VALUE for record in records):
            raise InvalidArgument(f"a record's value has at most {MAX_VALUE} bytes")
        now = self._clock.now()
        await self.write(lambda driver: file.append(driver, topic, records, now))
        self.wake(topic)

    def subscribe(self, group: str, topics: Sequence[str]) -> "LocalSubscription":
        member = LocalSubscription(self, group, tuple(topics))
        self._members.add(member)
        return member

    async def end(self, topic: str) -> int:
        with reading(self):
            return self.reader.end(topic)

    def behind(self) -> dict[tuple[str, str], int]:
        """Events that groups have not had yet, by group and topic."""
        with reading(self):
            return self.reader.behind()

    async def prune(self) -> int:
        """Delete what the retention does not keep; how many records that were."""
        deleted = 0
        with reading(self):
            topics = self.reader.topics().values()
        for topic in topics:
            before = self._clock.now() - self._retention.age_ms
            while removed := await self._prune(topic, before):
                deleted += removed
        for topic in topics:
            while self._too_large() and (removed := await self._prune(topic, 1 << 62)):
                deleted += removed
        return deleted

    async def close(self) -> None:
        if self._closed:
            return
        for member in tuple(self._members):
            await member.close()
        await self._writer.close()
        self._closed = True
        self.reader.close()
        self._driver.close()

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """For the log's own parts: run `work` in the writer."""
        return await self._writer.run(work)

    def wake(self, topic: str) -> None:
        """Let members that wait for `topic` look again."""
        for member in self._members:
            if topic in member.topics:
                member.woken.set()

    def check_open(self) -> None:
        if self._closed:
            raise Unavailable("the log is closed")

    def forget(self, member: "LocalSubscription") -> None:
        self._members.discard(member)
        for topic in member.topics:
            self.wake(topic)

    def lock_path(self, group: str, topic: str) -> Path:
        folder = self._path.with_name(self._path.name + ".groups")
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder / f"{quote(group, safe='')}~{quote(topic, safe='')}"

    async def _prune(self, topic: int, before: int) -> int:
        return await self.write(lambda driver: file.prune(driver, topic, before, PRUNE_RECORDS))

    def _too_large(self) -> bool:
        with reading(self):
            return self.reader.size() > self._retention.size


class LocalSubscription:
    """A member of a group. It consumes the topics whose locks it holds."""

    def __init__(self, log: LocalLog, group: str, topics: tuple[str, ...]) -> None:
        self.topics = topics
        self.woken = asyncio.Event()
        self._log = log
        self._group = group
        self._joined = False
        self._closed = False
        self._locks: dict[str, int] = {}
        self._positions: dict[str, int] = {}

    async def poll(self, limit: int = 500, wait: float = 1.0) -> Sequence[Message]:
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        if not self._joined:
            await self._log.write(lambda driver: file.join(driver, self._group, self.topics))
            self._joined = True
        while True:
            self.woken.clear()
            messages = self._next(limit)
            left = end - loop.time()
            if messages or left <= 0:
                return messages
            # Appends of this process wake us at once; those of others are seen by the next poll.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self.woken.wait()

    async def commit(self, messages: Sequence[Message]) -> None:
        done: dict[str, int] = {}
        for message in messages:
            done[message.topic] = max(done.get(message.topic, 0), message.offset + 1)
        # Who lost a topic says nothing about it any more.
        done = {topic: offset for topic, offset in done.items() if topic in self._positions}

        def work(driver: sqlite3.Connection) -> None:
            for topic, offset in done.items():
                file.move(driver, self._group, topic, offset, back=False)

        if done:
            await self._log.write(work)

    async def seek(self, topic: str, offset: int) -> None:
        await self._log.write(
            lambda driver: file.move(driver, self._group, topic, offset, back=True)
        )
        if topic in self._positions:
            self._positions[topic] = offset
        self.woken.set()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self.woken.set()
        for descriptor in self._locks.values():
            os.close(descriptor)
        self._locks.clear()
        self._positions.clear()
        self._log.forget(self)

    def _next(self, limit: int) -> list[Message]:
        if self._closed:
            raise Unavailable("the subscription is closed")
        messages: list[Message] = []
        with reading(self._log):
            for topic in self.topics:
                if len(messages) < limit and self._holds(topic):
                    start = self._positions[topic]
                    found = self._log.reader.messages(topic, start, limit - len(messages))
                    if found:
                        self._positions[topic] = found[-1].offset + 1
                        messages.extend(found)
        # A busy first topic must not starve the others.
        self.topics = (*self.topics[1:], *self.topics[:1])
        return messages

    def _holds(self, topic: str) -> bool:
        """Whether this member consumes `topic`, if need be by taking its lock now."""
        if topic in self._positions:
            return True
        descriptor = self._locks.get(topic)
        if descriptor is None:
            path = self._log.lock_path(self._group, topic)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._locks[topic] = descriptor
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._positions[topic] = self._log.reader.position(self._group, topic)
        return True


class Pruner:
    """A job that keeps the log to its retention."""

    def __init__(self, log: LocalLog, every: float = PRUNE_SECONDS) -> None:
        self._log = log
        self._every = every

    @property
    def name(self) -> str:
        return "log retention"

    async def run(self) -> None:
        while True:
            await self._log.prune()
            await asyncio.sleep(self._every)


@contextlib.contextmanager
def reading(log: LocalLog) -> Iterator[None]:
    """Read on the event loop; a failure of the file is the log being away."""
    log.check_open()
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise unavailable(error) or Unavailable("the log cannot be read") from error
