"""kill -9 between every two steps, two workers at once, transactions that commit out of order."""

import asyncio
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.engines.outbox import ledger
from tests.engines.outbox.test_outbox import changing, consumer, relay, running, until

from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Relay
from philomel.engines.sql import Database
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.postgres import open_postgres
from philomel.engines.sql.sqlite import open_sqlite
from philomel.kernel.clock import FixedClock, SystemClock

STEPS = [
    "change.made",
    "change.written",
    "relay.read",
    "relay.appended",
    "relay.deleted",
    "consumer.polled",
    "consumer.handled",
    "consumer.effect",
    "consumer.written",
    "consumer.committed",
]
CHANGES = 40


class Place:
    """A database that child processes can open as well."""

    def __init__(self, argument: str, log: Path) -> None:
        self.argument = argument
        self.log = log

    def open(self) -> Database:
        url, _, schema = self.argument.partition("#")
        return open_postgres(url, schema) if schema else open_sqlite(Path(url))

    async def start(self, changes: int, fate: str = "") -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.engines.outbox.worker"),
            *(self.argument, str(self.log), str(changes), fate),
            stdout=subprocess.PIPE,
        )


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        argument = str(tmp_path / "ledger.sqlite")
    else:
        url = request.getfixturevalue("postgres_url")
        argument = f"{url}#ledger_{secrets.token_hex(6)}"
    found = Place(argument, tmp_path / "events.log")
    database = found.open()
    await prepare(database, ledger.SCHEMA, tmp_path)
    await database.close()
    return found


async def settle(place: Place) -> tuple[list[str], list[str]]:
    """Start again and let everything arrive; the changes and, in order, their effects."""
    database, log = place.open(), open_local_log(place.log, SystemClock())

    async def arrived() -> bool:
        made, had = await database.read(ledger.changes), await database.read(ledger.effects)
        return len(had) >= len(made) and await database.read(ledger.waiting) == 0

    async with running(relay(database, log), consumer(database, log)):
        await until(arrived)
        await asyncio.sleep(0.05)  # what comes twice would come now
    found = await database.read(ledger.changes), await database.read(ledger.effects)
    await log.close()
    await database.close()
    return found


@pytest.mark.parametrize("step", STEPS)
async def test_kill_9_loses_nothing_and_repeats_nothing(place: Place, step: str) -> None:
    child = await place.start(CHANGES, f"{step}:3")
    out, _ = await child.communicate()
    assert child.returncode == -9
    acknowledged = out.decode().split()
    made, had = await settle(place)
    assert set(acknowledged) <= set(made)
    assert had == made


async def test_two_workers_at_once_and_one_dies(place: Place) -> None:
    """Both relay and both consume; the first is killed half way."""
    workers = [await place.start(0) for _ in range(2)]
    database = place.open()
    names = [f"{number:04d}" for number in range(120)]
    for name in names:
        await database.write(changing(name))
        if name == "0060":

            async def begun() -> bool:
                return len(await database.read(ledger.effects)) > 5

            await until(begun)
            workers[0].kill()

    async def arrived() -> bool:
        return len(await database.read(ledger.effects)) >= len(names)

    await until(arrived)
    for worker in workers:
        if worker.returncode is None:
            worker.kill()
        await worker.communicate()
    await database.close()
    _, had = await settle(place)
    assert had == names


async def test_transactions_that_commit_out_of_order_are_not_skipped(
    postgres_url: str, tmp_path: Path
) -> None:
    schema = f"ledger_{secrets.token_hex(6)}"
    database = open_postgres(postgres_url, schema)
    await prepare(database, ledger.SCHEMA, tmp_path)
    log = open_local_log(tmp_path / "events.log", FixedClock())
    carrier = Relay(database, log, ledger.TOPIC, SystemClock())
    member = log.subscribe("g", (ledger.TOPIC,))
    engine = create_async_engine(postgres_url.replace("postgresql:", "postgresql+asyncpg:"))

    def announce(connection: Connection, name: str) -> None:
        connection.execute(text(f"SET LOCAL search_path = {schema}"))
        ledger.change(connection, name)

    async def log_says() -> list[str]:
        await carrier.relay()
        return [message.record.value.decode() for message in await member.poll(wait=0)]

    async with engine.connect() as first, engine.connect() as second, engine.connect() as third:
        await first.run_sync(announce, "first")
        await second.run_sync(announce, "second")
        await second.commit()
        # The second is committed and comes later in the outbox: it waits for the first.
        assert await log_says() == []
        await third.run_sync(announce, "third")
        await first.commit()
        assert await log_says() == ["first", "second"]
        await third.rollback()
        assert await log_says() == []
    await engine.dispose()
    assert await database.read(ledger.waiting) == 0
    await log.close()
    await database.close()
