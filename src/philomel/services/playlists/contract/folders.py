"""Folders: how a person keeps the playlists they have."""

from msgspec import Struct


class Folder(Struct, frozen=True):
    """Attributes:
    parent_id: None at the top.
    """

    id: str
    name: str
    parent_id: str | None = None


class ListFolders(Struct, frozen=True):
    pass


class Folders(Struct, frozen=True):
    """Attributes:
    items: in the person's order, at most 1,000; which playlists are in them is said by
        `Playlist.folder_id`.
    """

    items: tuple[Folder, ...]


class CreateFolder(Struct, frozen=True):
    """Attributes:
    name: at most 200 characters.
    """

    name: str
    parent_id: str | None = None


class RenameFolder(Struct, frozen=True):
    folder_id: str
    name: str


class MoveFolder(Struct, frozen=True):
    """Attributes:
    parent_id: where to; None for the top.
    before: the folder there that it comes before; None for the end.
    """

    folder_id: str
    parent_id: str | None = None
    before: str | None = None


class DeleteFolder(Struct, frozen=True):
    """What is in it goes to where it was itself."""

    folder_id: str


class MovePlaylist(Struct, frozen=True):
    """Attributes:
    folder_id: where to; None for the top.
    before: the playlist that it comes before; None for the end.
    """

    playlist_id: str
    folder_id: str | None = None
    before: str | None = None
