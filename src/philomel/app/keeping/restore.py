"""`philomel restore`: puts a backup in the place of an installation, whatever its engines.

The backup is verified before anything is touched. Then a mark in the data folder keeps
everybody from serving it until all is in place; a restore that was killed is run again and begins
anew.
"""

import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from philomel.app.keeping import blobs as carrying
from philomel.app.keeping import manifest as contents
from philomel.app.keeping.filling import bring_up_to_date, fill_postgres
from philomel.app.keeping.manifest import Manifest
from philomel.app.keeping.moment import states_of_postgres
from philomel.app.keeping.place import (
    INDEX,
    LOG,
    Place,
    schemas,
    sync_folder,
    write_durably,
)
from philomel.app.process.marks import ARRIVING, MOVED, Arriving, arriving
from philomel.app.refusal import Exit, Refusal
from philomel.engines.sql import Schema
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError, Unavailable

if TYPE_CHECKING:
    import asyncpg

_ROOM = 32 << 20
_UPDATED = "updated"


@dataclass(frozen=True)
class Restored:
    """Attributes:
    aside: where what was here before lies now, if anything was.
    """

    manifest: Manifest
    aside: str


def check(folder: Path) -> Manifest:
    """See that a backup is whole, and one that this program can read.

    Raises:
        Refusal: it is not.
    """
    found = contents.read(folder)
    known = {schema.name: schema for schema in schemas()}
    for database in found.databases:
        schema = known.get(database.service)
        if schema is None or database.compatible_from > schema.version:
            raise Refusal(
                f"the database of {database.service} in {folder} was written by a later Philomel "
                f"({found.program}): update this one",
                Exit.REFUSED,
                "later_backup",
            )
    contents.verify(folder, found)
    return found


async def restore(place: Place, folder: Path, clock: Clock, *, force: bool) -> Restored:
    """Let the installation at `place`, whose folder is locked by us, be what `folder` holds.

    Args:
        force: put aside what is there already.

    Raises:
        Refusal: the backup is damaged or of a later program, or something is there already.
        Unavailable: the disk is full, or an engine is away; what was there is back.
    """
    place.check_whole()
    found = check(folder)
    _check_room(place, found)
    target = _Target(place)
    coming = arriving(place.folder)
    if coming is None:
        there = await target.found()
        if there and not force:
            raise Refusal(
                f"there is something already: {', '.join(there)}. With --force it is put aside, "
                "and the backup takes its place",
                Exit.REFUSED,
                "exists",
            )
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(clock.now() / 1000))
        coming = Arriving("restore", str(folder), f"replaced-{stamp}" if there else "", bool(there))
        mark(place, coming)
    elif coming.what != "restore":
        raise Refusal(
            f"a move from {coming.origin} to here did not finish: run it again", Exit.REFUSED
        )
    try:
        if coming.clearing:
            await target.put_aside(coming.aside)
            coming = msgspec.structs.replace(coming, clearing=False, origin=str(folder))
            mark(place, coming)
        await target.clear()
        await _put_in_place(place, folder, found)
    except (PhilomelError, OSError) as error:
        await target.undo(coming)
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise Unavailable(f"{place.folder} cannot be written: {reason}") from error
        raise
    unmark(place)
    with suppress(FileNotFoundError):
        (place.folder / MOVED).unlink()
    return Restored(found, coming.aside)


def mark(place: Place, coming: Arriving) -> None:
    write_durably(place.folder / ARRIVING, msgspec.json.encode(coming))


def unmark(place: Place) -> None:
    (place.folder / ARRIVING).unlink(missing_ok=True)
    sync_folder(place.folder)


class _Target:
    """What of an installation a restore replaces."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def _names(self) -> Sequence[str]:
        """In the data folder; the key ring is seen to by itself."""
        names = [f"{schema.name}.sqlite" for schema in schemas()]
        names += [LOG]
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
            async with _connected(self._place.dsn) as connection:
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
                    async with _connected(self._place.dsn) as connection:
                        for schema in schemas():
                            await connection.execute(
                                f'DROP SCHEMA IF EXISTS "{schema.name}" CASCADE'
                            )
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
        async with _connected(self._place.dsn) as connection:
            for schema in schemas():
                old, new = names(schema.name)
                if await connection.fetchval("SELECT to_regnamespace($1)::text", f'"{old}"'):
                    await connection.execute(f'ALTER SCHEMA "{old}" RENAME TO "{new}"')


def _aside_name(schema: str, aside: str) -> str:
    return f"{schema}_{aside.replace('-', '_').lower()}"


@asynccontextmanager
async def _connected(dsn: str) -> "AsyncIterator[asyncpg.Connection]":
    from philomel.engines.sql.postgres import connect_once

    connection = await connect_once(dsn)
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


def _check_room(place: Place, found: Manifest) -> None:
    free = shutil.disk_usage(place.folder).free
    if found.size + _ROOM > free:
        raise Refusal(
            f"{place.folder} has only {free >> 20:,} MiB left, and the backup takes "
            f"{found.size >> 20:,} MiB",
            Exit.UNAVAILABLE,
            "disk_full",
        )


async def _put_in_place(place: Place, folder: Path, found: Manifest) -> None:
    for schema in schemas():
        if schema.name in found.services:
            source = folder / contents.DATABASES / f"{schema.name}.sqlite"
            await fill(place, schema, source)
    _copy(folder / contents.LOG, place.log)
    if found.has_keys and place.keys is not None:
        place.keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(place.keys, (folder / contents.KEYS).read_bytes())
    async with place.blobs() as store:
        await carrying.load(folder, found.files, store)
    sync_folder(place.folder)


async def fill(place: Place, schema: Schema, source: Path) -> None:
    """Put a service's file in place, or its rows where they belong."""
    if place.dsn is None:
        _copy(source, place.file(schema))
        return
    # The backup itself is never changed: an older one is brought up to date beside its target.
    working = place.folder / _UPDATED
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(mode=0o700)
    try:
        copy = working / source.name
        shutil.copyfile(source, copy)
        await bring_up_to_date(schema, copy)
        async with _connected(place.dsn) as connection:
            await fill_postgres(connection, place.dsn, schema, copy)
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    with target.open("wb") as file, source.open("rb") as whole:
        shutil.copyfileobj(whole, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(0o600)
