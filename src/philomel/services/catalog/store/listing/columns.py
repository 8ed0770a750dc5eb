"""Tracks in orders that no index holds: what the columns of a table are sorted by.

All of such a list is sorted by the engine. Of one that is long the ids are kept in their order, so
that its other pages, which a table asks for as it is scrolled, need not wait for that again.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func

from philomel.services.catalog.contract import Letters, TrackSort
from philomel.services.catalog.store.listing.letters import letters_of
from philomel.services.catalog.store.listing.ranks import Packed
from philomel.services.catalog.store.listing.viewing import Listed, View, finding
from philomel.services.catalog.store.tables import albums, tracks

_LATEST, _FASTEST = 9_999, 99_999
_IN_ALBUM: tuple[ColumnElement[Any], ...] = (albums.c.id, tracks.c.position_key)
_UP: Mapping[TrackSort, tuple[ColumnElement[Any], ...]] = {
    TrackSort.ALBUM: (albums.c.sort_key, *_IN_ALBUM),
    TrackSort.ARTIST: (albums.c.artist_sort_key, *_IN_ALBUM),
    TrackSort.YEAR: (func.coalesce(tracks.c.year, _LATEST), albums.c.sort_key, *_IN_ALBUM),
    TrackSort.DURATION: (tracks.c.duration_ms, tracks.c.sort_key),
    TrackSort.BPM: (func.coalesce(tracks.c.bpm, _FASTEST), tracks.c.sort_key),
}
_DOWN: Mapping[TrackSort, ColumnElement[Any]] = {
    TrackSort.YEAR: func.coalesce(tracks.c.year, 0),
    TrackSort.BPM: func.coalesce(tracks.c.bpm, 0),
}
COLUMNS = frozenset(_UP)


class NamedView(View):
    """One list, through the eyes of one caller, by name."""

    def letters(self) -> Letters:
        """Where each letter begins."""
        listed = finding(self._listed, self._filters)
        values = self._values | {"libraries": self._libraries}
        return self._ranks.remember(
            ("letters", self._key),
            lambda: letters_of(self._connection, listed, self._listed.table.c.sort_key, values),
            lambda found: found.total,
        )


class ColumnView(View):
    """One list, through the eyes of one caller, by a column."""

    def ids(self, sort: TrackSort, skip: int, limit: int, *, down: bool) -> Sequence[str]:
        """A page of it. Down, what is alike in the column stays in its order."""
        if not self._libraries or limit <= 0:
            return ()

        def find(skip: int, limit: int) -> Sequence[str]:
            values = self._values | {"libraries": self._libraries, "skip": skip, "most": limit}
            statement = _sorted(self._listed, self._filters, sort, down=down)
            return self._connection.execute(statement, values).scalars().all()

        if self.total <= self._ranks.many:
            return find(skip, limit)
        packed = self._ranks.remember(
            ("packed", sort, down, self._key), lambda: Packed(find(0, self.total)), len, packed=True
        )
        return packed.page(skip, limit)


@cache
def _sorted(
    listed: Listed, filters: tuple[str, ...], sort: TrackSort, *, down: bool
) -> Select[Any]:
    first, *others = _UP[sort]
    by = _DOWN.get(sort, first).desc() if down else first.asc()
    return (
        finding(listed, filters)
        .join(albums, albums.c.id == tracks.c.album_id)
        .order_by(by, *others, tracks.c.id)
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("skip", type_=Integer))
    )
