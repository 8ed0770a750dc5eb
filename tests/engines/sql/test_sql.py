"""What every database promises."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import Connection, Row, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.conftest import DatabaseFor
from tests.engines.sql import shelf

from philomel.engines.sql import Database
from philomel.kernel.errors import InvalidArgument, NotFound, Unavailable

SHELVES, BOOKS = shelf.SHELVES, shelf.BOOKS


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(shelf.SCHEMA)


def put(connection: Connection, number: int, name: str | None = None) -> None:
    connection.execute(insert(SHELVES), {"id": number, "name": name or f"shelf {number}"})


def numbers(connection: Connection) -> list[int]:
    return list(connection.scalars(select(SHELVES.c.id).order_by(SHELVES.c.id)))


async def test_a_write_returns_its_result_and_is_read_back(database: Database) -> None:
    def work(connection: Connection) -> str:
        put(connection, 1)
        return "done"

    assert await database.write(work) == "done"
    assert await database.read(numbers) == [1]
    assert await database.read(numbers, long=True) == [1]


async def test_a_thousand_concurrent_writes_and_reads(database: Database) -> None:
    async def one(number: int) -> None:
        await database.write(lambda connection: put(connection, number))
        found = await database.read(
            lambda connection: connection.scalar(select(SHELVES.c.id).where(SHELVES.c.id == number))
        )
        assert found == number

    await asyncio.gather(*(one(number) for number in range(1000)))
    assert await database.read(numbers) == list(range(1000))


async def test_no_update_is_lost(database: Database) -> None:
    await database.write(lambda connection: put(connection, 1))

    def work(connection: Connection) -> None:
        books = connection.scalar(select(SHELVES.c.books).where(SHELVES.c.id == 1)) or 0
        connection.execute(update(SHELVES).where(SHELVES.c.id == 1).values(books=books + 1))

    await asyncio.gather(*(database.write(work) for _ in range(60)))
    assert await database.read(lambda c: c.scalar(select(SHELVES.c.books))) == 60


async def test_what_must_hold_between_two_rows_holds(database: Database) -> None:
    """Write skew: each sees that the other is there and leaves."""
    for number in (1, 2):
        await database.write(partial(put, number=number))

    def leave(connection: Connection, number: int) -> None:
        if len(numbers(connection)) > 1:
            connection.execute(SHELVES.delete().where(SHELVES.c.id == number))

    await asyncio.gather(*(database.write(partial(leave, number=number)) for number in (1, 2)))
    assert len(await database.read(numbers)) == 1


async def test_an_exception_undoes_its_own_work_only(database: Database) -> None:
    def work(connection: Connection, number: int) -> None:
        put(connection, number)
        if number % 3 == 0:
            raise NotFound(f"number {number}")
        if number % 3 == 1:
            put(connection, number)

    async def one(number: int) -> object:
        return await database.write(lambda connection: work(connection, number))

    results = await asyncio.gather(*(one(n) for n in range(30)), return_exceptions=True)
    assert [type(result) for result in results[:3]] == [NotFound, IntegrityError, type(None)]
    assert await database.read(numbers) == [number for number in range(30) if number % 3 == 2]


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.write(lambda c: c.execute(insert(BOOKS), {"id": 1, "shelf_id": 7}))


async def test_a_reader_sees_one_state(database: Database) -> None:
    """Between two statements of a long read, a whole write comes and is not seen."""
    await database.write(lambda connection: put(connection, 1))
    loop = asyncio.get_running_loop()
    started = asyncio.Event()

    def twice(connection: Connection) -> tuple[list[int], list[int]]:
        first = numbers(connection)
        loop.call_soon_threadsafe(started.set)
        connection.execute(text(WAIT[database.dialect]))
        return first, numbers(connection)

    reading = asyncio.ensure_future(database.read(twice, long=True))
    await started.wait()
    await database.write(lambda connection: put(connection, 2))
    assert not reading.done()
    assert await reading == ([1], [1])
    assert await database.read(numbers) == [1, 2]


# Long enough for one write: a recursion in SQLite, which cannot sleep.
WAIT = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)"
    " SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(0.7)",
}


async def test_reads_do_not_write(database: Database) -> None:
    with pytest.raises((Unavailable, DBAPIError)):
        await database.read(lambda connection: put(connection, 1))
    assert await database.read(numbers) == []


async def test_user_text_is_only_a_value(database: Database) -> None:
    name = "'; DROP TABLE shelves; -- 🎵"
    await database.write(lambda connection: put(connection, 1, name))

    def find(connection: Connection) -> Row[tuple[str]]:
        return connection.execute(select(SHELVES.c.name).where(SHELVES.c.name == name)).one()

    assert (await database.read(find)).name == name


@pytest.mark.parametrize("value", [1 << 70, "half a \ud800 character"])
async def test_a_value_that_cannot_be_held_is_the_caller_s(
    database: Database, value: object
) -> None:
    column = SHELVES.c.id if isinstance(value, int) else SHELVES.c.name

    def work(connection: Connection) -> None:
        connection.execute(select(SHELVES).where(column == value)).all()

    for long in (False, True):
        with pytest.raises(InvalidArgument):
            await database.read(work, long=long)
    with pytest.raises(InvalidArgument):
        await database.write(work)


async def test_a_nul_in_a_text_is_no_defect(database: Database) -> None:
    """PostgreSQL cannot hold it, SQLite can: nothing of that name is there in either."""

    def work(connection: Connection) -> int:
        return len(connection.execute(select(SHELVES).where(SHELVES.c.name == "a\0b")).all())

    try:
        assert await database.read(work) == 0
    except InvalidArgument:
        assert database.dialect == "postgresql"


async def test_errors_do_not_tell_values(database: Database) -> None:
    """They are logged; a value may be somebody's password."""
    await database.write(lambda connection: put(connection, 1, "secret"))
    with pytest.raises(IntegrityError) as failure:
        await database.write(lambda connection: put(connection, 1, "secret"))
    assert "secret" not in str(failure.value)


async def test_after_close_it_is_unavailable(database: Database) -> None:
    await database.close()
    with pytest.raises(Unavailable):
        await database.read(numbers)
    with pytest.raises(Unavailable):
        await database.write(lambda connection: put(connection, 1))
    await database.close()
