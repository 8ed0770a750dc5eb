"""One moment of an installation that may be at work: every database and the event log.

On SQLite all files are held for as long as it takes to open a snapshot of each. PostgreSQL has one
snapshot for all schemas of a database; it is taken while the log is held. With the log at rest no
event can be lost between the two: what a relay has removed from an outbox is in the log already,
and a position in the log only moves once the effect is in the database.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from philomel.app.keeping.filling import new_file
from philomel.app.keeping.place import LOG, Place, file_state, schemas
from philomel.app.refusal import Exit, Refusal
from philomel.engines.sql import Schema, rows
from philomel.engines.sql.cut import Snapshots, hold
from philomel.engines.sql.rows import Counting, Tally
from philomel.kernel.errors import Unavailable

if TYPE_CHECKING:
    import asyncpg


class Moment(Protocol):
    """Attributes:
    held_seconds: how long writers had to wait for it.
    states: version and compatible_from of what is there, by service.
    """

    held_seconds: float
    states: dict[str, tuple[int, int]]

    async def write(self, schema: Schema, target: Path) -> None:
        """Write a service's database to a new SQLite file, durably."""
        ...

    async def write_log(self, target: Path) -> None:
        """Write the event log to a new file, durably."""
        ...

    async def tallies(self, schema: Schema) -> dict[str, Tally]:
        """What each table of a service holds."""
        ...


class _OnFiles:
    def __init__(self, snapshots: Snapshots, states: dict[str, tuple[int, int]]) -> None:
        self._snapshots = snapshots
        self.held_seconds = snapshots.held_seconds
        self.states = states

    async def write(self, schema: Schema, target: Path) -> None:
        self._snapshots.copy(schema.name, target)

    async def write_log(self, target: Path) -> None:
        self._snapshots.copy(LOG, target)

    async def tallies(self, schema: Schema) -> dict[str, Tally]:
        check_version(schema, self.states[schema.name])
        return tally_file(self._snapshots[schema.name], schema)


class _OnPostgres:
    def __init__(
        self,
        connection: "asyncpg.Connection",
        snapshots: Snapshots,
        states: dict[str, tuple[int, int]],
    ) -> None:
        self._connection = connection
        self._snapshots = snapshots
        self.held_seconds = snapshots.held_seconds
        self.states = states

    async def write(self, schema: Schema, target: Path) -> None:
        check_version(schema, self.states[schema.name])
        with await new_file(schema, target) as loading:
            for table in rows.tables(schema.metadata):
                async for batch in rows.read_postgres(self._connection, schema, table):
                    loading.add(table, batch)

    async def write_log(self, target: Path) -> None:
        self._snapshots.copy(LOG, target)

    async def tallies(self, schema: Schema) -> dict[str, Tally]:
        check_version(schema, self.states[schema.name])
        return await tally_postgres(self._connection, schema)


@asynccontextmanager
async def moment(place: Place) -> AsyncIterator[Moment]:
    """This moment of an installation.

    Raises:
        Refusal: there is nothing, or another process keeps the log.
        Unavailable: a database is away, or written to for too long at a time.
    """
    place.check_whole()
    if not place.log.exists():
        raise Refusal(f"there is no installation in {place.folder}", Exit.NOT_FOUND)
    if place.dsn is None:
        with hold(place.files()) as snapshots:
            pass
        try:
            yield _OnFiles(snapshots, _states_of_files(snapshots, place))
        finally:
            snapshots.close()
        return
    from philomel.engines.sql.postgres import connect_once

    connection = await connect_once(place.dsn)
    try:
        with hold({LOG: place.log}) as snapshots:
            # The first statement of the transaction takes its snapshot.
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")
        try:
            states = await states_of_postgres(connection)
            yield _OnPostgres(connection, snapshots, states)
        finally:
            snapshots.close()
    finally:
        await connection.close(timeout=5)


def _states_of_files(snapshots: Snapshots, place: Place) -> dict[str, tuple[int, int]]:
    states = {name: file_state(snapshots[name]) for name in place.files() if name != LOG}
    return {name: state for name, state in states.items() if state[0]}


async def states_of_postgres(connection: "asyncpg.Connection") -> dict[str, tuple[int, int]]:
    """Version and compatible_from of every service's schema that is there."""
    names = [schema.name for schema in schemas()]
    there = await connection.fetch(
        "SELECT schemaname FROM pg_tables WHERE tablename = 'schema_version'"
        " AND schemaname = ANY($1::text[])",
        names,
    )
    found: dict[str, tuple[int, int]] = {}
    for (name,) in there:
        row = await connection.fetchrow(
            f'SELECT version, compatible_from FROM "{name}".schema_version'  # noqa: S608  one of ours
        )
        if row is not None:
            found[name] = (row[0], row[1])
    return found


def check_version(schema: Schema, state: tuple[int, int]) -> None:
    """Rows are carried by the tables that this program knows.

    Raises:
        Refusal: they are of another version.
    """
    if state[0] != schema.version:
        raise Refusal(
            f"the database of {schema.name} has version {state[0]}, this program's has "
            f"{schema.version}: run `philomel migrate` first",
            Exit.REFUSED,
        )


def tally_file(reader: sqlite3.Connection, schema: Schema) -> dict[str, Tally]:
    """What each table holds, as `reader` sees it."""
    found = {}
    try:
        for table in rows.tables(schema.metadata):
            counting = Counting()
            for batch in rows.read_sqlite(reader, table):
                counting.add(batch)
            found[table.name] = counting.tally()
    except sqlite3.Error as error:
        raise Unavailable(f"the database of {schema.name} cannot be read: {error}") from None
    return found


def tally_path(path: Path, schema: Schema) -> dict[str, Tally]:
    """What each table in a file holds."""
    with closing(sqlite3.connect(path)) as reader:
        return tally_file(reader, schema)


async def tally_postgres(connection: "asyncpg.Connection", schema: Schema) -> dict[str, Tally]:
    """What each table holds, inside a transaction of `connection`."""
    found = {}
    for table in rows.tables(schema.metadata):
        counting = Counting()
        async for batch in rows.read_postgres(connection, schema, table):
            counting.add(batch)
        found[table.name] = counting.tally()
    return found
