"""From what is meant to what the index is asked, and from the catalogue's entries to documents."""

from collections.abc import Mapping
from typing import Final, assert_never

from philomel.engines.index import Between, Condition, Document, Is, Least, Query, Said, Test
from philomel.services.catalog.contract import EntryKind, SearchEntry
from philomel.services.search.rules import Asked, Code, Item, Tag, Words, Years, code

_DAY_MS: Final = 86_400_000
_NEW_DAYS: Final = 14
_LEAST_POPULAR: Final = 0.1
_LATER_DAYS: Final = 2
"""The clock may have been set back since something was added."""


def query_of(
    asked: Asked, kind: EntryKind, libraries: tuple[str, ...], page: tuple[int, int], now: int
) -> Query:
    """What the index is asked for one kind.

    Args:
        page: how many, and how many before them.
        now: in ms; what is new is so by the day.
    """
    today = now // _DAY_MS
    return Query(
        text=asked.text,
        kind=kind.value,
        filters=libraries,
        limit=page[0],
        offset=page[1],
        begun=asked.begun,
        where=tuple(
            Condition(tuple((_test(item, today), holds) for item, holds in group))
            for group in asked.groups
        ),
        names=tuple(name for field, name in asked.names if field in {"", kind.value}),
    )


def _test(item: Item, today: int) -> Test:
    match item:
        case Words():
            return Said(item.field, item.text, item.phrase, item.begun)
        case Years():
            return Between("year", item.low, item.high)
        case Code():
            return Is(item.field, item.value)
        case Tag(name="new"):
            return Between("added", today - _NEW_DAYS, today + _LATER_DAYS)
        case Tag():
            return Least(_LEAST_POPULAR)
        case _:
            assert_never(item)


def document_of(entry: SearchEntry, totals: Mapping[str, int]) -> Document:
    """An entry as the index keeps it.

    Args:
        totals: plays that may be newer than the entry's.
    """
    fields = [("artist", name) for name in entry.artists]
    fields += [("album", entry.album)] if entry.album else []
    fields += [("genre", name) for name in entry.genres]
    values = [("isrc", code("isrc", entry.isrc)), ("upc", code("upc", entry.upc))]
    numbers = [("year", entry.year)] if entry.year > 0 else []
    numbers += [("added", entry.added_at // _DAY_MS)] if entry.added_at > 0 else []
    return Document(
        id=entry.id,
        kind=entry.kind.value,
        name=entry.name,
        context=entry.context,
        filters=entry.library_ids,
        popularity=max(entry.play_count, totals.get(entry.id, 0)),
        fields=tuple(fields),
        values=tuple((field, value) for field, value in values if value),
        numbers=tuple(numbers),
    )
