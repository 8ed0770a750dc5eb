"""PostgreSQL: a schema per service, transactions that are as strict as SQLite's one writer.

Writes are SERIALIZABLE, so work written for one writer at a time is right here as well.
What that costs is that a transaction may have to run again: work is a plain function
over its connection and may be run as often as needed. asyncpg is imported on first use.
"""

import asyncio
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from philomel.engines.sql import UNFIT, Dialect
from philomel.kernel.errors import DeadlineExceeded, InvalidArgument, PhilomelError, Unavailable
from philomel.kernel.spans import span

if TYPE_CHECKING:
    import asyncpg

T = TypeVar("T")

CONNECTIONS = 8
WRITERS = 4
CONNECT_SECONDS = 5.0
POOL_SECONDS = 10.0
STATEMENT_MS = 30_000
LOCK_MS = 10_000
RETRY_SECONDS = 10.0
KEEPING = "philomel keeping"
"""As what `connect_once` is known to the server."""

_SERIALIZATION, _DEADLOCK = "40001", "40P01"
_LOCK_TIMEOUT, _STATEMENT_TIMEOUT = "55P03", "57014"
_ADMIN_SHUTDOWN, _CRASH_SHUTDOWN, _STARTING = "57P01", "57P02", "57P03"
_TOO_MANY, _DISK_FULL = "53300", "53100"
_AWAY = {_ADMIN_SHUTDOWN, _CRASH_SHUTDOWN, _STARTING, _TOO_MANY, _LOCK_TIMEOUT}
# A number of more than 64 bits, a NUL or half a character: no text or number of ours.
_UNFIT = {"22000", "22003", "22021", "22P05"}
_LOST = {_ADMIN_SHUTDOWN, _CRASH_SHUTDOWN}


def open_postgres(dsn: str, schema_name: str) -> "PostgresDatabase":
    """The schema `schema_name` of the database at `dsn` (postgresql://user@host:port/name).

    Nothing is connected yet; `prepare` makes the schema if it is not there.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", schema_name):
        raise ValueError("a schema's name has small letters, digits and _ only")
    return PostgresDatabase(dsn, schema_name)


class PostgresDatabase:
    """A `Database` in one PostgreSQL schema."""

    def __init__(self, dsn: str, schema_name: str) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine

        self._schema = schema_name
        self._engine = create_async_engine(
            _for_asyncpg(dsn),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_recycle=1800,
            # Errors are logged, and the values of a statement are nobody's business there.
            hide_parameters=True,
            connect_args={
                "timeout": CONNECT_SECONDS,
                "server_settings": {
                    "search_path": schema_name,
                    "application_name": f"philomel {schema_name}",
                    "statement_timeout": str(STATEMENT_MS),
                    "lock_timeout": str(LOCK_MS),
                    "idle_in_transaction_session_timeout": str(STATEMENT_MS),
                },
            },
        )
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._writing = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._migrating = self._engine.execution_options(isolation_level="READ COMMITTED")
        # More writers at once would mostly run into each other.
        self._writers = asyncio.Semaphore(WRITERS)
        self.waiting = 0
        self._closed = False

    @property
    def dialect(self) -> Dialect:
        return "postgresql"

    async def read(self, work: Callable[[Connection], T], /, *, long: bool = False) -> T:
        del long  # never in the way of the event loop here
        with span("sql read", database=self._schema):
            return await self._run(self._reading, work)

    async def write(self, work: Callable[[Connection], T], /) -> T:
        with span("sql write", database=self._schema):
            self.waiting += 1
            try:
                await self._writers.acquire()
            finally:
                self.waiting -= 1
            try:
                return await self._run(self._writing, work)
            finally:
                self._writers.release()

    async def migrate(self, work: Callable[[Connection], T]) -> T:
        """Run `work` while no other process migrates this schema, for as long as it takes."""

        def alone(connection: Connection) -> T:
            # READ COMMITTED: what is read after the lock is what the process before us left.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7411))")
            connection.execute(lock, {"name": self._schema})
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"'))
            return work(connection)

        return await self._run(self._migrating, alone)

    async def backup(self, target: Path) -> None:
        """PostgreSQL has its own backups."""

    async def close(self) -> None:
        self._closed = True
        await self._engine.dispose()

    async def _run(self, engine: Any, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction, again when PostgreSQL asks for it.

        A connection that is found lost before the commit was sent has changed nothing, so
        one more try is made on a new one.
        """
        if self._closed:
            raise Unavailable("the database is closed")
        loop = asyncio.get_running_loop()
        give_up = loop.time() + RETRY_SECONDS
        pause, lost = 0.002, False
        while True:
            committing = False
            try:
                async with engine.connect() as connection:
                    result: T = await connection.run_sync(work)
                    committing = True
                    await connection.commit()
                    return result
            except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
                state = _sqlstate(error)
                if state in (_SERIALIZATION, _DEADLOCK):
                    if loop.time() >= give_up:
                        raise Unavailable("the database is busy", retry_after=1) from error
                    await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  spreads retries
                    pause = min(pause * 2, 0.2)
                elif _is_lost(error) and not lost and not committing:
                    lost = True
                else:
                    away = _unavailable(error)
                    if away is None:
                        raise
                    raise away from error


def _for_asyncpg(dsn: str) -> str:
    """Libpq's address in SQLAlchemy's words."""
    dsn = re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", dsn)
    return re.sub(r"([?&])sslmode=", r"\1ssl=", dsn)


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state if isinstance(state, str) else None


def _is_lost(error: BaseException) -> bool:
    """Whether a connection that had been good turned out to be gone."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _sqlstate(error) in _LOST


def _unavailable(error: BaseException) -> PhilomelError | None:
    """What to tell the caller when the engine and not the work failed."""
    state = _sqlstate(error)
    if state == _STATEMENT_TIMEOUT:
        return DeadlineExceeded("the database took too long")
    if state in _UNFIT:
        return InvalidArgument(UNFIT)
    if state == _DISK_FULL:
        return Unavailable("the disk that holds the database is full")
    gone = isinstance(error, DBAPIError) and error.connection_invalidated
    if (state or "").startswith(("28", "3D")):
        return Unavailable("the database refuses us: check its name, the user and the password")
    if gone or state in _AWAY or (state or "").startswith("08"):
        return Unavailable("the database is away", retry_after=1)
    if not isinstance(error, DBAPIError):
        return Unavailable("the database cannot be reached", retry_after=1)
    return None


async def connect_once(dsn: str) -> "asyncpg.Connection":
    """One connection of the driver, for what reads or loads whole schemas.

    Raises:
        Unavailable: the server is away, or refuses us.
    """
    import asyncpg

    try:
        return await asyncpg.connect(
            re.sub(r"^postgres(ql)?\+asyncpg://", "postgresql://", dsn),
            timeout=CONNECT_SECONDS,
            server_settings={"application_name": KEEPING},
        )
    except (OSError, TimeoutError) as error:
        raise Unavailable("the database cannot be reached", retry_after=1) from error
    except asyncpg.PostgresError as error:
        raise Unavailable(f"the database refuses us: {error}") from None
