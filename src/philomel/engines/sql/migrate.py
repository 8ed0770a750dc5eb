"""Brings a database to the version this code writes, or says why it cannot.

Every database carries `version` and `compatible_from` in its table `schema_version`. Code
that finds a newer version goes on if its own version is at least `compatible_from`: that
is how old and new processes run side by side. Revisions are Alembic operations, one
module per version; each runs in a transaction of its own together with its version, so a
crash leaves whole versions. Alembic itself is imported only when there is work for it.
"""

import asyncio
import importlib
import logging
import pkgutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from msgspec import Struct
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)

from philomel.engines.sql import Database, Schema
from philomel.kernel.errors import FailedPrecondition, Internal

T = TypeVar("T")
_log = logging.getLogger(__name__)

COPIES_KEPT = 3
"""Of a database as it was before an update."""

_METADATA = MetaData()
SCHEMA_VERSION = Table(
    "schema_version",
    _METADATA,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("compatible_from", Integer, nullable=False),
)

# Alembic's `op` stands for one migration at a time in the whole process.
_MIGRATING = threading.Lock()


class Incompatible(FailedPrecondition):
    """This program cannot work with that database."""

    code = "sql.incompatible_database"


class State(Struct, frozen=True):
    """What a database says about itself; version 0 is an empty one."""

    version: int
    compatible_from: int


@runtime_checkable
class Migratable(Protocol):
    """What an adapter offers beyond `Database`."""

    async def migrate(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that may take long and excludes other migrations."""
        ...

    async def backup(self, target: Path) -> None:
        """Copy one state of the database to a new file; engines with their own do nothing."""
        ...


async def prepare(database: Database, schema: Schema, folder: Path) -> State:
    """Make `database` ready for this code, and return what it then is.

    A database that holds data is copied to `folder`/backups before its first change.

    Raises:
        Incompatible: it was written by a version that this code cannot work with, or it
            is not a database of this service.
        Unavailable: the engine is away.
    """
    found = await database.read(lambda connection: _state(connection, schema))
    if found.version >= schema.version:
        return found
    if not isinstance(database, Migratable):
        raise Internal("this database cannot be migrated")
    if found.version and database.dialect == "sqlite":
        await _back_up(database, schema, found, folder / "backups")
    while not _MIGRATING.acquire(blocking=False):  # noqa: ASYNC110  other loops hold it too
        await asyncio.sleep(0.01)
    try:
        for version, module in _revisions(schema):
            if version > found.version:
                await database.migrate(_step(schema, version, module))
                # A database that is only now made has nothing that its owner should know of.
                level = logging.INFO if found.version else logging.DEBUG
                _log.log(level, "database %s is at version %d", schema.name, version)
    finally:
        _MIGRATING.release()
    return await database.read(lambda connection: _state(connection, schema))


async def examine(database: Database, schema: Schema) -> State:
    """What `database` is now, without changing it.

    Raises:
        Incompatible: as `prepare` does.
    """
    return await database.read(lambda connection: _state(connection, schema))


def _state(connection: Connection, schema: Schema) -> State:
    """Read and judge what the database says about itself."""
    inspector = inspect(connection)
    if not inspector.has_table(SCHEMA_VERSION.name):
        if connection.dialect.name == "sqlite" and inspector.get_table_names():
            raise Incompatible(
                f"the database of {schema.name} has tables but no version: it is not one of"
                " Philomel's. Move the file away or choose another data folder"
            )
        return State(0, 0)
    rows = connection.execute(select(SCHEMA_VERSION)).all()
    names = {row.name for row in rows}
    if names and names != {schema.name}:
        raise Incompatible(
            f"the database of {schema.name} belongs to {', '.join(sorted(names))}:"
            " two files or schemas were mixed up"
        )
    if not rows:
        return State(0, 0)
    state = State(rows[0].version, rows[0].compatible_from)
    if state.compatible_from > schema.version:
        raise Incompatible(
            f"the database of {schema.name} was written by a newer Philomel (version"
            f" {state.version}, for programs from version {state.compatible_from} on; this"
            f" program has version {schema.version}). Update Philomel, or restore the copy"
            " that was made before the update"
        )
    return state


async def _back_up(database: Migratable, schema: Schema, found: State, folder: Path) -> None:
    def choose() -> Path:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stem = f"{schema.name}-version-{found.version}"
        target, number = folder / f"{stem}.sqlite", 1
        while target.exists():
            number += 1
            target = folder / f"{stem}-{number}.sqlite"
        return target

    def forget() -> None:
        made = folder.glob(f"{schema.name}-version-*.sqlite")
        for old in sorted(made, key=lambda path: path.stat().st_mtime_ns)[:-COPIES_KEPT]:
            old.unlink()

    loop = asyncio.get_running_loop()
    target = await loop.run_in_executor(None, choose)
    await database.backup(target)
    await loop.run_in_executor(None, forget)
    _log.info("database %s was copied to %s before its update", schema.name, target)


def _revisions(schema: Schema) -> list[tuple[int, str]]:
    """Versions and module names, in order, without a gap up to the schema's version."""
    package = importlib.import_module(schema.migrations)
    found = sorted(
        (int(module.name[:4]), f"{schema.migrations}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
        if module.name[:4].isdigit()
    )
    if [version for version, _ in found] != list(range(1, schema.version + 1)):
        raise Internal(f"the migrations of {schema.name} do not lead to {schema.version}")
    return found


def _step(schema: Schema, version: int, module: str) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        from alembic.operations import Operations
        from alembic.runtime.migration import MigrationContext

        _METADATA.create_all(connection)
        found = _state(connection, schema)
        if found.version >= version:
            return  # another process was first
        with Operations.context(MigrationContext.configure(connection)):
            importlib.import_module(module).upgrade()
        _record(connection, schema, version)

    return work


def _record(connection: Connection, schema: Schema, version: int) -> None:
    # Between two revisions only programs of about this version may come in.
    values = {"version": version, "compatible_from": min(version, schema.compatible_from)}
    if connection.scalar(select(func.count()).select_from(SCHEMA_VERSION)):
        connection.execute(update(SCHEMA_VERSION).values(values))
    else:
        connection.execute(insert(SCHEMA_VERSION).values(name=schema.name, **values))
