"""Pages of tracks, albums and artists: the caller's libraries are part of every statement."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)

from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import (
    AlbumSort,
    ListAlbums,
    ListArtists,
    ListTracks,
    TrackSort,
)
from philomel.services.catalog.rules.folding import fold
from philomel.services.catalog.store.loading import resolve_one
from philomel.services.catalog.store.tables import (
    album_credits,
    album_genres,
    albums,
    artist_libraries,
    artists,
    genres,
    lies_in,
    track_credits,
    track_genres,
    tracks,
)

_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_NO_YEAR_LAST = func.coalesce(albums.c.year, 9999)
_NO_YEAR_FIRST = func.coalesce(albums.c.year, 0)

_TRACK_ORDERS: dict[TrackSort, tuple[ColumnElement[Any], bool]] = {
    TrackSort.NAME: (tracks.c.sort_key, False),
    TrackSort.ALBUM_ORDER: (tracks.c.position_key, False),
    TrackSort.RECENTLY_ADDED: (tracks.c.added_at, True),
    TrackSort.MOST_PLAYED: (tracks.c.play_count, True),
    TrackSort.RANDOM: (tracks.c.shuffle, False),
}
_ALBUM_ORDERS: dict[AlbumSort, tuple[ColumnElement[Any], bool]] = {
    AlbumSort.NAME: (albums.c.sort_key, False),
    AlbumSort.ARTIST: (albums.c.artist_sort_key, False),
    AlbumSort.YEAR: (_NO_YEAR_LAST, False),
    AlbumSort.YEAR_DESCENDING: (_NO_YEAR_FIRST, True),
    AlbumSort.RECENTLY_ADDED: (albums.c.added_at, True),
    AlbumSort.MOST_PLAYED: (albums.c.play_count, True),
    AlbumSort.RANDOM: (albums.c.shuffle, False),
}

Filter = Callable[[Select[Any]], Select[Any]]

_TRACK_FILTERS: dict[str, Filter] = {
    "album": lambda s: s.where(tracks.c.album_id == bindparam("album")),
    "artist": lambda s: s.where(
        tracks.c.id.in_(
            select(track_credits.c.track_id).where(track_credits.c.artist_id == bindparam("artist"))
        )
    ),
    "genre": lambda s: s.where(
        tracks.c.id.in_(
            select(track_genres.c.track_id).where(track_genres.c.genre_id == bindparam("genre"))
        )
    ),
    "from": lambda s: s.where(tracks.c.year >= bindparam("from")),
    "to": lambda s: s.where(tracks.c.year <= bindparam("to")),
}
_OF_ARTIST = select(album_credits.c.album_id).where(
    album_credits.c.artist_id == bindparam("artist")
)
_ALBUM_FILTERS: dict[str, Filter] = {
    "artist": lambda s: s.where(albums.c.id.in_(_OF_ARTIST)),
    "appears": lambda s: s.where(
        albums.c.id.in_(
            select(tracks.c.album_id)
            .join_from(tracks, track_credits, track_credits.c.track_id == tracks.c.id)
            .where(track_credits.c.artist_id == bindparam("artist"))
        ),
        albums.c.id.not_in(_OF_ARTIST),
    ),
    "type": lambda s: s.where(albums.c.type == bindparam("type")),
    "genre": lambda s: s.where(
        albums.c.id.in_(
            select(album_genres.c.album_id).where(album_genres.c.genre_id == bindparam("genre"))
        )
    ),
    "from": lambda s: s.where(albums.c.year >= bindparam("from")),
    "to": lambda s: s.where(albums.c.year <= bindparam("to")),
}
_GENRE = select(genres.c.id).where(
    or_(genres.c.key == bindparam("key"), genres.c.id == bindparam("id"))
)
ALL_AT_ONCE = 2_000
"""A random page of a list this short is drawn from all of it."""
_DRAW = 4


class Page(Struct, frozen=True):
    ids: tuple[str, ...]
    total: int
    next: str | None


@cache
def _tracks(filters: tuple[str, ...]) -> tuple[Select[Any], Select[Any]]:
    return _filtered(tracks, _TRACK_FILTERS, filters)


@cache
def _albums(filters: tuple[str, ...]) -> tuple[Select[Any], Select[Any]]:
    ids, count = _filtered(albums, _ALBUM_FILTERS, filters)
    return ids.where(albums.c.track_count > 0), count.where(albums.c.track_count > 0)


def _filtered(
    table: Table, known: Mapping[str, Filter], filters: tuple[str, ...]
) -> tuple[Select[Any], Select[Any]]:
    seen = lies_in(table.c.library_id, _LIBRARIES)
    ids: Select[Any] = select(table.c.id).where(seen)
    if not filters:
        seen = table.c.library_id.in_(_LIBRARIES)
    count: Select[Any] = select(func.count()).select_from(table).where(seen)
    for name in filters:
        ids, count = known[name](ids), known[name](count)
    return ids, count


@cache
def _track_page(sort: TrackSort, filters: tuple[str, ...], after: bool) -> Select[Any]:
    return _sorted(_tracks(filters)[0], tracks.c.id, _TRACK_ORDERS[sort], after)


@cache
def _album_page(sort: AlbumSort, filters: tuple[str, ...], after: bool) -> Select[Any]:
    return _sorted(_albums(filters)[0], albums.c.id, _ALBUM_ORDERS[sort], after)


def _sorted(
    ids: Select[Any],
    id_: ColumnElement[str],
    order: tuple[ColumnElement[Any], bool],
    after: bool,
) -> Select[Any]:
    column, down = order
    statement = ids.add_columns(column.label("sorted_by"))
    if after:
        place = tuple_(column, id_)
        last = tuple_(bindparam("last_key", type_=column.type), bindparam("last_id"))
        statement = statement.where(place < last if down else place > last)
    statement = statement.order_by(*((column.desc(), id_.desc()) if down else (column, id_)))
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))


def list_tracks(connection: Connection, request: ListTracks, visible: Sequence[str]) -> Page:
    """A page of the tracks in these libraries."""
    values: dict[str, Any] = {
        "album": resolve_one(connection, request.album_id),
        "artist": resolve_one(connection, request.artist_id),
        "genre": _genre(connection, request.genre),
        "from": request.from_year,
        "to": request.to_year,
    }
    filters = tuple(name for name, value in values.items() if value is not None)
    given = {name: values[name] for name in filters}
    given["libraries"] = _narrowed(visible, request.library_id)
    total = int(connection.execute(_tracks(filters)[1], given).scalar_one())
    if request.sort is TrackSort.RANDOM:
        after = _track_page(TrackSort.RANDOM, filters, True)
        plain = _track_page(TrackSort.RANDOM, filters, False)
        return Page(_draw(connection, plain, after, given, request.limit, total), total, None)
    statement = _track_page(request.sort, filters, request.cursor is not None)
    shape = _shape(_TRACK_ORDERS[request.sort][0])
    return _page(connection, statement, given, request, shape, total)


def list_albums(connection: Connection, request: ListAlbums, visible: Sequence[str]) -> Page:
    """A page of the albums in these libraries."""
    artist = resolve_one(connection, request.artist_id)
    values: dict[str, Any] = {
        "appears" if request.appears_on else "artist": artist,
        "type": request.type.value if request.type else None,
        "genre": _genre(connection, request.genre),
        "from": request.from_year,
        "to": request.to_year,
    }
    filters = tuple(name for name, value in values.items() if value is not None)
    given = {name: values[name] for name in filters if name != "appears"}
    if artist is not None:
        given["artist"] = artist
    given["libraries"] = _narrowed(visible, request.library_id)
    total = int(connection.execute(_albums(filters)[1], given).scalar_one())
    if request.sort is AlbumSort.RANDOM:
        after = _album_page(AlbumSort.RANDOM, filters, True)
        plain = _album_page(AlbumSort.RANDOM, filters, False)
        return Page(_draw(connection, plain, after, given, request.limit, total), total, None)
    statement = _album_page(request.sort, filters, request.cursor is not None)
    shape = _shape(_ALBUM_ORDERS[request.sort][0])
    return _page(connection, statement, given, request, shape, total)


@cache
def _artists(albums_only: bool) -> tuple[Select[Any], Select[Any]]:
    there = select(artist_libraries.c.artist_id).where(
        artist_libraries.c.library_id.in_(_LIBRARIES)
    )
    if albums_only:
        there = there.where(artist_libraries.c.album_count > 0)
    count = select(func.count()).select_from(there.distinct().subquery())
    return select(artists.c.id).where(artists.c.id.in_(there)), count


@cache
def _artist_page(albums_only: bool, after: bool) -> Select[Any]:
    return _sorted(_artists(albums_only)[0], artists.c.id, (artists.c.sort_key, False), after)


def list_artists(connection: Connection, request: ListArtists, visible: Sequence[str]) -> Page:
    """A page of the artists in these libraries."""
    given: dict[str, Any] = {"libraries": _narrowed(visible, request.library_id)}
    total = int(connection.execute(_artists(request.album_artists_only)[1], given).scalar_one())
    statement = _artist_page(request.album_artists_only, request.cursor is not None)
    return _page(connection, statement, given, request, tuple[str, str], total)


def _page(
    connection: Connection,
    statement: Select[Any],
    given: dict[str, Any],
    request: ListTracks | ListAlbums | ListArtists,
    shape: Any,
    total: int,
) -> Page:
    values = given | {"limit": request.limit + 1, "offset": max(request.offset, 0)}
    if request.cursor is not None:
        values["last_key"], values["last_id"] = decode_cursor(request.cursor, shape)
    rows = connection.execute(statement, values).all()
    ids = tuple(row[0] for row in rows[: request.limit])
    last = rows[request.limit - 1] if len(rows) > request.limit else None
    return Page(ids, total, None if last is None else encode_cursor((last[1], last[0])))


def _shape(column: ColumnElement[Any]) -> Any:
    return tuple[str, str] if column.type.python_type is str else tuple[int, str]


def _draw(
    connection: Connection,
    plain: Select[Any],
    after: Select[Any],
    given: dict[str, Any],
    limit: int,
    total: int,
) -> tuple[str, ...]:
    """Some of a list in random order, without reading a long one from end to end."""
    chance = secrets.SystemRandom()
    if total <= ALL_AT_ONCE or total <= limit * 2:
        rows = connection.execute(plain, given | {"limit": total, "offset": 0}).all()
        return tuple(chance.sample([row[0] for row in rows], min(limit, len(rows))))
    drawn: dict[str, None] = {}
    for _ in range(limit * 2 // _DRAW + 2):
        start = {"last_key": secrets.randbits(31), "last_id": "", "limit": _DRAW, "offset": 0}
        drawn |= dict.fromkeys(row[0] for row in connection.execute(after, given | start))
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
