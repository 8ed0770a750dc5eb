"""The tracks of a playlist, and changing them."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote_plus

from philomel.gateway.webapi import objects
from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.fields import only
from philomel.gateway.webapi.objects import Frame, Object
from philomel.gateway.webapi.parameters import checked_id, limit_of, offset_of
from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import Track
from philomel.services.playlists.contract import (
    AddItems,
    GetPlaylist,
    Item,
    ItemsChanged,
    ListItems,
    MoveItems,
    NewItem,
    Playlist,
    RemovedItem,
    RemoveItems,
    ReplaceItems,
    Want,
)

MOST = 100
_TRACK = "spotify:track:"


async def get_items(call: Call) -> Object:
    limit, offset = limit_of(call.query, default=MOST, most=MOST), offset_of(call.query)
    found = GetPlaylist(checked_id(call.id))
    playlist = await call.services.playlists.get_playlist(found)
    page = await entry_page(call, playlist, limit, offset, call.path)
    return only(page, call.query)


async def add_items(call: Call) -> Object:
    posted = _posted(call)
    position = _number(posted, "position")
    if position is None and "position" in call.query:
        position = _number_in(call.query["position"], "position")
    asked = AddItems(checked_id(call.id), _new(_uris(call, posted)), position)
    return _snapshot(await call.services.playlists.add_items(asked))


async def change_items(call: Call) -> Object:
    """Replace all of them, or move some of them."""
    posted = _posted(call)
    playlists, playlist_id = call.services.playlists, checked_id(call.id)
    if "uris" in posted or "uris" in call.query:
        asked = ReplaceItems(playlist_id, _new(_uris(call, posted)))
        return _snapshot(await playlists.replace_items(asked))
    start, before = _number(posted, "range_start"), _number(posted, "insert_before")
    if start is None or before is None:
        raise InvalidArgument("uris, or range_start and insert_before, must be given")
    length = _number(posted, "range_length")
    move = MoveItems(
        playlist_id, start, before, 1 if length is None else length, _snapshot_of(posted)
    )
    return _snapshot(await playlists.move_items(move))


async def remove_items(call: Call) -> Object:
    posted = call.json()
    listed = posted.get("tracks", posted.get("items"))
    if listed is None and "positions" in posted:
        items: list[RemovedItem] = [RemovedItem(None, _positions(posted))]
    else:
        if not isinstance(listed, list) or not listed:
            raise InvalidArgument("No tracks specified")
        items = [_removed(each) for each in listed]
    if len(items) > MOST:
        raise InvalidArgument("You can remove a maximum of 100 tracks per request")
    asked = RemoveItems(checked_id(call.id), tuple(items), snapshot_id=_snapshot_of(posted))
    return _snapshot(await call.services.playlists.remove_items(asked))


async def entry_page(call: Call, playlist: Playlist, limit: int, offset: int, path: str) -> Object:
    """A page of a playlist's entries.

    What the caller cannot see keeps its place, without a word about what it is.
    """
    asked = ListItems(playlist.id, limit=limit, offset=offset)
    page = await call.services.playlists.list_items(asked)
    reply = await call.get_tracks(item.track_id for item in page.items if item.track_id)
    found = await call.track_objects(reply.items)
    known: dict[str, Track] = {track.id: track for track in reply.items}
    aliases = {alias.old: alias.new for alias in reply.aliases}
    frame = Frame(call.base)
    items = []
    for item in page.items:
        id_ = aliases.get(item.track_id or "", item.track_id or "")
        track = found[id_] if id_ in known else _gap(frame, item)
        items.append(_entry(call, item, track))
    kept = {name: call.query[name] for name in ("market", "fields") if name in call.query}
    return call.page(items, page.total, limit, offset, path, kept)


def _entry(call: Call, item: Item, track: Object) -> Object:
    by = item.added_by
    return {
        "added_at": objects.instant(item.added_at),
        "added_by": {
            "external_urls": {"spotify": f"{call.base}/user/{by}"},
            "href": f"{call.base}/v1/users/{by}",
            "id": by,
            "type": "user",
            "uri": f"spotify:user:{by}",
        },
        "is_local": item.want is not None,
        "primary_color": None,
        "track": {**track, "episode": False, "track": True},
        "item": track,
        "video_thumbnail": {"url": None},
    }


def _gap(frame: Frame, item: Item) -> Object:
    """A track that is not to be seen, or that waits for its file."""
    if item.want is not None:
        return {**_waiting(item.want), **_local(item.want)}
    unseen = Track(item.track_id or "", "", (), 0, 0, missing=True)
    return {**objects.track(frame, unseen), "restrictions": {"reason": "market"}}


def _waiting(want: Want) -> Object:
    shape = objects.track(Frame(""), Track("", want.title, (), want.duration_ms, 0))
    return {
        **shape,
        "track_number": want.track_number,
        "disc_number": want.disc_number or 1,
        "is_playable": False,
        "is_local": True,
    }


def _local(want: Want) -> Object:
    """As that API shows a file that only its owner has."""
    names = (want.artist, want.album, want.title, str(want.duration_ms // 1000))
    artist: Object = {
        "external_urls": {}, "href": None, "id": None, "name": want.artist, "type": "artist",
        "uri": None,
    }  # fmt: skip
    album: Object = {
        "album_type": "single", "artists": [], "available_markets": [], "external_urls": {},
        "href": None, "id": None, "images": [], "is_playable": False, "name": want.album,
        "release_date": "0000", "release_date_precision": "year", "total_tracks": 0,
        "type": "album", "uri": None,
    }  # fmt: skip
    return {
        "album": album,
        "artists": [artist],
        "external_urls": {},
        "href": None,
        "id": None,
        "uri": "spotify:local:" + ":".join(quote_plus(name) for name in names),
    }


def _posted(call: Call) -> Mapping[str, object]:
    """The posted object; a bare list is one of URIs, as older programs send it."""
    posted = call.posted()
    return {"uris": posted} if isinstance(posted, list) else call.json()


def _uris(call: Call, posted: Mapping[str, object]) -> list[str]:
    """The tracks that are named, in the body or the query."""
    listed = posted.get("uris")
    if listed is None and "uris" in call.query:
        listed = [uri for uri in call.query["uris"].split(",") if uri]
    if not isinstance(listed, list):
        raise InvalidArgument("No uris provided")
    if len(listed) > MOST:
        raise InvalidArgument("You can add a maximum of 100 tracks per request")
    return [_track_id(uri) for uri in listed]


def _new(ids: Iterable[str]) -> tuple[NewItem, ...]:
    return tuple(NewItem(id_) for id_ in ids)


def _track_id(uri: object) -> str:
    if not isinstance(uri, str) or not uri.startswith(_TRACK):
        raise InvalidArgument("Invalid track uri")
    return checked_id(uri.removeprefix(_TRACK))


def _removed(each: object) -> RemovedItem:
    if not isinstance(each, dict):
        raise InvalidArgument("Invalid track uri")
    positions = _positions(each) if "positions" in each else ()
    return RemovedItem(_track_id(each.get("uri")), positions)


def _positions(posted: Mapping[str, object]) -> tuple[int, ...]:
    listed = posted.get("positions")
    if not isinstance(listed, list) or not listed or len(listed) > MOST:
        raise InvalidArgument("Invalid positions")
    return tuple(_whole(each, "positions") for each in listed)


def _number(posted: Mapping[str, object], name: str) -> int | None:
    value = posted.get(name)
    return None if value is None else _whole(value, name)


def _number_in(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidArgument(f"Invalid {name}")
    return int(text)


def _whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise InvalidArgument(f"Invalid {name}")
    return value


def _snapshot_of(posted: Mapping[str, object]) -> str | None:
    value = posted.get("snapshot_id")
    if value is not None and not isinstance(value, str):
        raise InvalidArgument("Invalid snapshot_id")
    return value or None


def _snapshot(changed: ItemsChanged) -> Object:
    return {"snapshot_id": changed.snapshot_id}
