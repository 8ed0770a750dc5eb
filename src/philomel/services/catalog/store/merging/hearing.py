"""What analysis and listeners tell of tracks."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    case,
    func,
    select,
    update,
)

from philomel.engines.sql import write_many
from philomel.services.catalog.rules.succession import evidence, same_edition
from philomel.services.catalog.store.announcing import announce, entries_changed, revise
from philomel.services.catalog.store.merging import heirs
from philomel.services.catalog.store.merging.records import Pair
from philomel.services.catalog.store.merging.tracks import merge_tracks
from philomel.services.catalog.store.planning.places import library_has_lost
from philomel.services.catalog.store.refreshing import played, refresh
from philomel.services.catalog.store.tables import (
    PRESENT,
    albums,
    artist_libraries,
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
_ALBUM_SUMS = (
    select(tracks.c.album_id, func.sum(tracks.c.play_count), func.max(tracks.c.last_played_at))
    .where(tracks.c.album_id.in_(_IDS))
    .group_by(tracks.c.album_id)
)
_LENGTHS = (
    select(artist_libraries.c.artist_id, func.sum(artist_libraries.c.track_count))
    .where(artist_libraries.c.artist_id.in_(_IDS))
    .group_by(artist_libraries.c.artist_id)
)
SUMMED = 1_500
"""Tracks that are summed in one transaction: about 10 ms at rest."""
_SET: dict[str, BindParameter[int]] = {
    "play_count": bindparam("plays"),
    "last_played_at": bindparam("last"),
}
_SET_ALBUM, _SET_ARTIST = (
    update(table).where(table.c.id == bindparam("entry")).values(_SET)
    for table in (albums, artists)
)
_SET_ARTIST_IN = (
    update(artist_libraries)
    .where(
        artist_libraries.c.artist_id == bindparam("entry"),
        artist_libraries.c.library_id == bindparam("library"),
    )
    .values(_SET)
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
        revise(connection)
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
    set_totals(connection, totals)
    named_by = credited(connection, totals)
    for artist_ids in named_by.artists:
        sum_artists(connection, artist_ids)
    announce(connection, entries_changed(named_by.every(totals), now), now, plays_only=True)


class Credits(Struct, frozen=True):
    """Whose counts change with those of some tracks.

    Attributes:
        artists: so many together that they can be summed at once.
    """

    albums: tuple[str, ...]
    artists: tuple[tuple[str, ...], ...]

    def every(self, tracks_: Iterable[str]) -> list[str]:
        """These and their tracks."""
        return [*tracks_, *self.albums, *(id_ for some in self.artists for id_ in some)]


def set_totals(connection: Connection, totals: Mapping[str, Played]) -> None:
    """Keep the counts of these tracks, and those of their albums."""
    connection.execute(
        _COUNTED,
        [{"track": id_, "plays": n.count, "last": n.last_at} for id_, n in totals.items()],
    )
    album_ids = connection.execute(_ALBUM_OF, {"ids": list(totals)}).scalars().all()
    found = connection.execute(_ALBUM_SUMS, {"ids": album_ids})
    rows = [{"entry": row[0], "plays": int(row[1]), "last": row[2]} for row in found]
    write_many(connection, _SET_ALBUM, rows)


def credited(connection: Connection, track_ids: Iterable[str]) -> Credits:
    """The albums and the artists of these tracks."""
    ids = {"ids": list(track_ids)}
    album_ids = tuple(connection.execute(_ALBUM_OF, ids).scalars())
    people = tuple(dict.fromkeys(connection.execute(_CREDITED, ids).scalars()))
    lengths = {row[0]: row[1] for row in connection.execute(_LENGTHS, {"ids": list(people)})}
    artists_: list[list[str]] = []
    room = 0
    for id_ in people:
        length = int(lengths.get(id_, 0)) + 1
        if length > room:
            artists_.append([])
            room = SUMMED
        artists_[-1].append(id_)
        room -= length
    return Credits(album_ids, tuple(map(tuple, artists_)))


def sum_artists(connection: Connection, artist_ids: Sequence[str]) -> None:
    """Keep how often the tracks of these artists were played altogether."""
    there = played(connection, artist_ids)
    rows = [
        {"entry": artist, "library": library, "plays": plays, "last": last}
        for (artist, library), (plays, last) in there.items()
    ]
    write_many(connection, _SET_ARTIST_IN, rows)
    by_artist = {
        artist: [sums for (of, _), sums in there.items() if of == artist]
        for artist in {artist for artist, _ in there}
    }
    write_many(
        connection,
        _SET_ARTIST,
        [
            {
                "entry": artist,
                "plays": sum(plays for plays, _ in sums),
                "last": max(last for _, last in sums),
            }
            for artist, sums in by_artist.items()
        ],
    )
