"""The tables that stand beside a service's own, in its own database."""

from functools import cache
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from philomel.engines.sql import insert_on

_METADATA = MetaData()
_BIG = BigInteger().with_variant(Integer, "sqlite")


class _TransactionId(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id: it never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "XID8"


class _CurrentTransaction(FunctionElement[int]):
    """The id of the transaction that writes; SQLite has one writer and needs none."""

    inherit_cache = True


@compiles(_CurrentTransaction)
def _in_general(_element: Any, _compiler: Any, **_: Any) -> str:
    return "0"


@compiles(_CurrentTransaction, "postgresql")
def _on_postgresql(_element: Any, _compiler: Any, **_: Any) -> str:
    return "pg_current_xact_id()"


OUTBOX = Table(
    "outbox",
    _METADATA,
    Column("position", _BIG, primary_key=True, autoincrement=True),
    Column("event_id", String(22), nullable=False),
    Column("key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column(
        "transaction_id",
        _TransactionId().with_variant(Integer(), "sqlite"),
        nullable=False,
        server_default=_CurrentTransaction(),
    ),
)

INBOX = Table(
    "inbox",
    _METADATA,
    Column("consumer", String(64), primary_key=True),
    Column("event_id", String(22), primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Index("inbox_seen_at", "seen_at"),
)

PARKED = Table(
    "parked",
    _METADATA,
    Column("consumer", String(64), primary_key=True),
    Column("event_id", String(22), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("appended_at", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("error", Text, nullable=False),
    Column("parked_at", BigInteger, nullable=False),
)

LEASE = Table(
    "lease",
    _METADATA,
    Column("name", String(128), primary_key=True),
    Column("owner", String(128), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)


class Operations(Protocol):
    """What is needed of `alembic.op`."""

    def get_bind(self) -> Connection: ...


def add_tables(metadata: MetaData) -> None:
    """Add outbox, inbox, parked and lease to a service's tables."""
    for table in _METADATA.sorted_tables:
        table.to_metadata(metadata)


def create_tables_v1(op: Operations) -> None:
    """Create them in a migration: `create_tables_v1(op)` in a service's first revision.

    When the tables change, this function keeps making the old ones and a second one changes
    them.
    """
    _METADATA.create_all(op.get_bind())


def count_parked(connection: Connection) -> dict[str, int]:
    """How many messages each consumer has put aside because they fail."""
    rows = connection.execute(select(PARKED.c.consumer, func.count()).group_by(PARKED.c.consumer))
    return {row[0]: row[1] for row in rows}


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its primary key is there already; whether it was inserted."""
    statement = _insert_new(connection.dialect.name, table)
    return connection.execute(statement, values).rowcount == 1


@cache
def _insert_new(dialect: str, table: Table) -> Insert:
    return insert_on(dialect, table).on_conflict_do_nothing()
