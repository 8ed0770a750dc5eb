"""The parts of the services' answers that are used; all else in them is passed over.

MusicBrainz: https://musicbrainz.org/doc/MusicBrainz_API
Wikidata: https://www.wikidata.org/wiki/Wikidata:Data_access
Wikipedia: https://en.wikipedia.org/api/rest_v1/
LRCLIB: https://lrclib.net/docs
"""

from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

T = TypeVar("T")


class Name(Struct, frozen=True):
    name: str
    artist: "Named"


class Named(Struct, frozen=True):
    id: str
    name: str = ""


class Group(Struct, frozen=True, rename="kebab"):
    """A release group that a search found; the score is 100 for the best."""

    id: str
    title: str
    score: int = 0
    artist_credit: tuple[Name, ...] = ()


class Groups(Struct, frozen=True, rename="kebab"):
    release_groups: tuple[Group, ...] = ()


class Resource(Struct, frozen=True):
    resource: str


class Relation(Struct, frozen=True):
    type: str
    url: Resource | None = None
    ended: bool = False


class ArtistAnswer(Struct, frozen=True):
    id: str
    name: str
    relations: tuple[Relation, ...] = ()


class Title(Struct, frozen=True):
    title: str


class Value(Struct, frozen=True):
    value: Any = None


class Snak(Struct, frozen=True):
    datavalue: Value | None = None


class Claim(Struct, frozen=True):
    mainsnak: Snak
    rank: str = "normal"


class Entity(Struct, frozen=True):
    claims: dict[str, tuple[Claim, ...]] = {}
    sitelinks: dict[str, Title] = {}


class Entities(Struct, frozen=True):
    entities: dict[str, Entity] = {}


class Page(Struct, frozen=True):
    page: str = ""


class Places(Struct, frozen=True):
    desktop: Page = field(default_factory=Page)


class Summary(Struct, frozen=True):
    extract: str = ""
    type: str = ""
    content_urls: Places = field(default_factory=Places)


class LyricsAnswer(Struct, frozen=True, rename="camel"):
    instrumental: bool = False
    plain_lyrics: str | None = None
    synced_lyrics: str | None = None


def read(body: bytes, kind: type[T]) -> T | None:
    """An answer, or None if it is something else."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
