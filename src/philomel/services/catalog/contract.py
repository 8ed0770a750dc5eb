"""What the rest of the platform may ask the catalogue.

Everything listed here is seen through the caller's eyes: what lies only in libraries the
caller may not see is not found, not listed and not counted.
"""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.kernel.errors import Conflict, FailedPrecondition, InvalidArgument, NotFound


class Named(Struct, frozen=True):
    """A reference to an artist, album or genre by id and name."""

    id: str
    name: str


class Cover(Struct, frozen=True):
    """A picture kept in the blob store as JPEG, at `sizes` pixels of the longer edge.

    The blob key of a size is `covers/<id[:2]>/<id>-<size>.jpg`.
    """

    id: str
    sizes: tuple[int, ...]


class CreditRole(StrEnum):
    ARTIST = "artist"
    ALBUM_ARTIST = "album_artist"
    COMPOSER = "composer"


class Credit(Struct, frozen=True):
    """Someone's part in a track or album."""

    artist: Named
    role: CreditRole


class AlbumType(StrEnum):
    ALBUM = "album"
    SINGLE = "single"
    EP = "ep"
    COMPILATION = "compilation"


class Track(Struct, frozen=True):
    """A recording in its place on an album.

    Attributes:
        credits: in the order of the tags; at least one ARTIST.
        added_at: when a file of it was first seen, milliseconds since the Unix epoch.
        date: as tagged: "1994", "1994-03" or "1994-03-08".
        asset_id: of the best file the caller may hear; None while all files are missing.
        content_type: MIME type of that file; None like asset_id.
        suffix: usual file name extension of that type, without the dot.
        size: bytes of that file.
        bitrate: average of that file, bits per second.
        path: file name with folders, for display only, "/" between parts.
        missing: no file is present at the moment.
        gain_db: ReplayGain of the track from its tags.
        album_gain_db: ReplayGain of the album from its tags.
    """

    id: str
    title: str
    credits: tuple[Credit, ...]
    duration_ms: int
    added_at: int
    album: Named | None = None
    cover: Cover | None = None
    genres: tuple[str, ...] = ()
    disc_number: int | None = None
    disc_total: int | None = None
    track_number: int | None = None
    track_total: int | None = None
    date: str | None = None
    original_date: str | None = None
    explicit: bool = False
    isrc: str | None = None
    musicbrainz_id: str | None = None
    comment: str | None = None
    bpm: int | None = None
    gain_db: float | None = None
    gain_peak: float | None = None
    album_gain_db: float | None = None
    album_gain_peak: float | None = None
    play_count: int = 0
    missing: bool = False
    asset_id: str | None = None
    content_type: str | None = None
    suffix: str | None = None
    size: int | None = None
    bitrate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None
    bit_depth: int | None = None
    path: str | None = None
    library_id: str | None = None


class Album(Struct, frozen=True):
    """Attributes:
    credits: ALBUM_ARTIST credits; the common artist, or "Various Artists", if none is tagged.
    track_count: tracks the caller may see, missing ones included.
    duration_ms: of these tracks together.
    added_at: when its first track was seen.
    """

    id: str
    name: str
    type: AlbumType
    credits: tuple[Credit, ...]
    track_count: int
    duration_ms: int
    added_at: int
    cover: Cover | None = None
    genres: tuple[str, ...] = ()
    date: str | None = None
    original_date: str | None = None
    year: int | None = None
    label: str | None = None
    barcode: str | None = None
    musicbrainz_id: str | None = None
    explicit: bool = False
    play_count: int = 0


class Artist(Struct, frozen=True):
    """Attributes:
    sort_name: as the shelf has it: "Beatles, The".
    album_count: albums the caller may see that this artist is an album artist of.
    track_count: tracks the caller may see that credit this artist.
    """

    id: str
    name: str
    sort_name: str
    album_count: int
    track_count: int
    added_at: int
    cover: Cover | None = None
    genres: tuple[str, ...] = ()
    musicbrainz_id: str | None = None
    play_count: int = 0


class Genre(Struct, frozen=True):
    id: str
    name: str
    track_count: int
    album_count: int


class Alias(Struct, frozen=True):
    """An id that was merged into another and answers for ever."""

    old: str
    new: str


class GetTracks(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Tracks(Struct, frozen=True):
    """Attributes:
    aliases: asked ids that stand in `items` under another id.
    """

    items: tuple[Track, ...]
    aliases: tuple[Alias, ...] = ()


class GetAlbums(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Albums(Struct, frozen=True):
    items: tuple[Album, ...]
    aliases: tuple[Alias, ...] = ()


class GetArtists(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Artists(Struct, frozen=True):
    items: tuple[Artist, ...]
    aliases: tuple[Alias, ...] = ()


class TrackSort(StrEnum):
    NAME = "name"
    ALBUM_ORDER = "album_order"
    """Disc, then number, then name; the order of an album, or of all an artist's albums."""
    RECENTLY_ADDED = "recently_added"
    MOST_PLAYED = "most_played"
    RANDOM = "random"


class AlbumSort(StrEnum):
    NAME = "name"
    ARTIST = "artist"
    YEAR = "year"
    YEAR_DESCENDING = "year_descending"
    RECENTLY_ADDED = "recently_added"
    MOST_PLAYED = "most_played"
    RANDOM = "random"


class ListTracks(Struct, frozen=True):
    """A page of tracks.

    Attributes:
        artist_id: tracks that credit this artist in any role.
        from_year, to_year: inclusive, either may be left out.
        cursor: of the page before; `offset` counts from there. RANDOM has no cursors.
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


class TrackPage(Struct, frozen=True):
    """Attributes:
    next: cursor of the next page; None on the last one.
    total: of the whole list.
    """

    items: tuple[Track, ...]
    total: int
    next: str | None = None


class ListAlbums(Struct, frozen=True):
    """A page of albums.

    Attributes:
        artist_id: albums of this album artist.
        appears_on: with artist_id: albums of others that credit the artist on a track.
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


class AlbumPage(Struct, frozen=True):
    items: tuple[Album, ...]
    total: int
    next: str | None = None


class ListArtists(Struct, frozen=True):
    """A page of artists by sort name.

    Attributes:
        album_artists_only: leave out who has no album of their own.
    """

    album_artists_only: bool = True
    library_id: str | None = None
    limit: int = 50
    cursor: str | None = None
    offset: int = 0


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


class GetLyrics(Struct, frozen=True):
    track_id: str


class Lyrics(Struct, frozen=True):
    """Attributes:
    text: plain or LRC (`synced`), as found in the tags or beside the file.
    language: ISO 639 code, "und" if not tagged.
    """

    text: str
    synced: bool
    language: str = "und"


class LibraryKind(StrEnum):
    MUSIC = "music"
    AUDIOBOOKS = "audiobooks"


class Library(Struct, frozen=True):
    """A folder of files.

    Attributes:
        path: absolute, as bytes; empty for callers that do not administer the server.
        hidden: removed without purging, or the sampler once there is other music.
        error: why it could not be read at the last scan.
        file_count: present files.
        missing_count: files that were there before.
        error_count: files that could not be read.
    """

    id: str
    name: str
    kind: LibraryKind
    path: bytes
    added_at: int
    hidden: bool = False
    sampler: bool = False
    error: str | None = None
    file_count: int = 0
    missing_count: int = 0
    error_count: int = 0


class Libraries(Struct, frozen=True):
    items: tuple[Library, ...]


class AddLibrary(Struct, frozen=True):
    """Attributes:
    path: an absolute path; a folder inside another library is refused.
    name: the folder's name if left out.
    """

    path: bytes
    name: str | None = None
    kind: LibraryKind = LibraryKind.MUSIC
    sampler: bool = False


class ListLibraries(Struct, frozen=True):
    """Attributes:
    hidden: list hidden ones too (administrators and operators).
    """

    hidden: bool = False


class RelocateLibrary(Struct, frozen=True):
    name: str
    path: bytes


class RemoveLibrary(Struct, frozen=True):
    """Attributes:
    purge: forget its files and what only they held; otherwise it is only hidden.
    """

    name: str
    purge: bool = False


class StartScan(Struct, frozen=True):
    """Attributes:
    full: read every file again, changed or not.
    path: only this file or folder (absolute); all libraries if left out.
    """

    full: bool = False
    path: bytes | None = None


class ScanPhase(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    """Walking the folders and reading tags."""
    INDEXING = "indexing"
    """All tags are committed; search catches up."""
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ScanStatus(Struct, frozen=True):
    """Attributes:
    found: audio files seen so far; the final number once `walked`.
    read: files whose tags were read.
    added, changed, moved, missing, unchanged: files, by what became of them.
    errors: files that could not be read, and folders.
    error: why the scan as a whole failed, or which library was not there.
    analysed, to_analyse: files, of the background analysis.
    """

    id: str
    phase: ScanPhase
    started_at: int
    finished_at: int | None = None
    walked: bool = False
    found: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    unchanged: int = 0
    errors: int = 0
    error: str | None = None
    analysed: int = 0
    to_analyse: int = 0


class WatchScan(Struct, frozen=True):
    """Attributes:
    id: the scan; the latest one if left out.
    analysis: go on until the analysis is done as well.
    """

    id: str | None = None
    analysis: bool = False


class CancelScan(Struct, frozen=True):
    pass


class ListFileErrors(Struct, frozen=True):
    limit: int = 100
    cursor: str | None = None


class FileError(Struct, frozen=True):
    """Attributes:
    path: below the library, for display.
    fatal: the file cannot be played; otherwise something in its tags was left out.
    """

    library: str
    path: str
    message: str
    fatal: bool


class FileErrors(Struct, frozen=True):
    items: tuple[FileError, ...]
    next: str | None = None


class EntryKind(StrEnum):
    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"


class SearchEntry(Struct, frozen=True):
    """What search needs to know of something.

    Attributes:
        context: the names around it, in one line.
        library_ids: where it is present or known from.
        play_count: over all listeners.
    """

    id: str
    kind: EntryKind
    name: str
    context: str
    library_ids: tuple[str, ...]
    play_count: int


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


class GetCounts(Struct, frozen=True):
    pass


class Counts(Struct, frozen=True):
    """What the caller may see, in numbers."""

    tracks: int
    albums: int
    artists: int


class EntriesChanged(Struct, frozen=True):
    """Announced when tracks, albums or artists came, changed or went.

    Attributes:
        ids: at most 500, of any kind.
        scan_id: the scan that found it.
    """

    ids: tuple[str, ...]
    at: int
    scan_id: str | None = None


class EntryMerged(Struct, frozen=True):
    """Announced when two ids turned out to be one: `old` is an alias of `new` from now on."""

    kind: EntryKind
    old: str
    new: str
    at: int


class LibrariesChanged(Struct, frozen=True):
    """Announced when a library was added, hidden, shown or removed."""

    ids: tuple[str, ...]
    at: int


class ScanFinished(Struct, frozen=True):
    """Announced after the last EntriesChanged of a scan."""

    scan_id: str
    at: int


EVENTS = (EntriesChanged, EntryMerged, LibrariesChanged, ScanFinished)


class TrackNotFound(NotFound):
    code = "catalog.track_not_found"


class LibraryNotFound(NotFound):
    code = "catalog.library_not_found"


class LibraryExists(Conflict):
    code = "catalog.library_exists"


class BadLibraryPath(InvalidArgument):
    code = "catalog.bad_library_path"


class ScanNotFound(NotFound):
    code = "catalog.scan_not_found"


class ScanRunning(FailedPrecondition):
    code = "catalog.scan_running"


class Settings(Struct, frozen=True):
    """How the catalogue reads tags.

    Attributes:
        artist_separators: between several artists in one tag value; a tag that really has
            several values is never parted.
        artist_exceptions: names that hold a separator and stay whole.
        genre_separators: between several genres in one tag value.
        genre_exceptions: genres that hold a separator and stay whole.
        articles: opening words that artists are not sorted by.
    """

    artist_separators: tuple[str, ...] = (
        " / ", "; ", ";", " feat. ", " feat ", " ft. ", " featuring ",
    )  # fmt: skip
    artist_exceptions: tuple[str, ...] = ("AC/DC",)
    genre_separators: tuple[str, ...] = (" / ", ";", "/")
    genre_exceptions: tuple[str, ...] = ("R&B/Soul",)
    articles: tuple[str, ...] = ("The", "A", "An")


class Catalog(Protocol):
    """What exists, as far as the caller may see it."""

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

    async def list_albums(self, request: ListAlbums, /) -> AlbumPage:
        """A page of at most 500 albums."""
        ...

    async def list_artists(self, request: ListArtists, /) -> ArtistPage:
        """A page of at most 500 artists."""
        ...

    async def list_genres(self, request: ListGenres, /) -> Genres:
        """The genres of the tracks the caller may see."""
        ...

    async def get_lyrics(self, request: GetLyrics, /) -> Lyrics:
        """The lyrics of a track.

        Raises: TrackNotFound, also when it has none.
        """
        ...

    async def get_counts(self, request: GetCounts, /) -> Counts:
        """How much there is."""
        ...

    async def add_library(self, request: AddLibrary, /) -> Library:
        """Add a folder; scan it with `start_scan`. Administrators and operators.

        Raises: LibraryExists, BadLibraryPath.
        """
        ...

    async def list_libraries(self, request: ListLibraries, /) -> Libraries:
        """The libraries the caller may see, by name."""
        ...

    async def relocate_library(self, request: RelocateLibrary, /) -> Library:
        """The same files now lie elsewhere. Administrators and operators.

        Raises: LibraryNotFound, BadLibraryPath.
        """
        ...

    async def remove_library(self, request: RemoveLibrary, /) -> None:
        """Hide a library, or purge it. Administrators and operators.

        Raises: LibraryNotFound.
        """
        ...

    async def start_scan(self, request: StartScan, /) -> ScanStatus:
        """Start looking for changes; returns at once. Administrators and operators.

        Raises: ScanRunning, BadLibraryPath if `path` is in no library.
        """
        ...

    def watch_scan(self, request: WatchScan, /) -> AsyncIterator[ScanStatus]:
        """The state of a scan now and at every change (at most ten a second) until it ends.

        Raises: ScanNotFound.
        """
        ...

    async def cancel_scan(self, request: CancelScan, /) -> ScanStatus:
        """Stop the running scan; what it committed stays.

        Raises: ScanNotFound if none is running.
        """
        ...

    async def list_file_errors(self, request: ListFileErrors, /) -> FileErrors:
        """What could not be read. Administrators and operators."""
        ...

    async def get_search_entries(self, request: GetSearchEntries, /) -> SearchEntries:
        """What search needs to know of these ids. Services and operators."""
        ...

    async def list_search_entries(self, request: ListSearchEntries, /) -> SearchEntries:
        """All entries of a kind, for a rebuild. Services and operators."""
        ...
