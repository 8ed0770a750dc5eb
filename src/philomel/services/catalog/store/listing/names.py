"""All artists by their names, for those who show an index of all of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, case, func, select, tuple_

from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import ArtistName, ArtistNames, ListArtistNames
from philomel.services.catalog.store.browsing.tables import revision
from philomel.services.catalog.store.listing.versions import version_of
from philomel.services.catalog.store.tables import (
    artist_libraries,
    artists,
    covers,
    lies_in,
)

_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_CHANGED_AT = select(revision.c.changed_at)
_ALBUMS = (
    select(func.sum(artist_libraries.c.album_count))
    .where(
        artist_libraries.c.artist_id == artists.c.id,
        lies_in(artist_libraries.c.library_id, _LIBRARIES),
    )
    .correlate(artists)
    .scalar_subquery()
)
_place = tuple_(artists.c.sort_key, artists.c.id)
PAGE = (
    select(
        artists.c.id, artists.c.name, artists.c.sort_name, artists.c.mbid, covers.c.id,
        _ALBUMS, artists.c.sort_key,
    )
    .outerjoin(
        covers,
        covers.c.id
        == case(
            (lies_in(artists.c.cover_library_id, _LIBRARIES), artists.c.cover_id),
            else_=artists.c.found_cover_id,
        ),
    )
    .where(_place > tuple_(bindparam("key"), bindparam("id")))
    .order_by(artists.c.sort_key, artists.c.id)
    .limit(bindparam("limit"))
)  # fmt: skip


def list_artist_names(
    connection: Connection, request: ListArtistNames, visible: Sequence[str]
) -> ArtistNames:
    """Rows of all artists are looked at in order: nearly all of them are shown."""
    seen = sorted(id_ for id_ in visible if request.library_id in (None, id_))
    version = version_of(connection, seen)
    changed_at = int(connection.execute(_CHANGED_AT).scalar() or 0)
    if version in request.known or not seen:
        return ArtistNames((), version, changed_at=changed_at)
    key, id_ = "", ""
    if request.cursor is not None:
        key, id_ = decode_cursor(request.cursor, tuple[str, str])
    values: dict[str, Any] = {
        "libraries": seen, "key": key, "id": id_, "limit": request.limit,
    }  # fmt: skip
    rows = connection.execute(PAGE, values).all()
    items = tuple(
        ArtistName(row[0], row[1], row[2], int(row[5]), row[3], row[4]) for row in rows if row[5]
    )
    last = encode_cursor((rows[-1][6], rows[-1][0])) if len(rows) == request.limit else None
    return ArtistNames(items, version, last, changed_at)
