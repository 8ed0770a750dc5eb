"""Songs, albums and artists as they stand in answers, written once for all who see the same.

To read an entry and to write it costs a hundred times as much as to send what was written
before. So that is kept, under the version of the catalogue that it was made of; what the caller
thinks of an entry, and how often they played it, is put at its beginning.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from msgspec import Struct

from philomel.gateway.subsonic import items
from philomel.gateway.subsonic.answer import Form, Prepared, attributes, entry, whole
from philomel.gateway.subsonic.items import Item
from philomel.services.playlists.contract import Mark
from philomel.services.plays.contract import PlayCount

_ROUGHLY = 300
"""Bytes that an entry takes besides its text."""


class Kind(Enum):
    """What is written, and in which of its shapes."""

    SONG = "song"
    ALBUM = "album"
    ALBUM_FOLDER = "album folder"
    ARTIST = "artist"
    ARTIST_FOLDER = "artist folder"


_BUILD: Mapping[Kind, Callable[[Any], Item]] = {
    Kind.SONG: items.song,
    Kind.ALBUM: items.album_id3,
    Kind.ALBUM_FOLDER: items.album_directory,
    Kind.ARTIST: items.artist_id3,
    Kind.ARTIST_FOLDER: items.artist_entry,
}


MOST_KEPT: Mapping[Kind, int] = {
    Kind.SONG: 24 << 20,
    Kind.ALBUM: 16 << 20,
    Kind.ALBUM_FOLDER: 8 << 20,
    Kind.ARTIST: 8 << 20,
    Kind.ARTIST_FOLDER: 4 << 20,
}
"""Bytes."""


class Text(Struct, frozen=True, gc=False):
    """Attributes:
    body: as nobody who marked or played it sees it; empty for what the caller does not see.
    seconds: of a song.
    """

    body: bytes
    seconds: int = 0


NOTHING = Text(b"")
Shelf = tuple[str, Kind, bool]
"""The version of the catalogue, what is written, and whether as XML."""


class Texts:
    """What was written; of each kind, the least lately used is forgotten."""

    def __init__(self) -> None:
        self._shelves: dict[Kind, OrderedDict[Shelf, OrderedDict[str, Text]]] = {
            kind: OrderedDict() for kind in Kind
        }
        self._sizes = dict.fromkeys(Kind, 0)

    def known(self, shelf: Shelf, ids: Iterable[str]) -> dict[str, Text]:
        """Those that are at hand."""
        kept = self._shelves[shelf[1]].get(shelf)
        if kept is None:
            return {}
        self._shelves[shelf[1]].move_to_end(shelf)
        found = {id_: text for id_ in ids if (text := kept.get(id_)) is not None}
        for id_ in found:
            kept.move_to_end(id_)
        return found

    def keep(self, shelf: Shelf, texts: Mapping[str, Text]) -> None:
        kind = shelf[1]
        shelves = self._shelves[kind]
        kept = shelves.setdefault(shelf, OrderedDict())
        shelves.move_to_end(shelf)
        for id_, text in texts.items():
            if id_ not in kept:
                kept[id_] = text
                self._sizes[kind] += _size(text)
        while self._sizes[kind] > MOST_KEPT[kind]:
            oldest = next(iter(shelves))
            _, dropped = shelves[oldest].popitem(last=False)
            self._sizes[kind] -= _size(dropped)
            if not shelves[oldest]:
                del shelves[oldest]


def _size(text: Text) -> int:
    return len(text.body) + _ROUGHLY


def written(kind: Kind, form: Form, things: Iterable[Any]) -> dict[str, Text]:
    """Tracks, albums or artists, by their ids."""
    build = _BUILD[kind]
    found = {}
    for thing in things:
        item = build(thing)
        seconds = item["duration"] if kind is Kind.SONG else 0
        body = entry(form, _head(kind) | item)
        found[thing.id] = Text(body, seconds if isinstance(seconds, int) else 0)
    return found


def listed(
    kind: Kind,
    form: Form,
    name: str,
    texts: Sequence[tuple[str, Text]],
    marks: Mapping[str, Mark],
    plays: Mapping[str, PlayCount],
) -> Prepared:
    """A list of entries, each under its id, as the caller sees them, for an answer."""
    plain = attributes(form, _head(kind))
    bodies = [text.body for _, text in texts]
    if marks or plays:
        skipped = len(plain)
        for place, (id_, _) in enumerate(texts):
            if id_ in marks or id_ in plays:
                said = attributes(form, _said(kind, marks.get(id_), plays.get(id_)))
                bodies[place] = said + bodies[place][skipped:]
    return whole(form, name, bodies)


def _head(kind: Kind) -> Item:
    """What begins an entry as long as its listener did nothing with it."""
    return {} if kind in (Kind.ARTIST, Kind.ARTIST_FOLDER) else {"playCount": 0}


def _said(kind: Kind, mark: Mark | None, plays: PlayCount | None) -> Item:
    said = _head(kind)
    if said and plays is not None:
        said["playCount"] = plays.count
    return items.marked(said, mark, plays)
