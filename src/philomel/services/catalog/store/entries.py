"""Genres, counts, and what search needs to know."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, false, func, literal, select

from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import (
    AlbumFacts,
    Counts,
    EntryKind,
    FileError,
    FileErrors,
    Genre,
    ListFileErrors,
    ListSearchEntries,
    SearchEntries,
    SearchEntry,
)
from philomel.services.catalog.rules import paths
from philomel.services.catalog.store.listing.milestones import Milestones, Road
from philomel.services.catalog.store.tables import (
    ARTIST,
    album_credits,
    album_genres,
    albums,
    artist_libraries,
    artists,
    file_errors,
    genres,
    libraries,
    lies_in,
    track_genres,
    tracks,
)

GENRES = 2_000

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_GENRES = select(genres.c.id, genres.c.name, genres.c.key)
_TRACKS_OF_GENRES = (
    select(track_genres.c.genre_id, func.count())
    .where(track_genres.c.library_id.in_(_LIBRARIES))
    .group_by(track_genres.c.genre_id)
    .order_by(func.count().desc(), track_genres.c.genre_id)
    .limit(GENRES)
)
_ALBUMS_OF_GENRES = (
    select(album_genres.c.genre_id, func.count())
    .join_from(album_genres, albums, albums.c.id == album_genres.c.album_id)
    .where(lies_in(albums.c.library_id, _LIBRARIES), albums.c.track_count > 0)
    .group_by(album_genres.c.genre_id)
)
_COUNT_TRACKS = select(func.coalesce(func.sum(albums.c.track_count), 0)).where(
    albums.c.library_id.in_(_LIBRARIES)
)
_COUNT_ALBUMS = select(func.count()).where(
    albums.c.library_id.in_(_LIBRARIES), albums.c.track_count > 0
)
_COUNT_ARTISTS = select(func.count(artist_libraries.c.artist_id.distinct())).where(
    artist_libraries.c.library_id.in_(_LIBRARIES)
)
_ERRORS = (
    select(
        libraries.c.name, file_errors.c.path, file_errors.c.message, file_errors.c.fatal,
        file_errors.c.library_id, file_errors.c.number,
    )
    .join_from(file_errors, libraries, libraries.c.id == file_errors.c.library_id)
    .where(libraries.c.hidden.is_(False))
    .order_by(file_errors.c.library_id, file_errors.c.path, file_errors.c.number)
    .limit(bindparam("limit"))
)  # fmt: skip
_TRACKS = select(
    tracks.c.id, tracks.c.title.label("name"), tracks.c.credits, tracks.c.library_id,
    tracks.c.play_count, albums.c.name.label("album"), tracks.c.genres, tracks.c.isrc,
    func.coalesce(tracks.c.year, albums.c.year).label("year"), albums.c.barcode, tracks.c.added_at,
    tracks.c.explicit,
).join_from(tracks, albums, albums.c.id == tracks.c.album_id)  # fmt: skip
_ALBUMS = select(
    albums.c.id, albums.c.name, albums.c.credits, albums.c.library_id, albums.c.play_count,
    literal("").label("album"), albums.c.genres, literal("").label("isrc"), albums.c.year,
    albums.c.barcode, albums.c.added_at, false().label("explicit"),
).where(albums.c.track_count > 0)  # fmt: skip
_ARTISTS = select(artists.c.id, artists.c.name, artists.c.play_count).where(
    artists.c.id.in_(select(artist_libraries.c.artist_id))
)
_ARTIST_IN = select(artist_libraries.c.artist_id, artist_libraries.c.library_id).where(
    artist_libraries.c.artist_id.in_(_IDS)
)
_ALBUM_FACTS = (
    select(album_credits.c.artist_id, albums.c.library_id, albums.c.genres, albums.c.year)
    .join_from(album_credits, albums, albums.c.id == album_credits.c.album_id)
    .where(album_credits.c.artist_id.in_(_IDS), albums.c.track_count > 0)
    .distinct()
    .order_by(album_credits.c.artist_id, albums.c.library_id, albums.c.year)
)
_NAMES = select(artists.c.id, artists.c.name).where(artists.c.id.in_(_IDS))
_STATEMENTS = {
    EntryKind.TRACK: (_TRACKS, tracks.c.id),
    EntryKind.ALBUM: (_ALBUMS, albums.c.id),
    EntryKind.ARTIST: (_ARTISTS, artists.c.id),
}
_BY_ID = {kind: statement.where(id_.in_(_IDS)) for kind, (statement, id_) in _STATEMENTS.items()}
_PAGES = {
    kind: statement.where(id_ > bindparam("after")).order_by(id_).limit(bindparam("limit"))
    for kind, (statement, id_) in _STATEMENTS.items()
}
_CONTEXT_NAMES = 20


def list_genres(
    connection: Connection, visible: Sequence[str], milestones: Milestones
) -> tuple[Genre, ...]:
    seen = {"libraries": visible}
    on_albums = _surveyed(milestones.road(albums.c.sort_key), visible) or {
        row[0]: row[1] for row in connection.execute(_ALBUMS_OF_GENRES, seen)
    }
    on_tracks = _surveyed(milestones.road(tracks.c.sort_key), visible) or {
        row[0]: row[1] for row in connection.execute(_TRACKS_OF_GENRES, seen)
    }
    named = [row for row in connection.execute(_GENRES) if row[0] in on_tracks]
    return tuple(
        Genre(row[0], row[1], track_count=on_tracks[row[0]], album_count=on_albums.get(row[0], 0))
        for row in sorted(named, key=lambda row: row[2])
    )


def _surveyed(road: Road | None, visible: Sequence[str]) -> dict[str, int]:
    """Rows of the commonest genres, as far as they were counted ahead."""
    counts: Counter[str] = Counter()
    for mark, count in road.marked("genre") if road else ():
        if mark.library in visible:
            counts[str(mark.value)] += count
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:GENRES])


def get_counts(connection: Connection, visible: Sequence[str]) -> Counts:
    values = {"libraries": visible}
    return Counts(
        tracks=connection.execute(_COUNT_TRACKS, values).scalar_one(),
        albums=connection.execute(_COUNT_ALBUMS, values).scalar_one(),
        artists=connection.execute(_COUNT_ARTISTS, values).scalar_one(),
    )


def list_file_errors(connection: Connection, request: ListFileErrors) -> FileErrors:
    statement, values = _ERRORS, {"limit": request.limit + 1}
    if request.cursor is not None:
        library, path, number = decode_cursor(request.cursor, tuple[str, str, int])
        place = bytes.fromhex(path) if _is_hex(path) else b""
        at = (file_errors.c.library_id, file_errors.c.path, file_errors.c.number)
        statement = statement.where(
            (at[0] > library)
            | ((at[0] == library) & (at[1] > place))
            | ((at[0] == library) & (at[1] == place) & (at[2] > number))
        )
    rows = connection.execute(statement, values).all()
    items = tuple(
        FileError(library=row[0], path=paths.display(row[1]), message=row[2], fatal=row[3])
        for row in rows[: request.limit]
    )
    last = rows[request.limit - 1] if len(rows) > request.limit else None
    follow = None if last is None else encode_cursor((last[4], last[1].hex(), last[5]))
    return FileErrors(items=items, next=follow)


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and all(c in "0123456789abcdef" for c in text)


def get_search_entries(connection: Connection, ids: Sequence[str]) -> SearchEntries:
    found: dict[str, SearchEntry] = {}
    for kind, statement in _BY_ID.items():
        left = [id_ for id_ in ids if id_ not in found]
        rows = connection.execute(statement, {"ids": left}).all() if left else []
        found |= {entry.id: entry for entry in _entries(connection, kind, rows)}
    return SearchEntries(items=tuple(found[i] for i in dict.fromkeys(ids) if i in found))


def list_search_entries(connection: Connection, request: ListSearchEntries) -> SearchEntries:
    after = decode_cursor(request.cursor, tuple[str])[0] if request.cursor else ""
    values = {"after": after, "limit": request.limit + 1}
    rows = connection.execute(_PAGES[request.kind], values).all()
    more = len(rows) > request.limit
    rows = rows[: request.limit]
    return SearchEntries(
        items=_entries(connection, request.kind, rows),
        next=encode_cursor((rows[-1][0],)) if more else None,
    )


def _entries(
    connection: Connection, kind: EntryKind, rows: Sequence[Row[Any]]
) -> tuple[SearchEntry, ...]:
    if not rows:
        return ()
    if kind is EntryKind.ARTIST:
        lies_in: dict[str, list[str]] = defaultdict(list)
        for artist, library in connection.execute(_ARTIST_IN, {"ids": [row.id for row in rows]}):
            lies_in[artist].append(library)
        facts = _facts(connection, [row.id for row in rows])
        return tuple(
            SearchEntry(
                id=row.id,
                kind=kind,
                name=row.name,
                context="",
                library_ids=tuple(lies_in[row.id]),
                play_count=row.play_count,
                albums=facts.get(row.id, ()),
            )
            for row in rows
        )
    credited: dict[str, list[str]] = {}
    for row in rows:
        every = json.loads(row.credits)
        ids = (
            every
            if kind is EntryKind.ALBUM
            else [each[1] for each in every if each[0] <= ARTIST + 1]
        )
        credited[row.id] = list(dict.fromkeys(ids))[:_CONTEXT_NAMES]
    wanted = list({artist for every in credited.values() for artist in every})
    names = {row[0]: row[1] for row in connection.execute(_NAMES, {"ids": wanted})}
    entries = []
    for row in rows:
        around = tuple(names[artist] for artist in credited[row.id] if artist in names)
        entries.append(
            SearchEntry(
                id=row.id,
                kind=kind,
                name=row.name,
                context=" ".join((*around, row.album)) if row.album else " ".join(around),
                library_ids=(row.library_id,),
                play_count=row.play_count,
                artists=around,
                album=row.album,
                genres=tuple(json.loads(row.genres)),
                year=row.year or 0,
                isrc=row.isrc or "",
                upc=row.barcode or "",
                added_at=row.added_at,
                explicit=bool(row.explicit),
            )
        )
    return tuple(entries)


def _facts(connection: Connection, artist_ids: Sequence[str]) -> dict[str, tuple[AlbumFacts, ...]]:
    """What the albums of each artist are, library by library."""
    seen: dict[str, dict[str, tuple[dict[str, None], dict[int, None]]]] = defaultdict(dict)
    for artist, library, names, year in connection.execute(_ALBUM_FACTS, {"ids": artist_ids}):
        of_genres, of_years = seen[artist].setdefault(library, ({}, {}))
        of_genres.update(dict.fromkeys(json.loads(names)))
        if year:
            of_years[year] = None
    return {
        artist: tuple(
            AlbumFacts(library, tuple(of_genres), tuple(of_years))
            for library, (of_genres, of_years) in there.items()
        )
        for artist, there in seen.items()
    }
