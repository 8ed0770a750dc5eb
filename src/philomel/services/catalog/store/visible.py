"""Which libraries a caller may see: the one place that decides it."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, false, or_, select

from philomel.kernel.caller import Caller, CallerKind
from philomel.services.catalog.store.tables import (
    PRESENT,
    files,
    libraries,
    library_grants,
)

_LISTED = select(libraries.c.id, libraries.c.sampler).where(libraries.c.hidden == false())
_GRANTED = _LISTED.where(
    or_(
        libraries.c.restricted == false(),
        exists().where(
            library_grants.c.library_id == libraries.c.id,
            library_grants.c.user_id == bindparam("user"),
        ),
    )
)
_OTHER_MUSIC = (
    select(libraries.c.id)
    .where(
        libraries.c.hidden == false(),
        libraries.c.sampler == false(),
        exists().where(files.c.library_id == libraries.c.id, files.c.state == PRESENT),
    )
    .limit(1)
)


class Seen(list[str]):
    """The libraries that a caller may see.

    Attributes:
        explicit: whether they are shown tracks that are marked as explicit.
    """

    explicit: bool = True


def hides_explicit(seen: Sequence[str]) -> bool:
    """Whether tracks that are marked as explicit do not exist for this caller."""
    return isinstance(seen, Seen) and not seen.explicit


def visible_libraries(connection: Connection, caller: Caller) -> Seen:
    """Ids of the libraries that the caller may see.

    Hidden ones are seen by nobody, restricted ones by those with a grant and by Philomel
    itself, and the sampler only while there is no other music.
    """
    if caller.kind in (CallerKind.SERVICE, CallerKind.OPERATOR):
        rows = connection.execute(_LISTED).all()
    else:
        rows = connection.execute(_GRANTED, {"user": caller.user_id or ""}).all()
    if any(row.sampler for row in rows) and has_other_music(connection):
        rows = [row for row in rows if not row.sampler]
    seen = Seen(row.id for row in rows)
    seen.explicit = caller.explicit_allowed
    return seen


def has_other_music(connection: Connection) -> bool:
    """Whether there is music besides the sampler's."""
    return connection.execute(_OTHER_MUSIC).first() is not None
