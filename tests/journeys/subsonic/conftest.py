import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.journeys.shapes import all_in_one
from tests.journeys.subsonic.place import Facts, Place, Web, forget_everything, read_facts
from tests.servers.ports import free_port


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory, wesnoth: Path) -> Iterator[Place]:
    """One for all players: what each of them leaves behind is forgotten before the next."""
    station = free_port()
    settings = {"log_requests": True, "web.private_servers": [f"127.0.0.1:{station}"]}
    shape = all_in_one(tmp_path_factory.mktemp("subsonic"), settings)
    anna = dict(urllib.parse.parse_qsl(shape.add_listener("anna", admin=True)))
    bert = dict(urllib.parse.parse_qsl(shape.add_listener("bert")))
    shape.add_music(wesnoth)
    with httpx.Client(base_url=shape.url, timeout=20) as http:
        yield Place(shape, http, anna, bert, station)
    shape.kill()


@pytest.fixture(scope="package")
def songs(place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = place.done("search3", query="", songCount=50)["searchResult3"][
        "song"
    ]
    return found


@pytest.fixture(scope="package")
def whole_web(place: Place) -> Web:
    made = place.shape.operator.done("token", "anna", "--admin")
    return Web(place.http, made["access_token"])


@pytest.fixture(scope="package")
def facts(place: Place, whole_web: Web) -> Facts:
    return read_facts(place, whole_web)


@pytest.fixture
def web(place: Place, whole_web: Web) -> Web:
    """The other door; whoever asks for it begins with nothing kept."""
    forget_everything(place, whole_web)
    return whole_web
