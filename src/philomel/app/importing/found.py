"""What was found elsewhere, in the words of our own contracts."""

from msgspec import Struct

from philomel.services.playlists.contract import SmartRules, Want, WantedMark


class FoundPlaylist(Struct, frozen=True):
    """Attributes:
    id: its own, where it is from.
    entries: its tracks; of a smart one those it held there.
    rules: of a smart playlist whose rules can be said here.
    note: what of it cannot be brought, for people; empty if all can.
    """

    id: str
    name: str
    comment: str = ""
    public: bool = False
    entries: tuple[Want, ...] = ()
    rules: SmartRules | None = None
    note: str = ""


class FoundBookmark(Struct, frozen=True):
    want: Want
    position_ms: int
    comment: str = ""


class FoundQueue(Struct, frozen=True):
    """Attributes:
    current: which of `wants` is played, 0 being the first.
    """

    wants: tuple[Want, ...]
    current: int = 0
    position_ms: int = 0


class FoundPerson(Struct, frozen=True):
    """Attributes:
    name: their user name there.
    marks: of tracks, albums and artists.
    """

    name: str
    marks: tuple[WantedMark, ...] = ()
    playlists: tuple[FoundPlaylist, ...] = ()
    bookmarks: tuple[FoundBookmark, ...] = ()
    queue: FoundQueue | None = None


class Found(Struct, frozen=True):
    """Attributes:
    source: the name under which the services remember what was brought.
    notes: what was not understood, for people.
    """

    source: str
    people: tuple[FoundPerson, ...]
    notes: tuple[str, ...] = ()
