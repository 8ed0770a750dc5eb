"""What the rest of the platform may ask the catalogue.

Everything listed here is seen through the caller's eyes: what lies only in libraries the
caller may not see is not found, not listed and not counted.
"""

import re
from typing import Protocol

from msgspec import Struct

from philomel.services.catalog.contract.browsing import (
    ArtistName,
    ArtistNames,
    BrowsingCalls,
    Editions,
    Folder,
    FolderPage,
    Label,
    LabelPage,
    Letter,
    Letters,
    ListArtistNames,
    ListEditions,
    ListFolder,
    ListLabels,
    ListLetters,
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
    BadUpload,
    LibraryExists,
    LibraryNotFound,
    LibraryReadOnly,
    MendNotFound,
    MergeNotFound,
    NotMended,
    NotMergeable,
    ScanNotFound,
    ScanRunning,
    TrackNotFound,
    UploadNotFound,
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
    FindingCalls,
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
    ChangeLibrary,
    ChangeLibraryAccess,
    GetLibraryAccess,
    Libraries,
    Library,
    LibraryAccess,
    LibraryCalls,
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
    ListCalls,
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
    LyricCalls,
    LyricLine,
    Lyrics,
    LyricSet,
    LyricWord,
)
from philomel.services.catalog.contract.merges import (
    ListMerges,
    Merge,
    MergeCalls,
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
    PictureCalls,
    TrackCover,
    TrackCovers,
)
from philomel.services.catalog.contract.scans import (
    CancelScan,
    FileError,
    FileErrors,
    ListFileErrors,
    ScanCalls,
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
    SearchCalls,
    SearchEntries,
    SearchEntry,
)
from philomel.services.catalog.contract.tags import (
    AlbumTags,
    Chapter,
    ChapterCalls,
    Chapters,
    GetChapters,
    TrackTags,
)
from philomel.services.catalog.contract.writing.mending import (
    GetTags,
    ListMends,
    Mend,
    MendingCalls,
    Mends,
    MendTags,
    TagEdit,
    TagField,
    TagFields,
    TaggedTrack,
    TaggedTracks,
    UndoMend,
)
from philomel.services.catalog.contract.writing.uploads import (
    BeginUpload,
    CancelUpload,
    FinishUpload,
    GetUpload,
    SendUpload,
    Upload,
    UploadCalls,
    UploadState,
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
    "BadUpload",
    "BeginUpload",
    "CancelScan",
    "CancelUpload",
    "Catalog",
    "ChangeLibrary",
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
    "FinishUpload",
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
    "GetTags",
    "GetTrackCovers",
    "GetTracks",
    "GetUpload",
    "GetVersion",
    "Ids",
    "Known",
    "KnownEntry",
    "Label",
    "LabelPage",
    "Letter",
    "Letters",
    "Libraries",
    "LibrariesChanged",
    "Library",
    "LibraryAccess",
    "LibraryExists",
    "LibraryKind",
    "LibraryNotFound",
    "LibraryReadOnly",
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
    "ListLetters",
    "ListLibraries",
    "ListMends",
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
    "Mend",
    "MendNotFound",
    "MendTags",
    "Mends",
    "Merge",
    "MergeNotFound",
    "MergeReason",
    "MergeTracks",
    "Merges",
    "Named",
    "NotMended",
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
    "SendUpload",
    "Settings",
    "Siblings",
    "SplitTrack",
    "StartScan",
    "TagEdit",
    "TagField",
    "TagFields",
    "TaggedTrack",
    "TaggedTracks",
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
    "UndoMend",
    "UndoMerge",
    "Upload",
    "UploadNotFound",
    "UploadState",
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
        upload_mb: the largest file that is taken into a library, in megabytes.
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
    upload_mb: int = 2_000

    def __post_init__(self) -> None:
        if self.watch not in {"auto", "poll", "off"}:
            raise ValueError(f"watch is auto, poll or off, not {self.watch!r}")
        if not 1 <= self.poll_minutes <= 7 * 24 * 60:
            raise ValueError("poll_minutes is between 1 and a week")
        if not 1 <= self.upload_mb <= 100_000:
            raise ValueError("upload_mb is between 1 and 100000")
        if not _RESCAN.fullmatch(self.rescan):
            raise ValueError(
                f"rescan is daily, off, a time such as 04:30 or an interval such as 6h, "
                f"not {self.rescan!r}"
            )


class Catalog(
    ListCalls,
    BrowsingCalls,
    LyricCalls,
    ChapterCalls,
    LibraryCalls,
    ScanCalls,
    PictureCalls,
    MergeCalls,
    FindingCalls,
    SearchCalls,
    UploadCalls,
    MendingCalls,
    Protocol,
):
    """What exists, as far as the caller may see it."""
