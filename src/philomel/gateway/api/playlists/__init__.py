"""Playlists beyond what other programs know: folders, rules, files, and what waits."""

import base64
import binascii
from collections.abc import AsyncIterator

from msgspec import Struct

from philomel.gateway.api.operation import Call, Download, Nothing, Route
from philomel.gateway.public import at
from philomel.kernel.errors import InvalidArgument
from philomel.services.media.contract import SignCovers
from philomel.services.playlists.contract import (
    AddItems,
    ChangePlaylist,
    ChangeRules,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    DropWants,
    ExportPlaylist,
    Folder,
    Folders,
    GetPlaylist,
    GetPlaylistCovers,
    ImportPlaylist,
    ItemPage,
    ItemsChanged,
    ListFolders,
    ListItems,
    ListPlaylists,
    ListWants,
    MoveFolder,
    MoveItems,
    MovePlaylist,
    Playlist,
    PlaylistFormat,
    PlaylistImported,
    PlaylistNotFound,
    PlaylistPage,
    RemoveItems,
    RenameFolder,
    RulesTried,
    SetPlaylistCover,
    TryRules,
    WantPage,
)

_TYPES = {
    PlaylistFormat.M3U8: "audio/x-mpegurl",
    PlaylistFormat.XSPF: "application/xspf+xml",
    PlaylistFormat.JSPF: "application/jspf+json",
}


class OfPlaylist(Struct, frozen=True):
    playlist_id: str


class ImportAsked(Struct, frozen=True):
    """Attributes:
    content: the text of an M3U8, XSPF or JSPF file.
    """

    content: str
    name: str = ""
    public: bool = False
    source: str = ""
    dry_run: bool = False


class ExportAsked(Struct, frozen=True):
    playlist_id: str
    format: PlaylistFormat = PlaylistFormat.M3U8


class CoverAsked(Struct, frozen=True):
    """Attributes:
    jpeg: at most 256 KiB, as base64; empty takes the picture away.
    """

    playlist_id: str
    jpeg: str = ""


class CoverView(Struct, frozen=True):
    """Attributes:
    size: pixels of the longer edge.
    """

    size: int
    path: str


class CoverViews(Struct, frozen=True):
    """Attributes:
    items: addresses of the playlist's own picture; none if it has none.
    """

    items: tuple[CoverView, ...]


async def list_playlists(call: Call, asked: ListPlaylists) -> PlaylistPage:
    """The caller's playlists, own and followed, or the public ones of somebody."""
    return await call.services.playlists.list_playlists(asked)


async def create_playlist(call: Call, asked: CreatePlaylist) -> Playlist:
    """Make a playlist; with rules, a smart one."""
    return await call.services.playlists.create_playlist(asked)


async def get_playlist(call: Call, asked: GetPlaylist) -> Playlist:
    """A playlist, without its entries."""
    return await call.services.playlists.get_playlist(asked)


async def change_playlist(call: Call, asked: ChangePlaylist) -> Playlist:
    """Change its name, description, or who may see and change it."""
    return await call.services.playlists.change_playlist(asked)


async def delete_playlist(call: Call, asked: DeletePlaylist) -> None:
    """Remove a playlist, for its followers as well."""
    await call.services.playlists.delete_playlist(asked)


async def list_items(call: Call, asked: ListItems) -> ItemPage:
    """A page of a playlist's entries."""
    return await call.services.playlists.list_items(asked)


async def add_items(call: Call, asked: AddItems) -> ItemsChanged:
    """Add tracks, or what is known of tracks that are not here yet."""
    return await call.services.playlists.add_items(asked)


async def remove_items(call: Call, asked: RemoveItems) -> ItemsChanged:
    """Take entries out, by track, position or entry id."""
    return await call.services.playlists.remove_items(asked)


async def move_items(call: Call, asked: MoveItems) -> ItemsChanged:
    """Change the order of the entries."""
    return await call.services.playlists.move_items(asked)


async def change_rules(call: Call, asked: ChangeRules) -> Playlist:
    """Change the rules of a smart playlist."""
    return await call.services.playlists.change_rules(asked)


async def try_rules(call: Call, asked: TryRules) -> RulesTried:
    """Count what rules give, without keeping them."""
    return await call.services.playlists.try_rules(asked)


async def move_playlist(call: Call, asked: MovePlaylist) -> None:
    """Put a playlist into a folder, and in order."""
    await call.services.playlists.move_playlist(asked)


async def get_cover(call: Call, asked: OfPlaylist) -> CoverViews:
    """The playlist's own picture, or what stands for it: its first albums'."""
    covers = GetPlaylistCovers((asked.playlist_id,), wait=True)
    found = (await call.services.playlists.get_playlist_covers(covers)).items
    if not found:
        raise PlaylistNotFound("there is no such playlist")
    if found[0].cover is None:
        return CoverViews(())
    id_, sizes = found[0].cover.id, found[0].cover.sizes
    keys = tuple(f"covers/{id_[:2]}/{id_}-{size}.jpg" for size in sizes)
    signed = await call.services.media.sign_covers(SignCovers(keys))
    pairs = zip(sizes, signed.items, strict=True)
    return CoverViews(tuple(CoverView(size, at(url.path)) for size, url in pairs))


async def set_cover(call: Call, asked: CoverAsked) -> None:
    """Give a playlist a picture of its own, or take it away."""
    try:
        jpeg = base64.b64decode(asked.jpeg, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument("jpeg must be base64") from None
    await call.services.playlists.set_playlist_cover(SetPlaylistCover(asked.playlist_id, jpeg))


async def list_folders(call: Call, _: Nothing) -> Folders:
    """The caller's folders of playlists."""
    return await call.services.playlists.list_folders(ListFolders())


async def create_folder(call: Call, asked: CreateFolder) -> Folder:
    """Make a folder for playlists."""
    return await call.services.playlists.create_folder(asked)


async def rename_folder(call: Call, asked: RenameFolder) -> Folder:
    """Give a folder another name."""
    return await call.services.playlists.rename_folder(asked)


async def move_folder(call: Call, asked: MoveFolder) -> None:
    """Put a folder into another, and in order."""
    await call.services.playlists.move_folder(asked)


async def delete_folder(call: Call, asked: DeleteFolder) -> None:
    """Remove a folder; what is in it stays."""
    await call.services.playlists.delete_folder(asked)


async def import_playlist(call: Call, asked: ImportAsked) -> PlaylistImported:
    """Make a playlist of an M3U8, XSPF, JSPF or .nsp file; what is not found waits in it."""
    return await call.services.playlists.import_playlist(
        ImportPlaylist(
            asked.content.encode("utf-8", "replace"),
            asked.name,
            asked.public,
            asked.source,
            asked.dry_run,
        )
    )


async def export_playlist(call: Call, asked: ExportAsked) -> Download:
    """A playlist as an M3U8, XSPF or JSPF file."""
    playlists = call.services.playlists
    found = await playlists.get_playlist(GetPlaylist(asked.playlist_id))
    exported = playlists.export_playlist(ExportPlaylist(asked.playlist_id, asked.format))
    # Read whole while the caller is known; the longest lists are a few megabytes.
    parts = [part.content async for part in exported]

    async def chunks() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return Download(chunks(), _TYPES[asked.format], f"{found.name}.{asked.format.value}")


async def list_wants(call: Call, asked: ListWants) -> WantPage:
    """What the caller brought from elsewhere and waits for its file."""
    return await call.services.playlists.list_wants(asked)


async def drop_wants(call: Call, asked: DropWants) -> None:
    """Wait for these no longer."""
    await call.services.playlists.drop_wants(asked)


_ONE = "/playlists/{playlist_id}"
ROUTES = (
    Route("GET", "/playlists", list_playlists, ListPlaylists, PlaylistPage),
    Route("POST", "/playlists", create_playlist, CreatePlaylist, Playlist),
    Route("POST", "/playlists/import", import_playlist, ImportAsked, PlaylistImported),
    Route("POST", "/playlists/try", try_rules, TryRules, RulesTried),
    Route("GET", _ONE, get_playlist, GetPlaylist, Playlist),
    Route("PATCH", _ONE, change_playlist, ChangePlaylist, Playlist),
    Route("DELETE", _ONE, delete_playlist, DeletePlaylist),
    Route("GET", f"{_ONE}/items", list_items, ListItems, ItemPage),
    Route("POST", f"{_ONE}/items", add_items, AddItems, ItemsChanged),
    Route("POST", f"{_ONE}/items/remove", remove_items, RemoveItems, ItemsChanged),
    Route("POST", f"{_ONE}/items/move", move_items, MoveItems, ItemsChanged),
    Route("PUT", f"{_ONE}/rules", change_rules, ChangeRules, Playlist),
    Route("PUT", f"{_ONE}/place", move_playlist, MovePlaylist),
    Route("GET", f"{_ONE}/cover", get_cover, OfPlaylist, CoverViews),
    Route("PUT", f"{_ONE}/cover", set_cover, CoverAsked),
    Route("GET", f"{_ONE}/export", export_playlist, ExportAsked, content_type="audio/x-mpegurl"),
    Route("GET", "/folders", list_folders, answers=Folders),
    Route("POST", "/folders", create_folder, CreateFolder, Folder),
    Route("PATCH", "/folders/{folder_id}", rename_folder, RenameFolder, Folder),
    Route("PUT", "/folders/{folder_id}/place", move_folder, MoveFolder),
    Route("DELETE", "/folders/{folder_id}", delete_folder, DeleteFolder),
    Route("GET", "/wants", list_wants, ListWants, WantPage),
    Route("POST", "/wants/drop", drop_wants, DropWants),
)
