"""The pages of the site, as a browser without scripts sees them."""

import html
import re
from pathlib import Path

import httpx
import pytest
from tests.databases import sqlite_at
from tests.gateway.site.server import Served, serving
from tests.services.accounts.house import PASSWORD

from philomel.gateway.public import Public
from philomel.gateway.site.forms import local_path
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.accounts.contract import (
    Authenticate,
    AuthenticatePlayer,
    BadCredentials,
    CreateSetUpLink,
    Role,
)
from philomel.services.accounts.module import SCHEMA

EVIL = "https://evil.example"


async def _signed_in(served: Served, name: str = "Ada") -> httpx.AsyncClient:
    browser = served.browser()
    answer = await browser.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return browser


async def _link(served: Served) -> str:
    with acting(OPERATOR):
        return (await served.house.accounts.create_set_up_link(CreateSetUpLink())).token


async def test_set_up_behind_a_link_that_works_once(served: Served) -> None:
    browser = served.browser()
    assert "philomel setup-link" in (await browser.get("/server")).text
    for path in ("/setup", "/setup?token=guess"):
        assert (await browser.get(path)).status_code == 403
    token = await _link(served)
    form = await browser.get("/setup", params={"token": token})
    assert form.status_code == 200
    assert f'name="token" value="{token}"' in form.text
    weak = await browser.post("/setup", data={"token": token, "name": "Ada", "password": "x"})
    assert weak.status_code == 400
    assert "at least 8 characters" in weak.text
    good = {"token": token, "name": "Ada", "password": PASSWORD}
    done = await browser.post("/setup", data=good)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "Good to see you, Ada" in (await browser.get("/server")).text
    # Afterwards the door is shut, whatever is sent.
    stranger = served.browser()
    assert (await stranger.get("/setup", params={"token": token})).status_code == 403
    for fields in (good, {**good, "name": "Eve"}, {}):
        answer = await stranger.post("/setup", data=fields or {"token": ""})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_sign_in_and_out(served: Served) -> None:
    await served.house.user()
    await served.house.user("Root", Role.ADMIN)
    browser = served.browser()
    assert "Sign in" in (await browser.get("/server")).text
    wrong = await browser.post("/sign-in", data={"name": "Ada", "password": "wrong password"})
    assert wrong.status_code == 401
    assert "name or the password is wrong" in wrong.text
    answer = await browser.post("/sign-in", data={"name": "ada", "password": PASSWORD})
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        lower = cookie.lower()
        assert "httponly" in lower
        assert "samesite=lax" in lower
        assert "path=/" in lower
        assert "secure" not in lower
    token = browser.cookies["philomel_session"]
    assert "Good to see you, Ada" in (await browser.get("/server")).text
    out = await browser.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert "philomel_session" not in browser.cookies
    with pytest.raises(BadCredentials):
        await served.house.accounts.authenticate(Authenticate(token))


async def test_a_player_is_connected_and_revoked(served: Served) -> None:
    await served.house.user()
    browser = await _signed_in(served)
    made = await browser.post("/players", data={"label": "Phone <b>"})
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    assert "Phone &lt;b&gt;" in made.text
    shown = [html.unescape(code) for code in re.findall(r"<dd><code>(.*?)</code>", made.text)]
    address, name, password, key = shown
    assert (address, name) == (served.url, "Ada")
    by_password = AuthenticatePlayer("127.0.0.1", name=name, password=password)
    by_key = AuthenticatePlayer("127.0.0.1", api_key=key)
    for way in (by_password, by_key):
        await served.house.accounts.authenticate_player(way)
    home = (await browser.get("/server")).text
    assert "Phone &lt;b&gt;" in home
    assert password not in home
    (found,) = re.findall(r'name="id" value="(\w{22})"', home)
    assert (await browser.post("/players/revoke", data={"id": found})).status_code == 303
    assert "Phone" not in (await browser.get("/server")).text
    for way in (by_password, by_key):
        with pytest.raises(BadCredentials):
            await served.house.accounts.authenticate_player(way)


async def test_nobody_revokes_the_player_of_somebody_else(served: Served) -> None:
    await served.house.user()
    await served.house.user("Eve")
    ada, eve = await _signed_in(served), await _signed_in(served, "Eve")
    await ada.post("/players", data={"label": "Phone"})
    (found,) = re.findall(r'name="id" value="(\w{22})"', (await ada.get("/server")).text)
    for wrong in (found, "x", ""):
        assert (await eve.post("/players/revoke", data={"id": wrong})).status_code == 404
    assert "Phone" in (await ada.get("/server")).text


async def test_a_new_password_keeps_this_browser_and_ends_others(served: Served) -> None:
    await served.house.user()
    here, there = await _signed_in(served), await _signed_in(served)
    fresh = "another good password"
    for current, password, status in (
        ("wrong password", fresh, 401),
        (PASSWORD, "short", 400),
        (PASSWORD, fresh, 303),
    ):
        answer = await here.post("/password", data={"current": current, "password": password})
        assert answer.status_code == status
    assert "Good to see you" in (await here.get("/server")).text
    assert "Good to see you" not in (await there.get("/server")).text
    await served.house.sign_in(password=fresh)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": EVIL},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_other_sites_change_nothing(served: Served, headers: dict[str, str]) -> None:
    await served.house.user()
    browser = await _signed_in(served)
    token = browser.cookies["philomel_session"]
    for path, fields in (
        ("/players", {"label": "Evil"}),
        ("/players/revoke", {"id": "0" * 22}),
        ("/password", {"current": PASSWORD, "password": "evil evil evil"}),
        ("/sign-out", {}),
        ("/sign-in", {"name": "Ada", "password": PASSWORD}),
        ("/setup", {"token": "x"}),
    ):
        answer = await browser.post(path, data=fields, headers=headers)
        assert answer.status_code == 403, path
    await served.house.accounts.authenticate(Authenticate(token))
    assert "Evil" not in (await browser.get("/server")).text


async def test_our_own_pages_change_things(served: Served) -> None:
    await served.house.user()
    browser = await _signed_in(served)
    for headers in ({"origin": served.url}, {"sec-fetch-site": "same-origin"}):
        answer = await browser.post("/players", data={"label": "Phone"}, headers=headers)
        assert answer.status_code == 200


async def test_nothing_changes_by_get_or_by_another_kind_of_body(served: Served) -> None:
    await served.house.user()
    browser = await _signed_in(served)
    for path in ("/players?label=Evil", "/players/revoke?id=x", "/sign-out", "/password"):
        assert (await browser.get(path)).status_code in {404, 405}
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x"):
        answer = await browser.post(
            "/players", content=b"label=Evil", headers={"content-type": kind}
        )
        assert answer.status_code == 415
    assert "Evil" not in (await browser.get("/server")).text


async def test_a_thousand_tries_are_held_up_by_the_server(served: Served) -> None:
    await served.house.user()
    browser = served.browser()
    answers = [
        await browser.post("/sign-in", data={"name": "Ada", "password": f"guess {number}"})
        for number in range(200)
    ]
    held = [answer for answer in answers if answer.status_code == 429]
    assert len(held) == 195
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in held)
    assert served.house.hasher.verified == 5


async def test_a_made_up_forwarded_address_changes_nothing(served: Served) -> None:
    await served.house.user()
    statuses = []
    for number in range(20):
        address = f"203.0.113.{number}"
        browser = served.browser(
            X_Forwarded_For=address,
            X_Real_IP=address,
            Forwarded=f"for={address}",
            Remote_User="Ada",
        )
        answer = await browser.post("/sign-in", data={"name": "Ada", "password": "wrong password"})
        statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429] * 15
    assert "Good to see you" not in (await served.browser(Remote_User="Ada").get("/server")).text


async def test_every_page_is_guarded_against_frames_and_scripts(served: Served) -> None:
    await served.house.user()
    browser = await _signed_in(served)
    for path in ("/server", "/sign-in", "/setup", "/nowhere", "/site/philomel.css"):
        answer = await browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
        assert all('src="/site/' in opening and not inline for opening, inline in scripts)
        assert " style=" not in answer.text


@pytest.mark.parametrize("path", ["/site/../__init__.py", "/site/..%2f__init__.py", "/site/x.css"])
async def test_only_the_files_of_the_site_are_served(served: Served, path: str) -> None:
    assert (await served.browser().get(path)).status_code == 404


async def test_text_of_others_is_shown_inert(served: Served) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    await served.house.user(evil)
    browser = await _signed_in(served, evil)
    for answer in (
        await browser.get("/server"),
        await browser.post("/sign-in", data={"name": evil, "password": "wrong password"}),
        await browser.get("/sign-in", params={"next": "/authorize?x=" + evil}),
    ):
        assert "<img src=x" not in answer.text


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/authorize?client_id=a&state=b", True),
        ("/", True),
        (None, False),
        ("", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("/\t/evil.example", False),
        ("/a\r\nSet-Cookie: x=y", False),
        ("/ü", False),
    ],
)
def test_a_sign_in_goes_on_to_pages_of_this_server_only(path: str | None, kept: bool) -> None:
    assert local_path(path) == (path if kept else "/")


async def test_behind_https_cookies_are_secure(tmp_path: Path) -> None:
    database = await sqlite_at(tmp_path / "accounts.sqlite", SCHEMA)
    public = Public(base_url="https://music.example")
    async with serving(database, tmp_path, public) as served:
        await served.house.user()
        answer = await served.browser().post("/sign-in", data={"name": "Ada", "password": PASSWORD})
        cookies = answer.headers.get_list("set-cookie")
        assert all("secure" in cookie.lower() for cookie in cookies)
        assert len(cookies) == 2
    await database.close()
