"""What the rest of the platform may ask about what open services know of the music.

Nothing is asked of them before an administrator agreed: the questions hold names of artists,
albums and songs. What was found is kept; what the files bring themselves comes first.
"""

from typing import Protocol

from msgspec import Struct

from philomel.kernel.errors import NotFound


class Link(Struct, frozen=True):
    """Attributes:
    kind: as MusicBrainz names the relationship: "official homepage", "bandcamp".
    """

    kind: str
    url: str


class GetArtistInfo(Struct, frozen=True):
    artist_id: str


class ArtistInfo(Struct, frozen=True):
    """Attributes:
    biography: plain text.
    language: of the biography, ISO 639-1.
    source: whom to thank for it, as its licence asks: "Wikipedia, CC BY-SA 4.0".
    source_url: where it stands whole.
    """

    artist_id: str
    musicbrainz_id: str | None = None
    biography: str | None = None
    language: str | None = None
    source: str | None = None
    source_url: str | None = None
    links: tuple[Link, ...] = ()


class GetFoundLyrics(Struct, frozen=True):
    track_id: str


class FoundLyrics(Struct, frozen=True):
    """Attributes:
    text: plain, or LRC (`synced`).
    source: whom to thank.
    """

    text: str
    synced: bool
    source: str


class GetState(Struct, frozen=True):
    pass


class State(Struct, frozen=True):
    """Attributes:
    enabled: None while nobody has decided.
    waiting: entries to ask about, now or later.
    found: entries something was found for.
    nothing: entries that nobody knows anything of.
    failed: entries that were given up.
    error: why asking pauses, the latest reason.
    """

    enabled: bool | None
    waiting: int = 0
    found: int = 0
    nothing: int = 0
    failed: int = 0
    error: str | None = None


class SetEnabled(Struct, frozen=True):
    enabled: bool


class LookAgain(Struct, frozen=True):
    """Attributes:
    ids: artists, albums or tracks, at most 500.
    """

    ids: tuple[str, ...]


EVENTS = ()


class InfoNotFound(NotFound):
    code = "enrichment.info_not_found"


class Settings(Struct, frozen=True):
    """Whom to ask, for those who keep a mirror or want another language.

    Attributes:
        language: of biographies, if there is one in it; English otherwise.
        musicbrainz_url: a server of the MusicBrainz web service, version 2.
        cover_art_url: the Cover Art Archive.
        wikidata_url: Wikidata.
        commons_url: Wikimedia Commons, for pictures that Wikidata names.
        wikipedia_url: Wikipedia; {language} stands for the language.
        lrclib_url: LRCLIB, for lyrics.
        requests_per_second: at most, to each of them; MusicBrainz asks for one.
        again_days: after so many days, what nobody knew is asked again.
    """

    language: str = "en"
    musicbrainz_url: str = "https://musicbrainz.org"
    cover_art_url: str = "https://coverartarchive.org"
    wikidata_url: str = "https://www.wikidata.org"
    commons_url: str = "https://commons.wikimedia.org"
    wikipedia_url: str = "https://{language}.wikipedia.org"
    lrclib_url: str = "https://lrclib.net"
    requests_per_second: float = 1.0
    again_days: int = 90


class Enrichment(Protocol):
    """What open services know of the music that the caller may see."""

    async def get_artist_info(self, request: GetArtistInfo, /) -> ArtistInfo:
        """What is known of an artist.

        Raises: InfoNotFound, also for artists that the caller cannot see.
        """
        ...

    async def get_found_lyrics(self, request: GetFoundLyrics, /) -> FoundLyrics:
        """Lyrics that the track's files do not bring.

        Raises: InfoNotFound, also for tracks that the caller cannot see.
        """
        ...

    async def get_state(self, request: GetState, /) -> State:
        """Whether others are asked, and how far that is. Administrators and operators."""
        ...

    async def set_enabled(self, request: SetEnabled, /) -> State:
        """Ask others from now on, or no longer; what was found stays. Administrators, operators."""
        ...

    async def look_again(self, request: LookAgain, /) -> None:
        """Ask about these once more. Administrators and operators."""
        ...
