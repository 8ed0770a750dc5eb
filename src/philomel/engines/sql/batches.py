"""One statement for many rows, at the speed of the driver.

SQLAlchemy works out the values of each row by itself, which for a wide table costs more than
SQLite's own work. Here a statement is compiled once, and rows become tuples.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Boolean, Connection, Float, Insert, Integer, LargeBinary, Table, Update
from sqlalchemy import insert as insert_into
from sqlalchemy.types import NullType, String, TypeEngine

Row = Mapping[str, Any]

_PLAIN = (Boolean, Float, Integer, LargeBinary, NullType, String)
"""The driver takes Python's values of these as they are."""


def write_many(
    connection: Connection, statement: Table | Insert | Update, rows: Sequence[Row]
) -> None:
    """What `connection.execute(statement, rows)` does; a table stands for an INSERT into it.

    Args:
        statement: made once, for it is kept; without lists of values (`IN`).
        rows: all with the keys of the first one.
    """
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        plain = insert_into(statement) if isinstance(statement, Table) else statement
        connection.execute(plain, list(rows))
        return
    text, values = _compiled(statement, tuple(rows[0]))
    connection.exec_driver_sql(text, [values(row) for row in rows])


@lru_cache(maxsize=256)
def _compiled(
    statement: Table | Insert | Update, keys: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """The text for the driver, and what makes its values of a row."""
    if isinstance(statement, Table):
        statement = insert_into(statement)
    from sqlalchemy.dialects import sqlite

    made = statement.compile(dialect=sqlite.dialect(), column_keys=list(keys))
    names = made.positiontup or []
    for name in names:
        bind = made.binds[name]
        if bind.expanding or not _is_plain(bind.type):
            raise TypeError(f"{name} cannot be written in batches: {bind.type!r}")
    given = frozenset(keys)
    if len(names) > 1 and given.issuperset(names):
        return str(made), itemgetter(*names)
    fixed = {name: made.params[name] for name in names if name not in given}
    return str(made), lambda row: tuple(
        [row[name] if name in given else fixed[name] for name in names]
    )


def _is_plain(type_: TypeEngine[Any]) -> bool:
    return isinstance(type_, _PLAIN)
