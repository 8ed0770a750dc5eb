"""Rows of a list in order: from the index of the order, or from what a filter leaves.

A list is merged from those of the caller's libraries, each of which an index holds in
every order; so a page reads as many rows as it shows, in a library of any size beside
others of any size. With a filter there are two ways: to walk in order and look at each row, or to
find all that the filter leaves and sort that. The lengths, which are known, say which
is shorter.
"""

from collections.abc import Hashable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    asc,
    bindparam,
    desc,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)

from philomel.services.catalog.store.listing.milestones import Mark, Road, marks_of
from philomel.services.catalog.store.listing.ranks import Place, Ranks, Sorted
from philomel.services.catalog.store.tables import (
    albums,
    lies_in,
    track_credits,
    track_genres,
    tracks,
)

MOST_MERGED = 40
"""Libraries in one statement; more are merged from several."""
LEAST_STEP = 20
_NO_END = 2**31 - 1
SORTING = 1
"""What it costs to find and sort a row, in rows looked at while walking in order."""

_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_ID: ColumnElement[Any] = literal_column("id")
NEVER: ColumnElement[int] = literal_column("0")
"""The indexes of what was played have only that; a literal lets the engines see that they fit."""
_SORTED_BY: ColumnElement[Any] = literal_column("sorted_by")


class Order(Struct, frozen=True):
    """By a column, then by id."""

    column: Column[Any]
    down: bool

    @property
    def turned(self) -> "Order":
        """The other way round."""
        return Order(self.column, down=not self.down)

    @property
    def shape(self) -> Any:
        """Of its places, as cursors carry them."""
        return tuple[str, str] if self.column.type.python_type is str else tuple[int, str]


class Held(NamedTuple):
    """What each row is looked at for: without an index, which would be taken for the order's.

    A column says that the clause is for lists in its order only: there it says where to begin.
    """

    clause: ColumnElement[bool]
    column: Column[Any] | None = None


class Filter(Struct, frozen=True):
    """Attributes:
    finds: how to say it where it is what finds the rows.
    holds: how to say it where each row is looked at; as `finds` if it is empty.
    """

    finds: tuple[ColumnElement[bool], ...]
    holds: tuple[Held, ...] = ()

    def held(self, order: Order) -> tuple[ColumnElement[bool], ...]:
        """What to look at where rows are read in an order."""
        fits = tuple(
            one.clause for one in self.holds if one.column is None or one.column is order.column
        )
        return fits or self.finds


class Listed(Struct, frozen=True):
    """Something that is listed.

    Attributes:
        always: what holds for every row of it.
        small: filters that leave little, so that all of it can be sorted.
    """

    table: Table
    filters: Mapping[str, Filter]
    always: Filter = Filter(())
    small: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.table.name)


@cache
def finding(listed: Listed, filters: tuple[str, ...]) -> Select[Any]:
    """All that the filters leave, in no order."""
    statement = select(listed.table.c.id).where(
        lies_in(listed.table.c.library_id, _LIBRARIES), *listed.always.finds
    )
    return statement.where(*(clause for name in filters for clause in listed.filters[name].finds))


@cache
def _sorting(listed: Listed, filters: tuple[str, ...], order: Order, *, after: bool) -> Any:
    statement = finding(listed, filters).add_columns(order.column.label("sorted_by"))
    if after:
        statement = statement.where(beyond(order, listed.table.c.id))
    return cut(statement, order)


@cache
def _walking(
    listed: Listed,
    filters: tuple[str, ...],
    order: Order,
    libraries: int,
    after: bool,
    dialect: str,
) -> Any:
    """The rows of several libraries, merged in order.

    SQLite reads each as far as it is needed; PostgreSQL wants to be told the order and how far.
    """
    table = listed.table
    branches = []
    for number in range(libraries):
        branch = select(table.c.id.label("id"), order.column.label("sorted_by")).where(
            table.c.library_id == bindparam(f"library_{number}"), *listed.always.held(order)
        )
        for name in filters:
            branch = branch.where(*listed.filters[name].held(order))
        if after:
            branch = branch.where(beyond(order, table.c.id))
        branches.append(branch)
    return cut(merged(branches, order, dialect), order)


def merged(branches: Sequence[Select[Any]], order: Order, dialect: str) -> Any:
    """The rows of all of these."""
    if len(branches) == 1:
        return branches[0]
    if dialect == "postgresql":
        most = bindparam("most", type_=Integer)
        branches = [select(_ordered(each, order).limit(most).subquery()) for each in branches]
    return union_all(*branches)


def beyond(order: Order, id_: ColumnElement[str]) -> ColumnElement[bool]:
    """What holds for the rows after a place."""
    place = tuple_(order.column, id_)
    last = tuple_(
        bindparam("last_key", type_=order.column.type), bindparam("last_id", type_=id_.type)
    )
    return place < last if order.down else place > last


def cut(statement: Any, order: Order) -> Any:
    """A page of the rows in order."""
    limit, offset = (bindparam(name, type_=Integer) for name in ("limit", "offset"))
    return _ordered(statement, order).limit(limit).offset(offset)


def _ordered(statement: Any, order: Order) -> Any:
    way = desc if order.down else asc
    return statement.order_by(way(_SORTED_BY), way(_ID))


_DRAWING = (
    select(track_genres.c.track_id)
    .where(
        track_genres.c.genre_id == bindparam("genre"),
        lies_in(track_genres.c.library_id, _LIBRARIES),
        track_genres.c.track_id
        >= select(tracks.c.id)
        .where(tracks.c.library_id == bindparam("library"), tracks.c.shuffle >= bindparam("chance"))
        .order_by(tracks.c.shuffle, tracks.c.id)
        .limit(1)
        .scalar_subquery(),
    )
    .order_by(track_genres.c.track_id)
    .limit(bindparam("limit", type_=Integer))
)
"""Some tracks of a genre, from any place on: their ids are random, and so is what follows one."""


@cache
def _counting(listed: Listed, filters: tuple[str, ...]) -> Select[Any]:
    if listed.table is tracks and not filters:
        # Each album knows how many it has: a tenth of the rows.
        return select(func.coalesce(func.sum(albums.c.track_count), 0)).where(
            albums.c.library_id.in_(_LIBRARIES)
        )
    links = {"artist": track_credits, "genre": track_genres}
    if listed.table is tracks and len(filters) == 1 and filters[0] in links:
        link = links[filters[0]]
        several = filters == ("artist",)  # roles of one track
        return select(func.count(link.c.track_id.distinct() if several else link.c.track_id)).where(
            link.c[f"{filters[0]}_id"] == bindparam(filters[0]), link.c.library_id.in_(_LIBRARIES)
        )
    if not set(filters) - {"type", "from", "to", "played"}:
        return (
            select(func.count())
            .select_from(listed.table)
            .where(
                listed.table.c.library_id.in_(_LIBRARIES),
                *listed.always.finds,
                *(clause for name in filters for clause in listed.filters[name].finds),
            )
        )
    return select(func.count()).select_from(finding(listed, filters).subquery())


class View:
    """One list, through the eyes of one caller, in one transaction.

    Args:
        values: of the filters' parameters.
    """

    def __init__(
        self,
        connection: Connection,
        listed: Listed,
        filters: tuple[str, ...],
        values: Mapping[str, Any],
        libraries: Sequence[str],
        ranks: Ranks,
    ) -> None:
        self._connection = connection
        self._listed = listed
        self._filters = filters
        self._values = dict(values)
        self._libraries = sorted(libraries)
        self._ranks = ranks
        self._key = (listed.table.name, *sorted(values.items()), *filters, *self._libraries)

    @cached_property
    def total(self) -> int:
        return self._length(self._key, self._filters)

    @property
    def is_long(self) -> bool:
        """Whether a page far away is reached by places."""
        return self.total > self._ranks.many and not self.is_sorted

    @property
    def near_end(self) -> int:
        """So many rows before the end a page is read from there: two steps."""
        step = max(LEAST_STEP, self._ranks.step * self.total // max(self._every, 1))
        return 2 * min(step, self._ranks.step)

    def seek(self, order: Order, offset: int) -> tuple[Place | None, int] | None:
        """Where a page begins: see `Ranks.seek`.

        As many rows are looked at from one place to the next, however few a filter leaves.
        """
        step = self.near_end // 2

        def walk(place: Place | None) -> Place | None:
            rows = self.rows(order, place, 1, step - 1)
            return (rows[0][1], rows[0][0]) if rows else None

        def known() -> list[tuple[int, Place]]:
            road = self._ranks.milestones.road(order.column)
            marks = self._marks(road, self._filters)
            return road.places(marks) if road and marks else []

        return self._ranks.seek(("places", order, self._key), offset, step, walk, known)

    def rows(self, order: Order, after: Place | None, limit: int, skip: int) -> list[Any]:
        """Ids with what they are sorted by, of the rows after a place."""
        if not self._libraries:
            return []
        values: dict[str, Any] = {"limit": limit, "offset": skip}
        if after is not None:
            values["last_key"], values["last_id"] = after
        if self._sorts_for(limit):
            if self.total > self._ranks.many:
                return self._whole(order).page(after, limit, skip, down=order.down)
            statement = _sorting(self._listed, self._filters, order, after=after is not None)
            values |= self._values | {"libraries": self._libraries}
            return list(self._connection.execute(statement, values))
        return self._merged(order, values, after is not None)

    def _whole(self, order: Order) -> Sorted:
        """All of a list that takes long to find, kept for its other pages."""

        def find() -> Sorted:
            upwards = Order(order.column, down=False)
            statement = _sorting(self._listed, self._filters, upwards, after=False)
            values = {"limit": _NO_END, "offset": 0, "libraries": self._libraries}
            found = self._connection.execute(statement, self._values | values)
            return Sorted([(row[0], row[1]) for row in found])

        return self._ranks.remember(("sorted", order.column, self._key), find, len, rows=True)

    def _merged(self, order: Order, values: dict[str, Any], after: bool) -> list[Any]:
        limit, skip = values["limit"], values["offset"]
        several = len(self._libraries) > MOST_MERGED
        if several:
            values |= {"limit": limit + skip, "offset": 0}
        values["most"] = limit + skip
        rows: list[Any] = []
        for start in range(0, len(self._libraries), MOST_MERGED):
            some = self._libraries[start : start + MOST_MERGED]
            statement = _walking(
                self._listed, self._filters, order, len(some), after, self._connection.dialect.name
            )
            named = {f"library_{number}": id_ for number, id_ in enumerate(some)}
            given = values | self._values | named | {"libraries": self._libraries}
            rows += self._connection.execute(statement, given)
        if not several:
            return rows
        rows.sort(key=lambda row: (row[1], row[0]), reverse=order.down)
        return rows[skip : skip + limit]

    def draw(self, order: Order, chance: int, limit: int) -> list[str]:
        """Ids of some rows from a random place on; fewer near the end.

        Args:
            chance: 31 random bits.
        """
        if self._filters == ("genre",) and self._listed.table is tracks and self._libraries:
            values = self._values | {"libraries": self._libraries, "chance": chance}
            values |= {"library": self._libraries[chance % len(self._libraries)], "limit": limit}
            found = list(self._connection.execute(_DRAWING, values).scalars())
            if found:
                return found
        return [row[0] for row in self.rows(order, (chance, ""), limit, 0)]

    @property
    def is_sorted(self) -> bool:
        """Whether all that the filters leave is found and sorted for a page."""
        return self._sorts_for(0)

    def _sorts_for(self, limit: int) -> bool:
        if not self._filters:
            return False
        if not set(self._filters).isdisjoint(self._listed.small):
            return True
        return self.total**2 * SORTING <= max(limit, 50) * self._every

    @cached_property
    def _every(self) -> int:
        """How long the list is without filters."""
        return self._length((self._listed.table.name, *self._libraries), ())

    def _length(self, key: Hashable, filters: tuple[str, ...]) -> int:
        """How many there are, from milestones if they tell."""

        def find() -> int:
            road = self._ranks.milestones.road(self._listed.table.c.sort_key)
            marks = self._marks(road, filters)
            known = road.count(marks) if road and marks else 0
            return known if known > self._ranks.many else self._count(filters)

        return self._ranks.count(("total", key), find)

    def _marks(self, road: Road | None, filters: tuple[str, ...]) -> list[Mark] | None:
        values = self._values if filters else {}
        if road is None or values.keys() != set(filters):
            return None
        return marks_of(road, self._libraries, values)

    def _count(self, filters: tuple[str, ...]) -> int:
        values = self._values | {"libraries": self._libraries}
        return int(self._connection.execute(_counting(self._listed, filters), values).scalar_one())
