"""Shares over the extension API, over the real service."""

import time
from typing import Any

import httpx
from tests.gateway.home import Home

from philomel.gateway import api


def ask(home: Home, method: str, path: str, who: str = "alice", **body: Any) -> httpx.Response:
    address = f"{home.url}{api.PREFIX}{path}"
    return home.http.request(method, address, headers=home.headers(who), json=body or None)


def test_a_share_is_made_changed_and_taken_back(home: Home) -> None:
    end = int(time.time() * 1000) + 60_000
    entries = [{"kind": "album", "id": home.album("OK Computer")}]
    made = ask(home, "POST", "/shares", entries=entries, expires_at=end).json()
    assert made["url"].startswith(f"{home.url}/share/")
    assert (made["entries"], made["expires_at"], made["visits"]) == (entries, end, 0)
    changed = ask(home, "PATCH", f"/shares/{made['id']}", description="For you", expires_at=0)
    assert (changed.json()["description"], changed.json()["expires_at"]) == ("For you", None)
    assert ask(home, "GET", "/shares").json() == {"items": [changed.json()], "total": 1}
    assert ask(home, "GET", "/shares", "bob").json()["items"] == []
    assert ask(home, "DELETE", f"/shares/{made['id']}", "bob").status_code == 404
    assert ask(home, "DELETE", f"/shares/{made['id']}").status_code == 204
    assert ask(home, "GET", "/shares").json()["total"] == 0


def test_what_cannot_be_shared_is_refused(home: Home) -> None:
    hidden = [{"kind": "track", "id": home.track("Hidden Song")}]
    assert ask(home, "POST", "/shares", "bob", entries=hidden).status_code == 400
    assert ask(home, "POST", "/shares", entries=[]).status_code == 400
    past = int(time.time() * 1000) - 1
    entries = [{"kind": "album", "id": home.album("OK Computer")}]
    assert ask(home, "POST", "/shares", entries=entries, expires_at=past).status_code == 400


def test_a_link_becomes_a_picture(home: Home) -> None:
    drawn = ask(home, "POST", "/qr", content="https://music.example/share/x").json()
    assert drawn["path"].startswith("M0 0h1v1h-1z")
    assert drawn["size"] == 29 + 2 * 4
    assert ask(home, "POST", "/qr", content="x" * 1_001).status_code == 400
