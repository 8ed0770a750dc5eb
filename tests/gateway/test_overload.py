"""What is refused under load is refused in each door's own form, and bytes go on."""

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from litestar import get
from tests.gateway.running import House

from philomel.gateway import api, oauth, share, site
from philomel.gateway.admission import Admission, Limits
from philomel.gateway.http import Door, create_app, plain_error
from philomel.gateway.metrics import Metrics

SITE, OAUTH = ("site", site), ("oauth", oauth)


@pytest.fixture
def admission() -> Admission:
    return Admission(Limits(at_once=1, waiting=0))


@pytest.fixture
async def client(admission: Admission) -> AsyncIterator[httpx.AsyncClient]:
    house = House()
    doors = [
        *house.doors(),
        *(Door(name, each.PREFIXES, (), each.error_response) for name, each in (SITE, OAUTH)),
        Door("share", share.PREFIXES, (), share.error_response, is_free=share.is_free),
        Door("health", ("/healthz",), (_healthz,), plain_error, is_free=lambda _: True),
    ]
    app: Any = create_app(doors, Metrics(), admission=admission)
    transport = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as made:
        yield made
    house.http.close()


@get("/healthz", media_type="text/plain")
async def _healthz() -> str:
    return "ok\n"


@pytest.mark.parametrize(
    "path",
    [
        "/rest/ping", "/rest/getAlbum.view?f=json", "/v1/me/tracks", "/", "/authorize",
        "/share/token", f"{api.PREFIXES[0]}/libraries", "/nothing/of/that/name",
    ],
)  # fmt: skip
async def test_a_refusal_says_when_to_come_back(
    client: httpx.AsyncClient, admission: Admission, path: str
) -> None:
    turn = await admission.enter({})
    refused = await client.get(path)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["x-request-id"]
    turn.end()
    assert (await client.get(path)).status_code != 503


async def test_each_in_the_form_of_its_door(
    client: httpx.AsyncClient, admission: Admission
) -> None:
    await admission.enter({})
    text = (await client.get("/rest/ping")).text
    assert 'status="failed"' in text
    assert '<error code="0"' in text
    body = (await client.get("/rest/ping?f=json")).json()["subsonic-response"]
    assert body["error"]["code"] == 0
    assert (await client.get("/v1/me")).json()["error"]["status"] == 503
    assert json.loads((await client.get(f"{api.PREFIXES[0]}/libraries")).text)["error"]


async def test_sound_pictures_and_health_are_answered_meanwhile(
    client: httpx.AsyncClient, admission: Admission
) -> None:
    await admission.enter({})
    assert (await client.get("/healthz")).text == "ok\n"
    for method in ("stream", "download.view", "getCoverArt"):
        answer = await client.get(f"/rest/{method}?f=json&u=nobody&p=wrong&id=x")
        assert answer.status_code == 200
        assert answer.json()["subsonic-response"]["error"]["code"] == 40


async def test_a_turn_ends_with_the_answer(client: httpx.AsyncClient, admission: Admission) -> None:
    for _ in range(3):
        assert (await client.get("/rest/ping")).status_code == 200
        assert (await client.post("/rest/ping")).status_code == 200
    assert admission.numbers()["philomel_http_requests_working"] == 0
