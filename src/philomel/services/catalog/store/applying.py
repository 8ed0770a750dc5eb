"""Writes a plan: rows, what follows from them, and the events, in one transaction."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)

from philomel.engines.sql import write_many
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.browsing.tables import album_labels, chapters, labels, lyrics
from philomel.services.catalog.store.merging.emptied import merge_emptied
from philomel.services.catalog.store.planning import Plan, Row, position_key
from philomel.services.catalog.store.refreshing import refresh
from philomel.services.catalog.store.tables import (
    BIG,
    MISSING,
    album_credits,
    albums,
    artists,
    file_errors,
    files,
    genres,
    libraries,
    track_credits,
    track_genres,
    tracks,
)

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_EXISTING = {
    table.name: select(func.count()).select_from(table).where(table.c.id.in_(_IDS))
    for table in (albums, artists, files, libraries, tracks)
}
_FORGET_ERRORS = delete(file_errors).where(
    file_errors.c.library_id == bindparam("library"), file_errors.c.path.in_(_IDS)
)
_DISPLACE = (
    update(files)
    .where(files.c.id == bindparam("file"))
    .values(
        path=bindparam("away"),
        state=MISSING,
        lost_at=bindparam("now"),
        seek_due=case((files.c.stream_hash.is_not(None), bindparam("now", type_=BIG))),
    )
)
_LOSE = update(tracks).where(tracks.c.id.in_(_IDS)).values(missing=True)
_FIND_MBID = (
    update(artists).where(artists.c.id == bindparam("artist")).values(mbid=bindparam("found"))
)
_UPDATE_FILE = update(files).where(files.c.id == bindparam("file"))
_UPDATE_TRACK = update(tracks).where(tracks.c.id == bindparam("track"))
_UPDATE_ALBUM = update(albums).where(albums.c.id == bindparam("album"))
_COVERS_DUE = update(albums).where(albums.c.id.in_(_IDS)).values(cover_due=bindparam("due"))
_ARTISTS_OF = select(album_credits.c.artist_id).where(album_credits.c.album_id.in_(_IDS)).distinct()
_DROP_CREDITS = delete(track_credits).where(track_credits.c.track_id.in_(_IDS))
_DROP_GENRES = delete(track_genres).where(track_genres.c.track_id.in_(_IDS))
_DROP_TEXTS = (
    delete(lyrics).where(lyrics.c.track_id.in_(_IDS)),
    delete(chapters).where(chapters.c.track_id.in_(_IDS)),
)
_DROP_LABELS = delete(album_labels).where(album_labels.c.album_id.in_(_IDS))
_KNOWN_LABELS = select(labels.c.key).where(labels.c.key.in_(_IDS))
_ORDER = select(
    tracks.c.id, tracks.c.album_id, tracks.c.disc_number, tracks.c.track_number, tracks.c.sort_key
).where(tracks.c.album_id.in_(_IDS))
_ALBUM_ORDER = select(albums.c.id, albums.c.year, albums.c.sort_key).where(albums.c.id.in_(_IDS))
_SET_ORDER = (
    update(tracks).where(tracks.c.id == bindparam("track")).values(position_key=bindparam("key"))
)


class Stale(Exception):
    """Something that the plan counts on is gone: plan again."""


def apply(connection: Connection, plan: Plan, now: int, scan_id: str | None) -> None:
    """Write a plan.

    Raises:
        Stale: a merge or a removal came between; nothing was written.
    """
    _look_again(connection, plan)
    if plan.displaced:
        connection.execute(_DISPLACE, [{**row, "now": now} for row in plan.displaced])
    if plan.tracks_lost:
        connection.execute(_LOSE, {"ids": plan.tracks_lost})
    for table, rows in (
        (artists, plan.new_artists),
        (albums, plan.new_albums),
        (album_credits, plan.album_credits),
        (genres, plan.new_genres),
        (files, plan.new_files),
        (tracks, plan.new_tracks),
    ):
        write_many(connection, table, rows)
    write_many(connection, _FIND_MBID, plan.artist_ids_found)
    _update(connection, plan)
    for table, rows in (
        (track_credits, plan.credits),
        (track_genres, plan.genres),
        (lyrics, plan.lyrics),
        (chapters, plan.chapters),
    ):
        write_many(connection, table, rows)
    _label(connection, plan)
    connection.execute(_FORGET_ERRORS, {"library": plan.library_id, "ids": plan.paths})
    write_many(connection, file_errors, plan.errors)
    found = refresh(connection, plan.albums, plan.artists, now, plan.shifting)
    if plan.albums:
        connection.execute(_COVERS_DUE, {"ids": list(plan.albums), "due": now})
    events = merge_emptied(connection, plan.album_moves, plan.artist_moves, found, now)
    # Tracks are found by their albums' names and years, too.
    renamed = {row["album"] for row in plan.album_updates}
    same = {
        row["track"]: None
        for row in plan.track_updates
        if row["track"] in plan.same and row["album_id"] not in renamed
    }
    changed = [
        *(row["id"] for row in plan.new_tracks),
        *(row["track"] for row in plan.track_updates if row["track"] not in same),
        *plan.tracks_lost,
        *(row["album"] for row in plan.album_updates),
        *found.changed,
    ]
    if plan.album_updates:  # artists are looked for by the years of their albums
        ids = {"ids": [row["album"] for row in plan.album_updates]}
        changed += connection.execute(_ARTISTS_OF, ids).scalars()
    events.extend(entries_changed(changed, now, scan_id))
    events.extend(entries_changed(same, now, scan_id, moved=True))
    announce(connection, events, now)


def _look_again(connection: Connection, plan: Plan) -> None:
    needed = {**plan.must_exist, "libraries": {plan.library_id}}
    for name, ids in needed.items():
        if ids and connection.execute(_EXISTING[name], {"ids": list(ids)}).scalar_one() < len(ids):
            raise Stale


def _update(connection: Connection, plan: Plan) -> None:
    """Rows of one statement must name the same columns."""
    by_columns: dict[frozenset[str], list[Row]] = defaultdict(list)
    for row in plan.file_updates:
        by_columns[frozenset(row)].append(row)
    for rows in by_columns.values():
        connection.execute(_UPDATE_FILE.values(_columns(rows[0], "file")), rows)
    if plan.track_updates:
        ids = {"ids": [row["track"] for row in plan.track_updates]}
        for statement in (_DROP_CREDITS, _DROP_GENRES, *_DROP_TEXTS):
            connection.execute(statement, ids)
        columns = _columns(plan.track_updates[0], "track")
        connection.execute(_UPDATE_TRACK.values(columns), plan.track_updates)
    if plan.album_updates:
        columns = _columns(plan.album_updates[0], "album")
        connection.execute(_UPDATE_ALBUM.values(columns), plan.album_updates)
        reorder(connection, [row["album"] for row in plan.album_updates])


def _label(connection: Connection, plan: Plan) -> None:
    if plan.relabelled:
        connection.execute(_DROP_LABELS, {"ids": plan.relabelled})
    if plan.album_labels:
        known = set(connection.execute(_KNOWN_LABELS, {"ids": list(plan.labels)}).scalars())
        new = [{"key": k, "name": name} for k, name in plan.labels.items() if k not in known]
        write_many(connection, labels, new)
        write_many(connection, album_labels, plan.album_labels)


def _columns(row: Row, key: str) -> dict[str, object]:
    return {name: bindparam(name) for name in row if name != key}


def reorder(connection: Connection, album_ids: list[str]) -> None:
    """Sort the tracks of albums anew whose year or name changed."""
    shelf = {
        row["id"]: dict(row)
        for row in connection.execute(_ALBUM_ORDER, {"ids": album_ids}).mappings()
    }
    rows = [
        {"track": id_, "key": position_key(shelf[album], disc, number, key)}
        for id_, album, disc, number, key in connection.execute(_ORDER, {"ids": album_ids})
    ]
    write_many(connection, _SET_ORDER, rows)
