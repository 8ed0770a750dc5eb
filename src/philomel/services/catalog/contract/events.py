"""What the catalogue announces."""

from msgspec import Struct

from philomel.services.catalog.contract.entries import EntryKind


class EntriesChanged(Struct, frozen=True):
    """Announced when tracks, albums or artists came, changed or went.

    Attributes:
        ids: at most 500, of any kind.
        scan_id: the scan that found it.
        moved: nothing changed that they are found by, but where their files lie, or how they
            are: what `SearchEntry` has is as it was.
    """

    ids: tuple[str, ...]
    at: int
    scan_id: str | None = None
    moved: bool = False


class EntryMerged(Struct, frozen=True):
    """Announced when two ids turned out to be one: `old` is an alias of `new` from now on."""

    kind: EntryKind
    old: str
    new: str
    at: int


class EntrySplit(Struct, frozen=True):
    """Announced when one id became two: a merge was undone, or an entry was split.

    What listeners think of `source` they think of `part` too.

    Attributes:
        part: an entry of its own from now on, and no alias any more.
        also: aliases that lead to `part` from now on.
    """

    kind: EntryKind
    source: str
    part: str
    at: int
    also: tuple[str, ...] = ()


class LibrariesChanged(Struct, frozen=True):
    """Announced when a library was added, hidden, shown or removed, or who may see it."""

    ids: tuple[str, ...]
    at: int


class ScanFinished(Struct, frozen=True):
    """Announced after the last EntriesChanged of a scan."""

    scan_id: str
    at: int
