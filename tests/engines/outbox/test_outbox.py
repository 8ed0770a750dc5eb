"""From a change to its effect, over every database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.conftest import DatabaseFor
from tests.engines.outbox import ledger

from philomel.engines.log import Log
from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Consumer, Effect, Handler, Job, Relay
from philomel.engines.sql import Database
from philomel.kernel.clock import FixedClock, SystemClock

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
