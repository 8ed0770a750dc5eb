"""The editions of an album, and a recording on all of them."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, func, or_, select

from philomel.services.catalog.contract import Album, ListEditions, ListSiblings, Track
from philomel.services.catalog.store.loading import load_albums, load_tracks, resolve_one
from philomel.services.catalog.store.tables import albums, lies_in, tracks

_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_NEAR_MS = 15_000
"""A remaster may fade out later; something much longer is another recording."""

_GROUP = select(albums.c.group_key).where(
    albums.c.id == bindparam("id"), lies_in(albums.c.library_id, _LIBRARIES)
)
EDITIONS = (
    select(albums.c.id)
    .where(
        albums.c.group_key == bindparam("group"),
        lies_in(albums.c.library_id, _LIBRARIES),
        albums.c.track_count > 0,
    )
    .order_by(albums.c.id)
    .limit(bindparam("limit"))
)
_TRACK = (
    select(
        tracks.c.id, tracks.c.album_id, tracks.c.sort_key, tracks.c.recording_id,
        tracks.c.duration_ms, albums.c.group_key,
    )
    .join_from(tracks, albums, albums.c.id == tracks.c.album_id)
    .where(tracks.c.id == bindparam("id"), lies_in(tracks.c.library_id, _LIBRARIES))
)  # fmt: skip
SIBLINGS = (
    select(tracks.c.id)
    .where(
        tracks.c.album_id.in_(bindparam("albums", expanding=True)),
        lies_in(tracks.c.library_id, _LIBRARIES),
        or_(
            tracks.c.recording_id == bindparam("recording"),
            (tracks.c.sort_key == bindparam("title"))
            & (
                func.coalesce(tracks.c.recording_id, bindparam("recording"))
                == bindparam("recording")
            )
            & tracks.c.duration_ms.between(bindparam("shortest"), bindparam("longest")),
        ),
    )
    .limit(bindparam("limit"))
)
_EDITIONS_LOOKED_AT = 100


def list_editions(
    connection: Connection, request: ListEditions, visible: Sequence[str]
) -> tuple[Album, ...]:
    """The oldest release first."""
    id_ = resolve_one(connection, request.album_id)
    seen = {"libraries": visible}
    group = connection.execute(_GROUP, {"id": id_, **seen}).scalar_one_or_none()
    if group is None:
        return ()
    ids = [id_ or ""]
    if group:
        values = {"group": group, "limit": request.limit, **seen}
        ids = list(dict.fromkeys([*ids, *connection.execute(EDITIONS, values).scalars()]))
    found = load_albums(connection, ids[: request.limit], visible).values()
    return tuple(sorted(found, key=lambda album: (album.date or "9999", album.id)))


def list_siblings(
    connection: Connection, request: ListSiblings, visible: Sequence[str]
) -> tuple[Track, ...]:
    """The oldest release first."""
    seen = {"libraries": visible}
    values = {"id": resolve_one(connection, request.track_id), **seen}
    track = connection.execute(_TRACK, values).one_or_none()
    if track is None or not track.group_key:
        return ()
    group = {"group": track.group_key, "limit": _EDITIONS_LOOKED_AT, **seen}
    others = [id_ for id_ in connection.execute(EDITIONS, group).scalars() if id_ != track.album_id]
    if not others:
        return ()
    found = connection.execute(
        SIBLINGS,
        {
            "albums": others,
            "recording": track.recording_id or "",
            "title": track.sort_key,
            "shortest": track.duration_ms - _NEAR_MS,
            "longest": track.duration_ms + _NEAR_MS,
            "limit": request.limit,
            **seen,
        },
    ).scalars()
    siblings = load_tracks(connection, list(found), visible).values()
    return tuple(sorted(siblings, key=lambda one: (one.date or "9999", one.id)))
