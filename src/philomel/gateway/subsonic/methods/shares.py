"""Shares: addresses that let anybody listen to a few chosen things."""

from collections.abc import Mapping, Sequence

from philomel.gateway.subsonic.call import Call
from philomel.gateway.subsonic.errors import MISSING_PARAMETER, Failure, not_found
from philomel.gateway.subsonic.items import Item, moment
from philomel.services.playlists.contract import (
    ChangeShare,
    CreateShare,
    DeleteShare,
    ListShares,
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
    if len(tracks) + len(albums) < len(ids):
        raise not_found("the song or album")
    entries = tuple(
        SharedEntry(SharedKind.TRACK if id_ in tracks else SharedKind.ALBUM, id_) for id_ in ids
    )
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
    """Albums stand for themselves here, as folders; whoever opens one sees its songs."""
    entries = [entry for share in shares for entry in share.entries]
    tracks = await call.tracks([e.id for e in entries if e.kind is SharedKind.TRACK])
    albums = await call.albums([e.id for e in entries if e.kind is SharedKind.ALBUM])
    songs = zip(tracks, await call.songs(tracks), strict=True)
    folders = zip(albums, await call.album_items(albums, folders=True), strict=True)
    known = {track.id: item for track, item in songs}
    known |= {album.id: item for album, item in folders}
    return [_share(call, share, known) for share in shares]


def _share(call: Call, share: Share, known: Mapping[str, Item]) -> Item:
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
    return {**item, "entry": [known[entry.id] for entry in share.entries if entry.id in known]}
