"""Accounts by the extension API, over the real service: every route of people and of oneself."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.gateway.site.server import Served, serving
from tests.services.accounts.house import PASSWORD

from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.gateway.public import Public
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.accounts.contract import FindUser, Role, Settings
from philomel.services.accounts.module import SCHEMA
from philomel.services.accounts.rules.totp import STEP_MS, code_at

OTHER = "four words nobody joins"
ELEVEN_MINUTES = 11 * 60 * 1000


class Person:
    """Somebody's program, which holds the token of a session."""

    def __init__(self, http: httpx.AsyncClient, token: str = "") -> None:
        self._http = http
        self._token = token

    async def ask(self, method: str, path: str, wanted: int = 0, /, **body: Any) -> Any:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        found = await self._http.request(
            method, f"/api/philomel/v1{path}", headers=headers, json=body or None
        )
        good = found.is_success if not wanted else found.status_code == wanted
        assert good, (method, path, found.status_code, found.text)
        return found.json() if found.content else None

    async def enter(self, name: str, password: str) -> "Person":
        session = await self.ask("POST", "/session", name=name, password=password)
        return Person(self._http, session["token"])


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = open_sqlite(tmp_path / "accounts.sqlite")
    await prepare(database, SCHEMA, tmp_path)
    public = Public(trusted_proxies=("127.0.0.1",), user_header="Remote-User")
    settings = Settings(proxy_create=True)
    async with serving(database, tmp_path, public, settings=settings) as server:
        await server.house.user("Ada", Role.ADMIN)
        yield server
    await database.close()


async def test_an_administrator_looks_after_people(served: Served) -> None:
    stranger = Person(served.browser())
    ada = await stranger.enter("Ada", PASSWORD)
    bob = await ada.ask("POST", "/users", name="bob", password=PASSWORD)
    assert {each["name"] for each in (await ada.ask("GET", "/users"))["items"]} == {"Ada", "bob"}
    path = f"/users/{bob['id']}"
    changed = await ada.ask("PATCH", path, display_name="Bob", explicit_allowed=False)
    assert changed == await ada.ask("GET", path)
    assert (changed["display_name"], changed["explicit_allowed"]) == ("Bob", False)
    in_house = await stranger.enter("bob", PASSWORD)
    await ada.ask("DELETE", f"{path}/sessions")
    await in_house.ask("GET", "/me", 401)
    link = (await ada.ask("POST", f"{path}/reset-link"))["url"].partition("token=")[2]
    assert (await stranger.ask("POST", "/reset/link", token=link))["name"] == "bob"
    await stranger.ask("POST", "/reset", token=link, password=OTHER)
    await stranger.ask("POST", "/reset", 404, token=link, password=OTHER)
    in_house = await stranger.enter("bob", OTHER)
    await in_house.ask("GET", "/users", 403)
    await in_house.ask("PATCH", path, 403, role="admin")
    await ada.ask("DELETE", f"{path}/factors")
    await ada.ask("PATCH", path, disabled=True)
    await in_house.ask("GET", "/me", 401)
    await ada.ask("DELETE", path)
    await ada.ask("GET", path, 404)


async def test_an_invitation_is_read_used_and_taken_back(served: Served) -> None:
    stranger = Person(served.browser())
    ada = await stranger.enter("Ada", PASSWORD)
    made = await ada.ask("POST", "/invitations", note="for Carl", days=3)
    token = made["url"].partition("token=")[2]
    known = await stranger.ask("POST", "/join/invitation", token=token)
    assert known["expires_at"] == made["invitation"]["expires_at"]
    carl = await stranger.ask("POST", "/join", token=token, name="carl", password=PASSWORD)
    assert carl["user"]["name"] == "carl"
    await stranger.ask("POST", "/join", 404, token=token, name="dora", password=PASSWORD)
    other = (await ada.ask("POST", "/invitations"))["invitation"]["id"]
    await ada.ask("DELETE", f"/invitations/{other}")
    (left,) = (await ada.ask("GET", "/invitations"))["items"]
    assert (left["note"], left["used_at"] is None) == ("for Carl", False)


async def test_a_person_looks_after_their_own(served: Served) -> None:
    stranger = Person(served.browser())
    ada = await stranger.enter("Ada", PASSWORD)
    assert (await ada.ask("PATCH", "/me", display_name="A."))["display_name"] == "A."
    assert (await ada.ask("GET", "/me"))["display_name"] == "A."
    phone = await ada.ask("POST", "/me/app-passwords", label="phone")
    (listed,) = (await ada.ask("GET", "/me/app-passwords"))["items"]
    assert listed["label"] == "phone"
    await ada.ask("DELETE", f"/me/app-passwords/{listed['id']}")
    assert phone["password"]
    app = await ada.ask("POST", "/me/apps", name="radio", redirect_uris=["https://a.example/b"])
    id_ = app["client_id"]
    more = {"name": "Radio", "redirect_uris": ["https://a.example/c"]}
    assert (await ada.ask("PUT", f"/me/apps/{id_}", **more))["name"] == "Radio"
    assert (await ada.ask("POST", f"/me/apps/{id_}/secret"))["client_secret"]
    assert [each["name"] for each in (await ada.ask("GET", "/apps"))["items"]] == ["Radio"]
    await ada.ask("DELETE", f"/me/apps/{id_}")
    assert (await ada.ask("GET", "/me/apps"))["items"] == []
    assert (await ada.ask("GET", "/me/programs"))["items"] == []
    other = await stranger.enter("Ada", PASSWORD)
    sessions = (await ada.ask("GET", "/me/sessions"))["items"]
    assert len(sessions) == 2
    await ada.ask("DELETE", "/me/sessions")
    await other.ask("GET", "/me", 401)
    secret = (await ada.ask("POST", "/me/totp"))["secret"]
    secret_bytes = base64.b32decode(secret + "=" * (-len(secret) % 8))
    code = code_at(secret_bytes, served.house.clock.now() // STEP_MS)
    assert (await ada.ask("POST", "/me/totp/confirm", code=code))["codes"]
    assert (await ada.ask("GET", "/me/factors"))["totp"]
    served.house.clock.advance(ELEVEN_MINUTES)
    await ada.ask("DELETE", "/me/totp", 403)
    await ada.ask("POST", "/me/proof", 401, password="wrong")
    await ada.ask("POST", "/me/proof", password=PASSWORD)
    await ada.ask("DELETE", "/me/totp")
    await ada.ask("PUT", "/me/password", password=OTHER, current=PASSWORD)
    await ada.ask("GET", "/me", 401)
    await stranger.enter("Ada", OTHER)


async def test_a_proxy_proves_for_whom_has_nothing_else(served: Served) -> None:
    browser = served.browser(remote_user="Eve")
    assert (await browser.get("/")).status_code == 303
    served.house.clock.advance(ELEVEN_MINUTES)
    path, headers = "/api/philomel/v1/me", {"sec-fetch-site": "same-origin"}
    label = {"label": "phone"}
    asked = await browser.post(f"{path}/app-passwords", json=label, headers=headers)
    assert asked.status_code == 403
    mallory = {**headers, "remote-user": "Ada"}
    assert (await browser.post(f"{path}/proof", json={}, headers=mallory)).status_code == 401
    assert (await browser.post(f"{path}/proof", json={}, headers=headers)).is_success
    made = await browser.post(f"{path}/app-passwords", json=label, headers=headers)
    assert made.is_success
    with acting(OPERATOR):
        assert not (await served.house.accounts.find_user(FindUser("Eve"))).has_password
