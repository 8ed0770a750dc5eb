"""Fixtures that every suite may ask for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from philomel.engines.sql import Database, Schema
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite

DatabaseFor = Callable[[Schema], Awaitable[Database]]


@pytest.fixture(params=["sqlite"])
async def database_for(tmp_path: Path) -> AsyncIterator[DatabaseFor]:
    """Makes a fresh, migrated database for a schema; closed after the test."""
    opened: list[Database] = []

    async def make(schema: Schema) -> Database:
        database: Database = open_sqlite(tmp_path / f"{schema.name}-{len(opened)}.sqlite")
        opened.append(database)
        await prepare(database, schema, tmp_path)
        return database

    yield make
    for database in opened:
        await database.close()
