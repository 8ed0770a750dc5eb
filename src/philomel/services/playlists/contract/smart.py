"""Smart playlists: rules as data."""

from enum import StrEnum

from msgspec import Struct


class SmartMatch(StrEnum):
    ALL = "all"
    ANY = "any"


class SmartField(StrEnum):
    """What a rule looks at: of the track and its album, and of what the owner did with it."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    ALBUM_ARTIST = "album_artist"
    GENRE = "genre"
    YEAR = "year"
    DURATION = "duration"
    """Seconds."""
    BPM = "bpm"
    TRACK_NUMBER = "track_number"
    DISC_NUMBER = "disc_number"
    COMMENT = "comment"
    PATH = "path"
    LIBRARY = "library"
    """Its id."""
    EXPLICIT = "explicit"
    MISSING = "missing"
    LOSSLESS = "lossless"
    BITRATE = "bitrate"
    """Kilobits per second."""
    ADDED = "added"
    PLAYS = "plays"
    """By the owner."""
    LAST_PLAYED = "last_played"
    """By the owner."""
    LIKED = "liked"
    LIKED_AT = "liked_at"
    RATING = "rating"
    """0 without one."""
    PLAYLIST = "playlist"
    """In a playlist of the owner's, by its id; one of chosen tracks."""
    ALL_PLAYS = "all_plays"
    """By all listeners."""
    ALL_LAST_PLAYED = "all_last_played"
    """By any listener."""


class SmartOperator(StrEnum):
    """Texts are compared without case and accents. Dates are "2024", "2024-05" or "2024-05-31"."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    LACKS = "lacks"
    STARTS = "starts"
    ENDS = "ends"
    ABOVE = "above"
    BELOW = "below"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    """Two values, both included."""
    BEFORE = "before"
    AFTER = "after"
    WITHIN_DAYS = "within_days"
    """In the last so many days."""
    BEYOND_DAYS = "beyond_days"
    """Longer ago than so many days, or never."""


class SmartRule(Struct, frozen=True):
    """Attributes:
    values: texts, numbers as decimal text, "true" or "false", dates; two for BETWEEN, else
        one or, for IS and IS_NOT, several that mean any of them.
    """

    field: SmartField
    operator: SmartOperator
    values: tuple[str, ...]


class SmartGroup(Struct, frozen=True):
    match: SmartMatch
    rules: tuple[SmartRule, ...]


class SmartSort(StrEnum):
    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    YEAR = "year"
    DURATION = "duration"
    ADDED = "added"
    PLAYS = "plays"
    """By the owner, as in rules."""
    LAST_PLAYED = "last_played"
    RANDOM = "random"
    """An order of the day's own: the same until midnight, UTC."""
    ALL_PLAYS = "all_plays"
    ALL_LAST_PLAYED = "all_last_played"


class SmartRules(Struct, frozen=True):
    """Attributes:
    match: how `rules` and `groups` go together.
    rules: with those in groups at most 50; none at all means every track.
    groups: rules that belong together in brackets.
    limit: most tracks there are, 1 to 10,000.
    """

    match: SmartMatch = SmartMatch.ALL
    rules: tuple[SmartRule, ...] = ()
    groups: tuple[SmartGroup, ...] = ()
    sort: SmartSort = SmartSort.ARTIST
    descending: bool = False
    limit: int = 1_000


class ChangeRules(Struct, frozen=True):
    playlist_id: str
    rules: SmartRules


class TryRules(Struct, frozen=True):
    """Attributes:
    limit: how many tracks to name, at most 500; 0 only counts.
    """

    rules: SmartRules
    limit: int = 0


class RulesTried(Struct, frozen=True):
    """Attributes:
    matching: tracks that fit, before the rules' own limit.
    count: tracks that the playlist would have.
    duration_ms: of these.
    track_ids: the first of them.
    """

    matching: int
    count: int
    duration_ms: int
    track_ids: tuple[str, ...] = ()
