"""Lists of any length as one value of a statement."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
)

FEW = 20
"""So many are given one by one, which engines plan best."""
MANY = 1_000
"""Of more it is first looked which there are at all: often hardly any."""


def listed(dialect: str, ids: Sequence[str]) -> Select[Any]:
    """Ids of any number as a table: one parameter instead of thousands."""
    return _table(dialect, bindparam(None, _json(ids), Text))


def _table(dialect: str, text: BindParameter[str]) -> Select[Any]:
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB

        values = func.jsonb_array_elements_text(cast(text, JSONB)).column_valued("value")
        return select(values)
    return select(func.json_each(text).table_valued("value").c.value)


def _json(ids: Sequence[str]) -> str:
    return msgspec.json.encode(ids).decode()


class Among:
    """A statement for the rows whose column holds one of some ids.

    Args:
        statement: all rows that they are among, without parameters named "ids".
    """

    def __init__(self, statement: Select[Any], column: ColumnElement[str]) -> None:
        self._statement = statement
        self._column = column
        one = statement.with_only_columns(column).limit(bindparam("most")).subquery()
        self._all = select(func.aggregate_strings(one.c[0], ","))
        self._few = statement.where(column.in_(bindparam("ids", expanding=True)))
        self._many: dict[str, Select[Any]] = {}

    def rows(
        self, connection: Connection, values: Mapping[str, Any], ids: Sequence[str]
    ) -> Sequence[Row[Any]]:
        if len(ids) > MANY:
            ids = self._present(connection, values, ids)
        if not ids:
            return ()
        if len(ids) <= FEW:
            return connection.execute(self._few, {**values, "ids": ids}).all()
        dialect = connection.dialect.name
        many = self._many.get(dialect)
        if many is None:
            table = _table(dialect, bindparam("ids", type_=Text))
            many = self._many[dialect] = self._statement.where(self._column.in_(table))
        return connection.execute(many, {**values, "ids": _json(ids)}).all()

    def _present(
        self, connection: Connection, values: Mapping[str, Any], ids: Sequence[str]
    ) -> Sequence[str]:
        """Those that there are rows of; all, if there are too many rows to look."""
        text = connection.scalar(self._all, {**values, "most": len(ids)})
        found = text.split(",") if text else []
        if len(found) == len(ids):
            return ids
        known = frozenset(found)
        return [id_ for id_ in ids if id_ in known]
