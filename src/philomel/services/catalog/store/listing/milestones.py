"""Milestones: how much of what lies along each order of a long list, counted ahead.

To walk over a million tracks to the middle of a genre takes a second. So the orders are cut into
stretches of some thousand rows, and of each stretch it is kept how many of its rows are of
which library, genre and year. Where any page of such a list begins is then a matter of adding
up. Made in the background in short steps, and forgotten when the lists change.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column

STRETCH = 1_500
FEWEST = 20_000
"""A list that is shorter is walked in no time."""

Place = tuple[Any, str]
"""The sort value and the id of a row."""


class Mark(NamedTuple):
    """What a row counts as; `value` is a genre's id, a year, or None."""

    library: str
    kind: Literal["", "genre", "year"] = ""
    value: str | int | None = None


class Road:
    """One order of all rows of a table, from its beginning.

    Attributes:
        years: those that some of the rows are of.
    """

    def __init__(self) -> None:
        self._ends: list[Place] = []
        self._found: dict[Mark, tuple[array[int], array[int]]] = {}
        self._totals: Counter[Mark] = Counter()
        self.years: set[int] = set()

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def end(self) -> Place | None:
        """The last row so far."""
        return self._ends[-1] if self._ends else None

    def add(self, end: Place, counts: Mapping[Mark, int]) -> None:
        """The next stretch."""
        for mark, count in counts.items():
            numbers, found = self._found.setdefault(mark, (array("I"), array("H")))
            numbers.append(len(self._ends))
            found.append(count)
            self._totals[mark] += count
            if isinstance(mark.value, int):
                self.years.add(mark.value)
        self._ends.append(end)

    def count(self, marks: Iterable[Mark]) -> int:
        """Rows with one of these marks."""
        return sum(self._totals[mark] for mark in marks if mark in self._totals)

    def marked(self, kind: str) -> Iterator[tuple[Mark, int]]:
        """All marks of a kind with their rows."""
        return ((mark, count) for mark, count in self._totals.items() if mark.kind == kind)

    def places(self, marks: Iterable[Mark]) -> list[tuple[int, Place]]:
        """Places, and how many rows with one of these marks lie before and at them."""
        sums = [0] * len(self._ends)
        for mark in marks:
            numbers, found = self._found.get(mark, ((), ()))
            for number, count in zip(numbers, found, strict=True):
                sums[number] += count
        rows, made = 0, []
        for count, end in zip(sums, self._ends, strict=True):
            rows += count
            if count:
                made.append((rows, end))
        return made


class Milestones:
    """The roads of one catalogue, shared by the threads that read."""

    def __init__(self) -> None:
        self._roads: dict[Column[Any], Road] = {}

    def road(self, column: Column[Any]) -> Road | None:
        """The order by this column, if it was surveyed."""
        return self._roads.get(column)

    def put(self, column: Column[Any], road: Road) -> None:
        self._roads = {**self._roads, column: road}

    def drop(self, columns: Iterable[Column[Any]] | None = None) -> None:
        """Forget these, or all of them."""
        gone = set(self._roads if columns is None else columns)
        self._roads = {column: road for column, road in self._roads.items() if column not in gone}


def marks_of(road: Road, libraries: Sequence[str], values: Mapping[str, Any]) -> list[Mark] | None:
    """The marks of the rows that filters leave; None if they do not tell.

    Args:
        values: of the filters; those are `genre`, `from` and `to`.
    """
    match sorted(values):
        case []:
            return [Mark(library) for library in libraries]
        case ["genre"]:
            return [Mark(library, "genre", values["genre"]) for library in libraries]
        case ["from"] | ["to"] | ["from", "to"]:
            first, last = values.get("from", min(road.years, default=0)), values.get("to")
            years = [y for y in road.years if y >= first and (last is None or y <= last)]
            return [Mark(library, "year", year) for library in libraries for year in years]
        case _:
            return None
