"""What an older edition of the reading of tags read, and that nothing of it is left."""

from sqlalchemy import Connection, bindparam, exists, false, select, update

from philomel.services.catalog.rules.reading import READ_VERSION
from philomel.services.catalog.store.tables import libraries

_READ = (
    update(libraries)
    .where(libraries.c.id == bindparam("library"))
    .values(read_version=READ_VERSION)
)
_IS_DUE = select(
    exists().where(
        libraries.c.read_version < READ_VERSION,
        libraries.c.hidden == false(),
        libraries.c.scanned_at.is_not(None),
    )
)


def is_due(connection: Connection) -> bool:
    """Whether a library may hold files that an older edition read."""
    return bool(connection.execute(_IS_DUE).scalar_one())


def done(connection: Connection, library_id: str) -> None:
    """A whole library was scanned: whatever of it can be read was read by this edition."""
    connection.execute(_READ, {"library": library_id})
