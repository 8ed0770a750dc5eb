"""From what is meant to what the index is asked, and from the catalogue's entries to documents."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from philomel.engines.index import (
    Between,
    Condition,
    Document,
    Either,
    Is,
    Least,
    Query,
    Said,
    Test,
)
from philomel.kernel.caller import Caller
from philomel.services.catalog.contract import EntryKind, SearchEntry
from philomel.services.playlists.contract import Playlist
from philomel.services.search.rules import Asked, Code, Item, Tag, Words, Years, code

PLAYLIST: Final = "playlist"
_PUBLIC: Final = "public"
_EXPLICIT: Final = ("explicit", "yes")
_NOT_EXPLICIT: Final = Condition(((Is(*_EXPLICIT), False),))
_DAY_MS: Final = 86_400_000
_NEW_DAYS: Final = 14
_LEAST_POPULAR: Final = 0.1
_LATER_DAYS: Final = 2
"""The clock may have been set back since something was added."""


class Seen(NamedTuple):
    """What the caller may see.

    Attributes:
        explicit: also tracks that are marked so.
    """

    libraries: tuple[str, ...]
    explicit: bool = True


def query_of(asked: Asked, kind: EntryKind, seen: Seen, page: tuple[int, int], now: int) -> Query:
    """What the index is asked for one kind.

    Args:
        page: how many, and how many before them.
        now: in ms; what is new is so by the day.
    """
    hidden = kind is EntryKind.TRACK and not seen.explicit
    today = now // _DAY_MS
    within = seen.libraries if kind is EntryKind.ARTIST else None
    return Query(
        text=asked.text,
        kind=kind.value,
        filters=seen.libraries,
        limit=page[0],
        offset=page[1],
        begun=asked.begun,
        where=(
            *(
                Condition(tuple((_test(item, today, within), holds) for item, holds in group))
                for group in asked.groups
            ),
            *((_NOT_EXPLICIT,) if hidden else ()),
        ),
        names=_names(asked, kind.value),
    )


def playlists_query(asked: Asked, caller: Caller, page: tuple[int, int]) -> Query:
    """The same for playlists: the public ones, and the caller's own if they let be seen."""
    return Query(
        text=asked.text,
        kind=PLAYLIST,
        filters=(_PUBLIC, *((_of(caller.user_id),) if _sees_own(caller) else ())),
        limit=page[0],
        offset=page[1],
        begun=asked.begun,
        where=tuple(
            Condition(tuple((_test(item, 0, None), holds) for item, holds in group))
            for group in asked.groups
        ),
        names=_names(asked, PLAYLIST),
    )


def _names(asked: Asked, kind: str) -> tuple[str, ...]:
    return tuple(name for field, name in asked.names if field in {"", kind})


def _sees_own(caller: Caller) -> bool:
    return caller.user_id is not None and caller.has_scope("playlist-read-private")


def _of(user_id: str | None) -> str:
    return f"of:{user_id}"


def _test(item: Item, today: int, within: Sequence[str] | None) -> Test:
    """Args:
    within: libraries by each of which an artist's genres and years are kept.
    """
    match item:
        case Words(field="genre") if within is not None:
            said = Said("", item.text, item.phrase, item.begun)
            return Either(tuple(replace(said, field=_in("genre", each)) for each in within))
        case Words():
            return Said(item.field, item.text, item.phrase, item.begun)
        case Years() if within is not None:
            years = (Between(_in("year", each), item.low, item.high) for each in within)
            return Either(tuple(years))
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


def _in(field: str, library_id: str) -> str:
    """An artist's albums in another library are nobody's business who does not see it."""
    return f"{field}@{library_id}"


def document_of(entry: SearchEntry, totals: Mapping[str, int]) -> Document:
    """An entry as the index keeps it.

    Args:
        totals: plays that may be newer than the entry's.
    """
    fields = [("artist", name) for name in entry.artists]
    fields += [("album", entry.album)] if entry.album else []
    fields += [("genre", name) for name in entry.genres]
    values = [("isrc", code("isrc", entry.isrc)), ("upc", code("upc", entry.upc))]
    values += [_EXPLICIT] if entry.explicit else []
    numbers = [("year", entry.year)] if entry.year > 0 else []
    for there in entry.albums:
        fields += [(_in("genre", there.library_id), name) for name in there.genres]
        numbers += [(_in("year", there.library_id), year) for year in there.years]
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


def document_of_playlist(playlist: Playlist) -> Document:
    return Document(
        id=playlist.id,
        kind=PLAYLIST,
        name=playlist.name,
        context=playlist.description,
        filters=(_PUBLIC if playlist.public else _of(playlist.owner_id),),
        popularity=playlist.follower_count,
    )
