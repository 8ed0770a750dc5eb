"""What follows from the tracks: counts, an album's artists and genres, who is in which library.

Recomputed by sets for what a write touched, so it is right whatever happened before.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

import msgspec
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from philomel.engines.sql import write_many
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import AlbumTags, TrackTags
from philomel.services.catalog.rules.drafts import (
    UNKNOWN_ALBUM,
    VARIOUS_ARTISTS,
    VARIOUS_ARTISTS_ID,
)
from philomel.services.catalog.rules.editions import group_key
from philomel.services.catalog.rules.folding import fold, sort_key
from philomel.services.catalog.store.tables import (
    ARTIST,
    album_credits,
    album_genres,
    albums,
    artist_libraries,
    artists,
    genres,
    track_credits,
    track_genres,
    tracks,
)

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)

_ALBUMS = select(
    albums.c.id, albums.c.artists_tagged, albums.c.credits, albums.c.genres, albums.c.track_count,
    albums.c.name, albums.c.release_group_id, albums.c.group_key,
).where(albums.c.id.in_(_IDS))  # fmt: skip
_SUMS = (
    select(
        tracks.c.album_id,
        func.count(),
        func.sum(tracks.c.duration_ms),
        func.min(tracks.c.added_at),
        func.max(case((tracks.c.explicit, 1), else_=0)),
    )
    .where(tracks.c.album_id.in_(_IDS))
    .group_by(tracks.c.album_id)
)
_GENRES = (
    select(tracks.c.album_id, genres.c.id, genres.c.name, func.count().label("times"))
    .join_from(tracks, track_genres, track_genres.c.track_id == tracks.c.id)
    .join(genres, genres.c.id == track_genres.c.genre_id)
    .where(tracks.c.album_id.in_(_IDS))
    .group_by(tracks.c.album_id, genres.c.id, genres.c.name)
    .order_by(tracks.c.album_id, func.count().desc(), genres.c.name)
)
_COMMON = (
    select(tracks.c.album_id, track_credits.c.artist_id, func.count())
    .join_from(tracks, track_credits, track_credits.c.track_id == tracks.c.id)
    .where(tracks.c.album_id.in_(_IDS), track_credits.c.role == ARTIST)
    .group_by(tracks.c.album_id, track_credits.c.artist_id)
)
_CREDITS_OF_ONE = select(tracks.c.credits).where(tracks.c.album_id == bindparam("id")).limit(1)
_SET_SUMS = (
    update(albums)
    .where(albums.c.id == bindparam("album"))
    .values(
        track_count=bindparam("tracks"),
        duration_ms=bindparam("duration"),
        added_at=bindparam("added"),
        explicit=bindparam("is_explicit"),
    )
)
_SET_EMPTY = update(albums).where(albums.c.id == bindparam("album")).values(track_count=0)
_SET_GENRES = (
    update(albums).where(albums.c.id == bindparam("album")).values(genres=bindparam("names"))
)
_SET_CREDITS = (
    update(albums)
    .where(albums.c.id == bindparam("album"))
    .values(credits=bindparam("artists"), artist_sort_key=bindparam("artist_key"))
)
_DROP_GENRES = delete(album_genres).where(album_genres.c.album_id.in_(_IDS))
_DROP_CREDITS = delete(album_credits).where(album_credits.c.album_id.in_(_IDS))
_ALBUM_ARTISTS = select(album_credits.c.album_id, album_credits.c.artist_id).where(
    album_credits.c.album_id.in_(_IDS)
)
_SET_GROUP = (
    update(albums).where(albums.c.id == bindparam("album")).values(group_key=bindparam("group"))
)
_FIND_MBID = select(artists.c.id).where(artists.c.mbid == bindparam("mbid"))
_SORT_KEY = select(artists.c.sort_key, artists.c.name).where(artists.c.id == bindparam("id"))

_TRACKS_OF = (
    select(
        track_credits.c.artist_id,
        track_credits.c.library_id,
        func.count(track_credits.c.track_id.distinct()),
    )
    .where(track_credits.c.artist_id.in_(_IDS))
    .group_by(track_credits.c.artist_id, track_credits.c.library_id)
)
_ALBUMS_OF = (
    select(album_credits.c.artist_id, albums.c.library_id, func.count())
    .join_from(album_credits, albums, albums.c.id == album_credits.c.album_id)
    .where(album_credits.c.artist_id.in_(_IDS), albums.c.track_count > 0)
    .group_by(album_credits.c.artist_id, albums.c.library_id)
)
_ONCE = (
    select(track_credits.c.artist_id, track_credits.c.track_id, track_credits.c.library_id)
    .distinct()  # roles of one track
    .where(track_credits.c.artist_id.in_(_IDS))
    .subquery()
)
_PLAYED = (
    select(
        _ONCE.c.artist_id,
        _ONCE.c.library_id,
        func.sum(tracks.c.play_count),
        func.max(tracks.c.last_played_at),
    )
    .join_from(_ONCE, tracks, tracks.c.id == _ONCE.c.track_id)
    .group_by(_ONCE.c.artist_id, _ONCE.c.library_id)
)
_KNOWN_IN = select(artist_libraries).where(artist_libraries.c.artist_id.in_(_IDS))
_DROP_IN = delete(artist_libraries).where(artist_libraries.c.artist_id.in_(_IDS))


def to_json(value: object) -> str:
    """As the tables keep lists."""
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=1024)
def tags_json(tags: TrackTags | AlbumTags | None) -> str:
    """Only what is tagged; empty without anything."""
    if tags is None:
        return ""
    return to_json(
        {name: value for name in tags.__struct_fields__ if (value := getattr(tags, name))}
    )


class Refreshed:
    """What a refresh found.

    Attributes:
        changed: ids of albums and artists that search has to read again.
        relabelled: albums whose genres changed.
        empty_albums, empty_artists: those that have nothing left.
    """

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self.relabelled: set[str] = set()
        self.empty_albums: set[str] = set()
        self.empty_artists: set[str] = set()


def refresh(
    connection: Connection,
    album_ids: Iterable[str],
    artist_ids: Iterable[str],
    now: int,
    shifting: AbstractSet[str] | None = None,
) -> Refreshed:
    """Bring counts and credits up to date after the tracks of these changed.

    Args:
        shifting: albums that tracks came to or left, or whose tracks are by others now; all if
            it is not said. Of the others the artists have what they had, and an artist can
            have a fifth of all tracks.
    """
    found = Refreshed()
    touched_albums, touched_artists = list(set(album_ids)), set(artist_ids)
    if touched_albums:
        ids = {"ids": touched_albums}
        credited = list(connection.execute(_ALBUM_ARTISTS, ids))
        _refresh_albums(connection, touched_albums, found, now)
        credited += connection.execute(_ALBUM_ARTISTS, ids)
        counted = set(touched_albums) if shifting is None else shifting | found.changed
        touched_artists.update(artist for album, artist in credited if album in counted)
        told = found.changed | found.relabelled
        found.changed.update(found.relabelled)
        found.changed.update(artist for album, artist in credited if album in told)
    if touched_artists:
        _refresh_artists(connection, list(touched_artists), found)
    return found


def _refresh_albums(
    connection: Connection, album_ids: list[str], found: Refreshed, now: int
) -> None:
    ids = {"ids": album_ids}
    known = {row.id: row for row in connection.execute(_ALBUMS, ids)}
    sums, counts = [], {}
    for album, count, duration, added, is_explicit in connection.execute(_SUMS, ids):
        counts[album] = count
        sums.append(
            {
                "album": album,
                "tracks": count,
                "duration": int(duration),
                "added": added,
                "is_explicit": bool(is_explicit),
            }
        )
    write_many(connection, _SET_SUMS, sums)
    found.empty_albums = known.keys() - counts.keys()
    write_many(connection, _SET_EMPTY, [{"album": album} for album in found.empty_albums])
    found.changed.update(found.empty_albums)
    found.changed.update(album for album in counts if known[album].track_count == 0)
    named: dict[str, dict[str, str]] = defaultdict(dict)
    for album, genre, name, _times in connection.execute(_GENRES, ids):
        named[album][genre] = name
    changes = {
        album: text
        for album, row in known.items()
        if (text := to_json([*named[album].values()][:50])) != row.genres
    }
    if changes:
        found.relabelled = set(changes)
        names = [{"album": album, "names": text} for album, text in changes.items()]
        write_many(connection, _SET_GENRES, names)
        connection.execute(_DROP_GENRES, {"ids": list(changes)})
        rows = [{"album_id": a, "genre_id": g} for a in changes for g in named[a]]
        write_many(connection, album_genres, rows)
    untagged = [a for a, row in known.items() if not row.artists_tagged and a in counts]
    if untagged:
        _find_artists(connection, untagged, counts, found, now)


def _find_artists(
    connection: Connection,
    album_ids: list[str],
    counts: dict[str, int],
    found: Refreshed,
    now: int,
) -> None:
    """Whom albums without an album artist are by: who is on all tracks, or various artists."""
    known = {row.id: row for row in connection.execute(_ALBUMS, {"ids": album_ids})}
    on_all: dict[str, set[str]] = defaultdict(set)
    for album, artist, count in connection.execute(_COMMON, {"ids": album_ids}):
        if count == counts[album]:
            on_all[album].add(artist)
    for album in album_ids:
        everyone: list[str] = []
        if on_all[album]:
            one = msgspec.json.decode(
                connection.execute(_CREDITS_OF_ONE, {"id": album}).scalar_one()
            )
            everyone = [each[1] for each in one if each[0] == ARTIST and each[1] in on_all[album]]
        by = everyone or [various_artists(connection, now)]
        text, row = to_json(by), known[album]
        key, name = connection.execute(_SORT_KEY, {"id": by[0]}).one()
        group = "" if row.name == UNKNOWN_ALBUM else group_key(row.release_group_id, name, row.name)
        if group != row.group_key:
            connection.execute(_SET_GROUP, {"album": album, "group": group})
        if text == row.credits:
            continue
        connection.execute(_SET_CREDITS, {"album": album, "artists": text, "artist_key": key})
        connection.execute(_DROP_CREDITS, {"ids": [album]})
        credited = [{"album_id": album, "artist_id": a} for a in dict.fromkeys(by)]
        write_many(connection, album_credits, credited)
        found.changed.add(album)


def various_artists(connection: Connection, now: int) -> str:
    """The id of "Various Artists", which is made when it is first needed."""
    known = connection.execute(_FIND_MBID, {"mbid": VARIOUS_ARTISTS_ID}).scalar_one_or_none()
    if known is not None:
        return str(known)
    made = new_id()
    connection.execute(
        insert(artists),
        artist_row(made, VARIOUS_ARTISTS, VARIOUS_ARTISTS_ID, VARIOUS_ARTISTS, (), now),
    )
    return made


def artist_row(
    id_: str, name: str, mbid: str | None, shelf: str, articles: tuple[str, ...], now: int
) -> dict[str, object]:
    """A new row of `artists`."""
    return {
        "id": id_,
        "name": name,
        "name_key": fold(name)[:200],
        "sort_name": shelf,
        "sort_key": sort_key(shelf, articles),
        "mbid": mbid,
        "cover_id": None,
        "cover_library_id": None,
        "found_cover_id": None,
        "added_at": now,
        "play_count": 0,
        "last_played_at": 0,
    }


def _refresh_artists(connection: Connection, artist_ids: list[str], found: Refreshed) -> None:
    ids = {"ids": artist_ids}
    known = {(row.artist_id, row.library_id): row for row in connection.execute(_KNOWN_IN, ids)}
    before = {key: (row.track_count, row.album_count) for key, row in known.items()}
    after: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for artist, library, count in connection.execute(_TRACKS_OF, ids):
        after[artist, library][0] = count
    for artist, library, count in connection.execute(_ALBUMS_OF, ids):
        after[artist, library][1] = count
    stale = {
        key[0]
        for key in before.keys() | after.keys()
        if before.get(key) != tuple(after.get(key, (0, 0)))
    }
    gone = {key for key, counts in after.items() if counts == [0, 0]}
    if stale:
        there = {key: n for key, n in after.items() if key[0] in stale and key not in gone}
        # Of the others it is known, and an artist can have a fifth of all tracks.
        plays = played(connection, {a for a, at in there if (a, at) not in known})
        plays |= {key: (row.play_count, row.last_played_at) for key, row in known.items()}
        connection.execute(_DROP_IN, {"ids": list(stale)})
        rows = [
            {
                "artist_id": a, "library_id": at, "track_count": n[0], "album_count": n[1],
                "play_count": plays.get((a, at), (0, 0))[0],
                "last_played_at": plays.get((a, at), (0, 0))[1],
            }
            for (a, at), n in there.items()
        ]  # fmt: skip
        write_many(connection, artist_libraries, rows)
    found.changed.update(a for a, _ in before.keys() ^ (after.keys() - gone))
    found.empty_artists = set(artist_ids) - {a for a, _ in after.keys() - gone}


def played(
    connection: Connection, artist_ids: Iterable[str]
) -> dict[tuple[str, str], tuple[int, int]]:
    """How often, and when last, the tracks of artists were played, in each library."""
    ids = {"ids": list(artist_ids)}
    rows = connection.execute(_PLAYED, ids) if ids["ids"] else ()
    return {(row[0], row[1]): (int(row[2]), row[3]) for row in rows}
