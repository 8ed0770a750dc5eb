"""Shares: addresses that let anybody listen to a few chosen things."""

from collections.abc import Mapping, Sequence

from philomel.gateway.subsonic.call import BATCH, Call, batches
from philomel.gateway.subsonic.errors import MISSING_PARAMETER, Failure, not_found
from philomel.gateway.subsonic.items import Item, moment
from philomel.kernel.errors import NotFound
from philomel.services.playlists.contract import (
    ChangeShare,
    CreateShare,
    DeleteShare,
    GetPlaylists,
    ListItems,
    ListShares,
    Playlist,
    Share,
    SharedEntry,
    SharedKind,
)

Body = Mapping[str, object]
_PAGE = 200


async def get_shares(call: Call) -> Body:
    found: list[Share] = []
    while True:
        page = await call.services.playlists.list_shares(ListShares(_PAGE, len(found)))
        found += page.items
        if not page.items or len(found) >= page.total:
            return {"shares": {"share": await _shown(call, found)}}


async def create_share(call: Call) -> Body:
    parameters = call.parameters
    ids = parameters.ids("id")
    if not ids:
        raise Failure(MISSING_PARAMETER, "required parameter is missing: id")
    tracks = {track.id for track in await call.tracks(ids)}
    albums = {album.id for album in await call.albums([id_ for id_ in ids if id_ not in tracks])}
    lists = [id_ for id_ in ids if id_ not in tracks and id_ not in albums]
    known = {one.id for one in await _playlists(call, lists)}
    if not known.issuperset(lists):
        raise not_found("the song, album or playlist")
    kinds = dict.fromkeys(tracks, SharedKind.TRACK) | dict.fromkeys(known, SharedKind.PLAYLIST)
    entries = tuple(SharedEntry(kinds.get(id_, SharedKind.ALBUM), id_) for id_ in ids)
    request = CreateShare(
        entries,
        description=parameters.get("description") or "",
        expires_at=parameters.whole("expires", 0) or None,
    )
    share = await call.services.playlists.create_share(request)
    return {"shares": {"share": await _shown(call, [share])}}


async def update_share(call: Call) -> Body:
    """What is not named stays; an `expires` of 0 is never."""
    parameters = call.parameters
    request = ChangeShare(
        parameters.id(),
        description=parameters.get("description"),
        expires_at=parameters.whole("expires", 0) if parameters.get("expires") else None,
    )
    await call.services.playlists.change_share(request)
    return {}


async def delete_share(call: Call) -> Body:
    await call.services.playlists.delete_share(DeleteShare(call.parameters.id()))
    return {}


async def _shown(call: Call, shares: Sequence[Share]) -> list[Item]:
    """Albums stand for themselves here, as folders; playlists are the songs they have now."""
    entries = [entry for share in shares for entry in share.entries]
    wanted = {entry.id for entry in entries if entry.kind is SharedKind.PLAYLIST}
    lists = {id_: await _songs_of(call, id_) for id_ in sorted(wanted)}
    singles = [entry.id for entry in entries if entry.kind is SharedKind.TRACK]
    tracks = await call.tracks([*singles, *(id_ for ids in lists.values() for id_ in ids)])
    albums = await call.albums([e.id for e in entries if e.kind is SharedKind.ALBUM])
    songs = zip(tracks, await call.songs(tracks), strict=True)
    folders = zip(albums, await call.album_items(albums, folders=True), strict=True)
    known = {track.id: item for track, item in songs}
    known |= {album.id: item for album, item in folders}
    return [_share(call, share, known, lists) for share in shares]


async def _playlists(call: Call, ids: Sequence[str]) -> list[Playlist]:
    """Those that the caller may see."""
    found: list[Playlist] = []
    for batch in batches(ids):
        found += (await call.services.playlists.get_playlists(GetPlaylists(batch))).items
    return found


async def _songs_of(call: Call, playlist_id: str) -> Sequence[str]:
    """The first songs of a playlist; none if it is gone, or not for the caller any more."""
    try:
        page = await call.services.playlists.list_items(ListItems(playlist_id, BATCH))
    except NotFound:
        return ()
    return [item.track_id for item in page.items if item.track_id is not None]


def _share(
    call: Call, share: Share, known: Mapping[str, Item], lists: Mapping[str, Sequence[str]]
) -> Item:
    item: Item = {
        "id": share.id,
        "url": f"{call.base}/share/{share.token}",
        "description": share.description,
        "username": call.user_name,
        "created": moment(share.created_at),
        "visitCount": share.visits,
    }
    if share.expires_at is not None:
        item["expires"] = moment(share.expires_at)
    if share.visited_at is not None:
        item["lastVisited"] = moment(share.visited_at)
    ids = [id_ for entry in share.entries for id_ in lists.get(entry.id, (entry.id,))]
    return {**item, "entry": [known[id_] for id_ in ids if id_ in known]}
