"""Playlists, as their service keeps them for every door."""

import asyncio
from collections.abc import Mapping, Sequence

from philomel.gateway.subsonic.call import BATCH, Call, batches
from philomel.gateway.subsonic.errors import (
    GENERIC,
    MISSING_PARAMETER,
    NOT_ALLOWED,
    Failure,
    not_found,
)
from philomel.gateway.subsonic.items import Item, moment
from philomel.gateway.subsonic.parameters import checked_whole
from philomel.gateway.subsonic.texts import Kind
from philomel.services.accounts.contract import FindUser, ListUsers
from philomel.services.catalog.contract import GetTracks
from philomel.services.playlists.contract import (
    AddItems,
    ChangePlaylist,
    CreatePlaylist,
    DeletePlaylist,
    GetPlaylist,
    ListPlaylists,
    ListTrackIds,
    NewItem,
    Playlist,
    RemovedItem,
    RemoveItems,
    ReplaceItems,
)

Body = Mapping[str, object]
_MAX_LISTED = 10_000
_MAX_SHOWN = 100_000
_PORTION = 1_000


async def get_playlists(call: Call) -> Body:
    user_id = await _whose(call)
    found: list[Playlist] = []
    while len(found) < _MAX_LISTED:
        request = ListPlaylists(user_id=user_id, limit=BATCH, offset=len(found))
        page = await call.services.playlists.list_playlists(request)
        found += page.items
        if not page.items or len(found) >= page.total:
            break
    names = await _names(call, found)
    return {"playlists": {"playlist": [_playlist(call, one, names) for one in found]}}


async def get_playlist(call: Call) -> Body:
    return {"playlist": await _whole(call, call.parameters.id())}


async def create_playlist(call: Call) -> Body:
    """With `playlistId` the songs of that playlist become these, and its name if one is given."""
    parameters = call.parameters
    songs = _songs(call, "songId")
    name = parameters.get("name")
    playlists = call.services.playlists
    if parameters.get("playlistId"):
        playlist_id = parameters.id("playlistId")
        if name:
            await playlists.change_playlist(ChangePlaylist(playlist_id, name=name))
    elif name:
        await _check_songs(call, songs)
        playlist_id = (await playlists.create_playlist(CreatePlaylist(name))).id
    else:
        raise Failure(MISSING_PARAMETER, "required parameter is missing: name or playlistId")
    if songs or parameters.get("playlistId"):
        await playlists.replace_items(ReplaceItems(playlist_id, _new(songs)))
    return {"playlist": await _whole(call, playlist_id)}


async def update_playlist(call: Call) -> Body:
    """What is said of it, then what goes, by its position before the call, then what comes."""
    parameters = call.parameters
    playlist_id = parameters.id("playlistId")
    public = parameters.get("public")
    change = ChangePlaylist(
        playlist_id,
        name=parameters.get("name") or None,
        description=parameters.get("comment"),
        public=None if public is None else parameters.flag("public", default=False),
    )
    songs = _songs(call, "songIdToAdd")
    positions = dict.fromkeys(
        checked_whole("songIndexToRemove", value) for value in parameters.all("songIndexToRemove")
    )
    await _check_songs(call, songs)
    playlists = call.services.playlists
    known = await playlists.get_playlist(GetPlaylist(playlist_id))
    if (change.name, change.description, change.public) != (None, None, None):
        await playlists.change_playlist(change)
    await _remove(call, known, sorted(positions))
    for start in range(0, len(songs), _PORTION):
        new = _new(songs[start : start + _PORTION])
        await playlists.add_items(AddItems(playlist_id, new))
    return {}


async def delete_playlist(call: Call) -> Body:
    await call.services.playlists.delete_playlist(DeletePlaylist(call.parameters.id()))
    return {}


async def _remove(call: Call, known: Playlist, positions: Sequence[int]) -> None:
    """In portions from the end, so that those before keep their positions."""
    last = max(positions, default=-1)
    if known.track_count is not None and last >= known.track_count:
        raise Failure(GENERIC, "there is no song at that position")
    while positions:
        portion, positions = positions[-BATCH:], positions[:-BATCH]
        request = RemoveItems(known.id, (RemovedItem(positions=tuple(portion)),))
        await call.services.playlists.remove_items(request)


async def _whole(call: Call, id_: str) -> Item:
    """A playlist with the songs of it that the caller may see."""
    playlist = await call.services.playlists.get_playlist(GetPlaylist(id_))
    names, track_ids = await asyncio.gather(_names(call, [playlist]), _track_ids(call, id_))
    texts = await call.texts(Kind.SONG, track_ids)
    songs = [(id_, text) for id_ in track_ids if (text := texts[id_]).body]
    item = _playlist(call, playlist, names)
    item["songCount"] = len(songs)
    item["duration"] = sum(text.seconds for _, text in songs)
    return {**item, "entry": await call.listed_texts(Kind.SONG, "entry", songs)}


async def _track_ids(call: Call, id_: str) -> list[str]:
    found: list[str] = []
    offset: int | None = 0
    while offset is not None and offset < _MAX_SHOWN:
        request = ListTrackIds(id_, offset=offset)
        page = await call.services.playlists.list_track_ids(request)
        found += page.track_ids
        offset = page.next_offset
    return found


async def _whose(call: Call) -> str | None:
    """The person whose public playlists are asked for; None for the caller's own list."""
    name = call.parameters.get("username")
    if not name or name.casefold() == call.user_name.casefold():
        return None
    if not call.caller.admin:
        raise Failure(NOT_ALLOWED, "only an administrator lists the playlists of others")
    return (await call.services.accounts.find_user(FindUser(name[:64]))).id


async def _names(call: Call, playlists: Sequence[Playlist]) -> Mapping[str, str]:
    """The names of the owners, as far as the caller may know them."""
    names = {str(call.caller.user_id): call.user_name}
    others = {playlist.owner_id for playlist in playlists} - names.keys()
    if others and call.caller.admin:
        users = await call.services.accounts.list_users(ListUsers())
        names |= {user.id: user.name for user in users.items}
    return names


def _playlist(call: Call, playlist: Playlist, names: Mapping[str, str]) -> Item:
    item: Item = {
        "id": playlist.id,
        "name": playlist.name,
        "comment": playlist.description,
        "owner": names.get(playlist.owner_id, ""),
        "public": playlist.public,
        "songCount": playlist.track_count or 0,
        "duration": round((playlist.duration_ms or 0) / 1000),
        "created": moment(playlist.created_at),
        "changed": moment(playlist.changed_at),
        "coverArt": f"pl-{playlist.id}-{playlist.changed_at:x}",
        "readonly": playlist.owner_id != call.caller.user_id or playlist.rules is not None,
        "allowedUser": [],
    }
    return item


def _songs(call: Call, name: str) -> list[str]:
    """Songs in their order; one may come more than once."""
    call.parameters.ids(name)
    return call.parameters.all(name)


async def _check_songs(call: Call, ids: Sequence[str]) -> None:
    """Refuse the whole call before anything of it is done."""
    for batch in batches(ids):
        found = await call.services.catalog.get_tracks(GetTracks(batch))
        known = {track.id for track in found.items} | {alias.old for alias in found.aliases}
        if not known.issuperset(batch):
            raise not_found("one of the songs")


def _new(ids: Sequence[str]) -> tuple[NewItem, ...]:
    return tuple(NewItem(track_id=id_) for id_ in ids)
