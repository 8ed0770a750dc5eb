"""What the catalogue announces."""

from msgspec import Struct

from philomel.services.catalog.contract.entries import EntryKind


class EntriesChanged(Struct, frozen=True):
    """Announced when tracks, albums or artists came, changed or went.

    Attributes:
        ids: at most 500, of any kind.
        scan_id: the scan that found it.
    """

    ids: tuple[str, ...]
    at: int
    scan_id: str | None = None


class EntryMerged(Struct, frozen=True):
    """Announced when two ids turned out to be one: `old` is an alias of `new` from now on."""

    kind: EntryKind
    old: str
    new: str
    at: int


class LibrariesChanged(Struct, frozen=True):
    """Announced when a library was added, hidden, shown or removed, or who may see it."""

    ids: tuple[str, ...]
    at: int


class ScanFinished(Struct, frozen=True):
    """Announced after the last EntriesChanged of a scan."""

    scan_id: str
    at: int
