"""What analysis and listeners tell of tracks."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, case, func, select, update

from philomel.services.catalog.rules.succession import evidence, same_edition
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.merging import heirs
from philomel.services.catalog.store.merging.records import Pair
from philomel.services.catalog.store.merging.tracks import merge_tracks
from philomel.services.catalog.store.planning.places import library_has_lost
from philomel.services.catalog.store.refreshing import refresh
from philomel.services.catalog.store.tables import (
    PRESENT,
    albums,
    artists,
    files,
    track_credits,
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
    files.c.id, files.c.track_id, files.c.state, files.c.duration_ms, files.c.stream_hash,
).where(files.c.id.in_(bindparam("ids", expanding=True)))  # fmt: skip
_CREDITED = select(track_credits.c.artist_id).where(
    track_credits.c.track_id.in_(bindparam("ids", expanding=True))
)
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_COUNTED = (
    update(tracks)
    .where(tracks.c.id == bindparam("track"))
    .values(
        play_count=bindparam("plays"),
        last_played_at=case(
            (tracks.c.last_played_at > bindparam("last"), tracks.c.last_played_at),
            else_=bindparam("last"),
        ),
    )
)
_ALBUM_OF = select(tracks.c.album_id).distinct().where(tracks.c.id.in_(_IDS))
_SUM_ALBUM = (
    update(albums)
    .where(albums.c.id == bindparam("album"))
    .values(
        play_count=select(func.coalesce(func.sum(tracks.c.play_count), 0))
        .where(tracks.c.album_id == albums.c.id)
        .scalar_subquery(),
        last_played_at=select(func.coalesce(func.max(tracks.c.last_played_at), 0))
        .where(tracks.c.album_id == albums.c.id)
        .scalar_subquery(),
    )
)
# The artist whose row is written, said in so many words: SQLAlchemy correlates one level only.
_OF_ARTIST = tracks.c.id.in_(
    select(track_credits.c.track_id)
    .where(track_credits.c.artist_id == artists.c.id)
    .correlate(artists)
)
_SUM_ARTIST = (
    update(artists)
    .where(artists.c.id == bindparam("artist"))
    .values(
        play_count=select(func.coalesce(func.sum(tracks.c.play_count), 0))
        .where(_OF_ARTIST)
        .scalar_subquery(),
        last_played_at=select(func.coalesce(func.max(tracks.c.last_played_at), 0))
        .where(_OF_ARTIST)
        .scalar_subquery(),
    )
)


class Heard(Struct, frozen=True):
    """What analysis says of a file.

    Attributes:
        stream_hash: None for silence: all silence is the same and proves nothing.
    """

    stream_hash: str | None
    duration_ms: int


def record_analysis(connection: Connection, heard: Mapping[str, Heard], now: int) -> None:
    """Keep hashes and durations, and merge new tracks with the missing ones they are.

    Where tracks are missing, what is new waits to be compared with them by its sound as well.
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
    # Also of files that are heard again: a crash may have come before they were compared.
    here = [row.id for row in rows if row.track_id is not None and row.state == PRESENT]
    _merge_streams(connection, here, now)
    new = [row.id for row in rows if row.stream_hash != heard[row.id].stream_hash]
    if new and library_has_lost(connection):
        heirs.seek(connection, new, now)


def _merge_streams(connection: Connection, file_ids: Sequence[str], now: int) -> None:
    """Merge missing tracks with present ones of the same audio stream."""
    for here in heirs.sides(connection, file_ids).values():
        if here.stream_hash is None:
            continue
        lost = heirs.lost_by_streams(connection, [here.stream_hash]).get(here.stream_hash, ())
        found = [(proof, each) for each in lost if (proof := evidence(each, here)) is not None]
        if found:
            # Of several the one on the same release, then the one known for longest.
            proof, each = max(found, key=lambda one: same_edition(one[1], here))
            pair = Pair(here.track_id, each.track_id, proof.reason, proof.text)
            merge_tracks(connection, [pair], now)


class Played(Struct, frozen=True):
    """Plays of a track by all listeners; `last_at` is 0 if it is not known."""

    count: int
    last_at: int


def record_totals(connection: Connection, totals: Mapping[str, Played], now: int) -> None:
    """Copies of play counts, for the order of lists and of search."""
    connection.execute(
        _COUNTED,
        [{"track": id_, "plays": n.count, "last": n.last_at} for id_, n in totals.items()],
    )
    album_ids = connection.execute(_ALBUM_OF, {"ids": list(totals)}).scalars().all()
    people = connection.execute(_CREDITED, {"ids": list(totals)}).scalars().all()
    for album_id in set(album_ids):
        connection.execute(_SUM_ALBUM, {"album": album_id})
    for artist_id in set(people):
        connection.execute(_SUM_ARTIST, {"artist": artist_id})
    announce(connection, entries_changed([*totals, *album_ids, *people], now), now)
