"""What the calling person keeps: saved tracks and albums, followed artists."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from philomel.gateway.webapi import objects
from philomel.gateway.webapi.browse import full_albums
from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.objects import Object
from philomel.gateway.webapi.operation import Work
from philomel.gateway.webapi.parameters import checked_ids, limit_of, offset_of, query_ids
from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import GetProfiles
from philomel.services.playlists.contract import (
    FollowPlaylist,
    GetMarks,
    GetPlaylists,
    ItemKind,
    ListSaved,
    Save,
    UnfollowPlaylist,
    Unsave,
)

_MAX_IDS = 50
_KINDS = {kind.value: kind for kind in ItemKind}
_OTHER_KINDS = {"playlist", "show", "episode", "audiobook"}


async def saved_tracks(call: Call) -> Object:
    limit, offset = limit_of(call.query), offset_of(call.query)
    page = await call.services.playlists.list_saved(
        ListSaved(ItemKind.TRACK, limit=limit, offset=offset)
    )
    reply = await call.get_tracks(mark.id for mark in page.items)
    found = await call.track_objects(reply.items)
    items = [
        {"added_at": objects.instant(mark.saved_at or 0), "track": found[mark.id]}
        for mark in page.items
        if mark.id in found
    ]
    return call.page(items, page.total, limit, offset)


async def saved_albums(call: Call) -> Object:
    limit, offset = limit_of(call.query), offset_of(call.query)
    page = await call.services.playlists.list_saved(
        ListSaved(ItemKind.ALBUM, limit=limit, offset=offset)
    )
    reply = await call.get_albums(mark.id for mark in page.items)
    found = await full_albums(call, reply.items)
    items = [
        {"added_at": objects.instant(mark.saved_at or 0), "album": found[mark.id]}
        for mark in page.items
        if mark.id in found
    ]
    return call.page(items, page.total, limit, offset)


async def followed(call: Call) -> Object:
    """Followed artists; this API has no list of followed people."""
    if call.query.get("type") != "artist":
        raise InvalidArgument("Missing or invalid parameter type")
    limit = limit_of(call.query)
    page = await call.services.playlists.list_saved(
        ListSaved(ItemKind.ARTIST, limit=limit, cursor=call.query.get("after"))
    )
    reply = await call.get_artists(mark.id for mark in page.items)
    items = list((await call.artist_objects(reply.items)).values())
    next_ = {"after": page.next} if page.next else None
    answer = call.cursor_page(items, limit, {"after": page.next}, next_)
    return {"artists": {**answer, "total": page.total}}


def save(kind: ItemKind) -> Work:
    async def work(call: Call) -> None:
        await _save(call, kind, posted_ids(call))

    return work


async def save_tracks(call: Call) -> None:
    """With the dates that the program gives, if it gives them: ids beside those count nothing."""
    posted = call.posted()
    stamped = posted.get("timestamped_ids") if isinstance(posted, dict) else None
    if stamped is None:
        await _save(call, ItemKind.TRACK, posted_ids(call))
        return
    if not isinstance(stamped, list) or not all(isinstance(entry, dict) for entry in stamped):
        raise InvalidArgument("Invalid timestamped_ids")
    dates = {str(entry.get("id")): _moment(entry.get("added_at")) for entry in stamped}
    ids = checked_ids(dates, _MAX_IDS)
    if not ids:
        raise InvalidArgument("Missing required field: ids")
    asked = Save(ItemKind.TRACK, ids, tuple(dates.values()))
    await call.services.playlists.save(asked)


def unsave(kind: ItemKind) -> Work:
    async def work(call: Call) -> None:
        await call.services.playlists.unsave(Unsave(kind, posted_ids(call)))

    return work


def contains(kind: ItemKind) -> Work:
    return partial(_contains, kind)


async def follow(call: Call) -> None:
    await _save(call, _following_kind(call), posted_ids(call))


async def unfollow(call: Call) -> None:
    await call.services.playlists.unsave(Unsave(_following_kind(call), posted_ids(call)))


async def follows(call: Call) -> object:
    return await _contains(_following_kind(call), call)


async def save_uris(call: Call) -> None:
    uris = _uris(call)
    for kind, ids in _by_kind(uris).items():
        await _save(call, kind, ids)
    for id_ in _playlists(uris):
        await call.services.playlists.follow_playlist(FollowPlaylist(id_))


async def unsave_uris(call: Call) -> None:
    uris = _uris(call)
    for kind, ids in _by_kind(uris).items():
        await call.services.playlists.unsave(Unsave(kind, ids))
    for id_ in _playlists(uris):
        await call.services.playlists.unfollow_playlist(UnfollowPlaylist(id_))


async def contains_uris(call: Call) -> object:
    uris = _uris(call)
    saved: set[tuple[str, str]] = set()
    for kind, ids in _by_kind(uris).items():
        saved |= {(kind.value, id_) for id_ in await _saved(call, kind, ids)}
    if ids := _playlists(uris):
        found = await call.services.playlists.get_playlists(GetPlaylists(ids))
        saved |= {("playlist", each.id) for each in found.items if each.followed}
    return [uri in saved for uri in uris]


async def _save(call: Call, kind: ItemKind, ids: tuple[str, ...]) -> None:
    if kind is ItemKind.USER:
        known = await call.services.accounts.get_profiles(GetProfiles(ids))
        ids = tuple(profile.id for profile in known.items)
    await call.services.playlists.save(Save(kind, ids))


async def _contains(kind: ItemKind, call: Call) -> object:
    ids = query_ids(call.query, _MAX_IDS)
    saved = await _saved(call, kind, ids)
    return [id_ in saved for id_ in ids]


async def _saved(call: Call, kind: ItemKind, ids: Sequence[str]) -> set[str]:
    marks = await call.services.playlists.get_marks(GetMarks(kind, tuple(dict.fromkeys(ids))))
    return {mark.id for mark in marks.items if mark.saved_at is not None}


def posted_ids(call: Call) -> tuple[str, ...]:
    """Ids in the query or in the body, as clients of different ages send them."""
    if call.query.get("ids"):
        return query_ids(call.query, _MAX_IDS)
    body = call.posted()
    listed = body
    if isinstance(body, dict):
        listed = body.get("ids")
    if not isinstance(listed, list) or not listed:
        raise InvalidArgument("Missing required field: ids")
    if not all(isinstance(id_, str) for id_ in listed):
        raise InvalidArgument("Invalid base62 id")
    return checked_ids(listed, _MAX_IDS)


def _moment(text: object) -> int:
    """Milliseconds since the Unix epoch.

    Raises:
        InvalidArgument: it is no date with a time.
    """
    try:
        found = datetime.fromisoformat(text if isinstance(text, str) else "")
        return max(0, int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000))
    except (ValueError, OverflowError):
        raise InvalidArgument("Invalid added_at") from None


def _following_kind(call: Call) -> ItemKind:
    """Who is followed: artists or people.

    Raises:
        InvalidArgument: neither is asked about.
    """
    match call.query.get("type"):
        case "artist":
            return ItemKind.ARTIST
        case "user":
            return ItemKind.USER
        case _:
            raise InvalidArgument("Missing or invalid parameter type")


def _uris(call: Call) -> list[tuple[str, str]]:
    """Kind and id of every URI in the query."""
    text = call.query.get("uris", "")
    if not text:
        raise InvalidArgument("Missing required field: uris")
    found: list[tuple[str, str]] = []
    for uri in text.split(","):
        parts = uri.strip().split(":")
        if len(parts) != 3 or parts[0] != "spotify" or parts[1] not in {*_KINDS, *_OTHER_KINDS}:
            raise InvalidArgument("Invalid uri")
        found.append((parts[1], parts[2]))
    checked_ids([id_ for _, id_ in found], _MAX_IDS)
    return found


def _playlists(uris: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id_ for kind, id_ in uris if kind == "playlist"))


def _by_kind(uris: Sequence[tuple[str, str]]) -> dict[ItemKind, tuple[str, ...]]:
    found: dict[ItemKind, tuple[str, ...]] = {}
    for name, kind in _KINDS.items():
        ids = tuple(dict.fromkeys(id_ for uri_kind, id_ in uris if uri_kind == name))
        if ids:
            found[kind] = ids
    return found
