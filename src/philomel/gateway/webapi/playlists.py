"""Playlists: reading, describing and following them."""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence

from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.entries import entry_page
from philomel.gateway.webapi.fields import only
from philomel.gateway.webapi.objects import Object
from philomel.gateway.webapi.parameters import checked_id, limit_of, offset_of
from philomel.kernel.errors import InvalidArgument, PermissionDenied
from philomel.services.accounts.contract import GetProfiles
from philomel.services.catalog.contract import Cover
from philomel.services.playlists.contract import (
    ChangePlaylist,
    CheckFollowers,
    CreatePlaylist,
    DeletePlaylist,
    FollowPlaylist,
    GetPlaylist,
    GetPlaylistCovers,
    GetPlaylists,
    ListPlaylists,
    Playlist,
    PlaylistCover,
    PlaylistPage,
    SetPlaylistCover,
    UnfollowPlaylist,
)

ITEMS = 100
_FOLLOWERS = 50
_LARGEST_COVER = 256 << 10
_COVERS = 100
"""So many covers of playlists are asked for at once."""


async def get_playlist(call: Call) -> Object:
    playlist = await find(call)
    simple = (await playlist_objects(call, [playlist]))[0]
    page = await entry_page(call, playlist, ITEMS, 0, f"/v1/playlists/{playlist.id}/tracks")
    full = {
        **simple,
        "followers": {"href": None, "total": playlist.follower_count},
        "tracks": page,
        "items": page,
    }
    return only(full, call.query)


async def change_playlist(call: Call) -> None:
    posted = call.json()
    await call.services.playlists.change_playlist(
        ChangePlaylist(
            checked_id(call.id),
            name=_text(posted, "name"),
            description=_text(posted, "description"),
            public=_flag(posted, "public"),
            collaborative=_flag(posted, "collaborative"),
        )
    )


async def my_playlists(call: Call) -> Object:
    limit, offset = limit_of(call.query), offset_of(call.query)
    page = await call.services.playlists.list_playlists(ListPlaylists(limit=limit, offset=offset))
    return await _page(call, page, limit, offset)


async def playlists_of(call: Call) -> Object:
    """The public ones of a person, without those they follow."""
    limit, offset = limit_of(call.query), offset_of(call.query)
    asked = ListPlaylists(user_id=checked_id(call.id), limit=limit, offset=offset)
    return await _page(call, await call.services.playlists.list_playlists(asked), limit, offset)


async def create_playlist(call: Call) -> Object:
    """For the caller, whose id may stand in the path."""
    if call.id and call.id != call.caller.require_user():
        raise PermissionDenied("You cannot create a playlist for another user")
    posted = call.json()
    name = _text(posted, "name")
    if not name:
        raise InvalidArgument("Missing required field: name")
    together = _flag(posted, "collaborative") or False
    public = _flag(posted, "public")
    playlist = await call.services.playlists.create_playlist(
        CreatePlaylist(
            name,
            description=_text(posted, "description") or "",
            # As there: public, unless something else is said.
            public=not together if public is None else public,
            collaborative=together,
        )
    )
    simple = (await playlist_objects(call, [playlist]))[0]
    page = call.page([], 0, ITEMS, 0, f"/v1/playlists/{playlist.id}/tracks", {})
    followers = {"href": None, "total": 0}
    return {**simple, "followers": followers, "tracks": page, "items": page}


async def follow_playlist(call: Call) -> None:
    public = _flag(call.json(), "public")
    asked = FollowPlaylist(checked_id(call.id), public=public is not False)
    await call.services.playlists.follow_playlist(asked)


async def unfollow_playlist(call: Call) -> None:
    """An owner who leaves removes the playlist."""
    playlist_id = checked_id(call.id)
    playlists = call.services.playlists
    user_id = call.caller.require_user()
    mine = await playlists.get_playlists(GetPlaylists((playlist_id,)))
    if any(each.owner_id == user_id for each in mine.items):
        await playlists.delete_playlist(DeletePlaylist(playlist_id))
        return
    await playlists.unfollow_playlist(UnfollowPlaylist(playlist_id))


async def check_followers(call: Call) -> object:
    text = call.query.get("ids", "")
    ids = tuple(text.split(",")) if text else (call.caller.require_user(),)
    if len(ids) > _FOLLOWERS:
        raise InvalidArgument("Too many ids requested")
    asked = CheckFollowers(checked_id(call.id), ids)
    return list((await call.services.playlists.check_followers(asked)).items)


async def get_images(call: Call) -> object:
    playlist = await find(call)
    return (await playlist_objects(call, [playlist]))[0]["images"]


async def put_images(call: Call) -> None:
    """A JPEG as base64 text."""
    if len(call.body) > _LARGEST_COVER * 4 // 3 + 100:
        raise InvalidArgument("The image must not be larger than 256 KB")
    try:
        jpeg = base64.b64decode(b"".join(call.body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument("The body must be a base64 encoded JPEG") from None
    if not jpeg:
        raise InvalidArgument("The body must be a base64 encoded JPEG")
    await call.services.playlists.set_playlist_cover(SetPlaylistCover(checked_id(call.id), jpeg))


async def find(call: Call) -> Playlist:
    return await call.services.playlists.get_playlist(GetPlaylist(checked_id(call.id)))


async def playlist_objects(call: Call, found: Sequence[Playlist]) -> list[Object]:
    """Simplified playlist objects, in the order given."""
    covers = await _covers(call, found)
    frame = await call.frame(covers.values())
    people = await owners(call, (playlist.owner_id for playlist in found))
    return [
        {
            "collaborative": each.collaborative,
            "description": each.description,
            "external_urls": {"spotify": f"{call.base}/playlist/{each.id}"},
            "href": f"{call.base}/v1/playlists/{each.id}",
            "id": each.id,
            "images": frame.images(covers[each.id]),
            "name": each.name,
            "owner": people[each.owner_id],
            "primary_color": None,
            "public": each.public,
            "snapshot_id": each.snapshot_id,
            **{name: _link(call, each, name) for name in ("tracks", "items")},
            "type": "playlist",
            "uri": f"spotify:playlist:{each.id}",
        }
        for each in found
    ]


async def owners(call: Call, ids: Iterable[str]) -> Mapping[str, Object]:
    """People by id, in the shape of this API; who is gone has no name."""
    unique = tuple(dict.fromkeys(ids))
    names: dict[str, str] = {}
    if unique:
        profiles = await call.services.accounts.get_profiles(GetProfiles(unique))
        names = {profile.id: profile.name for profile in profiles.items}
    return {
        id_: {
            "display_name": names.get(id_),
            "external_urls": {"spotify": f"{call.base}/user/{id_}"},
            "href": f"{call.base}/v1/users/{id_}",
            "id": id_,
            "type": "user",
            "uri": f"spotify:user:{id_}",
        }
        for id_ in unique
    }


async def _covers(call: Call, found: Sequence[Playlist]) -> dict[str, Cover | None]:
    """What to show for each; a list of many does not wait for what must be drawn first."""
    covers: dict[str, Cover | None] = dict.fromkeys(playlist.id for playlist in found)
    ids = tuple(covers)
    for start in range(0, len(ids), _COVERS):
        asked = GetPlaylistCovers(ids[start : start + _COVERS], wait=len(ids) == 1)
        shown = await call.services.playlists.get_playlist_covers(asked)
        covers |= {each.playlist_id: _cover(each.cover) for each in shown.items}
    return covers


def _cover(cover: PlaylistCover | None) -> Cover | None:
    return None if cover is None else Cover(cover.id, cover.sizes)


def _link(call: Call, playlist: Playlist, name: str) -> Object:
    href = f"{call.base}/v1/playlists/{playlist.id}/{name}"
    return {"href": href, "total": playlist.track_count or 0}


async def _page(call: Call, page: PlaylistPage, limit: int, offset: int) -> Object:
    items = await playlist_objects(call, page.items)
    return call.page(items, page.total, limit, offset)


def _text(posted: Mapping[str, object], name: str) -> str | None:
    value = posted.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidArgument(f"{name} must be a text")
    return value


def _flag(posted: Mapping[str, object], name: str) -> bool | None:
    value = posted.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidArgument(f"{name} must be true or false")
    return value
