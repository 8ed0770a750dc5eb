"""SQLite: a file per service, read inline, written by one thread.

Write-ahead logging lets readers go on while one writer commits. Short reads run
where they are awaited, because they take less time than a change of threads; they never
wait for a lock (one that meets a lock moves to a thread). Commits are synchronous=FULL:
what was acknowledged survives a power cut.
"""

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from philomel.engines.sql import Dialect
from philomel.engines.sql.writer import Writer, is_busy, unavailable, unfit
from philomel.kernel.errors import Unavailable
from philomel.kernel.spans import span

T = TypeVar("T")

LONG_READERS = 2
LONG_READ_LOCK_MS = 10_000
CACHE_KIB = 2_000
LONG_CACHE_KIB = 500
"""Long reads go through much once: what they saw is seldom asked again."""
SLOW_READ_SECONDS = 0.1

_log = logging.getLogger(__name__)


def open_sqlite(path: Path | str) -> "SqliteDatabase":
    """The database in the file `path`, which is made if it is not there.

    Raises:
        Unavailable: the file cannot be opened or is not a database.
    """
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The owner's alone; SQLite gives its -wal and -shm files the same mode.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return SqliteDatabase(file)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        reason = getattr(error, "orig", None) or error
        raise Unavailable(f"the database {file.name} cannot be opened: {reason}") from error


def connect(path: Path) -> sqlite3.Connection:
    """A connection of the driver with the settings that every use of a file shares."""
    driver = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        driver.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error:
        driver.close()
        raise
    driver.execute("PRAGMA synchronous = FULL")
    driver.execute("PRAGMA foreign_keys = ON")
    driver.execute("PRAGMA trusted_schema = OFF")
    driver.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    driver.execute(f"PRAGMA journal_size_limit = {32 << 20}")
    return driver


class _Reader:
    """A connection for read transactions: each sees one state of the database."""

    def __init__(self, engine: Engine, *, busy_ms: int, cache_kib: int = CACHE_KIB) -> None:
        self.connection, self._driver = _take(engine)
        self._driver.execute(f"PRAGMA cache_size = -{cache_kib}")
        self._driver.execute("PRAGMA query_only = ON")
        self._driver.execute(f"PRAGMA busy_timeout = {busy_ms}")

    def run(self, work: Callable[[Connection], T]) -> T:
        execute = self._driver.execute
        execute("BEGIN")
        try:
            return work(self.connection)
        except Exception as error:
            shown = unavailable(error) or unfit(error)
            if shown is None:
                raise
            raise shown from error
        finally:
            if self._driver.in_transaction:
                execute("COMMIT")

    def close(self) -> None:
        self.connection.close()


class SqliteDatabase:
    """A `Database` in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Connections are kept by hand: SQLAlchemy's part is to compile and to fetch.
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: connect(path),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            # Errors are logged, and the values of a statement are nobody's business there.
            hide_parameters=True,
        )
        self._write_connection, driver = _take(self._engine)
        self._writer = Writer(f"write {path.name}", driver, self._write_connection)
        self._inline = _Reader(self._engine, busy_ms=0)
        self._idle: list[_Reader] = []
        self._threads = ThreadPoolExecutor(LONG_READERS, f"read {path.name}")
        self._closed = False

    @property
    def dialect(self) -> Dialect:
        return "sqlite"

    async def read(self, work: Callable[[Connection], T], /, *, long: bool = False) -> T:
        if self._closed:
            raise Unavailable("the database is closed")
        if not long:
            started = time.perf_counter()
            try:
                with span("sql read", database=self.path.stem):
                    return self._inline.run(work)
            except Unavailable as error:
                # Another process recovers or closes the file: wait for it elsewhere.
                if not is_busy(error.__cause__):
                    raise
            finally:
                took = time.perf_counter() - started
                if took > SLOW_READ_SECONDS:
                    name = getattr(work, "__qualname__", "a read")
                    _log.warning("%s held up the event loop for %.0f ms", name, took * 1000)
        loop = asyncio.get_running_loop()
        with span("sql read", database=self.path.stem, thread=True):
            return await loop.run_in_executor(self._threads, self._read_in_thread, work)

    async def write(self, work: Callable[[Connection], T], /) -> T:
        with span("sql write", database=self.path.stem):
            return await self._writer.run(work)

    @property
    def waiting(self) -> int:
        """Writes in the queue."""
        return self._writer.waiting

    async def migrate(self, work: Callable[[Connection], T]) -> T:
        """Run `work` alone, with foreign keys checked at its end, for as long as it takes."""
        return await self._writer.run(work, alone=True)

    async def backup(self, target: Path) -> None:
        """Copy one state of the database to a new file, durably, while it is in use."""
        await asyncio.get_running_loop().run_in_executor(None, self._copy, target)

    async def close(self) -> None:
        if self._closed:
            return
        await self._writer.close()
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        for reader in (self._inline, *self._idle):
            reader.close()
        self._write_connection.close()
        self._engine.dispose()

    def _read_in_thread(self, work: Callable[[Connection], T]) -> T:
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = _Reader(self._engine, busy_ms=LONG_READ_LOCK_MS, cache_kib=LONG_CACHE_KIB)
        try:
            return reader.run(work)
        finally:
            self._idle.append(reader)

    def _copy(self, target: Path) -> None:
        unfinished = target.with_name(target.name + ".part")
        unfinished.unlink(missing_ok=True)
        source = connect(self.path)
        copy = sqlite3.connect(unfinished)
        try:
            source.backup(copy)
            # A file of its own, without a -wal beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
            source.close()
        unfinished.chmod(0o600)
        for path in (unfinished, target.parent):
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
            if path is unfinished:
                unfinished.replace(target)


def _take(engine: Engine) -> tuple[Connection, sqlite3.Connection]:
    """A new connection and the driver's connection inside it; its transactions are ours."""
    connection = engine.connect()
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return connection, driver
