"""What is declared and not there yet."""

from philomel.kernel.errors import Unavailable
from philomel.services.playlists.contract import (
    AddItems,
    BringMarks,
    ChangePlaylist,
    ChangeRules,
    CheckFollowers,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    DropWants,
    Folder,
    Folders,
    Following,
    FollowPlaylist,
    GetPlaylist,
    GetPlaylists,
    ItemPage,
    ItemsChanged,
    ListFolders,
    ListItems,
    ListPlaylists,
    ListPublicPlaylists,
    ListWants,
    MarksBrought,
    MatchWants,
    MoveFolder,
    MoveItems,
    MovePlaylist,
    Playlist,
    PlaylistPage,
    PlaylistSet,
    RemoveItems,
    RenameFolder,
    ReplaceItems,
    RulesTried,
    SetPlaylistCover,
    TryRules,
    UnfollowPlaylist,
    WantMatches,
    WantPage,
)


def _coming() -> Unavailable:
    return Unavailable("this is not there yet")


class Coming:
    """Refuses everything."""

    async def create_playlist(self, request: CreatePlaylist, /) -> Playlist:
        raise _coming()

    async def change_playlist(self, request: ChangePlaylist, /) -> Playlist:
        raise _coming()

    async def delete_playlist(self, request: DeletePlaylist, /) -> None:
        raise _coming()

    async def get_playlist(self, request: GetPlaylist, /) -> Playlist:
        raise _coming()

    async def get_playlists(self, request: GetPlaylists, /) -> PlaylistSet:
        raise _coming()

    async def list_playlists(self, request: ListPlaylists, /) -> PlaylistPage:
        raise _coming()

    async def list_public_playlists(self, request: ListPublicPlaylists, /) -> PlaylistPage:
        raise _coming()

    async def list_items(self, request: ListItems, /) -> ItemPage:
        raise _coming()

    async def add_items(self, request: AddItems, /) -> ItemsChanged:
        raise _coming()

    async def replace_items(self, request: ReplaceItems, /) -> ItemsChanged:
        raise _coming()

    async def remove_items(self, request: RemoveItems, /) -> ItemsChanged:
        raise _coming()

    async def move_items(self, request: MoveItems, /) -> ItemsChanged:
        raise _coming()

    async def follow_playlist(self, request: FollowPlaylist, /) -> None:
        raise _coming()

    async def unfollow_playlist(self, request: UnfollowPlaylist, /) -> None:
        raise _coming()

    async def check_followers(self, request: CheckFollowers, /) -> Following:
        raise _coming()

    async def set_playlist_cover(self, request: SetPlaylistCover, /) -> None:
        raise _coming()

    async def list_folders(self, request: ListFolders, /) -> Folders:
        raise _coming()

    async def create_folder(self, request: CreateFolder, /) -> Folder:
        raise _coming()

    async def rename_folder(self, request: RenameFolder, /) -> Folder:
        raise _coming()

    async def move_folder(self, request: MoveFolder, /) -> None:
        raise _coming()

    async def delete_folder(self, request: DeleteFolder, /) -> None:
        raise _coming()

    async def move_playlist(self, request: MovePlaylist, /) -> None:
        raise _coming()

    async def change_rules(self, request: ChangeRules, /) -> Playlist:
        raise _coming()

    async def try_rules(self, request: TryRules, /) -> RulesTried:
        raise _coming()

    async def match_wants(self, request: MatchWants, /) -> WantMatches:
        raise _coming()

    async def bring_marks(self, request: BringMarks, /) -> MarksBrought:
        raise _coming()

    async def list_wants(self, request: ListWants, /) -> WantPage:
        raise _coming()

    async def drop_wants(self, request: DropWants, /) -> None:
        raise _coming()
