"""Reads the stretches of an order for its milestones."""

from collections import Counter
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Connection,
    bindparam,
    func,
    literal_column,
    select,
)

from philomel.services.catalog.contract import ScanPhase
from philomel.services.catalog.store.listing.milestones import STRETCH, Mark, Road
from philomel.services.catalog.store.listing.viewing import Order, beyond, cut, merged
from philomel.services.catalog.store.tables import (
    album_genres,
    albums,
    libraries,
    scans,
    track_genres,
    tracks,
)

_SCAN_OPEN = (
    select(scans.c.id).where(scans.c.phase.in_((ScanPhase.READING, ScanPhase.INDEXING))).limit(1)
)
_changes = scans.c.added + scans.c.changed + scans.c.moved + scans.c.missing
_LAST_CHANGES = (
    select(scans.c.id, _changes)
    .where(_changes > 0)
    .order_by(scans.c.started_at.desc(), scans.c.id.desc())
    .limit(1)
)
_SHELVES = (
    select(albums.c.library_id, func.count(), func.sum(albums.c.track_count))
    .where(albums.c.track_count > 0)
    .group_by(albums.c.library_id)
    .order_by(albums.c.library_id)
)
_LAST_PLAYED = select(func.max(tracks.c.last_played_at)).where(
    tracks.c.library_id == bindparam("library"), tracks.c.last_played_at > literal_column("0")
)
_LIBRARIES = select(libraries.c.id)
_GENRES = {
    tracks: (track_genres, track_genres.c.track_id),
    albums: (album_genres, album_genres.c.album_id),
}


class Stamp(Struct, frozen=True):
    """What milestones were true of.

    Attributes:
        shelves: libraries with their albums and tracks.
        changes: the last scan that changed something, and how much.
        played_at: when something was played last.
        settled: whether no scan is at work.
    """

    shelves: tuple[tuple[str, int, int], ...]
    changes: tuple[str, int] | None
    played_at: int
    settled: bool

    def like(self, other: "Stamp") -> bool:
        """Whether all is the same but what was played."""
        return (self.shelves, self.changes, self.settled) == (
            other.shelves, other.changes, other.settled,
        )  # fmt: skip

    @property
    def tracks(self) -> int:
        return sum(each[2] for each in self.shelves)


def stamp(connection: Connection) -> Stamp:
    """How the catalogue is now."""
    shelves = tuple((row[0], row[1], int(row[2])) for row in connection.execute(_SHELVES))
    last = connection.execute(_LAST_CHANGES).one_or_none()
    played = (
        connection.execute(_LAST_PLAYED, {"library": shelf[0]}).scalar_one() for shelf in shelves
    )
    return Stamp(
        shelves=shelves,
        changes=None if last is None else (last[0], int(last[1])),
        played_at=max((at or 0 for at in played), default=0),
        settled=connection.execute(_SCAN_OPEN).first() is None,
    )


def survey(connection: Connection, order: Order, road: Road, length: int = STRETCH) -> bool:
    """Add the next stretch of an order.

    Args:
        length: its rows, at most 65,000.

    Returns:
        False at the end.
    """
    ids = tuple(connection.execute(_LIBRARIES).scalars())
    values: dict[str, Any] = {f"library_{number}": id_ for number, id_ in enumerate(ids)}
    values |= {"most": length, "limit": length, "offset": 0}
    if road.end is not None:
        values["last_key"], values["last_id"] = road.end
    if not ids:
        return False
    dialect = connection.dialect.name
    years, of_genres, place = _stretch(order, len(ids), road.end is not None, dialect)
    counts: Counter[Mark] = Counter()
    for library, year, count in connection.execute(years, values):
        counts[Mark(library)] += count
        if year is not None:
            counts[Mark(library, "year", year)] = count
    rows = sum(count for mark, count in counts.items() if not mark.kind)
    if not rows:
        return False
    for library, genre, count in connection.execute(of_genres, values):
        counts[Mark(library, "genre", genre)] = count
    end = connection.execute(place, values | {"limit": 1, "offset": rows - 1}).one()
    road.add((end.sorted_by, end.id), counts)
    return True


@cache
def _stretch(order: Order, libraries: int, after: bool, dialect: str) -> tuple[Any, Any, Any]:
    """How many rows of a stretch are of each year and of each genre; one row of it."""
    table = order.column.table
    held = (albums.c.track_count + 0 > 0,) if table is albums else ()
    branches, bare = [], []
    for number in range(libraries):
        branch = select(table.c.id.label("id"), order.column.label("sorted_by")).where(
            table.c.library_id == bindparam(f"library_{number}"), *held
        )
        if after:
            branch = branch.where(beyond(order, table.c.id))
        bare.append(branch)
        branches.append(branch.add_columns(table.c.library_id, table.c.year))
    rows = cut(merged(branches, order, dialect), order).subquery()
    by_year = select(rows.c.library_id, rows.c.year, func.count()).group_by(
        rows.c.library_id, rows.c.year
    )
    genres, of = _GENRES[table]
    by_genre = (
        select(rows.c.library_id, genres.c.genre_id, func.count())
        .join_from(rows, genres, of == rows.c.id)
        .group_by(rows.c.library_id, genres.c.genre_id)
    )
    return by_year, by_genre, cut(merged(bare, order, dialect), order)
