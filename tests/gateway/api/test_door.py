import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from msgspec import structs
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, BOB, id_of

from philomel.gateway import api
from philomel.gateway.api.description import describe
from philomel.gateway.api.operation import Access, Call, Event, Nothing
from philomel.kernel.caller import ANONYMOUS
from philomel.kernel.errors import Unavailable

ROUTES = [route for topic in api.TOPICS.values() for route in topic]


def get(house: House, path: str, token: str | None = None, **rest: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return house.http.get(f"{house.url}{api.PREFIX}{path}", headers=headers, **rest)


def test_a_listener_sees_the_server(house: House) -> None:
    assert get(house, "/server", house.people.token(ALICE)).json() == {
        "version": "1.2.3", "tracks": 10, "albums": 6, "artists": 4,
    }  # fmt: skip
    assert get(house, "/server", house.people.token(BOB)).json()["tracks"] == 9


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_strangers_are_told_to_sign_in(house: House, route: Any) -> None:
    if route.access is Access.ANYONE:
        return
    path = route.path.replace("{", "").replace("}", "")
    answer = house.http.request(route.method, f"{house.url}{api.PREFIX}{path}")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_only_administrators_administer(house: House, route: Any) -> None:
    if route.access is not Access.ADMIN:
        return
    token = house.people.token(ALICE)
    path = route.path.replace("{", "").replace("}", "")
    headers = {"Authorization": f"Bearer {token}"}
    answer = house.http.request(route.method, f"{house.url}{api.PREFIX}{path}", headers=headers)
    assert answer.status_code == 403


def test_a_track_comes_with_every_way_to_play_it(house: House) -> None:
    track = next(iter(house.shelf.tracks.values()))
    found = get(house, f"/tracks/{track.id}/playback", house.people.token(ALICE)).json()
    assert found["track_id"] == track.id
    assert found["asset_id"] == track.asset_id
    assert found["hls"].startswith(f"/media/hls/{track.asset_id}/master.m3u8?")
    assert found["files"][0]["name"] == "original"
    assert found["gapless"]["samples"] == 44_100
    assert found["album"] is None
    missing = get(house, f"/tracks/{id_of('no track')}/playback", house.people.token(ALICE))
    assert (missing.status_code, missing.json()["error"]["code"]) == (
        404, "catalog.track_not_found",
    )  # fmt: skip


def test_what_is_known_of_an_artist(house: House) -> None:
    token = house.people.token(ALICE)
    found = get(house, f"/artists/{id_of('artist Radiohead')}/info", token)
    assert found.json()["biography"] == "A band."
    missing = get(house, f"/artists/{id_of('artist Björk')}/info", token)
    assert (missing.status_code, missing.json()["error"]["code"]) == (
        404, "enrichment.info_not_found",
    )  # fmt: skip


def test_what_is_not_asked_for_is_refused(house: House) -> None:
    answer = get(house, "/server", house.people.token(ALICE), params={"password": "x"})
    assert answer.status_code == 400
    assert "password" in answer.json()["error"]["message"]


def test_the_description_is_open_and_whole(house: House) -> None:
    answer = get(house, "/openapi.json")
    described = answer.json()
    assert described == json.loads(json.dumps(describe(api.PREFIX, api.TOPICS, "1.2.3")))
    names = set(described["components"]["schemas"])
    assert {ref.rpartition("/")[2] for ref in _refs(described)} <= names
    operations = [one for path in described["paths"].values() for one in path.values()]
    assert len(operations) == len(ROUTES)
    assert all(one["summary"].endswith(".") for one in operations)
    ids = [one["operationId"] for one in operations]
    assert len(ids) == len(set(ids))


def test_pages_elsewhere_may_ask_first(house: House) -> None:
    answer = house.http.options(f"{house.url}{api.PREFIX}/server")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_silent_stream_says_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "HEARTBEAT_S", 0.01)
    closed = asyncio.Event()

    async def start(_call: Call, _asked: Nothing) -> AsyncIterator[Event]:
        try:
            yield Event({"n": 1}, "number", "7")
            await asyncio.sleep(0.05)
            yield Event({"n": 2})
            raise Unavailable("the log is away")
        finally:
            closed.set()

    call = Call(cast("Any", None), ANONYMOUS, "http://here", "1")
    frames = [frame async for frame in api._events(call, start, Nothing())]
    assert frames[0] == b'id: 7\nevent: number\ndata: {"n":1}\n\n'
    assert b": still here\n\n" in frames
    assert frames[-2] == b'event: message\ndata: {"n":2}\n\n'
    assert frames[-1].startswith(b"event: error\n")
    assert closed.is_set()


def _refs(node: Any) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*(_refs(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_refs(value) for value in node))
    return set()


def test_what_a_track_sounds_like(house: House) -> None:
    token, track = house.people.token(ALICE), id_of("track Airbag")
    assert get(house, f"/tracks/{track}/waveform", token).json() == {
        "duration_ms": 200_001, "peak": [255, 128], "rms": [64, 32],
    }  # fmt: skip
    assert get(house, f"/tracks/{track}/loudness", token).json() == {"track": None, "album": None}
    house.shelf.tracks[track] = structs.replace(
        house.shelf.tracks[track],
        loudness=-9.0, true_peak=0.5, album_loudness=-20.0, album_true_peak=-3.0,
    )  # fmt: skip
    assert get(house, f"/tracks/{track}/loudness", token).json() == {
        "track": {"integrated": -9.0, "true_peak": 0.5, "gain_db": -5.0},
        "album": {"integrated": -20.0, "true_peak": -3.0, "gain_db": 2.0},
    }
    assert get(house, f"/tracks/{'0' * 22}/waveform", token).status_code == 404
