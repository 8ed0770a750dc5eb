"""From a change to its effect, over every database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select
from tests.conftest import DatabaseFor
from tests.engines.outbox import ledger

from philomel.engines.log import Log, Message, Record, Subscription
from philomel.engines.log.local import LocalLog, open_local_log
from philomel.engines.outbox import Consumer, Effect, Handler, Job, Relay
from philomel.engines.outbox.consumer import INBOX_DAYS
from philomel.engines.sql import Database, Dialect
from philomel.kernel.caller import current
from philomel.kernel.clock import FixedClock, SystemClock
from philomel.kernel.errors import NotFound, Unavailable
from philomel.kernel.ids import new_event_id

T = TypeVar("T")

GROUP = "ledger"


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(ledger.SCHEMA)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    opened = open_local_log(tmp_path / "events.log", FixedClock())
    yield opened
    await opened.close()


@asynccontextmanager
async def running(*jobs: Job) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(job.run()) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.01)


def relay(database: Database, log: Log) -> Relay:
    return Relay(database, log, ledger.TOPIC, SystemClock(), poll=0.02)


def consumer(database: Database, log: Log, handler: Handler = ledger.handle) -> Consumer:
    topics, clock = (ledger.TOPIC,), SystemClock()
    return Consumer(database, log, GROUP, topics, handler, clock, tries=3, pause=0.001)


def changing(name: str, key: str = "k") -> Effect:
    return lambda connection: ledger.change(connection, name, key)


async def test_every_change_has_its_effect_once_and_in_order(database: Database, log: Log) -> None:
    names = [f"{number:04d}" for number in range(300)]
    async with running(relay(database, log), consumer(database, log)):
        for name in names:
            await database.write(changing(name))

        async def all_there() -> bool:
            return len(await database.read(ledger.effects)) >= len(names)

        await until(all_there)
    assert await database.read(ledger.effects) == names
    assert await database.read(ledger.waiting) == 0


class Refusing:
    """A handler that fails on some messages, as often as it is told."""

    def __init__(self, error: Exception, *names: str, times: int = 1_000_000) -> None:
        self.error, self.names, self.left = error, names, times

    async def __call__(self, message: Message) -> Effect | None:
        if message.record.value.decode() in self.names and self.left:
            self.left -= 1
            raise self.error
        return await ledger.handle(message)


async def append(log: Log, *names: str) -> None:
    records = [Record(new_event_id(1), "k", "ledger.Changed", name.encode()) for name in names]
    await log.append(ledger.TOPIC, records)


async def until_had(database: Database, number: int) -> list[str]:
    async def there() -> bool:
        return len(await database.read(ledger.effects)) >= number

    await until(there)
    return await database.read(ledger.effects)


async def test_a_kick_wakes_the_relay(database: Database, log: Log) -> None:
    job = Relay(database, log, ledger.TOPIC, SystemClock(), poll=60)
    async with running(job, consumer(database, log)):
        await asyncio.sleep(0.05)
        await database.write(changing("a"))
        job.kick()
        assert await until_had(database, 1) == ["a"]


async def test_no_event_without_its_change(database: Database, log: Log) -> None:
    def work(connection: Connection) -> None:
        ledger.change(connection, "a")
        raise NotFound("something else was wrong")

    with pytest.raises(NotFound):
        await database.write(work)
    assert await database.read(ledger.waiting) == 0
    assert await relay(database, log).relay() == 0


async def test_an_event_that_comes_twice_has_one_effect(database: Database, log: Log) -> None:
    record = Record(new_event_id(1), "k", "ledger.Changed", b"a")
    for _ in range(3):
        await log.append(ledger.TOPIC, [record, record])
    await append(log, "b")
    async with running(consumer(database, log)):
        assert await until_had(database, 2) == ["a", "b"]


async def test_a_peer_that_is_away_is_waited_for(database: Database, log: Log) -> None:
    await append(log, "a", "b", "c")
    handler = Refusing(Unavailable("the catalogue is away"), "b", times=10)
    async with running(consumer(database, log, handler)):
        assert await until_had(database, 3) == ["a", "b", "c"]
    assert await database.read(parked) == []


class Leaving:
    """A database that is away for the next `times` reads."""

    def __init__(self, database: Database, times: int) -> None:
        self.database, self.left = database, times

    @property
    def dialect(self) -> Dialect:
        return self.database.dialect

    async def read(self, work: Callable[[Connection], T], /, *, long: bool = False) -> T:
        if self.left:
            self.left -= 1
            raise Unavailable("the database is away")
        return await self.database.read(work, long=long)

    async def write(self, work: Callable[[Connection], T], /) -> T:
        return await self.database.write(work)

    async def close(self) -> None: ...


async def test_a_database_that_is_away_costs_no_event(database: Database, log: Log) -> None:
    """What was polled when it left is not passed over by what is polled after."""
    await append(log, "a", "b")
    leaving = Leaving(database, times=3)
    async with running(consumer(leaving, log)):
        async with asyncio.timeout(20):
            while leaving.left:
                await asyncio.sleep(0.001)
        await append(log, "c")
        assert await until_had(database, 3) == ["a", "b", "c"]


async def test_a_poisoned_event_is_parked_and_the_others_go_on(
    database: Database, log: Log
) -> None:
    names = [f"{number:03d}" for number in range(100)]
    await append(log, *names)
    handler = Refusing(KeyError("who wrote this?"), "007", "050")
    async with running(consumer(database, log, handler)):
        had = await until_had(database, 98)
    assert had == [name for name in names if name not in handler.names]
    assert await database.read(parked) == [
        (b"007", "KeyError: 'who wrote this?'"),
        (b"050", "KeyError: 'who wrote this?'"),
    ]
    assert await consumer(database, log, handler).retry_parked() == 0
    assert await consumer(database, log).retry_parked() == 2
    assert (await database.read(ledger.effects))[-2:] == ["007", "050"]
    assert await database.read(parked) == []


async def test_an_effect_that_fails_does_not_take_its_neighbours_along(
    database: Database, log: Log
) -> None:
    async def handler(message: Message) -> Effect | None:
        name = message.record.value.decode()

        def effect(connection: Connection) -> None:
            ledger.add_effect(connection, name)
            if name == "b":
                raise ValueError("cannot be had")

        return effect

    await append(log, "a", "b", "c")
    async with running(consumer(database, log, handler)):
        assert await until_had(database, 2) == ["a", "c"]
    assert await database.read(parked) == [(b"b", "ValueError: cannot be had")]


async def test_handlers_act_for_philomel_itself(database: Database, log: Log) -> None:
    async def handler(message: Message) -> Effect | None:
        current().caller.require_service()
        return await ledger.handle(message)

    await append(log, "a")
    async with running(consumer(database, log, handler)):
        assert await until_had(database, 1) == ["a"]


async def test_the_inbox_forgets_in_time(database: Database, log: Log) -> None:
    clock = FixedClock()
    job = Consumer(database, log, GROUP, (ledger.TOPIC,), ledger.handle, clock)
    await append(log, "a")
    async with running(job):
        await until_had(database, 1)
    clock.advance((INBOX_DAYS + 1) * 86_400_000)
    await append(log, "b")
    async with running(job):
        await until_had(database, 2)
    again = Consumer(database, log, GROUP, (ledger.TOPIC,), ledger.handle, clock)
    async with running(again):

        async def forgotten() -> bool:
            return len(await database.read(seen)) == 1

        await until(forgotten)


async def test_a_log_whose_own_disk_is_full_loses_nothing(database: Database, log: Log) -> None:
    assert isinstance(log, LocalLog)
    await log.write(lambda driver: driver.execute("PRAGMA max_page_count = 1").fetchall())
    with pytest.raises(Unavailable, match="full"):
        await append(log, "x" * 100_000)
    names = [f"{number:03d}" + "x" * 60 for number in range(100)]
    async with running(relay(database, log), consumer(database, log)):
        for name in names:
            await database.write(changing(name))  # acknowledged: the log is asked later
        assert await database.read(ledger.waiting) > 0
        await log.write(lambda driver: driver.execute("PRAGMA max_page_count = 9999").fetchall())
        assert await until_had(database, len(names)) == names


async def test_a_log_that_is_away_delays_and_keeps_the_order(database: Database, log: Log) -> None:
    class Flaky:
        """Takes the records and loses the answer, every other time."""

        def __init__(self) -> None:
            self.calls = 0

        async def append(self, topic: str, records: Sequence[Record]) -> None:
            self.calls += 1
            if self.calls % 3 != 2:
                await log.append(topic, records)
            if self.calls % 3:
                raise Unavailable("no answer")

        def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
            return log.subscribe(group, topics)

        async def end(self, topic: str) -> int:
            return await log.end(topic)

        async def close(self) -> None: ...

    names = [f"{number:03d}" for number in range(20)]
    flaky = Flaky()
    async with running(relay(database, flaky), consumer(database, log)):
        for name in names:
            await database.write(changing(name))

        async def carried() -> bool:
            return await database.read(ledger.waiting) == 0

        await until(carried)
        assert flaky.calls >= 3
        await append(log, "last")
        assert await until_had(database, len(names) + 1) == [*names, "last"]


def parked(connection: Connection) -> list[tuple[bytes, str]]:
    table = ledger.METADATA.tables["parked"]
    rows = connection.execute(select(table.c.value, table.c.error).order_by(table.c.offset))
    return [(row.value, row.error) for row in rows]


def seen(connection: Connection) -> list[str]:
    return list(connection.scalars(select(ledger.METADATA.tables["inbox"].c.event_id)))
