"""The tracks of several albums in one statement."""

from collections.abc import Sequence
from itertools import accumulate

from sqlalchemy import Connection, bindparam, func, select

from philomel.services.catalog.contract import AlbumTracks, ListAlbumTracks, TracksOfAlbum
from philomel.services.catalog.store.loading import load_tracks, resolve
from philomel.services.catalog.store.tables import lies_in, tracks

MOST_TRACKS = 400
"""Of all albums together: a reply has room for a fifth more."""
_NUMBERED = (
    select(
        tracks.c.album_id,
        tracks.c.id,
        func.row_number()
        .over(partition_by=tracks.c.album_id, order_by=(tracks.c.position_key, tracks.c.id))
        .label("place"),
        func.count().over(partition_by=tracks.c.album_id).label("total"),
    )
    .where(
        tracks.c.album_id.in_(bindparam("albums", expanding=True)),
        lies_in(tracks.c.library_id, bindparam("libraries", expanding=True)),
    )
    .subquery()
)
_FIRST = (
    select(_NUMBERED.c.album_id, _NUMBERED.c.id, _NUMBERED.c.total)
    .where(_NUMBERED.c.place <= bindparam("limit"))
    .order_by(_NUMBERED.c.album_id, _NUMBERED.c.place)
)


def tracks_of_albums(
    connection: Connection, request: ListAlbumTracks, visible: Sequence[str]
) -> AlbumTracks:
    asked = list(dict.fromkeys(request.album_ids))
    if not asked or not visible:
        return AlbumTracks(())
    # One and the same album may be asked for under several ids.
    merged = resolve(connection, asked, ())
    values = {
        "albums": list({merged.get(id_, id_) for id_ in asked}),
        "libraries": visible,
        "limit": request.limit,
    }
    ids: dict[str, list[str]] = {}
    totals: dict[str, int] = {}
    for album_id, track_id, total in connection.execute(_FIRST, values):
        ids.setdefault(album_id, []).append(track_id)
        totals[album_id] = total
    there = [id_ for id_ in asked if merged.get(id_, id_) in ids]
    sizes = accumulate(len(ids[merged.get(id_, id_)]) for id_ in there)
    full = sum(size <= MOST_TRACKS for size in sizes)
    wanted = [track for id_ in there[:full] for track in ids[merged.get(id_, id_)]]
    found = load_tracks(connection, list(dict.fromkeys(wanted)), visible)
    albums = tuple(
        TracksOfAlbum(
            id_, tuple(found[track] for track in ids[album] if track in found), totals[album]
        )
        for id_ in there[:full]
        if (album := merged.get(id_, id_))
    )
    return AlbumTracks(albums, tuple(there[full:]))
