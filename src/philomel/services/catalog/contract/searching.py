"""What the search service reads."""

from typing import Protocol

from msgspec import Struct

from philomel.services.catalog.contract.entries import EntryKind


class AlbumFacts(Struct, frozen=True):
    """What the albums of an artist in one library are."""

    library_id: str
    genres: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


class SearchEntry(Struct, frozen=True):
    """What search needs to know of something.

    Attributes:
        context: the names around it, in one line.
        library_ids: where it is present or known from.
        play_count: over all listeners.
        artists: names of those a track or an album is by.
        album: name of a track's.
        genres: names; of tracks and albums, as what follows.
        year: 0 if it is not known.
        isrc: a track's.
        upc: an album's bar code, or that of a track's album.
        added_at: ms; 0 for artists.
        albums: of an artist.
        explicit: of a track.
    """

    id: str
    kind: EntryKind
    name: str
    context: str
    library_ids: tuple[str, ...]
    play_count: int
    artists: tuple[str, ...] = ()
    album: str = ""
    genres: tuple[str, ...] = ()
    year: int = 0
    isrc: str = ""
    upc: str = ""
    added_at: int = 0
    albums: tuple[AlbumFacts, ...] = ()
    explicit: bool = False


class GetSearchEntries(Struct, frozen=True):
    """Attributes:
    ids: at most 500, of any kind; unknown and merged ones are left out of the reply.
    """

    ids: tuple[str, ...]


class ListSearchEntries(Struct, frozen=True):
    kind: EntryKind
    limit: int = 500
    cursor: str | None = None


class SearchEntries(Struct, frozen=True):
    items: tuple[SearchEntry, ...]
    next: str | None = None


class ListIds(Struct, frozen=True):
    """A page of all there is of a kind, by name: whoever pages through it meets everything once."""

    kind: EntryKind
    library_id: str | None = None
    limit: int = 50
    offset: int = 0


class Ids(Struct, frozen=True):
    """Attributes:
    total: of the whole list.
    """

    ids: tuple[str, ...]
    total: int


class SearchCalls(Protocol):
    """What the search index is made of."""

    async def list_ids(self, request: ListIds, /) -> Ids:
        """Ids of a page of at most 500 entries."""
        ...

    async def get_search_entries(self, request: GetSearchEntries, /) -> SearchEntries:
        """What search needs to know of these ids. Services and operators."""
        ...

    async def list_search_entries(self, request: ListSearchEntries, /) -> SearchEntries:
        """All entries of a kind, for a rebuild. Services and operators."""
        ...
