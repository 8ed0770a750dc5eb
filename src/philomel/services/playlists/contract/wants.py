"""What a listener brings for music that is not here yet: kept until the file arrives."""

from enum import StrEnum

from msgspec import Struct

from philomel.services.playlists.contract.marks import ItemKind


class Want(Struct, frozen=True):
    """What is known of a track, or of an album or artist. Empty text and 0: not known.

    Attributes:
        title, artist, album: as written there, each at most 300 characters; an album or an
            artist has its name as its title.
        duration_ms: 0 if not known.
        path: of its file, absolute or not, slashes of either kind between parts, at most
            1,000 characters; only ever compared.
        track_id: an id of this server.
        kind: not USER; entries of playlists are tracks.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    duration_ms: int = 0
    path: str = ""
    isrc: str = ""
    musicbrainz_id: str = ""
    track_id: str = ""
    track_number: int = 0
    disc_number: int = 0
    kind: ItemKind = ItemKind.TRACK


class MatchReason(StrEnum):
    """Why a track is the wanted one, the strongest first."""

    ID = "id"
    PATH = "path"
    MUSICBRAINZ = "musicbrainz"
    ISRC = "isrc"
    TAGS = "tags"
    """Title, artist and, where known, album and length."""


class MatchWants(Struct, frozen=True):
    """Attributes:
    wants: at most 500.
    """

    wants: tuple[Want, ...]


class WantMatch(Struct, frozen=True):
    """Attributes:
    track_id: or that of the album or artist; None if nothing that the caller may see is
        it, or if several may be.
    """

    track_id: str | None = None
    reason: MatchReason | None = None


class WantMatches(Struct, frozen=True):
    """Attributes:
    items: one for each, in the order asked.
    """

    items: tuple[WantMatch, ...]


class WantedMark(Struct, frozen=True):
    """What a person thinks of a track, an album or an artist, brought from elsewhere.

    Attributes:
        saved_at: when it was liked; None if it was not, 0 if nobody knows when.
        rating: 1 to 5; 0 without one.
        rated_at: None if that is not known.
        plays: how often a track was heard there, besides `heard`.
        last_played_at: of these; 0 if that is not known.
        heard: instants of single plays of a track, at most 500.
        key: its id there; without one what is known of it stands for it.
    """

    want: Want
    saved_at: int | None = None
    rating: int = 0
    rated_at: int | None = None
    plays: int = 0
    last_played_at: int = 0
    heard: tuple[int, ...] = ()
    key: str = ""


class BringMarks(Struct, frozen=True):
    """Attributes:
    source: where they are from, at most 100 characters: marks of one source are brought once,
        however often they are sent. What was added there since comes along: a like, a
        rating, further plays.
    items: at most 500.
    """

    source: str
    items: tuple[WantedMark, ...]


class MarksBrought(Struct, frozen=True):
    """Attributes:
    items: for each, in the order sent: what it was matched with; without a track it waits.
    known: how many had been brought before, with nothing new since.
    """

    items: tuple[WantMatch, ...]
    known: int = 0


class WantKind(StrEnum):
    MARKS = "marks"
    PLAYLIST = "playlist"


class OpenWant(Struct, frozen=True):
    """Something that waits for its file.

    Attributes:
        playlist_id: of the playlist it is an entry of, for PLAYLIST.
    """

    id: str
    kind: WantKind
    want: Want
    since: int
    playlist_id: str | None = None


class ListWants(Struct, frozen=True):
    """The caller's, oldest first."""

    limit: int = 100
    offset: int = 0


class WantPage(Struct, frozen=True):
    items: tuple[OpenWant, ...]
    total: int


class DropWants(Struct, frozen=True):
    """Wait for these no longer. Entries of playlists go, too.

    Attributes:
        ids: at most 500.
    """

    ids: tuple[str, ...]
