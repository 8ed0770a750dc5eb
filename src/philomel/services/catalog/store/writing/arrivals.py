"""What was written and has to be scanned."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, select, update

from philomel.services.catalog.store.tables import libraries
from philomel.services.catalog.store.writing.tables import mends, uploads

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_DUE = tuple(
    select(table.c.id, table.c.path, libraries.c.path.label("root"))
    .join(libraries, libraries.c.id == table.c.library_id)
    .where(table.c.due)
    .limit(1_000)
    for table in (uploads, mends)
)
_SCANNED = tuple(
    update(table).where(table.c.id.in_(_IDS)).values(due=False) for table in (uploads, mends)
)
_ROOTS = select(libraries.c.path).where(libraries.c.writable)


class Arrival(Struct, frozen=True):
    id: str
    root: bytes
    path: bytes


def due(connection: Connection) -> list[Arrival]:
    return [
        Arrival(row.id, row.root, row.path)
        for statement in _DUE
        for row in connection.execute(statement)
    ]


def scanned(connection: Connection, ids: Sequence[str]) -> None:
    for statement in _SCANNED:
        connection.execute(statement, {"ids": list(ids)})


def writable_roots(connection: Connection) -> list[bytes]:
    return list(connection.execute(_ROOTS).scalars())
