"""What only the PostgreSQL adapter has to prove: a server that goes away and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Column as Col
from sqlalchemy import Connection, Integer, MetaData, Table, insert, select, text
from tests.servers import postgres

from philomel.engines.sql.postgres import PostgresDatabase, open_postgres
from philomel.kernel.errors import DeadlineExceeded, Unavailable

METADATA = MetaData()
NUMBERS = Table("numbers", METADATA, Col("number", Integer, primary_key=True, autoincrement=False))


def add(connection: Connection, number: int) -> None:
    connection.execute(insert(NUMBERS), {"number": number})


def all_numbers(connection: Connection) -> list[int]:
    return list(connection.scalars(select(NUMBERS.c.number).order_by(NUMBERS.c.number)))


@pytest.fixture
async def database(postgres_url: str, tmp_path: Path) -> AsyncIterator[PostgresDatabase]:
    opened = open_postgres(postgres_url, f"t{abs(hash(tmp_path))}")
    await opened.migrate(METADATA.create_all)
    yield opened
    await opened.close()


async def test_a_connection_that_was_cut_is_replaced(database: PostgresDatabase) -> None:
    await database.write(lambda c: add(c, 1))
    # Everyone's connections but this one's, as a restart of the server does it.
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = current_setting('application_name')"
        " AND pid <> pg_backend_pid()"
    )
    await asyncio.gather(*(database.read(all_numbers) for _ in range(6)))
    await database.read(lambda c: c.execute(cut).all())
    for number in range(2, 8):
        await database.write(partial(add, number=number))
    assert await database.read(all_numbers) == list(range(1, 8))


async def test_a_server_that_is_away_is_unavailable_and_found_again(tmp_path: Path) -> None:
    with postgres.start(tmp_path / "server") as url:
        database = open_postgres(url, "numbers")
        await database.migrate(METADATA.create_all)
        await database.write(lambda c: add(c, 1))
    before = time.monotonic()
    for _ in range(2):
        with pytest.raises(Unavailable):
            await database.read(all_numbers)
        with pytest.raises(Unavailable):
            await database.write(lambda c: add(c, 2))
    assert time.monotonic() - before < 10
    with postgres.start(tmp_path / "server", port=int(url.rpartition(":")[2].partition("/")[0])):
        await database.write(lambda c: add(c, 3))
        assert await database.read(all_numbers) == [1, 3]
        await database.close()


async def test_two_schemas_of_one_database_are_strangers(
    database: PostgresDatabase, postgres_url: str
) -> None:
    other = open_postgres(postgres_url, "stranger")
    await other.migrate(METADATA.create_all)
    await database.write(lambda c: add(c, 1))
    assert await other.read(all_numbers) == []
    await other.close()


async def test_a_statement_that_takes_too_long_is_ended(database: PostgresDatabase) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("SET LOCAL statement_timeout = 50"))
        connection.execute(text("SELECT pg_sleep(10)"))

    with pytest.raises(DeadlineExceeded):
        await database.read(work)
    assert await database.read(all_numbers) == []


async def test_a_cancelled_call_gives_its_connection_back(database: PostgresDatabase) -> None:
    for _ in range(20):
        task = asyncio.ensure_future(database.read(lambda c: c.execute(text("SELECT pg_sleep(9)"))))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await database.read(all_numbers) == []


def test_a_schema_s_name_is_no_sql() -> None:
    with pytest.raises(ValueError, match="small letters"):
        open_postgres("postgresql://x", 'a"; DROP SCHEMA public; --')


async def test_the_tests_server_sorts_by_a_language(database: PostgresDatabase) -> None:
    """Or lists whose order was left to chance would pass here and fail elsewhere."""
    assert await database.read(lambda c: c.scalar(text("SELECT 'a' < 'B'")))
    assert not await database.read(lambda c: c.scalar(text("""SELECT 'a' COLLATE "C" < 'B'""")))


async def test_a_wrong_address_says_so(postgres_url: str) -> None:
    server = postgres_url.rpartition("/")[0]
    for address, sentence in (
        (f"{server}/nothing", "check its name"),
        ("postgresql://philomel@127.0.0.1:1/postgres?sslmode=disable", "cannot be reached"),
    ):
        database = open_postgres(address, "numbers")
        with pytest.raises(Unavailable, match=sentence):
            await database.read(all_numbers)
        await database.close()
