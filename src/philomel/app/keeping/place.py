"""Where an installation keeps what it cannot make again, whatever its engines."""

import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from philomel.app.assembly import build_order, wiring
from philomel.app.engines import Engines
from philomel.app.refusal import Exit, Refusal
from philomel.app.roles import SERVICES
from philomel.app.settings import Settings
from philomel.engines.blobs import Blobs
from philomel.engines.sql import Schema
from philomel.kernel.clock import SystemClock

MADE_AGAIN = (b"renditions/", b"cache/")
"""Blobs that are made from the music whenever they are asked for."""

LEDGERS = ("renditions",)
"""Databases that say what of that is there."""

INDEX = "index"
LOG = "log.sqlite"
_BUSIEST = ("catalog", "media")


@cache
def schemas() -> Sequence[Schema]:
    """Of every service that keeps something; those that ask others before those they ask.

    Where databases cannot be held all at once, what refers to something is read before it.
    """
    wirings = build_order([wiring(name) for name in SERVICES])
    return [each.schema for each in reversed(wirings) if each.schema is not None]


class Place:
    """One installation's places."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def folder(self) -> Path:
        return self.settings.data

    @property
    def dsn(self) -> str | None:
        """The PostgreSQL database, or None for files in the folder."""
        chosen = self.settings.text("database")
        return None if chosen == "sqlite" else chosen

    @property
    def log(self) -> Path:
        return self.folder / LOG

    @property
    def keys(self) -> Path | None:
        """The key ring's file; None if a setting holds it."""
        if self.settings.text("keys").lstrip().startswith("{"):
            return None
        return self.settings.keys

    @property
    def settings_file(self) -> Path:
        named = self.settings.text("config")
        return Path(named).expanduser() if named else self.folder / "philomel.toml"

    def file(self, schema: Schema) -> Path:
        return self.folder / f"{schema.name}.sqlite"

    def files(self) -> Mapping[str, Path]:
        """The SQLite files that are there, in the order in which they are locked: those first
        whose lock may have to be waited for.
        """
        found = {} if self.dsn else {schema.name: self.file(schema) for schema in schemas()}
        order = sorted(found, key=lambda name: (name not in _BUSIEST, name))
        every = {name: found[name] for name in order} | {LOG: self.log}
        return {name: path for name, path in every.items() if path.exists()}

    @property
    def blob_folder(self) -> Path | None:
        """Where blobs lie, if they lie on this machine's disk."""
        chosen = self.settings.text("blobs")
        return self.folder / "blobs" if (urlsplit(chosen).scheme or chosen) == "disk" else None

    @asynccontextmanager
    async def blobs(self) -> AsyncIterator[Blobs]:
        engines = Engines(self.settings, SystemClock())
        try:
            found: Blobs = await engines.get(Blobs)
            yield found
        finally:
            await engines.close()

    def check_whole(self) -> None:
        """See that this process keeps the event log: only beside it is there one moment of all.

        Raises:
            Refusal: another one does.
        """
        if self.settings.text("log") != "local" or not self.settings.role.keeps_log:
            raise Refusal(
                "the event log is kept by another process: give the data folder and the settings "
                "of the one that keeps it (role all or core)",
                Exit.USAGE,
            )

    def describe(self) -> str:
        """For people, without passwords."""
        shown = {each.setting.name: each.shown() for each in self.settings}
        return f"{self.folder} ({shown['database']}, {shown['blobs']})"


def file_state(reader: sqlite3.Connection) -> tuple[int, int]:
    """Version and compatible_from of the tables in a file; 0, 0 if there are none."""
    try:
        row = reader.execute("SELECT version, compatible_from FROM schema_version").fetchone()
    except sqlite3.OperationalError:
        return 0, 0
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(top: Path) -> None:
    """Make what was written below a folder durable.

    What has other names was linked from a backup that is durable already.
    """
    for folder, _, names in os.walk(top):
        for name in names:
            descriptor = os.open(Path(folder, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                if os.fstat(descriptor).st_nlink == 1:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(folder))


def write_durably(path: Path, data: bytes) -> None:
    """All of a small file or nothing, for this user alone."""
    unfinished = path.with_name(f".{path.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123  a descriptor, not a path
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)
