"""One statement for many rows is what the same rows one by one are."""

import pytest
from sqlalchemy import Connection, bindparam, case, insert, select, update
from tests.conftest import DatabaseFor
from tests.engines.sql import shelf

from philomel.engines.sql import Database, among, insert_on, write_many

SHELVES = shelf.SHELVES
_NAME = (
    update(SHELVES)
    .where(SHELVES.c.id == bindparam("shelf"))
    .values(
        name=bindparam("called"), books=case((SHELVES.c.id == 2, SHELVES.c.books + 10), else_=1)
    )
)
_SOME = update(SHELVES).where(SHELVES.c.id.in_(bindparam("ids", expanding=True))).values(books=1)


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(shelf.SCHEMA)


def everything(connection: Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(
        select(SHELVES.c.id, SHELVES.c.name, SHELVES.c.books).order_by(SHELVES.c.id)
    )
    return [tuple(row) for row in rows]


async def test_rows_are_inserted_and_changed(database: Database) -> None:
    def work(connection: Connection) -> None:
        write_many(connection, SHELVES, [])
        rows = [{"id": number, "name": f"'{number}\N{BLACK HEART SUIT}"} for number in (1, 2, 3)]
        write_many(connection, SHELVES, rows)
        named = [{"shelf": 3, "called": "three"}, {"called": "two", "shelf": 2}]
        write_many(connection, _NAME, named)

    await database.write(work)
    found = await database.read(everything)
    assert found == [(1, "'1\N{BLACK HEART SUIT}", 0), (2, "two", 10), (3, "three", 1)]


async def test_what_is_there_is_kept_or_changed(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(SHELVES), {"id": 1, "name": "old", "books": 4})
        statement = insert_on(connection.dialect.name, SHELVES)
        either = statement.on_conflict_do_update(
            index_elements=["id"], set_={"books": SHELVES.c.books + statement.excluded.books}
        )
        rows = [{"id": number, "name": "new", "books": 1} for number in (1, 2)]
        write_many(connection, either, rows)

    await database.write(work)
    assert await database.read(everything) == [(1, "old", 5), (2, "new", 1)]


async def test_lists_of_values_are_refused(database: Database) -> None:
    if database.dialect != "sqlite":
        return  # passed on as it is
    with pytest.raises(TypeError, match="ids"):
        await database.write(lambda c: write_many(c, _SOME, [{"ids": [1]}]))


async def test_rows_among_very_many_names(database: Database) -> None:
    names = [f"name {number}" for number in range(among.MANY + 50)]
    these = among.Among(select(SHELVES.c.name), SHELVES.c.name)

    def work(connection: Connection) -> None:
        def found(asked: list[str]) -> list[str]:
            return sorted(row.name for row in these.rows(connection, {}, asked))

        assert found(names) == []
        write_many(connection, SHELVES, [{"id": 1, "name": names[-1]}, {"id": 2, "name": "other"}])
        assert found(names) == [names[-1]]
        more = [{"id": 3 + number, "name": f"more {number}"} for number in range(len(names))]
        write_many(connection, SHELVES, more)
        assert found([*names[3:], "other", "nobody's"]) == [names[-1], "other"]

    await database.write(work)
