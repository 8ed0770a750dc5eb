"""Reads somebody else's SQLite file without changing it, whatever version wrote it."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from philomel.app.refusal import Exit, Refusal

Row = dict[str, Any]
_IN_ONE = 500
_LONGEST_TEXT = 16 << 20
_PAGES = 4_096


class Foreign:
    """A copy of a database; columns that are not there read as None."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table; none if there is no such table."""
        if table not in self._columns:
            # Not of a view: its text is code of whoever made the file.
            query = (
                "SELECT c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c "
                "WHERE m.type = 'table' AND m.name = ?"
            )
            found = self._connection.execute(query, (table,))
            self._columns[table] = frozenset(str(name) for (name,) in found)
        return self._columns[table]

    def rows(self, table: str, wanted: Sequence[str], order: str = "") -> Iterator[Row]:
        """Every row of a table, with these columns."""
        there = self.columns(table)
        if there:
            by = f" ORDER BY {order}" if order else ""
            yield from self._read(table, wanted, by, ())

    def of_ids(self, table: str, wanted: Sequence[str], ids: Sequence[str]) -> Iterator[Row]:
        """The rows with these ids, in no order."""
        if not self.columns(table):
            return
        for start in range(0, len(ids), _IN_ONE):
            some = ids[start : start + _IN_ONE]
            marks = ", ".join("?" * len(some))
            yield from self._read(table, wanted, f" WHERE id IN ({marks})", some)

    def _read(
        self, table: str, wanted: Sequence[str], rest: str, values: Sequence[str]
    ) -> Iterator[Row]:
        # All of these names stand in our own code; what the file says is only compared to them.
        there = self.columns(table)
        named = ", ".join(f'"{name}"' if name in there else "NULL" for name in wanted)
        query = f'SELECT {named} FROM "{table}"{rest}'  # noqa: S608 - as above
        for row in self._connection.execute(query, tuple(values)):
            yield dict(zip(wanted, row, strict=True))


@contextmanager
def opened(path: Path) -> Iterator[Foreign]:
    """One moment of a database: its server may go on writing to it.

    Raises:
        Refusal: there is no such file, or it is not a database.
    """
    if not path.is_file():
        raise Refusal(f"there is no file {path}", Exit.NOT_FOUND)
    with tempfile.TemporaryDirectory(prefix="philomel-import-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            _copy(path, copy)
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.execute("PRAGMA query_only = ON")
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_TEXT)
                connection.text_factory = lambda data: data.decode("utf-8", "replace")
                yield Foreign(connection)
        except sqlite3.Error as error:
            raise Refusal(
                f"{path} cannot be read as a database: {error}", Exit.USAGE, "import.unreadable"
            ) from None
        except OSError as error:
            raise Refusal(f"{path} cannot be read: {error.strerror}", Exit.UNAVAILABLE) from None


def _copy(path: Path, copy: Path) -> None:
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        # What was written last is in the log beside it: only SQLite itself can tell one moment
        # of the two while a server writes.
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target, pages=_PAGES)
        return
    shutil.copyfile(path, copy)
