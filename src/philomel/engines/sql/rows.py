"""Carries a service's rows from one engine to another, and counts and sums them up.

A row is a tuple of the Python values of its columns, the same from both engines; so is the sum of a
table, which does not depend on the order in which its rows are read.
"""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
)
from sqlalchemy.types import UserDefinedType

from philomel.engines.sql import Schema

if TYPE_CHECKING:
    import asyncpg

Row = tuple[Any, ...]
BATCH = 2_000
_SUM_BYTES = 16
_MODULUS = 1 << (8 * _SUM_BYTES)


class Tally(Struct, frozen=True):
    """What a table holds.

    Attributes:
        sum: of its rows' hashes, in hexadecimal; equal on every engine.
    """

    rows: int
    sum: str


class Counting:
    """Sums up rows as they pass."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0
        self._encode = msgspec.msgpack.Encoder().encode

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            digest = hashlib.blake2b(self._encode(row), digest_size=_SUM_BYTES).digest()
            self._sum += int.from_bytes(digest, "big")
            self._rows += 1

    def tally(self) -> Tally:
        return Tally(self._rows, f"{self._sum % _MODULUS:032x}")


def tables(metadata: MetaData) -> Sequence[Table]:
    """All tables, those that others refer to first."""
    return metadata.sorted_tables


def columns(table: Table) -> Sequence[Column[Any]]:
    """The columns that mean the same on every server, and that a server does not fill itself."""
    return [
        column
        for column in table.columns
        if column.computed is None and not isinstance(column.type, UserDefinedType)
    ]


def read_sqlite(source: sqlite3.Connection, table: Table) -> Iterator[list[Row]]:
    """All rows of a table, some thousands at a time."""
    chosen = columns(table)
    names = ", ".join(_quoted(column.name) for column in chosen)
    cast = _converter([column.type for column in chosen])
    rows = source.execute(f"SELECT {names} FROM {_quoted(table.name)}")  # noqa: S608  our own names
    while batch := rows.fetchmany(BATCH):
        yield [cast(row) for row in batch]


def write_sqlite(target: sqlite3.Connection, table: Table, rows: Sequence[Row]) -> None:
    chosen = columns(table)
    names = ", ".join(_quoted(column.name) for column in chosen)
    marks = ", ".join("?" * len(chosen))
    statement = f"INSERT INTO {_quoted(table.name)} ({names}) VALUES ({marks})"  # noqa: S608  our own names
    target.executemany(statement, rows)


def empty_sqlite(target: sqlite3.Connection, schema: Schema) -> None:
    for table in reversed(tables(schema.metadata)):
        target.execute(f"DELETE FROM {_quoted(table.name)}")  # noqa: S608  our own names


async def read_postgres(
    source: "asyncpg.Connection", schema: Schema, table: Table
) -> AsyncIterator[list[Row]]:
    """All rows of a table, inside a transaction of `source`."""
    chosen = columns(table)
    names = ", ".join(_quoted(column.name) for column in chosen)
    cast = _converter([column.type for column in chosen])
    place = f"{_quoted(schema.name)}.{_quoted(table.name)}"
    cursor = await source.cursor(f"SELECT {names} FROM {place}")  # noqa: S608  our own names
    while batch := await cursor.fetch(BATCH):
        yield [cast(tuple(row)) for row in batch]


async def write_postgres(
    target: "asyncpg.Connection", schema: Schema, table: Table, rows: Sequence[Row]
) -> None:
    await target.copy_records_to_table(
        table.name,
        schema_name=schema.name,
        columns=[column.name for column in columns(table)],
        records=rows,
    )


async def empty_postgres(target: "asyncpg.Connection", schema: Schema) -> None:
    names = ", ".join(
        f"{_quoted(schema.name)}.{_quoted(table.name)}" for table in tables(schema.metadata)
    )
    await target.execute(f"TRUNCATE {names}")


async def mend_sequences(target: "asyncpg.Connection", schema: Schema) -> None:
    """Let numbers that the server gives out go on above those that are there."""
    for table in tables(schema.metadata):
        key = list(table.primary_key.columns)
        if len(key) != 1 or not isinstance(key[0].type, Integer):
            continue
        place = f"{_quoted(schema.name)}.{_quoted(table.name)}"
        sequence = await target.fetchval(
            "SELECT pg_get_serial_sequence($1, $2)", place, key[0].name
        )
        if sequence is not None:
            await target.execute(
                f"SELECT setval($1, (SELECT max({_quoted(key[0].name)}) FROM {place}), true)"  # noqa: S608  our own names
                f" WHERE EXISTS (SELECT FROM {place})",
                sequence,
            )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _converter(types: Sequence[Any]) -> Callable[[Row], Row]:
    """Makes what a driver gives the value that both engines mean."""
    casts = [_cast(type_) for type_ in types]

    def convert(row: Row) -> Row:
        return tuple(
            None if value is None else cast(value) for cast, value in zip(casts, row, strict=True)
        )

    return convert


def _cast(type_: Any) -> Callable[[Any], Any]:
    match type_:
        case Boolean():
            return bool
        case Integer():
            return int
        case LargeBinary():
            return bytes
        case Float():
            return float
        case String():
            return _text
        case Numeric() | _:
            raise TypeError(f"rows with {type_!r} cannot be carried to another engine yet")


def _text(value: str) -> str:
    # PostgreSQL holds no NUL, and no text of ours means one.
    return value.replace("\0", "")
