"""A split server while one of its processes is away, and after."""

import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.journeys.players import rest, rest_bytes
from tests.journeys.shapes import Shape

DEADLINE_SECONDS = 30.0

pytestmark = pytest.mark.parametrize("shape", ["split"], indirect=True)


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=DEADLINE_SECONDS) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_without_media_the_gateway_says_so_and_goes_on(shape: Shape, wesnoth: Path) -> None:
    login = shape.add_listener("anna")
    shape.add_music(wesnoth)
    song = rest(shape.url, login, "search3", query="knalgan")["searchResult3"]["song"][0]
    download = f"{shape.url}/rest/download?{login}&id={song['id']}"
    assert status_of(download) == 200

    shape.processes["media"].kill()
    started = time.monotonic()
    assert status_of(download) == 503
    assert status_of(f"{shape.url}/readyz") == 503
    assert time.monotonic() - started < DEADLINE_SECONDS
    # What does not need media goes on.
    found = rest(shape.url, login, "search3", query="knalgan")["searchResult3"]
    assert found["song"][0]["id"] == song["id"]
    rest(shape.url, login, "star", id=song["id"])

    shape.processes["media"].start()
    shape.processes["gateway"].await_ready()
    status, body = rest_bytes(shape.url, login, "download", id=song["id"])
    assert status == 200
    assert body == (wesnoth / Path(song["path"]).name).read_bytes()
