"""What the rest of the platform may ask the catalogue.

Everything listed here is seen through the caller's eyes: what lies only in libraries the
caller may not see is not found, not listed and not counted.
"""

import re
from collections.abc import AsyncIterator
from typing import Protocol

from msgspec import Struct

from philomel.services.catalog.contract.browsing import (
    ArtistName,
    ArtistNames,
    Editions,
    Folder,
    FolderPage,
    Label,
    LabelPage,
    ListArtistNames,
    ListEditions,
    ListFolder,
    ListLabels,
    ListSiblings,
    Siblings,
)
from philomel.services.catalog.contract.entries import (
    Album,
    AlbumType,
    Alias,
    Artist,
    Cover,
    Credit,
    CreditRole,
    EntryKind,
    Genre,
    Named,
    Track,
)
from philomel.services.catalog.contract.errors import (
    BadLibraryPath,
    LibraryExists,
    LibraryNotFound,
    MergeNotFound,
    NotMergeable,
    ScanNotFound,
    ScanRunning,
    TrackNotFound,
)
from philomel.services.catalog.contract.events import (
    EntriesChanged,
    EntryMerged,
    EntrySplit,
    LibrariesChanged,
    ScanFinished,
)
from philomel.services.catalog.contract.finding import (
    Comparison,
    Condition,
    ConditionGroup,
    EntryMatch,
    EntryMatches,
    Known,
    KnownEntry,
    MatchedBy,
    MatchEntries,
    MatchTracks,
    SelectedTracks,
    SelectTracks,
    TrackField,
    TrackMatch,
    TrackMatches,
    TrackOrder,
)
from philomel.services.catalog.contract.libraries import (
    AddLibrary,
    ChangeLibraryAccess,
    GetLibraryAccess,
    Libraries,
    Library,
    LibraryAccess,
    LibraryKind,
    ListLibraries,
    RelocateLibrary,
    RemoveLibrary,
)
from philomel.services.catalog.contract.lists import (
    AlbumPage,
    Albums,
    AlbumSort,
    AlbumTracks,
    ArtistPage,
    Artists,
    ArtistSort,
    Counts,
    Genres,
    GetAlbums,
    GetArtists,
    GetCounts,
    GetTracks,
    GetVersion,
    ListAlbums,
    ListAlbumTracks,
    ListArtists,
    ListedIds,
    ListGenres,
    ListTracks,
    TrackPage,
    Tracks,
    TracksOfAlbum,
    TrackSort,
    Version,
)
from philomel.services.catalog.contract.lyrics import (
    GetLyrics,
    LyricAgent,
    LyricLine,
    Lyrics,
    LyricSet,
    LyricWord,
)
from philomel.services.catalog.contract.merges import (
    ListMerges,
    Merge,
    MergeReason,
    Merges,
    MergeTracks,
    SplitTrack,
    UndoMerge,
)
from philomel.services.catalog.contract.pictures import (
    GetTrackCovers,
    Offered,
    OfferPicture,
    TrackCover,
    TrackCovers,
)
from philomel.services.catalog.contract.scans import (
    CancelScan,
    FileError,
    FileErrors,
    ListFileErrors,
    ScanPhase,
    ScanStatus,
    StartScan,
    WatchScan,
)
from philomel.services.catalog.contract.searching import (
    AlbumFacts,
    GetSearchEntries,
    Ids,
    ListIds,
    ListSearchEntries,
    SearchEntries,
    SearchEntry,
)
from philomel.services.catalog.contract.tags import (
    AlbumTags,
    Chapter,
    Chapters,
    GetChapters,
    TrackTags,
)

__all__ = [
    "EVENTS",
    "AddLibrary",
    "Album",
    "AlbumFacts",
    "AlbumPage",
    "AlbumSort",
    "AlbumTags",
    "AlbumTracks",
    "AlbumType",
    "Albums",
    "Alias",
    "Artist",
    "ArtistName",
    "ArtistNames",
    "ArtistPage",
    "ArtistSort",
    "Artists",
    "BadLibraryPath",
    "CancelScan",
    "Catalog",
    "ChangeLibraryAccess",
    "Chapter",
    "Chapters",
    "Comparison",
    "Condition",
    "ConditionGroup",
    "Counts",
    "Cover",
    "Credit",
    "CreditRole",
    "Editions",
    "EntriesChanged",
    "EntryKind",
    "EntryMatch",
    "EntryMatches",
    "EntryMerged",
    "EntrySplit",
    "FileError",
    "FileErrors",
    "Folder",
    "FolderPage",
    "Genre",
    "Genres",
    "GetAlbums",
    "GetArtists",
    "GetChapters",
    "GetCounts",
    "GetLibraryAccess",
    "GetLyrics",
    "GetSearchEntries",
    "GetTrackCovers",
    "GetTracks",
    "GetVersion",
    "Ids",
    "Known",
    "KnownEntry",
    "Label",
    "LabelPage",
    "Libraries",
    "LibrariesChanged",
    "Library",
    "LibraryAccess",
    "LibraryExists",
    "LibraryKind",
    "LibraryNotFound",
    "ListAlbumTracks",
    "ListAlbums",
    "ListArtistNames",
    "ListArtists",
    "ListEditions",
    "ListFileErrors",
    "ListFolder",
    "ListGenres",
    "ListIds",
    "ListLabels",
    "ListLibraries",
    "ListMerges",
    "ListSearchEntries",
    "ListSiblings",
    "ListTracks",
    "ListedIds",
    "LyricAgent",
    "LyricLine",
    "LyricSet",
    "LyricWord",
    "Lyrics",
    "MatchEntries",
    "MatchTracks",
    "MatchedBy",
    "Merge",
    "MergeNotFound",
    "MergeReason",
    "MergeTracks",
    "Merges",
    "Named",
    "NotMergeable",
    "OfferPicture",
    "Offered",
    "RelocateLibrary",
    "RemoveLibrary",
    "ScanFinished",
    "ScanNotFound",
    "ScanPhase",
    "ScanRunning",
    "ScanStatus",
    "SearchEntries",
    "SearchEntry",
    "SelectTracks",
    "SelectedTracks",
    "Settings",
    "Siblings",
    "SplitTrack",
    "StartScan",
    "Track",
    "TrackCover",
    "TrackCovers",
    "TrackField",
    "TrackMatch",
    "TrackMatches",
    "TrackNotFound",
    "TrackOrder",
    "TrackPage",
    "TrackSort",
    "TrackTags",
    "Tracks",
    "TracksOfAlbum",
    "UndoMerge",
    "Version",
    "WatchScan",
]

_RESCAN = re.compile(r"daily|off|([01]?\d|2[0-3]):[0-5]\d|[1-9]\d{0,3}[hm]")

EVENTS = (EntriesChanged, EntryMerged, EntrySplit, LibrariesChanged, ScanFinished)


class Settings(Struct, frozen=True):
    """How the catalogue reads tags, and when it looks for changes.

    Attributes:
        artist_separators: between several artists in one tag value; a tag that really has
            several values is never parted.
        artist_exceptions: names that hold a separator and stay whole.
        genre_separators: between several genres in one tag value.
        genre_exceptions: genres that hold a separator and stay whole.
        articles: opening words that artists are not sorted by.
        watch: auto (changes are scanned when they happen; network mounts and buckets are
            looked at every poll_minutes), poll (every library is), or off.
        poll_minutes: between two looks at a library that does not tell of its changes.
        rescan: when all libraries are scanned: daily (in the night, UTC), a time of day
            such as 04:30 (UTC), an interval such as 6h or 90m, or off.
    """

    artist_separators: tuple[str, ...] = (
        " / ", "; ", ";", " feat. ", " feat ", " ft. ", " featuring ",
    )  # fmt: skip
    artist_exceptions: tuple[str, ...] = ("AC/DC",)
    genre_separators: tuple[str, ...] = (" / ", ";", "/")
    genre_exceptions: tuple[str, ...] = ("R&B/Soul",)
    articles: tuple[str, ...] = ("The", "A", "An")
    watch: str = "auto"
    poll_minutes: int = 15
    rescan: str = "daily"

    def __post_init__(self) -> None:
        if self.watch not in {"auto", "poll", "off"}:
            raise ValueError(f"watch is auto, poll or off, not {self.watch!r}")
        if not 1 <= self.poll_minutes <= 7 * 24 * 60:
            raise ValueError("poll_minutes is between 1 and a week")
        if not _RESCAN.fullmatch(self.rescan):
            raise ValueError(
                f"rescan is daily, off, a time such as 04:30 or an interval such as 6h, "
                f"not {self.rescan!r}"
            )


class Catalog(Protocol):
    """What exists, as far as the caller may see it."""

    async def get_tracks(self, request: GetTracks, /) -> Tracks:
        """The known tracks among `ids`, in the order asked. Unknown ids are left out."""
        ...

    async def get_track_covers(self, request: GetTrackCovers, /) -> TrackCovers:
        """The pictures of these, of their albums where they have none of their own."""
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

    async def list_artist_names(self, request: ListArtistNames, /) -> ArtistNames:
        """All artists who have albums, in pages; or the word that a known answer is still true."""
        ...

    async def list_genres(self, request: ListGenres, /) -> Genres:
        """The genres of the tracks the caller may see."""
        ...

    async def get_lyrics(self, request: GetLyrics, /) -> Lyrics:
        """The lyrics of a track in all their forms.

        Raises: TrackNotFound, also when it has none.
        """
        ...

    async def get_chapters(self, request: GetChapters, /) -> Chapters:
        """The chapters of a track.

        Raises: TrackNotFound.
        """
        ...

    async def list_folder(self, request: ListFolder, /) -> FolderPage:
        """A page of at most 500 folders and tracks.

        Raises: LibraryNotFound; a folder that holds nothing is empty.
        """
        ...

    async def list_labels(self, request: ListLabels, /) -> LabelPage:
        """A page of at most 500 labels of albums that the caller may see."""
        ...

    async def list_editions(self, request: ListEditions, /) -> Editions:
        """The editions of an album; nothing if it is not known."""
        ...

    async def list_siblings(self, request: ListSiblings, /) -> Siblings:
        """A track as it stands on other editions of its album; nothing if it is not known."""
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

    async def change_library_access(self, request: ChangeLibraryAccess, /) -> LibraryAccess:
        """Say who may see a library. Administrators and operators.

        Raises: LibraryNotFound.
        """
        ...

    async def get_library_access(self, request: GetLibraryAccess, /) -> LibraryAccess:
        """Who may see a library. Administrators and operators.

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
        """What could not be read in libraries that are not hidden. Administrators and operators."""
        ...

    async def offer_picture(self, request: OfferPicture, /) -> Offered:
        """Show this picture as long as the files bring none. Services and operators.

        Raises: InvalidArgument if there is nothing at that key.
        """
        ...

    async def list_merges(self, request: ListMerges, /) -> Merges:
        """Which ids became aliases, and why. Administrators and operators."""
        ...

    async def merge_tracks(self, request: MergeTracks, /) -> Merge:
        """Say that a missing track is another one. Administrators and operators.

        Raises: TrackNotFound, NotMergeable unless one of them has no present file.
        """
        ...

    async def undo_merge(self, request: UndoMerge, /) -> Merge:
        """Make two of one again, and never merge these two by themselves again.

        Each is what it was before: the one with the present file, the other missing. Likes
        and ratings are then on both; plays go back to where they were made, those made since
        stay with the id that stayed. Administrators and operators.

        Raises: MergeNotFound, NotMergeable if it was undone or a later merge rests on it.
        """
        ...

    async def split_track(self, request: SplitTrack, /) -> Merge:
        """Give a track's present file a new id, and let the track wait for its own.

        Likes and ratings are then on both. Answers as a merge that was undone.
        Administrators and operators.

        Raises: TrackNotFound, NotMergeable for a track without a present file.
        """
        ...

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

    async def list_ids(self, request: ListIds, /) -> Ids:
        """Ids of a page of at most 500 entries."""
        ...

    async def get_search_entries(self, request: GetSearchEntries, /) -> SearchEntries:
        """What search needs to know of these ids. Services and operators."""
        ...

    async def list_search_entries(self, request: ListSearchEntries, /) -> SearchEntries:
        """All entries of a kind, for a rebuild. Services and operators."""
        ...
