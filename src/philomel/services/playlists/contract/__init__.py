"""What the rest of the platform may ask the playlists service.

Likes, ratings, playlists and folders belong to people. They outlive the files: a like or an
entry of a missing track stays, and follows the track when its id is merged into another.
What a listener brings from elsewhere waits until its file arrives.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from philomel.services.playlists.contract.errors import (
    BadCover,
    BadFile,
    BadPlaylist,
    BadPosition,
    BadRating,
    BadRules,
    BadShare,
    BadSnapshot,
    FolderNotFound,
    IsSmart,
    NotSmart,
    PlaylistFull,
    PlaylistNotFound,
    ShareEnded,
    ShareNotFound,
    ShareWithdrawn,
    UnknownTrack,
)
from philomel.services.playlists.contract.events import (
    MarksChanged,
    MetWant,
    PlaylistChanged,
    PlaylistRemoved,
    WantsMet,
)
from philomel.services.playlists.contract.exchange import (
    ExportPlaylist,
    FilePart,
    ImportPlaylist,
    PlaylistFormat,
    PlaylistImported,
)
from philomel.services.playlists.contract.folders import (
    CreateFolder,
    DeleteFolder,
    Folder,
    Folders,
    ListFolders,
    MoveFolder,
    MovePlaylist,
    RenameFolder,
)
from philomel.services.playlists.contract.items import (
    AddItems,
    Item,
    ItemPage,
    ItemsChanged,
    ListItems,
    ListTrackIds,
    MoveItems,
    NewItem,
    RemovedItem,
    RemoveItems,
    ReplaceItems,
    TrackIds,
)
from philomel.services.playlists.contract.marks import (
    CountFollowers,
    FollowerCount,
    FollowerCounts,
    GetMarks,
    ItemKind,
    ListRated,
    ListSaved,
    Mark,
    Marks,
    Rate,
    Save,
    SavedPage,
    Unsave,
)
from philomel.services.playlists.contract.playlists import (
    ChangePlaylist,
    CheckFollowers,
    CreatePlaylist,
    DeletePlaylist,
    EveryPlaylist,
    Following,
    FollowPlaylist,
    GetPlaylist,
    GetPlaylistCovers,
    GetPlaylists,
    ListEveryPlaylist,
    ListPlaylists,
    ListPublicPlaylists,
    Playlist,
    PlaylistCover,
    PlaylistCovers,
    PlaylistPage,
    PlaylistSet,
    SetPlaylistCover,
    ShownCover,
    UnfollowPlaylist,
)
from philomel.services.playlists.contract.queues import (
    Bookmark,
    BookmarkPage,
    DropBookmark,
    GetPlayQueue,
    ListBookmarks,
    PlayQueue,
    SavePlayQueue,
    SetBookmark,
)
from philomel.services.playlists.contract.shares import (
    ChangeShare,
    CreateShare,
    DeleteShare,
    ListShares,
    OpenShare,
    Share,
    SharedEntry,
    SharedKind,
    SharePage,
)
from philomel.services.playlists.contract.smart import (
    ChangeRules,
    RulesTried,
    SmartField,
    SmartGroup,
    SmartMatch,
    SmartOperator,
    SmartRule,
    SmartRules,
    SmartSort,
    TryRules,
)
from philomel.services.playlists.contract.wants import (
    BringMarks,
    DropWants,
    ListWants,
    MarksBrought,
    MatchReason,
    MatchWants,
    OpenWant,
    Want,
    WantedMark,
    WantKind,
    WantMatch,
    WantMatches,
    WantPage,
)

__all__ = [
    "EVENTS",
    "AddItems",
    "BadCover",
    "BadFile",
    "BadPlaylist",
    "BadPosition",
    "BadRating",
    "BadRules",
    "BadShare",
    "BadSnapshot",
    "Bookmark",
    "BookmarkPage",
    "BringMarks",
    "ChangePlaylist",
    "ChangeRules",
    "ChangeShare",
    "CheckFollowers",
    "CountFollowers",
    "CreateFolder",
    "CreatePlaylist",
    "CreateShare",
    "DeleteFolder",
    "DeletePlaylist",
    "DeleteShare",
    "DropBookmark",
    "DropWants",
    "EveryPlaylist",
    "ExportPlaylist",
    "FilePart",
    "Folder",
    "FolderNotFound",
    "Folders",
    "FollowPlaylist",
    "FollowerCount",
    "FollowerCounts",
    "Following",
    "GetMarks",
    "GetPlayQueue",
    "GetPlaylist",
    "GetPlaylistCovers",
    "GetPlaylists",
    "ImportPlaylist",
    "IsSmart",
    "Item",
    "ItemKind",
    "ItemPage",
    "ItemsChanged",
    "ListBookmarks",
    "ListEveryPlaylist",
    "ListFolders",
    "ListItems",
    "ListPlaylists",
    "ListPublicPlaylists",
    "ListRated",
    "ListSaved",
    "ListShares",
    "ListTrackIds",
    "ListWants",
    "Mark",
    "Marks",
    "MarksBrought",
    "MarksChanged",
    "MatchReason",
    "MatchWants",
    "MetWant",
    "MoveFolder",
    "MoveItems",
    "MovePlaylist",
    "NewItem",
    "NotSmart",
    "OpenShare",
    "OpenWant",
    "PlayQueue",
    "Playlist",
    "PlaylistChanged",
    "PlaylistCover",
    "PlaylistCovers",
    "PlaylistFormat",
    "PlaylistFull",
    "PlaylistImported",
    "PlaylistNotFound",
    "PlaylistPage",
    "PlaylistRemoved",
    "PlaylistSet",
    "Playlists",
    "Rate",
    "RemoveItems",
    "RemovedItem",
    "RenameFolder",
    "ReplaceItems",
    "RulesTried",
    "Save",
    "SavePlayQueue",
    "SavedPage",
    "SetBookmark",
    "SetPlaylistCover",
    "Share",
    "ShareEnded",
    "ShareNotFound",
    "SharePage",
    "ShareWithdrawn",
    "SharedEntry",
    "SharedKind",
    "ShownCover",
    "SmartField",
    "SmartGroup",
    "SmartMatch",
    "SmartOperator",
    "SmartRule",
    "SmartRules",
    "SmartSort",
    "TrackIds",
    "TryRules",
    "UnfollowPlaylist",
    "UnknownTrack",
    "Unsave",
    "Want",
    "WantKind",
    "WantMatch",
    "WantMatches",
    "WantPage",
    "WantedMark",
    "WantsMet",
]

EVENTS = (MarksChanged, PlaylistChanged, PlaylistRemoved, WantsMet)


class Playlists(Protocol):
    """What listeners keep.

    A playlist that is private to somebody else is not found. Reading what is not public
    needs scope playlist-read-private, or playlist-read-collaborative for what is
    collaborative. Changing anything needs playlist-modify-public or playlist-modify-private,
    as the playlist is; its owner changes it, its followers may change the tracks of a
    collaborative one.
    """

    async def save(self, request: Save, /) -> None:
        """Like these. Needs scope user-library-modify (artists, people: user-follow-modify).

        Ids that the caller cannot see in the catalogue are left out. Whether there is such a
        person is for the caller to ask.
        """
        ...

    async def unsave(self, request: Unsave, /) -> None:
        """Like these no longer. Scopes as `save`."""
        ...

    async def rate(self, request: Rate, /) -> None:
        """Give stars. Needs scope user-library-modify.

        Nothing happens to what the caller cannot see in the catalogue.

        Raises: BadRating.
        """
        ...

    async def get_marks(self, request: GetMarks, /) -> Marks:
        """The caller's likes and ratings of these.

        Needs scope user-library-read (artists: or user-follow-read).
        """
        ...

    async def count_followers(self, request: CountFollowers, /) -> FollowerCounts:
        """How many listeners like these, without saying who. Whoever is signed in."""
        ...

    async def list_saved(self, request: ListSaved, /) -> SavedPage:
        """A page of at most 500 likes. Needs scope user-library-read (user-follow-read)."""
        ...

    async def list_rated(self, request: ListRated, /) -> SavedPage:
        """A page of at most 500 rated things. Needs scope user-library-read."""
        ...

    async def create_playlist(self, request: CreatePlaylist, /) -> Playlist:
        """Make an empty playlist, or a smart one, at the top of the caller's.

        Raises: BadPlaylist, BadRules, FolderNotFound.
        """
        ...

    async def change_playlist(self, request: ChangePlaylist, /) -> Playlist:
        """Change what is said of it. The owner only.

        Raises: PlaylistNotFound, BadPlaylist.
        """
        ...

    async def delete_playlist(self, request: DeletePlaylist, /) -> None:
        """The owner's playlist is gone, for its followers as well.

        Raises: PlaylistNotFound.
        """
        ...

    async def get_playlist(self, request: GetPlaylist, /) -> Playlist:
        """A playlist without its entries.

        Raises: PlaylistNotFound.
        """
        ...

    async def get_playlists(self, request: GetPlaylists, /) -> PlaylistSet:
        """Those of these that the caller may see."""
        ...

    async def list_playlists(self, request: ListPlaylists, /) -> PlaylistPage:
        """A page of at most 500. What the scopes do not cover is left out and not counted."""
        ...

    async def list_public_playlists(self, request: ListPublicPlaylists, /) -> PlaylistPage:
        """A page of at most 500."""
        ...

    async def list_every_playlist(self, request: ListEveryPlaylist, /) -> EveryPlaylist:
        """A page of at most 500. Services and operators."""
        ...

    async def list_items(self, request: ListItems, /) -> ItemPage:
        """A page of at most 500 entries.

        Raises: PlaylistNotFound.
        """
        ...

    async def list_track_ids(self, request: ListTrackIds, /) -> TrackIds:
        """Which tracks a playlist holds, for those who show it whole.

        Raises: PlaylistNotFound.
        """
        ...

    async def add_items(self, request: AddItems, /) -> ItemsChanged:
        """Add entries, all or none.

        Raises: PlaylistNotFound, UnknownTrack, BadPosition, PlaylistFull, IsSmart.
        """
        ...

    async def replace_items(self, request: ReplaceItems, /) -> ItemsChanged:
        """All entries go, these come.

        Raises: PlaylistNotFound, UnknownTrack, PlaylistFull, IsSmart.
        """
        ...

    async def remove_items(self, request: RemoveItems, /) -> ItemsChanged:
        """Take entries out; of tracks without positions that are not there, none.

        Raises: PlaylistNotFound, BadPosition, BadSnapshot, IsSmart.
        """
        ...

    async def move_items(self, request: MoveItems, /) -> ItemsChanged:
        """Change the order.

        Raises: PlaylistNotFound, BadPosition, BadSnapshot, IsSmart.
        """
        ...

    async def follow_playlist(self, request: FollowPlaylist, /) -> None:
        """The playlist is among the caller's from now on.

        Needs playlist-modify-public, or playlist-modify-private to do it secretly.

        Raises: PlaylistNotFound.
        """
        ...

    async def unfollow_playlist(self, request: UnfollowPlaylist, /) -> None:
        """It is not, any more; nothing happens to one's own. Scopes as `follow_playlist`."""
        ...

    async def check_followers(self, request: CheckFollowers, /) -> Following:
        """Who of these follows it.

        Raises: PlaylistNotFound.
        """
        ...

    async def set_playlist_cover(self, request: SetPlaylistCover, /) -> None:
        """Give it a picture, or take it. The owner only. Needs scope ugc-image-upload as well.

        Raises: PlaylistNotFound, BadCover.
        """
        ...

    async def get_playlist_covers(self, request: GetPlaylistCovers, /) -> PlaylistCovers:
        """What to show for these of them that the caller may see."""
        ...

    async def list_folders(self, request: ListFolders, /) -> Folders:
        """The caller's folders. Needs scope playlist-read-private."""
        ...

    async def create_folder(self, request: CreateFolder, /) -> Folder:
        """Needs scope playlist-modify-private, as all that changes folders.

        Raises: FolderNotFound, BadPlaylist.
        """
        ...

    async def rename_folder(self, request: RenameFolder, /) -> Folder:
        """Raises: FolderNotFound, BadPlaylist."""
        ...

    async def move_folder(self, request: MoveFolder, /) -> None:
        """Raises: FolderNotFound, BadPlaylist for a folder inside itself."""
        ...

    async def delete_folder(self, request: DeleteFolder, /) -> None:
        """Raises: FolderNotFound."""
        ...

    async def move_playlist(self, request: MovePlaylist, /) -> None:
        """Put one of the caller's playlists into a folder, and in order.

        Raises: PlaylistNotFound, FolderNotFound.
        """
        ...

    async def change_rules(self, request: ChangeRules, /) -> Playlist:
        """Change what a smart playlist holds. The owner only.

        Raises: PlaylistNotFound, BadRules, NotSmart.
        """
        ...

    async def try_rules(self, request: TryRules, /) -> RulesTried:
        """What these rules give at the moment. Needs scope playlist-read-private.

        Raises: BadRules.
        """
        ...

    async def import_playlist(self, request: ImportPlaylist, /) -> PlaylistImported:
        """Make a playlist of a file. What is not found waits in it.

        A file with rules makes a smart playlist, or none if our rules cannot say the same.

        Raises: BadFile, BadPlaylist.
        """
        ...

    def export_playlist(self, request: ExportPlaylist, /) -> AsyncIterator[FilePart]:
        """A playlist as a file, as the caller sees it.

        Raises: PlaylistNotFound.
        """
        ...

    async def match_wants(self, request: MatchWants, /) -> WantMatches:
        """Which tracks these are, among those the caller may see. Changes nothing."""
        ...

    async def bring_marks(self, request: BringMarks, /) -> MarksBrought:
        """Likes, ratings and counts from elsewhere, for now or for when the file arrives.

        A like or rating that is there already stays as it is. Needs scope
        user-library-modify.

        Raises: BadRating.
        """
        ...

    async def list_wants(self, request: ListWants, /) -> WantPage:
        """A page of at most 500. Needs scope user-library-read."""
        ...

    async def drop_wants(self, request: DropWants, /) -> None:
        """Needs scope user-library-modify."""
        ...

    async def save_play_queue(self, request: SavePlayQueue, /) -> None:
        """Keep where the caller left off; tracks that they cannot see are left out.

        Needs scope user-modify-playback-state.
        """
        ...

    async def get_play_queue(self, request: GetPlayQueue, /) -> PlayQueue:
        """The caller's queue as it was saved. Needs scope user-read-playback-state."""
        ...

    async def set_bookmark(self, request: SetBookmark, /) -> None:
        """Needs scope user-modify-playback-state. A person has at most 5,000.

        Raises: UnknownTrack.
        """
        ...

    async def drop_bookmark(self, request: DropBookmark, /) -> None:
        """No error if there is none. Needs scope user-modify-playback-state."""
        ...

    async def list_bookmarks(self, request: ListBookmarks, /) -> BookmarkPage:
        """A page of at most 500. Needs scope user-read-playback-position."""
        ...

    async def create_share(self, request: CreateShare, /) -> Share:
        """Let whoever has the token listen to what the caller may hear. Needs scope streaming.

        Raises: BadShare, UnknownTrack.
        """
        ...

    async def change_share(self, request: ChangeShare, /) -> Share:
        """Change one of the caller's. Needs scope streaming.

        Raises: ShareNotFound, BadShare.
        """
        ...

    async def delete_share(self, request: DeleteShare, /) -> None:
        """One of the caller's opens nothing any more. Needs scope streaming.

        Raises: ShareNotFound.
        """
        ...

    async def list_shares(self, request: ListShares, /) -> SharePage:
        """The caller's shares, expired ones too. Needs scope streaming."""
        ...

    async def open_share(self, request: OpenShare, /) -> Share:
        """What is shared by a token. Open to whoever has it.

        Raises: ShareNotFound, ShareEnded, ShareWithdrawn.
        """
        ...
