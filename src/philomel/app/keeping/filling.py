"""Puts a service's rows into a database that is made for them."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Table

from philomel.app.keeping.place import file_state
from philomel.app.refusal import Exit, Refusal
from philomel.engines.sql import Schema, rows
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.sql.writer import unavailable
from philomel.kernel.errors import Unavailable

if TYPE_CHECKING:
    import asyncpg


class Loading:
    """A new file that takes rows until the block ends; then it is durable, or gone."""

    def __init__(self, schema: Schema, path: Path) -> None:
        self._path = path
        self._driver = sqlite3.connect(path, isolation_level=None)
        self._driver.execute("PRAGMA foreign_keys = OFF")
        self._driver.execute("PRAGMA journal_mode = DELETE")
        self._driver.execute("BEGIN IMMEDIATE")
        rows.empty_sqlite(self._driver, schema)

    def add(self, table: Table, batch: Sequence[rows.Row]) -> None:
        try:
            rows.write_sqlite(self._driver, table, batch)
        except sqlite3.Error as error:
            raise unavailable(error) or Unavailable(f"{self._path}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._driver.execute("COMMIT")
        except sqlite3.Error as failed:
            kind = type(failed)
            raise unavailable(failed) or Unavailable(f"{self._path}: {failed}") from None
        finally:
            self._driver.close()
            if kind is not None:
                self._path.unlink(missing_ok=True)
        if kind is not None:
            return
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def new_file(schema: Schema, path: Path) -> Loading:
    """An empty file with a service's tables."""
    database = open_sqlite(path)
    try:
        await prepare(database, schema, path.parent)
    finally:
        await database.close()
    return Loading(schema, path)


async def bring_up_to_date(schema: Schema, path: Path) -> None:
    """Let a file that lies outside an installation have this program's tables.

    Raises:
        Refusal: it was written by a later program.
    """
    with closing(sqlite3.connect(path)) as reader:
        version, compatible_from = file_state(reader)
    if compatible_from > schema.version:
        raise Refusal(later(schema), Exit.REFUSED, "later_backup")
    if version < schema.version:
        database = open_sqlite(path)
        try:
            await prepare(database, schema, path.parent)
        finally:
            await database.close()


def later(schema: Schema) -> str:
    return f"the database of {schema.name} was written by a later Philomel: update this one"


async def fill_postgres(
    connection: "asyncpg.Connection", dsn: str, schema: Schema, path: Path
) -> None:
    """Let a schema hold what a file holds, in one transaction; what it held before goes.

    Raises:
        Unavailable: the server is away or refuses a row.
    """
    import asyncpg

    from philomel.engines.sql.postgres import open_postgres

    database = open_postgres(dsn, schema.name)
    try:
        await prepare(database, schema, path.parent)
    finally:
        await database.close()
    try:
        with closing(sqlite3.connect(path)) as source:
            async with connection.transaction():
                await rows.empty_postgres(connection, schema)
                for table in rows.tables(schema.metadata):
                    for batch in rows.read_sqlite(source, table):
                        await rows.write_postgres(connection, schema, table, batch)
                await rows.mend_sequences(connection, schema)
    except asyncpg.PostgresError as error:
        raise Unavailable(f"the rows of {schema.name} cannot be written: {error}") from None
    except (OSError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"the database went away: {error}") from None
