"""Finding tracks: by what is known of them elsewhere, and by conditions."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.services.catalog.contract.entries import EntryKind


class Known(Struct, frozen=True):
    """What somebody knows of a track. Empty text and 0: not known.

    Attributes:
        id: of this server.
        path: of its file, absolute or below a library, "/" between parts; only ever
            compared with known files.
        artist: as credited, one or several names in one text.
    """

    id: str = ""
    title: str = ""
    artist: str = ""
    album: str = ""
    duration_ms: int = 0
    path: str = ""
    isrc: str = ""
    recording_id: str = ""
    track_number: int = 0
    disc_number: int = 0


class MatchTracks(Struct, frozen=True):
    """Attributes:
    items: at most 500.
    """

    items: tuple[Known, ...]


class MatchedBy(StrEnum):
    ID = "id"
    PATH = "path"
    MUSICBRAINZ = "musicbrainz"
    ISRC = "isrc"
    TAGS = "tags"
    """Title and artist, and album and length as far as they are known."""


class TrackMatch(Struct, frozen=True):
    """Attributes:
    track_id: None if no track that the caller may see is it.
    """

    track_id: str | None = None
    by: MatchedBy | None = None


class TrackMatches(Struct, frozen=True):
    """Attributes:
    items: one for each asked, in that order.
    """

    items: tuple[TrackMatch, ...]


class TrackField(StrEnum):
    """What a condition looks at. Dates and instants are milliseconds since the Unix epoch."""

    ID = "id"
    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    ALBUM_ARTIST = "album_artist"
    GENRE = "genre"
    YEAR = "year"
    DURATION_MS = "duration_ms"
    BPM = "bpm"
    TRACK_NUMBER = "track_number"
    DISC_NUMBER = "disc_number"
    COMMENT = "comment"
    PATH = "path"
    LIBRARY = "library"
    EXPLICIT = "explicit"
    MISSING = "missing"
    LOSSLESS = "lossless"
    BITRATE = "bitrate"
    """Bits per second."""
    ADDED_AT = "added_at"
    PLAYS = "plays"
    LAST_PLAYED_AT = "last_played_at"
    """0 before the first play."""


class Comparison(StrEnum):
    """Names are compared without case and accents."""

    IS = "is"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    WITHIN = "within"
    """Between two numbers, both included."""


class Condition(Struct, frozen=True):
    """Attributes:
    texts: for names, ids and paths: any of them; at most 50, ids at most 50,000.
    numbers: for IS of numbers: any of them; 0 and 1 for what is so or not.
    low, high: for WITHIN; None without a bound.
    negated: holds where it would not.
    """

    field: TrackField
    comparison: Comparison
    texts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    low: int | None = None
    high: int | None = None
    negated: bool = False


class ConditionGroup(Struct, frozen=True):
    """Attributes:
    every: all conditions must hold, not only one.
    """

    every: bool
    conditions: tuple[Condition, ...]


class TrackOrder(StrEnum):
    TITLE = "title"
    ARTIST = "artist"
    """Artist, album, and the album's own order."""
    ALBUM = "album"
    YEAR = "year"
    DURATION = "duration"
    ADDED = "added"
    PLAYS = "plays"
    LAST_PLAYED = "last_played"
    RANDOM = "random"
    RANKED = "ranked"
    """As `ranked` names them; all others behind these."""


class SelectTracks(Struct, frozen=True):
    """Attributes:
    every: all groups must hold, not only one.
    groups: at most 100 conditions together; none means every track.
    most: of the list, 1 to 10,000.
    seed: of a RANDOM order: the same seed gives the same order.
    limit, offset: of the page of that list; limit at most 500, 0 only counts.
    ranked: of a RANKED order: at most 50,000 ids, the first of the list first.
    """

    every: bool
    groups: tuple[ConditionGroup, ...]
    order: TrackOrder = TrackOrder.ARTIST
    descending: bool = False
    most: int = 1_000
    seed: int = 0
    limit: int = 50
    offset: int = 0
    ranked: tuple[str, ...] = ()


class SelectedTracks(Struct, frozen=True):
    """Attributes:
    matching: tracks for which the conditions hold.
    count: at most `most` of them.
    duration_ms: of those together.
    """

    ids: tuple[str, ...]
    matching: int
    count: int
    duration_ms: int


class KnownEntry(Struct, frozen=True):
    """What somebody knows of an album or an artist. Empty text: not known.

    Attributes:
        artist: of an album, one or several names in one text.
    """

    name: str
    artist: str = ""
    musicbrainz_id: str = ""


class MatchEntries(Struct, frozen=True):
    """Attributes:
    kind: ALBUM or ARTIST.
    items: at most 500.
    """

    kind: EntryKind
    items: tuple[KnownEntry, ...]


class EntryMatch(Struct, frozen=True):
    """Attributes:
    id: None if nothing that the caller may see is it, or if several may be.
    by: MUSICBRAINZ, or TAGS for the names.
    """

    id: str | None = None
    by: MatchedBy | None = None


class EntryMatches(Struct, frozen=True):
    """Attributes:
    items: one for each asked, in that order.
    """

    items: tuple[EntryMatch, ...]


class FindingCalls(Protocol):
    """Tracks that fit a description."""

    async def match_tracks(self, request: MatchTracks, /) -> TrackMatches:
        """Which tracks these are, among those the caller may see."""
        ...

    async def match_entries(self, request: MatchEntries, /) -> EntryMatches:
        """Which albums or artists these are, among those the caller may see.

        Raises: InvalidArgument for tracks.
        """
        ...

    async def select_tracks(self, request: SelectTracks, /) -> SelectedTracks:
        """The tracks for which conditions hold, among those the caller may see.

        Raises: InvalidArgument for more conditions or tracks than there may be.
        """
        ...
