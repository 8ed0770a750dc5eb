"""Databases with the tables of a service: migrated once, copied or emptied for each test."""

import secrets
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, insert, select, text

from philomel.engines.sql import Database, Schema
from philomel.engines.sql.migrate import SCHEMA_VERSION, prepare
from philomel.engines.sql.postgres import PostgresDatabase, open_postgres
from philomel.engines.sql.sqlite import open_sqlite

Rows = dict[str, list[dict[str, Any]]]

_FILES: dict[str, bytes] = {}
_FREE: dict[str, list[str]] = defaultdict(list)
_SEEDS: dict[str, Rows] = {}

# Analysed tables are planned for what they held; a test that analyses sees only its own.
_EMPTY = """
DO $$ DECLARE filled text; BEGIN
  SELECT string_agg(c.oid::regclass::text, ', ') INTO filled FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND c.relname <> 'schema_version' AND pg_relation_size(c.oid) > 0;
  IF filled IS NOT NULL THEN EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY CASCADE'; END IF;
  DELETE FROM pg_statistic s USING pg_class c
    WHERE s.starelid = c.oid AND c.relnamespace = current_schema()::regnamespace;
END $$
"""


async def sqlite_at(path: Path, schema: Schema) -> Database:
    """A new database in the file `path`."""
    key = _key(schema)
    if key is not None and not path.exists():
        if key not in _FILES:
            _FILES[key] = await _migrated(schema)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_FILES[key])
    database = open_sqlite(path)
    await prepare(database, schema, path.parent)
    return database


class PostgresSchemas:
    """Schemas on one server; those that are given back are used again.

    Making one takes many statements for each migration, emptying it one.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._given: list[tuple[str | None, str, PostgresDatabase]] = []

    async def make(self, schema: Schema, folder: Path) -> Database:
        """A database as if it were new."""
        key = _key(schema)
        used = _FREE[key].pop() if key is not None and _FREE[key] else None
        name = used or f"{schema.name}_{secrets.token_hex(6)}"
        database = open_postgres(self._url, name)
        self._given.append((key, name, database))
        if used is not None:
            seeds = _SEEDS[key or ""]
            await database.migrate(lambda connection: _empty(connection, schema, seeds))
        await prepare(database, schema, folder)
        if key is not None and key not in _SEEDS:
            _SEEDS[key] = await database.read(lambda connection: _seeds(connection, schema))
        return database

    async def close(self) -> None:
        """Close what was made, and keep it for the next."""
        for key, name, database in self._given:
            await database.close()
            if key is not None:
                _FREE[key].append(name)


def _key(schema: Schema) -> str | None:
    """What tells one service's tables from another's; None for those that tests make up."""
    if not schema.migrations.startswith("philomel."):
        return None
    return f"{schema.migrations} {schema.name} {schema.version} {schema.compatible_from}"


async def _migrated(schema: Schema) -> bytes:
    with TemporaryDirectory(prefix="philomel-") as folder:
        file = Path(folder) / "new.sqlite"
        database = open_sqlite(file)
        await prepare(database, schema, Path(folder))
        await database.close()
        assert {path.name for path in Path(folder).iterdir()} == {file.name}
        return file.read_bytes()


def _seeds(connection: Connection, schema: Schema) -> Rows:
    """What migrations put into tables."""
    found = {
        name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for name, table in schema.metadata.tables.items()
        if name != SCHEMA_VERSION.name
    }
    return {name: rows for name, rows in found.items() if rows}


def _empty(connection: Connection, schema: Schema, seeds: Rows) -> None:
    connection.execute(text(_EMPTY))
    for name, rows in seeds.items():
        connection.execute(insert(schema.metadata.tables[name]), rows)
