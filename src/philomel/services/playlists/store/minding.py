"""Lists of tracks by what a person did with them, for rules."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from philomel.services.playlists.contract import ItemKind
from philomel.services.playlists.store.tables import ENTRY, MARK, PLAYLIST

_MOST = 50_000


def liked(connection: Connection, user_id: str, low: int | None, high: int | None) -> list[str]:
    """Tracks liked between two instants, the latest first."""
    query = _marked(user_id, MARK.c.saved_at.is_not(None)).order_by(MARK.c.saved_at.desc())
    if low is not None:
        query = query.where(MARK.c.saved_at >= low)
    if high is not None:
        query = query.where(MARK.c.saved_at <= high)
    return list(connection.execute(query).scalars())


def rated(connection: Connection, user_id: str) -> dict[str, int]:
    query = _marked(user_id, MARK.c.rating.is_not(None)).add_columns(MARK.c.rating)
    return {row.item_id: row.rating for row in connection.execute(query)}


def in_playlists(connection: Connection, user_id: str, ids: Sequence[str]) -> list[str]:
    """Tracks in these playlists of a person."""
    query = (
        select(ENTRY.c.track_id)
        .distinct()
        .join_from(ENTRY, PLAYLIST, PLAYLIST.c.id == ENTRY.c.playlist_id)
        .where(
            PLAYLIST.c.owner_id == user_id,
            PLAYLIST.c.id.in_(list(ids)),
            ENTRY.c.track_id.is_not(None),
        )
        .limit(_MOST)
    )
    return list(connection.execute(query).scalars())


def _marked(user_id: str, what: Any) -> Any:
    mine = (MARK.c.user_id == user_id, MARK.c.kind == ItemKind.TRACK.value)
    return select(MARK.c.item_id).where(*mine, what).limit(_MOST)
