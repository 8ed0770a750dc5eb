"""The SQL port: one database per service, on SQLite or PostgreSQL.

Work on a database is a plain function over a SQLAlchemy Core connection, run in
one transaction. There is nothing to await inside it, so no contract can be called
while a transaction is open, and the same text runs on both engines.

    def _find(connection: Connection) -> Row | None:
        return connection.execute(FIND, {"id": id}).one_or_none()

    row = await database.read(_find)
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, MetaData, Table

from philomel.engines.sql.among import Among as Among
from philomel.engines.sql.among import listed as listed
from philomel.engines.sql.batches import write_many as write_many

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

UNFIT = "a number is too large, or a text holds what is no character"

Dialect = Literal["sqlite", "postgresql"]


class Database(Protocol):
    """One service's own database.

    Raises (from `read` and `write`): whatever the work raises; `Unavailable` when the
    engine is away or its write lock cannot be had in time; `InvalidArgument` for a value that
    the engine cannot hold. The event loop never waits for a lock.
    """

    @property
    def dialect(self) -> Dialect: ...

    async def read(self, work: Callable[[Connection], T], /, *, long: bool = False) -> T:
        """Run `work` in a read transaction.

        Args:
            work: reads only; MUST be quick (a few milliseconds) unless `long` is set.
            long: on SQLite, run in a thread instead of on the event loop.
        """
        ...

    async def write(self, work: Callable[[Connection], T], /) -> T:
        """Run `work` in a transaction and return its result once it is durable.

        Work from several tasks may share one commit; an exception undoes only the work
        that raised it. `work` MUST take at most about 50 ms: batch what is larger.
        """
        ...

    async def close(self) -> None:
        """Finish what is queued and let go of the engine."""
        ...


class Schema(Struct, frozen=True):
    """What a service keeps, and which code can work with it.

    Attributes:
        name: the service; the file's or the PostgreSQL schema's name.
        version: of the tables as this code writes them.
        compatible_from: the oldest code version that can work with these tables; code
            refuses a database whose `compatible_from` is above its own `version`.
        metadata: all tables.
        migrations: import path of the package with the Alembic revisions, each named
            by the version it leads to ("0001", "0002", ...).
        settings: per-engine settings that the tables need, e.g. {"sqlite": {...}}.
    """

    name: str
    version: int
    compatible_from: int
    metadata: MetaData
    migrations: str
    settings: Mapping[str, Any] = {}


def insert_on(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT that can say what happens on a conflict, which each engine spells its own way.

    Only the engine in use is imported: PostgreSQL's part is a tenth of a server's start.
    """
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
