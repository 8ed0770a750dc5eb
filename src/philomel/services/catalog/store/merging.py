"""When analysis proves that a new track is one that was missing."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update

from philomel.services.catalog.contract import EntryKind, EntryMerged
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.applying import merge_emptied, merge_ids
from philomel.services.catalog.store.refreshing import refresh
from philomel.services.catalog.store.tables import (
    MISSING,
    PRESENT,
    albums,
    artists,
    files,
    lyrics,
    track_credits,
    track_genres,
    tracks,
)

_SET_HASH = (
    update(files)
    .where(files.c.id == bindparam("file"))
    .values(stream_hash=bindparam("hash"), duration_ms=bindparam("duration"))
)
_SET_DURATION = (
    update(tracks)
    .where(tracks.c.file_id == bindparam("file"), tracks.c.id == bindparam("track"))
    .values(duration_ms=bindparam("duration"))
)
_FILES = select(
    files.c.id, files.c.track_id, files.c.state, files.c.duration_ms, files.c.stream_hash
).where(files.c.id.in_(bindparam("ids", expanding=True)))
_TWINS = (
    select(files.c.id, files.c.track_id)
    .join_from(files, tracks, tracks.c.id == files.c.track_id)
    .where(
        files.c.stream_hash == bindparam("hash"),
        files.c.state == MISSING,
        files.c.id != bindparam("file"),
    )
    .order_by(tracks.c.added_at, tracks.c.id)
    .limit(1)
)
_TRACK = select(tracks).where(tracks.c.id == bindparam("id"))
_CREDITED = select(track_credits.c.artist_id).where(
    track_credits.c.track_id.in_(bindparam("ids", expanding=True))
)
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_COUNTED = (
    update(tracks).where(tracks.c.id == bindparam("track")).values(play_count=bindparam("plays"))
)
_ALBUM_OF = select(tracks.c.album_id).distinct().where(tracks.c.id.in_(_IDS))
_SUM_ALBUM = (
    update(albums)
    .where(albums.c.id == bindparam("album"))
    .values(
        play_count=select(func.coalesce(func.sum(tracks.c.play_count), 0))
        .where(tracks.c.album_id == albums.c.id)
        .scalar_subquery()
    )
)
_PLAYS_OF = (
    select(func.coalesce(func.sum(tracks.c.play_count), 0))
    .where(
        tracks.c.id.in_(
            select(track_credits.c.track_id).where(track_credits.c.artist_id == artists.c.id)
        )
    )
    .scalar_subquery()
)
_SUM_ARTIST = (
    update(artists).where(artists.c.id == bindparam("artist")).values(play_count=_PLAYS_OF)
)


class Heard(Struct, frozen=True):
    """What analysis says of a file."""

    stream_hash: str
    duration_ms: int


def record_analysis(connection: Connection, heard: Mapping[str, Heard], now: int) -> None:
    """Keep hashes and durations, and merge new tracks with the missing ones they are.

    A track that was heard before is not new: it stood beside the missing one, as the same
    recording does on an album and on a compilation, and stays itself.
    """
    rows = connection.execute(_FILES, {"ids": list(heard)}).all()
    touched: list[str] = []
    for row in rows:
        found = heard[row.id]
        values = {"file": row.id, "hash": found.stream_hash, "duration": found.duration_ms}
        connection.execute(_SET_HASH, values)
        if row.track_id is not None and row.duration_ms != found.duration_ms:
            given = {"file": row.id, "track": row.track_id, "duration": found.duration_ms}
            connection.execute(_SET_DURATION, given)
            touched.append(row.track_id)
    if touched:
        refresh(connection, connection.execute(_ALBUM_OF, {"ids": touched}).scalars(), (), now)
    for row in rows:
        if row.track_id is None or row.state != PRESENT or row.stream_hash is not None:
            continue
        values = {"hash": heard[row.id].stream_hash, "file": row.id}
        twin = connection.execute(_TWINS, values).one_or_none()
        if twin is not None and twin.track_id != row.track_id:
            merge(connection, old=twin.track_id, lost_file=twin.id, new=row.track_id, now=now)


def merge(connection: Connection, *, old: str, lost_file: str, new: str, now: int) -> None:
    """The missing track `old` is the present track `new`: the id known for longer stays.

    It takes over everything that the tags of the present file say.
    """
    fresh = dict(connection.execute(_TRACK, {"id": new}).mappings().one())
    before = connection.execute(_TRACK, {"id": old}).mappings().one()
    both = {"ids": [old, new]}
    people = set(connection.execute(_CREDITED, both).scalars())
    for table in (track_credits, track_genres, lyrics):
        connection.execute(delete(table).where(table.c.track_id == old))
        connection.execute(update(table).where(table.c.track_id == new).values(track_id=old))
    connection.execute(delete(tracks).where(tracks.c.id == new))
    kept = {"id", "added_at", "shuffle"}
    values = {name: value for name, value in fresh.items() if name not in kept}
    values["play_count"] = before["play_count"] + fresh["play_count"]
    connection.execute(update(tracks).where(tracks.c.id == old).values(values))
    connection.execute(delete(files).where(files.c.id == lost_file))
    connection.execute(update(files).where(files.c.track_id == new).values(track_id=old))
    merge_ids(connection, EntryKind.TRACK, new, old)
    found = refresh(connection, {fresh["album_id"], before["album_id"]}, people, now)
    moves = [(before["album_id"], fresh["album_id"])]
    merged = EntryMerged(kind=EntryKind.TRACK, old=new, new=old, at=now)
    emptied = merge_emptied(connection, moves, [], found, now)
    changed = entries_changed([old, new, *found.changed], now)
    announce(connection, [merged, *emptied, *changed], now)


def record_totals(connection: Connection, totals: Mapping[str, int], now: int) -> None:
    """Copies of play counts, for the order of lists and of search."""
    connection.execute(_COUNTED, [{"track": id_, "plays": n} for id_, n in totals.items()])
    album_ids = connection.execute(_ALBUM_OF, {"ids": list(totals)}).scalars().all()
    people = connection.execute(_CREDITED, {"ids": list(totals)}).scalars().all()
    for album_id in set(album_ids):
        connection.execute(_SUM_ALBUM, {"album": album_id})
    for artist_id in set(people):
        connection.execute(_SUM_ARTIST, {"artist": artist_id})
    announce(connection, entries_changed([*totals, *album_ids, *people], now), now)
