"""Radio passed on, here and behind a gateway, from a station on this machine."""

import asyncio

from tests.gateway.media.conftest import Doors
from tests.gateway.media.station import SOUND

from philomel.kernel.caller import OPERATOR, acting
from philomel.services.media.contract import AddStation


async def tuned(doors: Doors, path: str) -> str:
    """The signed address of a station at `path` of the station's server."""
    url = path if "://" in path else doors.station.url(path)
    with acting(OPERATOR):
        return (await doors.house.media.add_station(AddStation("x", url))).path


async def test_a_station_is_passed_on(doors: Doors) -> None:
    for path in ("live", "to-live", "list.m3u", "list.pls"):
        answer = await doors.client.get(await tuned(doors, path))
        assert (path, answer.status_code, answer.content == SOUND) == (path, 200, True)
        assert answer.headers["content-type"] == "audio/ogg"
        assert answer.headers["cache-control"] == "no-store"
        assert b"cookie" not in doors.station.asked[-1].lower()


async def test_titles_between_the_sound_are_taken_out(doors: Doors) -> None:
    answer = await doors.client.get(await tuned(doors, "titles"))
    assert answer.content == SOUND
    unsaid = await doors.client.get(await tuned(doors, "unsaid"))
    assert (unsaid.headers["content-type"], unsaid.content) == ("audio/mpeg", SOUND)


REFUSED = [
    ("page", 503),
    ("gone", 503),
    ("hls", 503),
    ("hardly", 503),
    ("round.m3u", 503),
    ("to-private", 403),
    ("list-to-private", 403),
    ("http://localhost:1/", 403),
    ("http://169.254.169.254/latest/meta-data", 403),
    ("http://[::1]:80/", 403),
]


async def test_what_is_no_station_is_refused(doors: Doors) -> None:
    for path, status in REFUSED:
        answer = await doors.client.get(await tuned(doors, path))
        assert (path, answer.status_code) == (path, status)
        assert b"script" not in answer.content


async def test_a_listener_who_leaves_ends_the_connection(doors: Doors) -> None:
    path = await tuned(doors, "endless")
    async with doors.client.stream("GET", path) as answer:
        async for _ in answer.aiter_raw():
            break
        assert doors.station.open == 1
    async with asyncio.timeout(10):
        while doors.station.open:
            await asyncio.sleep(0.01)


async def test_one_listener_hears_so_many_stations(doors: Doors) -> None:
    path = await tuned(doors, "endless")
    loop = asyncio.get_running_loop()
    opened = [await doors.client.send(doors.client.build_request("GET", path), stream=True)
              for _ in range(8)]  # fmt: skip
    began = loop.time()
    refused = await doors.client.get(path)
    assert (refused.status_code, loop.time() - began > 1) == (429, True)
    assert int(refused.headers["retry-after"]) >= 1
    for answer in opened:
        await answer.aclose()
