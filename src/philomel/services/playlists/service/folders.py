"""Folders of the caller, and where playlists are in them."""

from sqlalchemy import Connection

from philomel.kernel.caller import current
from philomel.kernel.ids import new_id
from philomel.services.playlists.contract import (
    BadPlaylist,
    CreateFolder,
    DeleteFolder,
    Folder,
    FolderNotFound,
    Folders,
    ListFolders,
    MoveFolder,
    MovePlaylist,
    PlaylistNotFound,
    RenameFolder,
)
from philomel.services.playlists.rules import access, texts
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.store import lists, shelves


class Filing:
    """The part of `Playlists` that is about folders."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def list_folders(self, request: ListFolders, /) -> Folders:
        user_id = _person(access.READ_PRIVATE)
        found = await self._context.database.read(lambda c: shelves.folders(c, user_id))
        return Folders(tuple(found))

    async def create_folder(self, request: CreateFolder, /) -> Folder:
        user_id = _person(access.MODIFY_PRIVATE)
        folder = Folder(new_id(), texts.check_name(request.name), request.parent_id)

        def work(connection: Connection) -> None:
            _check_there(connection, user_id, folder.parent_id)
            if shelves.count(connection, user_id) >= shelves.MAX_FOLDERS:
                raise BadPlaylist(f"at most {shelves.MAX_FOLDERS} folders")
            shelves.create(connection, user_id, folder)

        await self._context.database.write(work)
        return folder

    async def rename_folder(self, request: RenameFolder, /) -> Folder:
        user_id = _person(access.MODIFY_PRIVATE)
        name = texts.check_name(request.name)

        def work(connection: Connection) -> Folder:
            folder = _find(connection, user_id, request.folder_id)
            shelves.rename(connection, folder.id, name)
            return Folder(folder.id, name, folder.parent_id)

        return await self._context.database.write(work)

    async def move_folder(self, request: MoveFolder, /) -> None:
        user_id = _person(access.MODIFY_PRIVATE)

        def work(connection: Connection) -> None:
            folder = _find(connection, user_id, request.folder_id)
            _check_there(connection, user_id, request.parent_id)
            every = shelves.folders(connection, user_id)
            if shelves.is_inside(every, folder.id, request.parent_id):
                raise BadPlaylist("a folder cannot lie inside itself")
            shelves.move_folder(connection, user_id, folder.id, request.parent_id, request.before)

        await self._context.database.write(work)

    async def delete_folder(self, request: DeleteFolder, /) -> None:
        user_id = _person(access.MODIFY_PRIVATE)

        def work(connection: Connection) -> None:
            shelves.remove(connection, user_id, _find(connection, user_id, request.folder_id))

        await self._context.database.write(work)

    async def move_playlist(self, request: MovePlaylist, /) -> None:
        user_id = _person(access.MODIFY_PRIVATE)

        def work(connection: Connection) -> None:
            playlist = lists.find_one(connection, request.playlist_id, user_id)
            if playlist is None or not playlist.followed:
                raise PlaylistNotFound("there is no such playlist among yours")
            _check_there(connection, user_id, request.folder_id)
            shelves.move_playlist(
                connection, user_id, playlist.id, request.folder_id, request.before
            )

        await self._context.database.write(work)


def _find(connection: Connection, user_id: str, folder_id: str) -> Folder:
    folder = shelves.find(connection, user_id, folder_id)
    if folder is None:
        raise FolderNotFound("there is no such folder")
    return folder


def _check_there(connection: Connection, user_id: str, folder_id: str | None) -> None:
    if folder_id is not None:
        _find(connection, user_id, folder_id)


def _person(scope: str) -> str:
    caller = current().caller
    user_id = caller.require_user()
    caller.require_scope(scope)
    return user_id
