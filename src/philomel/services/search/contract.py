"""What the rest of the platform may ask the search service."""

from typing import Protocol

from msgspec import Struct


class Search(Struct, frozen=True):
    """What was typed so far.

    Attributes:
        text: at most 500 characters; empty matches everything, most played first and artists
            by name.
        artists, albums, tracks, playlists: how many of each are wanted, 0 to 500. Playlists are
            public ones and, with scope playlist-read-private, the caller's own.
        artist_offset, album_offset, track_offset, playlist_offset: where their pages start.
        library_id: only what this library holds; nothing if the caller may not see it.
        with_fields: the text may hold `artist:`, `album:`, `track:`, `genre:` with words or a
            "phrase", `year:1990` or `year:1990-1999`, `isrc:`, `upc:`, `tag:new`, `tag:hipster`,
            quotes, NOT and OR; else all of it is words.
    """

    text: str
    artists: int = 20
    albums: int = 20
    tracks: int = 20
    artist_offset: int = 0
    album_offset: int = 0
    track_offset: int = 0
    library_id: str | None = None
    with_fields: bool = False
    playlists: int = 0
    playlist_offset: int = 0


class Hits(Struct, frozen=True):
    """Attributes:
    ids: best first.
    total: of all matches the caller may see; an estimate where ten thousands match.
    """

    ids: tuple[str, ...] = ()
    total: int = 0


class Found(Struct, frozen=True):
    artists: Hits
    albums: Hits
    tracks: Hits
    playlists: Hits = Hits()


class Rebuild(Struct, frozen=True):
    pass


class Rebuilt(Struct, frozen=True):
    """Attributes:
    documents: in the index now.
    """

    documents: int


class AwaitScan(Struct, frozen=True):
    """Attributes:
    timeout_ms: give up after this; at most 60,000.
    """

    scan_id: str
    timeout_ms: int = 30_000


class Awaited(Struct, frozen=True):
    """Attributes:
    ready: everything that scan found can be found by search.
    """

    ready: bool


EVENTS: tuple[type[Struct], ...] = ()


class SearchEngine(Protocol):
    """Finds what the caller may see."""

    async def search(self, request: Search, /) -> Found:
        """Ids by kind; what the caller may not see is neither found nor counted.

        Raises:
            InvalidArgument: a text too long, a page out of bounds, or, with fields, a year that
                is none, an unknown tag, or more than 20 filters.
        """
        ...

    async def rebuild(self, request: Rebuild, /) -> Rebuilt:
        """Make the index anew from the catalogue. Administrators and operators."""
        ...

    async def await_scan(self, request: AwaitScan, /) -> Awaited:
        """Wait until a scan's findings can be searched. Services and operators."""
        ...
