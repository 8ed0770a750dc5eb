"""What is not here yet: shows, episodes, audiobooks, chapters, the player, analyses of sound.

Answered as to a listener who has none of them, so that programs go on with what there is.
"""

from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.library import posted_ids
from philomel.gateway.webapi.objects import Object
from philomel.gateway.webapi.operation import Work
from philomel.gateway.webapi.parameters import checked_id, limit_of, offset_of, query_ids
from philomel.kernel.errors import NotFound

_MAX_IDS = 50


class NoActiveDevice(NotFound):
    """Nothing plays that could be told what to do."""

    reason = "NO_ACTIVE_DEVICE"


async def one(call: Call) -> Object:
    checked_id(call.id)
    raise NotFound("Resource not found")


def several(name: str) -> Work:
    """A null for each of the ids, under `name`."""

    async def work(call: Call) -> Object:
        return {name: [None for _ in query_ids(call.query, _MAX_IDS)]}

    return work


async def page(call: Call) -> Object:
    return call.page([], 0, limit_of(call.query), offset_of(call.query))


async def kept(call: Call) -> None:
    """There is nothing of that kind to keep or to leave; unknown ids are passed over."""
    posted_ids(call)


async def contains(call: Call) -> object:
    return [False for _ in query_ids(call.query, _MAX_IDS)]


async def no_playback(_call: Call) -> None:
    """Nothing plays: 204."""


async def devices(_call: Call) -> Object:
    return {"devices": []}


async def queue(_call: Call) -> Object:
    return {"currently_playing": None, "queue": []}


async def command(_call: Call) -> None:
    raise NoActiveDevice("Player command failed: No active device found")


async def audio_analysis(call: Call) -> Object:
    checked_id(call.id)
    raise NotFound("analysis not found")


shows, episodes = several("shows"), several("episodes")
audiobooks, chapters = several("audiobooks"), several("chapters")
