"""Rows go from one engine to the other and back, and sum up to the same."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Float, Integer, LargeBinary, Table, inspect

from philomel.app.keeping.filling import fill_postgres, new_file
from philomel.app.keeping.moment import tally_path, tally_postgres
from philomel.app.keeping.place import schemas
from philomel.engines.sql import Schema, rows
from philomel.engines.sql.migrate import SCHEMA_VERSION, prepare
from philomel.engines.sql.postgres import connect_once
from philomel.engines.sql.sqlite import open_sqlite

NAMES = [schema.name for schema in schemas()]


def schema_of(name: str) -> Schema:
    return next(schema for schema in schemas() if schema.name == name)


def made_up(table: Table) -> Sequence[rows.Row]:
    """Two rows with something telling in every column; the second has NULL where it may."""
    found = []
    for number in (1, 2):
        row: list[Any] = []
        for column in rows.columns(table):
            if number == 2 and column.nullable:
                row.append(None)
            elif isinstance(column.type, Boolean):
                row.append(number == 1)
            elif isinstance(column.type, Integer):
                row.append(number * 7)
            elif isinstance(column.type, Float):
                row.append(number / 3)
            elif isinstance(column.type, LargeBinary):
                row.append(bytes([0, 255, number]))
            else:
                # Where a row refers to another one, both are called the same.
                row.append(f"é{number}")
        found.append(tuple(row))
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_every_row_arrives_as_it_was(name: str, tmp_path: Path, postgres_url: str) -> None:
    schema = schema_of(name)
    first, again = tmp_path / "first.sqlite", tmp_path / "again.sqlite"
    with await new_file(schema, first) as loading:
        for table in rows.tables(schema.metadata):
            loading.add(table, made_up(table))
    wanted = tally_path(first, schema)
    assert {tally.rows for tally in wanted.values()} == {2}

    connection = await connect_once(postgres_url)
    try:
        await connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
        for _ in range(2):  # as after a kill: what is there already goes
            await fill_postgres(connection, postgres_url, schema, first)
        async with connection.transaction():
            assert await tally_postgres(connection, schema) == wanted
            with await new_file(schema, again) as loading:
                for table in rows.tables(schema.metadata):
                    async for batch in rows.read_postgres(connection, schema, table):
                        loading.add(table, batch)
        # Numbers the server gives out go on above those that came.
        position = await connection.fetchval(
            f"INSERT INTO \"{name}\".outbox (event_id, key, type, value) VALUES ('e','k','t','')"
            " RETURNING position"
        )
        assert position == 15
        await connection.execute(f'DROP SCHEMA "{name}" CASCADE')
    finally:
        await connection.close()
    assert tally_path(again, schema) == wanted


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_is_kept_outside_the_tables_that_are_carried(
    name: str, tmp_path: Path
) -> None:
    schema = schema_of(name)
    database = open_sqlite(tmp_path / "new.sqlite")
    await prepare(database, schema, tmp_path)
    there = await database.read(lambda connection: set(inspect(connection).get_table_names()))
    await database.close()
    assert there == {*schema.metadata.tables, SCHEMA_VERSION.name}


async def test_another_order_and_other_values(tmp_path: Path) -> None:
    """The sum says that two tables are the same, whatever their order, and only then."""
    schema = schema_of("playlists")
    marks = schema.metadata.tables["mark"]
    first, second = made_up(marks)
    sums = []
    for number, content in enumerate(
        [(first, second), (second, first), (first, first[:1] + second[1:])]
    ):
        path = tmp_path / f"{number}.sqlite"
        with await new_file(schema, path) as loading:
            loading.add(marks, content)
        sums.append(tally_path(path, schema)["mark"])
    assert sums[0] == sums[1] != sums[2]


async def test_a_file_that_was_not_finished_is_gone(tmp_path: Path) -> None:
    schema = schema_of("playlists")
    path = tmp_path / "new.sqlite"
    loading = await new_file(schema, path)
    with pytest.raises(sqlite3.Error), loading:
        raise sqlite3.OperationalError("the disk is full")
    assert list(tmp_path.iterdir()) == []
