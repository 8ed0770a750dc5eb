"""Bookmarks, and the queue a person left off in."""

from collections.abc import Mapping, Sequence

from philomel.gateway.subsonic.call import BATCH, Call
from philomel.gateway.subsonic.errors import GENERIC, Failure
from philomel.gateway.subsonic.items import Item, moment
from philomel.gateway.subsonic.parameters import checked_whole
from philomel.services.playlists.contract import (
    Bookmark,
    DropBookmark,
    GetPlayQueue,
    ListBookmarks,
    PlayQueue,
    SavePlayQueue,
    SetBookmark,
)

Body = Mapping[str, object]
_MAX_PLAYER = 100
_MAX_COMMENT = 1_000
_MAX_SHOWN = 5_000


async def get_bookmarks(call: Call) -> Body:
    found: list[Bookmark] = []
    while len(found) < _MAX_SHOWN:
        request = ListBookmarks(limit=BATCH, offset=len(found))
        page = await call.services.playlists.list_bookmarks(request)
        found += page.items
        if not page.items or len(found) >= page.total:
            break
    tracks = await call.tracks([mark.track_id for mark in found])
    songs = {track.id: song for track, song in zip(tracks, await call.songs(tracks), strict=True)}
    shown = [
        {
            "position": mark.position_ms,
            "username": call.user_name,
            "comment": mark.comment,
            "created": moment(mark.created_at),
            "changed": moment(mark.changed_at),
            "entry": songs[mark.track_id],
        }
        for mark in found
        if mark.track_id in songs
    ]
    return {"bookmarks": {"bookmark": shown}}


async def create_bookmark(call: Call) -> Body:
    parameters = call.parameters
    position = checked_whole("position", parameters.need("position"))
    track = await call.track(parameters.id())
    comment = parameters.get("comment") or ""
    if len(comment) > _MAX_COMMENT:
        raise Failure(GENERIC, f"a comment has at most {_MAX_COMMENT:,} characters")
    await call.services.playlists.set_bookmark(SetBookmark(track.id, position, comment))
    return {}


async def delete_bookmark(call: Call) -> Body:
    """Nothing happens if there is none."""
    await call.services.playlists.drop_bookmark(DropBookmark(call.parameters.id()))
    return {}


async def save_play_queue(call: Call) -> Body:
    """`current` names a track: the first of it in the queue is meant."""
    ids = _queued(call)
    current = 0
    if ids:
        named = call.parameters.id("current")
        if named not in ids:
            raise Failure(GENERIC, "current must be one of the songs")
        current = ids.index(named)
    await _save(call, ids, current)
    return {}


async def save_play_queue_by_index(call: Call) -> Body:
    ids = _queued(call)
    current = 0
    if ids:
        current = checked_whole("currentIndex", call.parameters.need("currentIndex"))
        if current >= len(ids):
            raise Failure(GENERIC, "currentIndex must be one of the songs")
    await _save(call, ids, current)
    return {}


async def get_play_queue(call: Call) -> Body:
    """An empty one, never changed, if there is none."""
    queue, songs, place = await _queue(call)
    shown: Item = {"entry": songs, **_heading(call, queue)}
    if songs:
        shown["current"] = songs[place]["id"]
    return {"playQueue": shown}


async def get_play_queue_by_index(call: Call) -> Body:
    queue, songs, place = await _queue(call)
    shown: Item = {"entry": songs, **_heading(call, queue)}
    if songs:
        shown["currentIndex"] = place
    return {"playQueueByIndex": shown}


def _queued(call: Call) -> Sequence[str]:
    """The songs in their order; one may be there more than once."""
    call.parameters.ids("id")
    return call.parameters.all("id")


async def _save(call: Call, ids: Sequence[str], current: int) -> None:
    position = call.parameters.whole("position", 0)
    player = (call.parameters.get("c") or "")[:_MAX_PLAYER]
    request = SavePlayQueue(tuple(ids), current, position, player)
    await call.services.playlists.save_play_queue(request)


async def _queue(call: Call) -> tuple[PlayQueue, list[Item], int]:
    """The queue, the songs of it that are still to be seen, and which of them is played."""
    queue = await call.services.playlists.get_play_queue(GetPlayQueue())
    tracks = await call.tracks(queue.track_ids)
    songs = {track.id: song for track, song in zip(tracks, await call.songs(tracks), strict=True)}
    shown = [songs[id_] for id_ in queue.track_ids if id_ in songs]
    place = sum(id_ in songs for id_ in queue.track_ids[: queue.current])
    return queue, shown, min(place, max(len(shown) - 1, 0))


def _heading(call: Call, queue: PlayQueue) -> Item:
    return {
        "position": queue.position_ms,
        "username": call.user_name,
        "changed": moment(queue.changed_at),
        "changedBy": queue.changed_by,
    }
