"""Shares over the extension API, over the real service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.clients.webapi.place import keeping
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, BOB, id_of

from philomel.gateway import api

ALBUM = id_of("album OK Computer")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with keeping(tmp_path) as running:
        yield running


def ask(house: House, method: str, path: str, who: str = ALICE, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {house.people.token(who)}"}
    address = f"{house.url}{api.PREFIX}{path}"
    return house.http.request(method, address, headers=headers, json=body or None)


def test_a_share_is_made_changed_and_taken_back(house: House) -> None:
    end = house.clock.now() + 60_000
    entries = [{"kind": "album", "id": ALBUM}]
    made = ask(house, "POST", "/shares", entries=entries, expires_at=end).json()
    assert made["url"].startswith(f"{house.url}/share/")
    assert (made["entries"], made["expires_at"], made["visits"]) == (entries, end, 0)
    changed = ask(house, "PATCH", f"/shares/{made['id']}", description="For you", expires_at=0)
    assert (changed.json()["description"], changed.json()["expires_at"]) == ("For you", None)
    assert ask(house, "GET", "/shares").json() == {"items": [changed.json()], "total": 1}
    assert ask(house, "GET", "/shares", BOB).json()["items"] == []
    assert ask(house, "DELETE", f"/shares/{made['id']}", BOB).status_code == 404
    assert ask(house, "DELETE", f"/shares/{made['id']}").status_code == 204
    assert ask(house, "GET", "/shares").json()["total"] == 0


def test_what_cannot_be_shared_is_refused(house: House) -> None:
    hidden = [{"kind": "track", "id": id_of("track Hidden Song")}]
    assert ask(house, "POST", "/shares", BOB, entries=hidden).status_code == 400
    assert ask(house, "POST", "/shares", entries=[]).status_code == 400
    past = house.clock.now() - 1
    entries = [{"kind": "album", "id": ALBUM}]
    assert ask(house, "POST", "/shares", entries=entries, expires_at=past).status_code == 400


def test_a_link_becomes_a_picture(house: House) -> None:
    drawn = ask(house, "POST", "/qr", content="https://music.example/share/x").json()
    assert drawn["path"].startswith("M0 0h1v1h-1z")
    assert drawn["size"] == 29 + 2 * 4
    assert ask(house, "POST", "/qr", content="x" * 1_001).status_code == 400
