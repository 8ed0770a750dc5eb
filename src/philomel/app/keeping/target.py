"""What of an installation is replaced, and how it is put there."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from philomel.app.keeping.filling import bring_up_to_date, fill_postgres
from philomel.app.keeping.moment import states_of_postgres
from philomel.app.keeping.place import (
    INDEX,
    LEDGERS,
    LOG,
    Place,
    schemas,
    sync_folder,
    write_durably,
)
from philomel.app.process.marks import ARRIVING, Arriving
from philomel.app.refusal import Exit, Refusal
from philomel.engines.sql import Schema
from philomel.engines.sql.postgres import KEEPING
from philomel.kernel.errors import PhilomelError

if TYPE_CHECKING:
    import asyncpg

_UPDATED = "updated"


def mark(place: Place, coming: Arriving) -> None:
    write_durably(place.folder / ARRIVING, msgspec.json.encode(coming))


def unmark(place: Place) -> None:
    (place.folder / ARRIVING).unlink(missing_ok=True)
    sync_folder(place.folder)


class Target:
    """What of an installation a restore replaces."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def _names(self) -> Sequence[str]:
        """In the data folder; the key ring is seen to by itself."""
        names = [*(f"{name}.sqlite" for name in _databases()), LOG]
        names += [f"{name}{end}" for name in names for end in ("-wal", "-shm", "-journal")]
        return [*names, f"{LOG}.groups", INDEX, "blobs"]

    def _present(self) -> list[str]:
        folder = self._place.folder
        # An empty folder is what any command leaves.
        return [
            name
            for name in self._names()
            if (folder / name).is_file()
            or ((folder / name).is_dir() and any((folder / name).iterdir()))
        ]

    async def found(self) -> list[str]:
        """What is there, in words."""
        there = self._present()
        if self._place.dsn is not None:
            async with connected(self._place.dsn) as connection:
                states = await states_of_postgres(connection)
            there += [f"the PostgreSQL schema {name}" for name in sorted(states)]
        return there

    async def put_aside(self, name: str) -> None:
        """Move what is there to the folder `name`; schemas get its name at their end."""
        folder = self._place.folder
        aside = folder / name
        aside.mkdir(mode=0o700, exist_ok=True)
        for each in self._present():
            (folder / each).rename(aside / each)
        keys = self._place.keys
        if keys is not None and keys.exists() and not (aside / "keys").exists():
            # Copied: a backup without keys goes on with those that are here.
            shutil.copy2(keys, aside / "keys")
        sync_folder(aside)
        sync_folder(folder)
        await self._rename_schemas(lambda schema: (schema, _aside_name(schema, name)))

    async def clear(self) -> None:
        """Remove what a killed restore put here. What was here before is aside."""
        folder = self._place.folder
        for name in self._names():
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    async def undo(self, coming: Arriving) -> None:
        """Let what was here before be here again."""
        with suppress(PhilomelError, OSError):
            folder = self._place.folder
            if not coming.clearing:
                await self.clear()
                if self._place.dsn is not None:
                    async with connected(self._place.dsn) as connection:
                        for name in _databases():
                            await connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
            if coming.aside:
                aside = folder / coming.aside
                await self._rename_schemas(
                    lambda schema: (_aside_name(schema, coming.aside), schema)
                )
                keys = self._place.keys
                if keys is not None and (aside / "keys").exists():
                    (aside / "keys").replace(keys)
                for path in aside.iterdir():
                    path.rename(folder / path.name)
                aside.rmdir()
            unmark(self._place)

    async def _rename_schemas(self, names: Callable[[str], tuple[str, str]]) -> None:
        if self._place.dsn is None:
            return
        async with connected(self._place.dsn) as connection:
            for name in _databases():
                old, new = names(name)
                if await connection.fetchval("SELECT to_regnamespace($1)::text", f'"{old}"'):
                    await connection.execute(f'ALTER SCHEMA "{old}" RENAME TO "{new}"')


def _databases() -> Sequence[str]:
    return [*(schema.name for schema in schemas()), *LEDGERS]


def _aside_name(schema: str, aside: str) -> str:
    return f"{schema}_{aside.replace('-', '_').lower()}"


async def refuse_others(place: Place) -> None:
    """See that no other process of Philomel works on the databases.

    Raises:
        Refusal: one does.
    """
    if place.dsn is None:
        return
    async with connected(place.dsn) as connection:
        others = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'philomel %' AND application_name <> $1",
            KEEPING,
        )
    if others:
        raise Refusal(
            "other processes of Philomel are connected to the PostgreSQL database: stop them first",
            Exit.REFUSED,
            "already_served",
        )


@asynccontextmanager
async def connected(dsn: str) -> "AsyncIterator[asyncpg.Connection]":
    from philomel.engines.sql.postgres import connect_once

    connection = await connect_once(dsn)
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


async def fill(place: Place, schema: Schema, source: Path) -> None:
    """Put a service's file in place, or its rows where they belong."""
    if place.dsn is None:
        copy(source, place.file(schema))
        return
    # The backup itself is never changed: an older one is brought up to date beside its target.
    working = place.folder / _UPDATED
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(mode=0o700)
    try:
        current = working / source.name
        shutil.copyfile(source, current)
        await bring_up_to_date(schema, current)
        async with connected(place.dsn) as connection:
            await fill_postgres(connection, place.dsn, schema, current)
    finally:
        shutil.rmtree(working, ignore_errors=True)


def copy(source: Path, target: Path) -> None:
    """Copy a file durably, for this user alone."""
    with target.open("wb") as file, source.open("rb") as whole:
        shutil.copyfileobj(whole, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(0o600)
