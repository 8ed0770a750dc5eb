"""What follows merges and removals: entries change their tracks, and what is gone goes.

In batches, each of which is complete in itself, so that the work may stop and be repeated.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, delete, false, select, true, update

from philomel.services.playlists.store import lists
from philomel.services.playlists.store.tables import (
    BROUGHT,
    EDIT,
    ENTRY,
    FOLDER,
    PLAYLIST,
    SHELVED,
    WANT,
    WANT_KEY,
)

BATCH = 500

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_OF_TRACK = select(ENTRY.c.id).where(ENTRY.c.track_id == bindparam("track")).limit(BATCH)
_MOVE = update(ENTRY).where(ENTRY.c.id.in_(_IDS)).values(track_id=bindparam("becomes"))
_GONE = select(PLAYLIST.c.id, PLAYLIST.c.cover_id, PLAYLIST.c.cover_sizes).where(
    PLAYLIST.c.gone == true()
)
_ENTRIES = select(ENTRY.c.id).where(ENTRY.c.playlist_id == bindparam("playlist")).limit(BATCH)
_WANTS = select(WANT.c.id).where(WANT.c.playlist_id == bindparam("playlist")).limit(BATCH)
_THEIR_WANTS = (
    select(WANT.c.id)
    .where(WANT.c.user_id == bindparam("user"), WANT.c.playlist_id.is_(None))
    .limit(BATCH)
)
_OWNER_OF_WANT = (
    select(PLAYLIST.c.owner_id).where(PLAYLIST.c.id == WANT.c.playlist_id).scalar_subquery()
)
# What they added to somebody else's playlist waits on for its owner.
_HAND_OVER = (
    update(WANT)
    .where(
        WANT.c.user_id == bindparam("whose"),
        WANT.c.playlist_id.in_(
            select(PLAYLIST.c.id).where(PLAYLIST.c.owner_id != bindparam("whose"))
        ),
    )
    .values(user_id=_OWNER_OF_WANT)
)
_ADDED = select(ENTRY.c.id).where(ENTRY.c.added_by == bindparam("user")).limit(BATCH)
_BROUGHT = select(BROUGHT.c.digest).where(BROUGHT.c.user_id == bindparam("user")).limit(BATCH)
_FOLLOWED = (
    select(SHELVED.c.playlist_id)
    .join_from(SHELVED, PLAYLIST, PLAYLIST.c.id == SHELVED.c.playlist_id)
    .where(
        SHELVED.c.user_id == bindparam("user"),
        PLAYLIST.c.owner_id != bindparam("user"),
        PLAYLIST.c.gone == false(),
    )
    .limit(BATCH)
)
_OWNED = (
    select(PLAYLIST.c.id)
    .where(PLAYLIST.c.owner_id == bindparam("user"), PLAYLIST.c.gone == false())
    .limit(BATCH)
)


def move_track(connection: Connection, old: str, new: str) -> int:
    """Some entries of a merged track are entries of the other one; how many."""
    ids = list(connection.execute(_OF_TRACK, {"track": old}).scalars())
    if ids:
        connection.execute(_MOVE, {"ids": ids, "becomes": new})
    return len(ids)


def gone(connection: Connection) -> list[tuple[str, str | None, tuple[int, ...]]]:
    """Removed playlists of which something is left, with their covers."""
    return [
        (
            row.id,
            row.cover_id,
            msgspec.json.decode(row.cover_sizes or "[]", type=tuple[int, ...]),
        )
        for row in connection.execute(_GONE)
    ]


def clear(connection: Connection, playlist_id: str) -> int:
    """Take away some of what is left of a removed playlist; 0 when nothing is."""
    of = {"playlist": playlist_id}
    wants = list(connection.execute(_WANTS, of).scalars())
    if wants:
        connection.execute(delete(WANT_KEY).where(WANT_KEY.c.want_id.in_(wants)))
        connection.execute(delete(WANT).where(WANT.c.id.in_(wants)))
    ids = list(connection.execute(_ENTRIES, of).scalars())
    if ids:
        connection.execute(delete(ENTRY).where(ENTRY.c.id.in_(ids)))
    if ids or wants:
        return len(ids) + len(wants)
    connection.execute(delete(EDIT).where(EDIT.c.playlist_id == playlist_id))
    connection.execute(delete(SHELVED).where(SHELVED.c.playlist_id == playlist_id))
    connection.execute(delete(PLAYLIST).where(PLAYLIST.c.id == playlist_id))
    return 0


def forget(connection: Connection, user_id: str, at: int) -> int:
    """Take away some of what a removed person had; 0 when nothing is left."""
    of = {"user": user_id}
    owned = list(connection.execute(_OWNED, of).scalars())
    for playlist in lists.find(connection, owned, user_id):
        lists.remove(connection, playlist, at)
    followed = list(connection.execute(_FOLLOWED, of).scalars())
    for playlist in lists.find(connection, followed, user_id):
        lists.unfollow(connection, playlist, user_id, at)
    wants = list(connection.execute(_THEIR_WANTS, of).scalars())
    if wants:
        connection.execute(delete(WANT_KEY).where(WANT_KEY.c.want_id.in_(wants)))
        connection.execute(delete(WANT).where(WANT.c.id.in_(wants)))
    connection.execute(_HAND_OVER, {"whose": user_id})
    added = list(connection.execute(_ADDED, of).scalars())
    if added:
        connection.execute(update(ENTRY).where(ENTRY.c.id.in_(added)).values(added_by=None))
    brought = list(connection.execute(_BROUGHT, of).scalars())
    if brought:
        mine = (BROUGHT.c.user_id == user_id, BROUGHT.c.digest.in_(brought))
        connection.execute(delete(BROUGHT).where(*mine))
    connection.execute(delete(FOLDER).where(FOLDER.c.user_id == user_id))
    return len(owned) + len(followed) + len(wants) + len(added) + len(brought)
