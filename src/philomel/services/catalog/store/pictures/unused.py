"""Covers that nothing shows any more: found, kept for a while, forgotten."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, delete, select, union_all, update

from philomel.services.catalog.store.tables import albums, artists, covers, tracks

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_SHOWN = union_all(*(
    select(column).where(column.is_not(None))
    for column in (
        albums.c.cover_id, albums.c.found_cover_id, artists.c.cover_id, artists.c.found_cover_id,
        tracks.c.cover_id,
    )
))  # fmt: skip
_UNUSED = select(covers.c.id).where(covers.c.unused_since.is_(None), covers.c.id.not_in(_SHOWN))
_USED_AGAIN = select(covers.c.id).where(covers.c.unused_since.is_not(None), covers.c.id.in_(_SHOWN))
_MARK = update(covers).where(covers.c.id.in_(_IDS)).values(unused_since=bindparam("now"))
_LONG_UNUSED = (
    select(covers.c.id, covers.c.sizes)
    .where(covers.c.unused_since <= bindparam("before"), covers.c.id.not_in(_SHOWN))
    .order_by(covers.c.id)
    .limit(bindparam("limit"))
)
_FORGET = delete(covers).where(
    covers.c.id == bindparam("cover"), covers.c.unused_since <= bindparam("before")
)


def newly_unused(connection: Connection) -> Sequence[str]:
    """Covers that nothing shows, and of which that was not known. Reads every album and track."""
    return connection.execute(_UNUSED).scalars().all()


def used_again(connection: Connection) -> Sequence[str]:
    """Covers that were shown nowhere and are again."""
    return connection.execute(_USED_AGAIN).scalars().all()


def mark(connection: Connection, ids: Sequence[str], now: int | None) -> None:
    """Since when these are shown nowhere; None: they are shown."""
    connection.execute(_MARK, {"ids": list(ids), "now": now})


def long_unused(
    connection: Connection, before: int, limit: int
) -> Sequence[tuple[str, tuple[int, ...]]]:
    """Covers that were shown nowhere since before then and are not now, with their sizes."""
    values = {"before": before, "limit": limit}
    return [
        (row.id, tuple(msgspec.json.decode(row.sizes)))
        for row in connection.execute(_LONG_UNUSED, values)
    ]


def forget(connection: Connection, cover_id: str, before: int) -> None:
    """Forget a cover, unless it was kept anew meanwhile."""
    connection.execute(_FORGET, {"cover": cover_id, "before": before})
