"""Pages of tracks, albums and artists: the caller's libraries are part of every statement."""

import secrets
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, or_, select

from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import (
    AlbumSort,
    ArtistSort,
    EntryKind,
    Letters,
    ListAlbums,
    ListArtists,
    ListIds,
    ListLetters,
    ListTracks,
    TrackSort,
)
from philomel.services.catalog.rules.folding import fold
from philomel.services.catalog.store.browsing.tables import album_labels
from philomel.services.catalog.store.listing.artists import ArtistView
from philomel.services.catalog.store.listing.columns import COLUMNS, ColumnView, NamedView
from philomel.services.catalog.store.listing.ranks import Place, Ranks
from philomel.services.catalog.store.listing.viewing import (
    NEVER,
    Filter,
    Held,
    Listed,
    Order,
    View,
)
from philomel.services.catalog.store.loading import resolve_one
from philomel.services.catalog.store.tables import (
    album_credits,
    album_genres,
    albums,
    artists,
    genres,
    lies_in,
    track_credits,
    track_genres,
    tracks,
)

_TRACK_ORDERS: dict[TrackSort, Order] = {
    TrackSort.NAME: Order(tracks.c.sort_key, down=False),
    TrackSort.ALBUM_ORDER: Order(tracks.c.position_key, down=False),
    TrackSort.RECENTLY_ADDED: Order(tracks.c.added_at, down=True),
    TrackSort.MOST_PLAYED: Order(tracks.c.play_count, down=True),
    TrackSort.RANDOM: Order(tracks.c.shuffle, down=False),
    TrackSort.RECENTLY_PLAYED: Order(tracks.c.last_played_at, down=True),
}
_ALBUM_ORDERS: dict[AlbumSort, Order] = {
    AlbumSort.NAME: Order(albums.c.sort_key, down=False),
    AlbumSort.ARTIST: Order(albums.c.artist_sort_key, down=False),
    AlbumSort.YEAR: Order(albums.c.year_up, down=False),
    AlbumSort.YEAR_DESCENDING: Order(albums.c.year_down, down=True),
    AlbumSort.RECENTLY_ADDED: Order(albums.c.added_at, down=True),
    AlbumSort.MOST_PLAYED: Order(albums.c.play_count, down=True),
    AlbumSort.RANDOM: Order(albums.c.shuffle, down=False),
    AlbumSort.RECENTLY_PLAYED: Order(albums.c.last_played_at, down=True),
}

_ARTIST_ORDERS: dict[ArtistSort, Order] = {
    ArtistSort.NAME: Order(artists.c.sort_key, down=False),
    ArtistSort.MOST_PLAYED: Order(artists.c.play_count, down=True),
    ArtistSort.RECENTLY_PLAYED: Order(artists.c.last_played_at, down=True),
}

SURVEYED = tuple(
    order
    for orders in (_TRACK_ORDERS, _ALBUM_ORDERS)
    for sort, order in orders.items()
    if sort.value not in ("random", "recently_played")
)
"""Orders that are worth milestones: nobody pages through the others."""
PLAYED = (_TRACK_ORDERS[TrackSort.MOST_PLAYED], _ALBUM_ORDERS[AlbumSort.MOST_PLAYED])

_OF_ARTIST = select(track_credits.c.track_id).where(
    track_credits.c.artist_id == bindparam("artist")
)
_OF_GENRE = select(track_genres.c.track_id).where(track_genres.c.genre_id == bindparam("genre"))
_BY_ARTIST = select(album_credits.c.album_id).where(
    album_credits.c.artist_id == bindparam("artist")
)
_WITH_ARTIST = (
    select(tracks.c.album_id)
    .join_from(tracks, track_credits, track_credits.c.track_id == tracks.c.id)
    .where(track_credits.c.artist_id == bindparam("artist"))
)
_ALBUMS_OF_GENRE = select(album_genres.c.album_id).where(
    album_genres.c.genre_id == bindparam("genre")
)
_OF_LABEL = select(album_labels.c.album_id).where(album_labels.c.label_key == bindparam("label"))
_other = albums.alias("other")
_EARLIER = select(_other.c.id).where(
    _other.c.group_key == albums.c.group_key,
    _other.c.group_key != "",
    _other.c.id < albums.c.id,
    _other.c.track_count > 0,
    lies_in(_other.c.library_id, bindparam("libraries", expanding=True)),
)
"""Editions of an album that were added before it."""

_TRACKS = Listed(
    tracks,
    filters={
        "album": Filter((tracks.c.album_id == bindparam("album"),)),
        "artist": Filter(
            (tracks.c.id.in_(_OF_ARTIST),),
            (Held(_OF_ARTIST.where(track_credits.c.track_id == tracks.c.id).exists()),),
        ),
        "genre": Filter(
            (tracks.c.id.in_(_OF_GENRE),),
            (Held(_OF_GENRE.where(track_genres.c.track_id == tracks.c.id).exists()),),
        ),
        "from": Filter(
            (tracks.c.year >= bindparam("from"),), (Held(tracks.c.year + 0 >= bindparam("from")),)
        ),
        "to": Filter(
            (tracks.c.year <= bindparam("to"),), (Held(tracks.c.year + 0 <= bindparam("to")),)
        ),
        "played": Filter((tracks.c.last_played_at > NEVER,)),
    },
    small=("album",),
)
_ALBUMS = Listed(
    albums,
    filters={
        "artist": Filter((albums.c.id.in_(_BY_ARTIST),)),
        "appears": Filter((albums.c.id.in_(_WITH_ARTIST), albums.c.id.not_in(_BY_ARTIST))),
        "type": Filter((albums.c.type == bindparam("type"),)),
        "genre": Filter(
            (albums.c.id.in_(_ALBUMS_OF_GENRE),),
            (Held(_ALBUMS_OF_GENRE.where(album_genres.c.album_id == albums.c.id).exists()),),
        ),
        "from": Filter(
            (albums.c.year_down >= bindparam("from"),),
            (
                Held(albums.c.year_down + 0 >= bindparam("from")),
                Held(albums.c.year_up >= bindparam("from"), albums.c.year_up),
                Held(albums.c.year_down >= bindparam("from"), albums.c.year_down),
            ),
        ),
        "to": Filter(
            (albums.c.year_up <= bindparam("to"),),
            (
                Held(albums.c.year_up + 0 <= bindparam("to")),
                Held(albums.c.year_up <= bindparam("to"), albums.c.year_up),
                Held(albums.c.year_down <= bindparam("to"), albums.c.year_down),
            ),
        ),
        "label": Filter((albums.c.id.in_(_OF_LABEL),)),
        "first": Filter((~_EARLIER.exists(),)),
        "played": Filter((albums.c.last_played_at > NEVER,)),
    },
    always=Filter((albums.c.track_count > 0,), (Held(albums.c.track_count + 0 > 0),)),
    small=("artist", "appears", "label"),
)
_GENRE = select(genres.c.id).where(
    or_(genres.c.key == bindparam("key"), genres.c.id == bindparam("id"))
)
ALL_AT_ONCE = 2_000
"""A random page of a list this short is drawn from all of it."""
_DRAWN = 4


class Page(Struct, frozen=True):
    ids: tuple[str, ...]
    total: int
    next: str | None


def list_tracks(
    connection: Connection, request: ListTracks, visible: Sequence[str], ranks: Ranks
) -> Page:
    """A page of the tracks in these libraries."""
    values: dict[str, Any] = {
        "album": resolve_one(connection, request.album_id),
        "artist": resolve_one(connection, request.artist_id),
        "genre": _genre(connection, request.genre),
        "from": request.from_year,
        "to": request.to_year,
    }
    given = {name: value for name, value in values.items() if value is not None}
    played = ("played",) if request.sort is TrackSort.RECENTLY_PLAYED else ()
    libraries = _narrowed(visible, request.library_id)
    view = ColumnView(connection, _TRACKS, (*given, *played), given, libraries, ranks)
    if request.sort in COLUMNS:
        return _by_column(view, request)
    order = _TRACK_ORDERS[request.sort]
    if request.sort is TrackSort.RANDOM:
        return Page(_draw(view, order, request.limit), view.total, None)
    return _turned(view, order, request) if request.reverse else _page(view, order, request)


def list_albums(
    connection: Connection, request: ListAlbums, visible: Sequence[str], ranks: Ranks
) -> Page:
    """A page of the albums in these libraries."""
    view = _albums(connection, request, visible, ranks)
    order = _ALBUM_ORDERS[request.sort]
    if request.sort is AlbumSort.RANDOM:
        return Page(_draw(view, order, request.limit), view.total, None)
    return _page(view, order, request)


def list_letters(
    connection: Connection, request: ListLetters, visible: Sequence[str], ranks: Ranks
) -> Letters:
    """Where each letter begins among the albums or artists in these libraries."""
    if request.kind is EntryKind.ARTIST:
        return ArtistView(connection, visible, ranks, albums_only=True).letters()
    asked = ListAlbums(one_edition=request.one_edition, genre=request.genre, label=request.label)
    return _albums(connection, asked, visible, ranks).letters()


def _albums(
    connection: Connection, request: ListAlbums, visible: Sequence[str], ranks: Ranks
) -> NamedView:
    """The albums that are asked for."""
    artist = resolve_one(connection, request.artist_id)
    values: dict[str, Any] = {
        "appears" if request.appears_on else "artist": artist,
        "type": request.type.value if request.type else None,
        "genre": _genre(connection, request.genre),
        # A year that is not known lies in no range: see the columns.
        "from": None if request.from_year is None else max(request.from_year, 1),
        "to": None if request.to_year is None else min(request.to_year, 9998),
        "label": None if request.label is None else fold(request.label)[:200],
    }
    filters = tuple(name for name, value in values.items() if value is not None)
    given = {name: values[name] for name in filters}
    if artist is not None:
        given["artist"] = artist
    if request.one_edition:
        filters += ("first",)
    if request.sort is AlbumSort.RECENTLY_PLAYED:
        filters += ("played",)
    return NamedView(
        connection, _ALBUMS, filters, given, _narrowed(visible, request.library_id), ranks
    )


def list_artists(
    connection: Connection, request: ListArtists, visible: Sequence[str], ranks: Ranks
) -> Page:
    """A page of the artists in these libraries."""
    libraries = _narrowed(visible, request.library_id)
    order = _ARTIST_ORDERS[request.sort]
    played = None if request.sort is ArtistSort.NAME else order.column
    view = ArtistView(
        connection, libraries, ranks, albums_only=request.album_artists_only, played=played
    )
    return _page(view, order, request)


def list_ids(
    connection: Connection, request: ListIds, visible: Sequence[str], ranks: Ranks
) -> Page:
    """A page of all there is of a kind, in an order that plays do not change."""
    library, limit, offset = request.library_id, request.limit, request.offset
    match request.kind:
        case EntryKind.TRACK:
            tracks_ = ListTracks(library_id=library, limit=limit, offset=offset)
            return list_tracks(connection, tracks_, visible, ranks)
        case EntryKind.ALBUM:
            albums_ = ListAlbums(library_id=library, limit=limit, offset=offset)
            return list_albums(connection, albums_, visible, ranks)
        case EntryKind.ARTIST:
            every = ListArtists(
                album_artists_only=False, library_id=library, limit=limit, offset=offset
            )
            return list_artists(connection, every, visible, ranks)


def _page(
    view: View | ArtistView, order: Order, request: ListTracks | ListAlbums | ListArtists
) -> Page:
    after: Place | None = None
    skip = max(request.offset, 0)
    if request.cursor is not None:
        after = decode_cursor(request.cursor, order.shape)
    elif skip >= view.total:
        return Page((), view.total, None)
    elif view.is_long and view.total - skip <= view.near_end:
        return _last_page(view, order, request.limit, skip)
    elif view.is_long:
        found = view.seek(order, skip)
        if found is None:
            return Page((), view.total, None)
        after, skip = found
    return _cut(view, view.rows(order, after, request.limit + 1, skip), request.limit)


def _by_column(view: ColumnView, request: ListTracks) -> Page:
    skip = _skipped(request)
    ids = view.ids(request.sort, skip, request.limit, down=request.reverse)
    return Page(tuple(ids), view.total, _beyond(skip + len(ids), view.total))


def _turned(view: View, order: Order, request: ListTracks) -> Page:
    """A page from the other end: the list is read as it is kept, and each page turned round."""
    skip = _skipped(request)
    limit = min(request.limit, view.total - skip)
    if limit <= 0:
        return Page((), view.total, None)
    there = replace(request, cursor=None, offset=view.total - skip - limit, limit=limit)
    page = _page(view, order, there)
    return Page(page.ids[::-1], view.total, _beyond(skip + limit, view.total))


def _skipped(request: ListTracks) -> int:
    """What lies before a page, where cursors are no more than that."""
    before = 0 if request.cursor is None else decode_cursor(request.cursor, tuple[int])[0]
    return max(before, 0) + max(request.offset, 0)


def _beyond(end: int, total: int) -> str | None:
    return encode_cursor((end,)) if end < total else None


def _last_page(view: View | ArtistView, order: Order, limit: int, skip: int) -> Page:
    """A page near the end of a long list, which is read from there."""
    count = min(limit + 1, view.total - skip)
    rows = view.rows(order.turned, None, count, view.total - skip - count)
    return _cut(view, rows[::-1], limit)


def _cut(view: View | ArtistView, rows: Sequence[Any], limit: int) -> Page:
    ids = tuple(row[0] for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(ids, view.total, None if last is None else encode_cursor((last[1], last[0])))


def _draw(view: View, order: Order, limit: int) -> tuple[str, ...]:
    """Some of a list in random order, without reading a long one from end to end."""
    chance = secrets.SystemRandom()
    if view.total <= ALL_AT_ONCE or view.total <= limit * 2 or view.is_sorted:
        ids = [row[0] for row in view.rows(order, None, view.total, 0)]
        return tuple(chance.sample(ids, min(limit, len(ids))))
    drawn: dict[str, None] = {}
    for _ in range(limit * 2 // _DRAWN + 2):
        drawn |= dict.fromkeys(view.draw(order, secrets.randbits(31), _DRAWN))
        if len(drawn) >= limit:
            break
    ids = list(drawn)
    chance.shuffle(ids)
    return tuple(ids[:limit])


def _narrowed(visible: Sequence[str], library: str | None) -> list[str]:
    return [id_ for id_ in visible if library is None or id_ == library]


def _genre(connection: Connection, genre: str | None) -> str | None:
    """The id of a genre by its name or id; one that nothing has if it is unknown."""
    if genre is None:
        return None
    found = connection.execute(_GENRE, {"key": fold(genre)[:200], "id": genre}).scalars().first()
    return found or "-"
