"""Artists in order, through the eyes of one caller."""

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, Select, bindparam, func, select

from philomel.services.catalog.contract import Letters
from philomel.services.catalog.store.listing.letters import letters_of
from philomel.services.catalog.store.listing.ranks import Place, Ranks, Sorted
from philomel.services.catalog.store.listing.viewing import NEVER, SORTING, Order, beyond, cut
from philomel.services.catalog.store.tables import (
    artist_libraries,
    artists,
    track_credits,
    tracks,
)
from philomel.services.catalog.store.tables import (
    libraries as libraries_,
)

_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)


class ArtistView:
    """The artists in the caller's libraries: they span libraries, so there is one order of all.

    Except by what was played: for a caller who does not see all libraries that is counted anew,
    because what is played in the others is none of theirs.

    Args:
        played: a column, to list only those for whom it is more than 0.
    """

    def __init__(
        self,
        connection: Connection,
        libraries: Sequence[str],
        ranks: Ranks,
        *,
        albums_only: bool,
        played: Column[Any] | None = None,
    ) -> None:
        self._connection = connection
        self._played = played
        self._values = {"libraries": sorted(libraries)}
        self._ranks = ranks
        self._albums_only = albums_only
        by = None if played is None else played.name
        self._key = ("artists", albums_only, by, *sorted(libraries))

    @cached_property
    def _ranked(self) -> Sorted | None:
        """By what was played in some of the libraries; None if the order of all will do."""
        played = self._played
        if played is None:
            return None
        seen = set(self._values["libraries"])
        if seen.issuperset(self._connection.execute(_ALL_LIBRARIES).scalars()):
            return None

        def find() -> Sorted:
            rows = self._connection.execute(_heard(self._albums_only, played.name), self._values)
            return Sorted(sorted(((row[0], int(row[1])) for row in rows), key=_by_value))

        return self._ranks.remember(("ranked", self._key), find, len, rows=True)

    @cached_property
    def total(self) -> int:
        if self._ranked is not None:
            return len(self._ranked)
        count = _artists(self._albums_only, self._played)[2]
        return self._ranks.count(
            ("total", self._key),
            lambda: int(self._connection.execute(count, self._values).scalar_one()),
        )

    @property
    def is_long(self) -> bool:
        return self._ranked is None and self.total > self._ranks.many

    @property
    def near_end(self) -> int:
        """So many rows before the end a page is read from there."""
        return 2 * self._ranks.step

    def letters(self) -> Letters:
        """Where each letter begins by name."""
        listed = _artists(self._albums_only, None)[1]
        return self._ranks.remember(
            ("letters", self._key),
            lambda: letters_of(self._connection, listed, artists.c.sort_key, self._values),
            lambda found: found.total,
        )

    def seek(self, order: Order, offset: int) -> tuple[Place | None, int] | None:
        """Where a page begins: see `Ranks.seek`."""

        def walk(place: Place | None) -> Place | None:
            rows = self.rows(order, place, 1, self._ranks.step - 1)
            return (rows[0][1], rows[0][0]) if rows else None

        return self._ranks.seek(("places", order, self._key), offset, self._ranks.step, walk)

    def rows(self, order: Order, after: Place | None, limit: int, skip: int) -> list[Any]:
        if self._ranked is not None:
            return list(self._ranked.page(after, limit, skip, down=order.down))
        values: dict[str, Any] = self._values | {"limit": limit, "offset": skip}
        if after is not None:
            values["last_key"], values["last_id"] = after
        every = self._ranks.count(
            ("total", "artists"), lambda: self._connection.execute(_ALL_ARTISTS).scalar_one()
        )
        few = self._played is None and self.total**2 * SORTING <= max(limit, 50) * every
        statement = _artist_page(self._albums_only, self._played, few, order, after is not None)
        return list(self._connection.execute(statement, values))


def _by_value(row: tuple[str, int]) -> tuple[int, str]:
    return row[1], row[0]


_ALL_LIBRARIES = select(libraries_.c.id)
_ALL_ARTISTS = select(func.count()).select_from(artists)


@cache
def _artists(
    albums_only: bool, played: Column[Any] | None
) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """Few of all artists; most of them; how many."""
    there = select(artist_libraries.c.artist_id).where(
        artist_libraries.c.library_id.in_(_LIBRARIES)
    )
    if albums_only:
        there = there.where(artist_libraries.c.album_count > 0)
    count = select(func.count()).select_from(there.distinct().subquery())
    seen = there.where(artist_libraries.c.artist_id == artists.c.id).exists()
    every = select(artists.c.id)
    if played is not None:
        every = every.where(played > NEVER)
        count = select(func.count()).select_from(every.where(seen).subquery())
    return every.where(artists.c.id.in_(there)), every.where(seen), count


@cache
def _artist_page(
    albums_only: bool, played: Column[Any] | None, few: bool, order: Order, after: bool
) -> Any:
    statement = _artists(albums_only, played)[0 if few else 1]
    statement = statement.add_columns(order.column.label("sorted_by"))
    if after:
        statement = statement.where(beyond(order, artists.c.id))
    return cut(statement, order)


@cache
def _heard(albums_only: bool, played: str) -> Select[Any]:
    """Artists with what was played of them in some libraries: how often, or when last."""
    column = tracks.c[played]
    once = (
        select(track_credits.c.artist_id, track_credits.c.track_id, column.label("played"))
        .distinct()  # roles of one track
        .join_from(tracks, track_credits, track_credits.c.track_id == tracks.c.id)
        .where(tracks.c.library_id.in_(_LIBRARIES), column > NEVER)
        .subquery()
    )
    many = func.sum if played == "play_count" else func.max
    statement = select(once.c.artist_id, many(once.c.played)).group_by(once.c.artist_id)
    if not albums_only:
        return statement
    there = select(artist_libraries.c.artist_id).where(
        artist_libraries.c.library_id.in_(_LIBRARIES), artist_libraries.c.album_count > 0
    )
    return statement.where(once.c.artist_id.in_(there))
