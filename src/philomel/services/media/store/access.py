"""Where libraries are and who may hear them, as the catalogue says."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, insert, or_, select

from philomel.engines.sql import insert_on
from philomel.services.media.contract import LibraryRoot
from philomel.services.media.store.tables import DEPARTED, LIBRARY_LISTENERS, LIBRARY_ROOTS

_USER: BindParameter[str] = bindparam("user")
_ROOTS = select(LIBRARY_ROOTS.c.library_id, LIBRARY_ROOTS.c.root, LIBRARY_ROOTS.c.away)
_FORGET_ROOTS = delete(LIBRARY_ROOTS).where(
    LIBRARY_ROOTS.c.library_id.not_in(bindparam("kept", expanding=True))
)
_LISTENERS = select(LIBRARY_LISTENERS.c.library_id, LIBRARY_LISTENERS.c.user_id)
_HEARABLE = select(LIBRARY_ROOTS.c.library_id).where(
    LIBRARY_ROOTS.c.hidden.is_(False),
    or_(
        LIBRARY_ROOTS.c.restricted.is_(False),
        exists().where(
            LIBRARY_LISTENERS.c.library_id == LIBRARY_ROOTS.c.library_id,
            LIBRARY_LISTENERS.c.user_id == _USER,
        ),
    ),
)
_SHOWN = select(LIBRARY_ROOTS.c.library_id).where(LIBRARY_ROOTS.c.hidden.is_(False))
_DEPARTED = select(DEPARTED.c.user_id).where(DEPARTED.c.user_id == _USER)


def hearable(connection: Connection, user_id: str) -> set[str]:
    """The libraries that somebody may hear; none for a person whose account was removed.

    Args:
        user_id: empty for Philomel itself.
    """
    if not user_id:
        return set(connection.execute(_SHOWN).scalars())
    if connection.execute(_DEPARTED, {"user": user_id}).first() is not None:
        return set()
    return set(connection.execute(_HEARABLE, {"user": user_id}).scalars())


def has_left(connection: Connection, user_id: str) -> bool:
    return connection.execute(_DEPARTED, {"user": user_id}).first() is not None


def away(connection: Connection) -> list[LibraryRoot]:
    """Libraries whose folder was not there."""
    rows = connection.execute(_ROOTS).all()
    return [LibraryRoot(row.library_id, row.root) for row in rows if row.away]


def depart(connection: Connection, user_id: str, now: int, forgotten: int) -> None:
    """Somebody's account was removed; forget those who left before `forgotten`."""
    connection.execute(delete(DEPARTED).where(DEPARTED.c.removed_at < forgotten))
    statement = insert_on(connection.dialect.name, DEPARTED).on_conflict_do_nothing()
    connection.execute(statement, {"user_id": user_id, "removed_at": now})


def replace_roots(connection: Connection, roots: Sequence[LibraryRoot]) -> None:
    """Every library there is; one that moved is looked for again."""
    known = {row.library_id: row for row in connection.execute(_ROOTS)}
    connection.execute(_FORGET_ROOTS, {"kept": [root.library_id for root in roots]})
    for root in roots:
        before = known.get(root.library_id)
        values = {"root": root.root, "hidden": root.hidden, "restricted": root.restricted}
        if before is None or before.root != root.root:
            values["away"] = False
        if before is None:
            connection.execute(LIBRARY_ROOTS.insert().values(library_id=root.library_id, **values))
        else:
            connection.execute(
                LIBRARY_ROOTS.update()
                .where(LIBRARY_ROOTS.c.library_id == root.library_id)
                .values(**values)
            )
    _replace_listeners(connection, roots)


def _replace_listeners(connection: Connection, roots: Sequence[LibraryRoot]) -> None:
    wanted = {(root.library_id, user) for root in roots for user in root.user_ids}
    known = {(row.library_id, row.user_id) for row in connection.execute(_LISTENERS)}
    for library, user in known - wanted:
        connection.execute(
            delete(LIBRARY_LISTENERS).where(
                LIBRARY_LISTENERS.c.library_id == library, LIBRARY_LISTENERS.c.user_id == user
            )
        )
    rows = [{"library_id": library, "user_id": user} for library, user in sorted(wanted - known)]
    if rows:
        connection.execute(insert(LIBRARY_LISTENERS), rows)
