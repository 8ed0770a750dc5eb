"""What the enrichment service needs of its database."""

from msgspec import Struct

from philomel.engines.sql import Schema
from philomel.services.catalog.contract import EntryKind
from philomel.services.enrichment.store.tables import METADATA

SCHEMA = Schema(
    name="enrichment",
    version=1,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.enrichment.store.migrations",
)

KINDS = (EntryKind.ARTIST, EntryKind.ALBUM, EntryKind.TRACK)
"""In the order in which they are asked about: few and seen often come first."""


class Task(Struct, frozen=True):
    """An entry to ask about.

    Attributes:
        tries: how often it failed.
    """

    id: str
    kind: EntryKind
    tries: int


class Filling(Struct, frozen=True):
    """Where reading the catalogue's lists goes on."""

    kind: EntryKind
    cursor: str | None
