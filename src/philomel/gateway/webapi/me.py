"""The calling person: profile, plays, what they play most."""

import asyncio

from philomel.gateway.webapi import objects
from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.objects import Object
from philomel.gateway.webapi.parameters import checked_id, instant_of, limit_of, offset_of
from philomel.kernel.errors import InvalidArgument, NotFound
from philomel.services.accounts.contract import GetProfiles
from philomel.services.playlists.contract import ItemKind
from philomel.services.plays.contract import ListHistory, ListPlayed, PlayedKind, PlayedSort

_DAY_MS = 86_400_000
_TIME_RANGES: dict[str, int | None] = {"short_term": 28, "medium_term": 182, "long_term": None}
"""Days; None is all that is known."""


async def profile(call: Call) -> Object:
    user_id = call.caller.require_user()
    name = call.caller.name
    followers = await call.followers(ItemKind.USER, [user_id])
    about = objects.user(call.base, user_id, name, followers.get(user_id, 0))
    about["account_id"] = user_id
    if call.caller.has_scope("user-read-private"):
        about |= {
            "country": "ZZ",
            "explicit_content": {
                "filter_enabled": not call.caller.explicit_allowed,
                "filter_locked": False,
            },
            "product": "premium",
        }
    if call.caller.has_scope("user-read-email"):
        about["email"] = None
    return about


async def person(call: Call) -> Object:
    """What people of this server know of each other."""
    asked = (checked_id(call.id),)
    found, followers = await asyncio.gather(
        call.services.accounts.get_profiles(GetProfiles(asked)),
        call.followers(ItemKind.USER, asked),
    )
    for profile in found.items:
        return objects.user(call.base, profile.id, profile.name, followers.get(profile.id, 0))
    raise NotFound("Resource not found")


async def recently_played(call: Call) -> Object:
    limit = limit_of(call.query)
    before, after = instant_of(call.query, "before"), instant_of(call.query, "after")
    if before is not None and after is not None:
        raise InvalidArgument("Only one of before and after may be given")
    page = await call.services.plays.list_history(ListHistory(limit, before, after))
    reply = await call.get_tracks(play.track_id for play in page.items)
    found = await call.track_objects(reply.items)
    aliases = {alias.old: alias.new for alias in reply.aliases}
    items = []
    for play in page.items:
        item = found.get(aliases.get(play.track_id, play.track_id))
        if item is not None:
            played_at = objects.precise_instant(play.played_at)
            items.append({"track": item, "played_at": played_at, "context": None})
    cursors: Object = {"after": None, "before": None}
    if page.items:
        first, last = str(page.items[0].played_at), str(page.items[-1].played_at)
        cursors = {"after": first, "before": last}
    # Onwards is the way that was asked for: into the past, or with `after` towards now.
    way = "before" if after is None else "after"
    next_ = {way: str(cursors[way])} if len(page.items) == limit else None
    return call.cursor_page(items, limit, cursors, next_)


async def top_tracks(call: Call) -> Object:
    ids, total, limit, offset = await _most_played(call, PlayedKind.TRACK)
    found = await call.track_objects((await call.get_tracks(ids)).items)
    return call.page(list(found.values()), total, limit, offset)


async def top_artists(call: Call) -> Object:
    ids, total, limit, offset = await _most_played(call, PlayedKind.ARTIST)
    found = await call.artist_objects((await call.get_artists(ids)).items)
    return call.page(list(found.values()), total, limit, offset)


async def _most_played(call: Call, kind: PlayedKind) -> tuple[list[str], int, int, int]:
    name = call.query.get("time_range", "medium_term")
    if name not in _TIME_RANGES:
        raise InvalidArgument("Invalid time range")
    days = _TIME_RANGES[name]
    since = None if days is None else max(0, call.now - days * _DAY_MS)
    limit, offset = limit_of(call.query), offset_of(call.query)
    request = ListPlayed(kind, PlayedSort.MOST, limit=limit, offset=offset, since=since)
    page = await call.services.plays.list_played(request)
    return [count.id for count in page.items], page.total, limit, offset
