"""What administrators may ask about the health of the libraries.

A finding is something that a person can mend. It goes by itself once it is mended: entries are
looked at again whenever they change.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.kernel.errors import NotFound


class FindingKind(StrEnum):
    UNREADABLE = "unreadable"
    """A file that cannot be read at all, or a folder."""
    UNDECODABLE = "undecodable"
    """The tags can be read, the sound cannot."""
    SILENT = "silent"
    """Nothing can be heard."""
    WRONG_DURATION = "wrong_duration"
    """The file says it is longer or shorter than it is."""
    MISSING_FILE = "missing_file"
    """It was there before; its likes and plays wait."""
    CONTRADICTORY_TAGS = "contradictory_tags"
    """Tags of one album say different things."""
    MISSING_TAGS = "missing_tags"
    INCOMPLETE_ALBUM = "incomplete_album"
    """Numbers are left out."""
    DUPLICATE = "duplicate"
    """There is a better copy of the same recording."""
    CLIPPED = "clipped"
    """The signal stays at full scale again and again."""
    BROKEN_COVER = "broken_cover"
    """There is a picture, but it cannot be shown."""
    NO_COVER = "no_cover"
    TINY_COVER = "tiny_cover"
    ODD_TAGS = "odd_tags"
    """Something in the tags was left out."""


class Severity(StrEnum):
    ERROR = "error"
    """Something cannot be played, or is lost."""
    WARNING = "warning"
    """It plays, but is shown or sounds wrong."""
    HINT = "hint"
    """It could be better."""


class SubjectKind(StrEnum):
    TRACK = "track"
    ALBUM = "album"
    FILE = "file"


class Finding(Struct, frozen=True):
    """Attributes:
    subject, subject_id: what it is about; a FILE has no id that others know.
    name: of the track or album; of a file, its path.
    path: below the library, for display; None for albums.
    detail: what was found, in a sentence.
    remedy: what to do about it, in a sentence.
    peer_id: another track that it has to do with: the better copy.
    ignored: an administrator does not want to hear of it.
    found_at: milliseconds since the Unix epoch.
    """

    id: str
    kind: FindingKind
    severity: Severity
    subject: SubjectKind
    subject_id: str
    library_id: str
    name: str
    detail: str
    remedy: str
    found_at: int
    path: str | None = None
    peer_id: str | None = None
    ignored: bool = False


class ListFindings(Struct, frozen=True):
    """Attributes:
    kind, library_id: only these.
    text: only where this stands in the name or path, whatever its case.
    ignored: those that are ignored, instead of the others.
    cursor: of the page before.
    """

    kind: FindingKind | None = None
    library_id: str | None = None
    text: str = ""
    ignored: bool = False
    limit: int = 100
    cursor: str | None = None


class FindingPage(Struct, frozen=True):
    """Attributes:
    items: the worst first.
    next: cursor of the next page; None on the last one.
    """

    items: tuple[Finding, ...]
    next: str | None = None


class CountFindings(Struct, frozen=True):
    library_id: str | None = None


class FindingCount(Struct, frozen=True):
    """Attributes:
    open: without those that are ignored.
    """

    kind: FindingKind
    severity: Severity
    remedy: str
    open: int
    ignored: int


class FindingCounts(Struct, frozen=True):
    """Attributes:
    items: every kind, the worst first, also those with nothing found.
    waiting: entries that have to be looked at yet.
    """

    items: tuple[FindingCount, ...]
    waiting: int


class IgnoreFinding(Struct, frozen=True):
    """Attributes:
    ignored: False takes it back.
    """

    id: str
    ignored: bool = True


EVENTS = ()


class FindingNotFound(NotFound):
    code = "inspection.finding_not_found"


class Inspection(Protocol):
    """The health of the libraries. Everything is for administrators and operators."""

    async def list_findings(self, request: ListFindings, /) -> FindingPage:
        """A page of at most 500 findings."""
        ...

    async def count_findings(self, request: CountFindings, /) -> FindingCounts:
        """How many there are of each kind."""
        ...

    async def ignore_finding(self, request: IgnoreFinding, /) -> Finding:
        """Do not show it any more, or do so again.

        Raises: FindingNotFound.
        """
        ...
