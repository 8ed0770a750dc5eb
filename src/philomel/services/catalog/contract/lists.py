"""Asking for entries: by id, and in pages."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.services.catalog.contract.entries import Album, AlbumType, Alias, Artist, Genre, Track


class GetTracks(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Tracks(Struct, frozen=True):
    """Attributes:
    aliases: asked ids that stand in `items` under another id.
    version: of all that the caller sees: see `Version`.
    """

    items: tuple[Track, ...]
    aliases: tuple[Alias, ...] = ()
    version: str = ""


class GetAlbums(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Albums(Struct, frozen=True):
    items: tuple[Album, ...]
    aliases: tuple[Alias, ...] = ()
    version: str = ""


class GetArtists(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Artists(Struct, frozen=True):
    items: tuple[Artist, ...]
    aliases: tuple[Alias, ...] = ()
    version: str = ""


class GetVersion(Struct, frozen=True):
    pass


class Version(Struct, frozen=True):
    """What a caller sees of the catalogue, at a moment.

    Attributes:
        version: another one whenever anything of it changed besides play counts and when it was
            last played, and for those who see something else. So what was made of entries may be
            used again while their version is the same.
    """

    version: str


class ListedIds(Struct, frozen=True):
    """A page of a list, for those who know many of its entries already.

    Attributes:
        total: of the whole list.
        next: cursor of the next page; None on the last one.
    """

    ids: tuple[str, ...]
    total: int
    version: str
    next: str | None = None


class TrackSort(StrEnum):
    NAME = "name"
    ALBUM_ORDER = "album_order"
    """Disc, then number, then name; the order of an album, or of all an artist's albums."""
    RECENTLY_ADDED = "recently_added"
    MOST_PLAYED = "most_played"
    RANDOM = "random"
    RECENTLY_PLAYED = "recently_played"
    """Last played first; only what was ever played."""
    ALBUM = "album"
    """Albums by name, each in its order."""
    ARTIST = "artist"
    """Albums by their artists and dates, each in its order."""
    YEAR = "year"
    DURATION = "duration"
    BPM = "bpm"


class AlbumSort(StrEnum):
    NAME = "name"
    ARTIST = "artist"
    YEAR = "year"
    YEAR_DESCENDING = "year_descending"
    RECENTLY_ADDED = "recently_added"
    MOST_PLAYED = "most_played"
    RANDOM = "random"
    RECENTLY_PLAYED = "recently_played"
    """Last played first; only what was ever played."""


class ArtistSort(StrEnum):
    NAME = "name"
    MOST_PLAYED = "most_played"
    """Only who was ever played."""
    RECENTLY_PLAYED = "recently_played"
    """Last played first; only who was ever played."""


class ListTracks(Struct, frozen=True):
    """A page of tracks.

    Attributes:
        artist_id: tracks that credit this artist in any role.
        from_year, to_year: inclusive, either may be left out.
        cursor: of the page before; `offset` counts from there. RANDOM has no cursors.
        reverse: the other way round: the latest year, or what was added first. What has no year
            or no BPM comes last both ways.
    """

    sort: TrackSort = TrackSort.NAME
    album_id: str | None = None
    artist_id: str | None = None
    genre: str | None = None
    from_year: int | None = None
    to_year: int | None = None
    library_id: str | None = None
    limit: int = 50
    cursor: str | None = None
    offset: int = 0
    reverse: bool = False


class TrackPage(Struct, frozen=True):
    """Attributes:
    next: cursor of the next page; None on the last one.
    total: of the whole list.
    """

    items: tuple[Track, ...]
    total: int
    next: str | None = None


class ListAlbumTracks(Struct, frozen=True):
    """The first tracks of several albums, each in its order.

    Attributes:
        album_ids: at most 50.
        limit: of each album, at most 50.
    """

    album_ids: tuple[str, ...]
    limit: int = 50


class TracksOfAlbum(Struct, frozen=True):
    """Attributes:
    album_id: as it was asked for.
    total: of the whole album.
    """

    album_id: str
    items: tuple[Track, ...]
    total: int


class AlbumTracks(Struct, frozen=True):
    """Attributes:
    albums: in the order asked, at most 400 tracks of them together; what has no track that the
        caller may see is left out.
    rest: ids to ask for again, because the reply was full.
    """

    albums: tuple[TracksOfAlbum, ...]
    rest: tuple[str, ...] = ()


class ListAlbums(Struct, frozen=True):
    """A page of albums.

    Attributes:
        artist_id: albums of this album artist.
        appears_on: with artist_id: albums of others that credit the artist on a track.
        label: id or name of a record label.
        one_edition: of several editions of an album only the one that was first added.
    """

    sort: AlbumSort = AlbumSort.NAME
    artist_id: str | None = None
    appears_on: bool = False
    type: AlbumType | None = None
    genre: str | None = None
    from_year: int | None = None
    to_year: int | None = None
    library_id: str | None = None
    limit: int = 50
    cursor: str | None = None
    offset: int = 0
    label: str | None = None
    one_edition: bool = False


class AlbumPage(Struct, frozen=True):
    items: tuple[Album, ...]
    total: int
    next: str | None = None


class ListArtists(Struct, frozen=True):
    """A page of artists.

    Attributes:
        album_artists_only: leave out who has no album of their own.
    """

    album_artists_only: bool = True
    library_id: str | None = None
    limit: int = 50
    cursor: str | None = None
    offset: int = 0
    sort: ArtistSort = ArtistSort.NAME


class ArtistPage(Struct, frozen=True):
    items: tuple[Artist, ...]
    total: int
    next: str | None = None


class ListGenres(Struct, frozen=True):
    pass


class Genres(Struct, frozen=True):
    """Attributes:
    items: by name; at most 2,000 with the most tracks.
    """

    items: tuple[Genre, ...]


class GetCounts(Struct, frozen=True):
    pass


class Counts(Struct, frozen=True):
    """What the caller may see, in numbers."""

    tracks: int
    albums: int
    artists: int


class ListCalls(Protocol):
    """Entries by id, and pages of them."""

    async def get_tracks(self, request: GetTracks, /) -> Tracks:
        """The known tracks among `ids`, in the order asked. Unknown ids are left out."""
        ...

    async def get_albums(self, request: GetAlbums, /) -> Albums:
        """The known albums among `ids`, in the order asked. Unknown ids are left out."""
        ...

    async def get_artists(self, request: GetArtists, /) -> Artists:
        """The known artists among `ids`, in the order asked. Unknown ids are left out."""
        ...

    async def list_tracks(self, request: ListTracks, /) -> TrackPage:
        """A page of at most 500 tracks."""
        ...

    async def list_album_tracks(self, request: ListAlbumTracks, /) -> AlbumTracks:
        """The first tracks of several albums, for those who would ask for each."""
        ...

    async def list_albums(self, request: ListAlbums, /) -> AlbumPage:
        """A page of at most 500 albums."""
        ...

    async def list_artists(self, request: ListArtists, /) -> ArtistPage:
        """A page of at most 500 artists."""
        ...

    async def list_track_ids(self, request: ListTracks, /) -> ListedIds:
        """What `list_tracks` answers, without the tracks."""
        ...

    async def list_album_ids(self, request: ListAlbums, /) -> ListedIds:
        """What `list_albums` answers, without the albums."""
        ...

    async def get_version(self, request: GetVersion, /) -> Version:
        """Whether what is known of the catalogue is still true."""
        ...

    async def list_genres(self, request: ListGenres, /) -> Genres:
        """The genres of the tracks the caller may see."""
        ...

    async def get_counts(self, request: GetCounts, /) -> Counts:
        """How much there is."""
        ...
