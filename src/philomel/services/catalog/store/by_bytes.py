"""Files by time and size together, as many as there are in one look.

SQLite looks a list of pairs up in an index only if it comes as a query: given as values, it
goes through all that is missing instead, once for every batch of a library that moved.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, Text, bindparam, func, select, tuple_

from philomel.services.catalog.store.tables import files

_BYTES = tuple_(files.c.modified_ns, files.c.size)
_EACH = func.json_each(bindparam("pairs", type_=Text())).table_valued("value")
_OF_JSON = select(
    func.json_extract(_EACH.c.value, "$[0]"), func.json_extract(_EACH.c.value, "$[1]")
)


class ByBytes:
    """A statement over `files` for those with given bytes."""

    def __init__(self, statement: Select[Any]) -> None:
        self._sqlite = statement.where(_BYTES.in_(_OF_JSON))
        self._other = statement.where(_BYTES.in_(bindparam("pairs", expanding=True)))

    def rows(
        self, connection: Connection, pairs: Iterable[tuple[int, int]], limit: int
    ) -> list[Row[Any]]:
        """At most `limit` rows of files with one of these (time in ns, size)."""
        wanted = list(dict.fromkeys(pairs))
        if not wanted:
            return []
        if connection.dialect.name == "sqlite":
            values: object = msgspec.json.encode(wanted).decode()
            return list(connection.execute(self._sqlite.limit(limit), {"pairs": values}))
        return list(connection.execute(self._other.limit(limit), {"pairs": wanted}))
