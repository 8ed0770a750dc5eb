"""What long lists need to be quick on every page: how long they are, and places in them.

To count a million rows or to walk over them for a page takes longer than a page may. So what was
counted is kept for a while that is long against what it took, and a page that is far
away leaves places on the way to it: the next one starts at the nearest. A list that is found and
sorted as a whole is kept as a whole. Short lists are counted and read each time, so what was just
written is there at once.
"""

import threading
import time
from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar, cast

from philomel.kernel.clock import Clock
from philomel.services.catalog.store.listing.milestones import Milestones

T = TypeVar("T")

STEP = 1_000
"""Rows between two places of a list that has no filter."""
MANY = 2_000
"""A list up to here is never remembered."""
LEAST_MS = 1_000
TIMES = 300
"""What took a millisecond is kept for this many: less than a 300th of the time is spent on it."""
MOST_KEPT = 40_000

Place = tuple[Any, str]
"""The sort value and the id of a row."""


class _Kept(Generic[T]):
    """Attributes:
    until: when it is too old.
    """

    __slots__ = ("until", "value", "weight")

    def __init__(self, value: T, until: int, weight: int = 1) -> None:
        self.value = value
        self.until = until
        self.weight = weight


class Packed:
    """Ids in the order of a list that was sorted as a whole, and nothing else of it.

    Args:
        ids: all of one length.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self._size = len(ids[0]) if ids else 1
        self._all = "".join(ids).encode("ascii")

    def __len__(self) -> int:
        return len(self._all) // self._size

    def page(self, skip: int, limit: int) -> list[str]:
        size = self._size
        text = self._all[skip * size : (skip + limit) * size].decode("ascii")
        return [text[start : start + size] for start in range(0, len(text), size)]


class Places:
    """Places of one list, by how many rows lie before and at them."""

    def __init__(self, known: Iterable[tuple[int, Place]] = ()) -> None:
        self._found: list[tuple[int, Place]] = [(0, (None, "")), *known]

    def __len__(self) -> int:
        return len(self._found)

    def before(self, offset: int) -> tuple[int, Place]:
        """The nearest place that `offset` rows are not before; (0, …) is the beginning."""
        return self._found[bisect_right(self._found, offset, key=lambda each: each[0]) - 1]

    def add(self, rows: int, place: Place) -> None:
        if self.before(rows)[0] != rows:
            insort(self._found, (rows, place), key=lambda each: each[0])


class Sorted:
    """All rows of a list that was found and sorted as a whole.

    Args:
        rows: ids with what they are sorted by, ascending.
    """

    def __init__(self, rows: Sequence[tuple[str, Any]]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def page(
        self, after: Place | None, limit: int, skip: int, *, down: bool
    ) -> list[tuple[str, Any]]:
        """The rows after a place, this way round."""
        if not down:
            start = 0 if after is None else bisect_right(self._rows, after, key=_place)
            return list(self._rows[start + skip : start + skip + limit])
        end = len(self._rows) if after is None else bisect_left(self._rows, after, key=_place)
        end = max(0, end - skip)
        return list(reversed(self._rows[max(0, end - limit) : end]))


def _place(row: tuple[str, Any]) -> Place:
    return row[1], row[0]


class Ranks:
    """Kept in memory, shared by the threads that read.

    Args:
        step: as `STEP`; tests make it small.
        many: as `MANY`.
    """

    def __init__(self, clock: Clock, *, step: int = STEP, many: int = MANY) -> None:
        self._clock = clock
        self.step = step
        self.many = many
        self._lock = threading.Lock()
        self.milestones = Milestones()
        self._kept: OrderedDict[Hashable, _Kept[object]] = OrderedDict()
        self._weight = 0

    def remember(
        self,
        key: Hashable,
        find: Callable[[], T],
        size: Callable[[T], int],
        *,
        rows: bool = False,
        packed: bool = False,
    ) -> T:
        """What `find` finds, or what it found a while ago if that is of more than `many`.

        Args:
            rows: it is as many rows as its size, and takes their place in memory.
            packed: it is as many ids, of which 25 take the place of a row.
        """
        kept = self._look(key)
        if kept is not None:
            return cast("T", kept)
        started = time.perf_counter()
        value = find()
        if (length := size(value)) > self.many:
            weight = length if rows else length // 25 if packed else 1
            self._keep(key, value, time.perf_counter() - started, weight)
        return value

    def count(self, key: Hashable, find: Callable[[], int]) -> int:
        """A length, as `remember`."""
        return self.remember(key, find, lambda count: count)

    def seek(
        self,
        key: Hashable,
        offset: int,
        step: int,
        walk: Callable[[Place | None], Place | None],
        ahead: Callable[[], Iterable[tuple[int, Place]]] = tuple,
    ) -> tuple[Place | None, int] | None:
        """Where a page begins: after a place (None: at the beginning), and how many rows later.

        Args:
            step: rows between two places.
            walk: the place `step` rows after another (None: the beginning), if there is one.
            ahead: places that are known without a walk.

        Returns:
            None if the list ends before `offset`.
        """
        started = time.perf_counter()
        places = cast("Places | None", self._look(key))
        known = 1 if places is None else len(places)
        if places is None:
            places = Places(ahead())
        with self._lock:
            at, place = places.before(offset)
        while offset - at > step:
            found = walk(place if at else None)
            if found is None:
                return None
            at, place = at + step, found
            with self._lock:
                places.add(at, place)
        if len(places) > known:
            self._keep(key, places, time.perf_counter() - started, weight=len(places))
        return place if at else None, offset - at

    def _look(self, key: Hashable) -> object | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.until <= self._clock.now():
                return None
            self._kept.move_to_end(key)
            return kept.value

    def _keep(self, key: Hashable, value: object, seconds: float, weight: int = 1) -> None:
        lasts = max(LEAST_MS, int(seconds * 1000 * TIMES))
        with self._lock:
            before = self._kept.pop(key, None)
            until = self._clock.now() + lasts
            if before is not None:
                self._weight -= before.weight
                if before.value is value:  # it was only walked further
                    until = max(before.until, until)
            self._kept[key] = _Kept(value, until, weight)
            self._weight += weight
            while self._weight > MOST_KEPT:
                _, dropped = self._kept.popitem(last=False)
                self._weight -= dropped.weight
