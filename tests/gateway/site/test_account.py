"""A person's own pages and those about people, as a browser without scripts uses them."""

import html
import re
from pathlib import Path

import httpx
from tests.databases import sqlite_at
from tests.gateway.site.server import Served, serving
from tests.services.accounts.house import PASSWORD

from philomel.gateway.public import Public
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.accounts.contract import (
    ChangeUser,
    FindUser,
    ListAudit,
    NewTotp,
    Role,
    SetPassword,
    Settings,
)
from philomel.services.accounts.module import SCHEMA
from philomel.services.accounts.rules.totp import STEP_MS, code_at

WORDS = "four words nobody joins"
ELEVEN_MINUTES = 11 * 60 * 1000


async def _signed_in(served: Served, role: Role = Role.LISTENER) -> httpx.AsyncClient:
    await served.house.user(role=role)
    browser = served.browser()
    answer = await browser.post("/sign-in", data={"name": "Ada", "password": PASSWORD})
    assert answer.status_code == 303
    return browser


def _words(answer: httpx.Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def _shown(answer: httpx.Response) -> list[str]:
    """What a page shows to copy."""
    return [html.unescape(text) for text in re.findall(r"<dd><code>(.*?)</code>", answer.text)]


async def test_a_person_finds_their_pages(served: Served) -> None:
    browser = await _signed_in(served)
    for path in ("", "/security", "/players", "/programs", "/sessions", "/developer"):
        answer = await browser.get(f"/account{path}")
        assert answer.status_code == 200, answer.text
        assert "/people" not in answer.text
    assert (await browser.get("/people")).status_code == 403
    await browser.post("/account", data={"display_name": "Ada <b>", "explicit_shown": "yes"})
    page = await browser.get("/account")
    assert "Ada &lt;b&gt;" in page.text
    assert 'name="explicit" value="yes" checked' not in page.text
    user_id = (await served.house.caller(await served.house.sign_in())).user_id or ""
    with acting(OPERATOR):
        await served.house.accounts.change_user(ChangeUser(user_id, explicit_locked=True))
    locked = await browser.post("/account", data={"explicit_shown": "yes", "explicit": "yes"})
    assert locked.status_code == 403
    assert "An administrator decides this" in _words(await browser.get("/account"))


async def test_what_matters_asks_again_after_a_while(served: Served) -> None:
    browser = await _signed_in(served)
    served.house.clock.advance(ELEVEN_MINUTES)
    asked = await browser.get("/account/security")
    assert asked.headers["location"] == "/prove?next=%2Faccount%2Fsecurity"
    made = await browser.post(
        "/players", data={"label": "Phone"}, headers={"referer": f"{served.url}/account/players"}
    )
    assert made.headers["location"] == "/prove?next=%2Faccount%2Fplayers"
    away = await browser.post(
        "/players", data={"label": "Phone"}, headers={"referer": "https://evil.example//x"}
    )
    assert away.headers["location"] == "/prove?next=%2F"
    assert "still you" in _words(await browser.get(made.headers["location"]))
    wrong = await browser.post("/prove", data={"password": "wrong", "next": "/account/players"})
    assert wrong.status_code == 401
    good = await browser.post("/prove", data={"password": PASSWORD, "next": "/account/players"})
    assert good.headers["location"] == "/account/players"
    answer = await browser.post("/players", data={"label": "Phone"})
    assert "<svg" in answer.text
    assert len(_shown(answer)) == 4


async def test_an_authenticator_app_is_asked_for_at_the_next_sign_in(served: Served) -> None:
    browser = await _signed_in(served)
    page = await browser.post("/account/totp/begin", data={"go": ""})
    secret = NewTotp(_shown(page)[0].replace(" ", ""), "")
    wrong = await browser.post("/account/totp", data={"code": "000000"})
    assert wrong.status_code == 401
    secret = NewTotp(_shown(wrong)[0].replace(" ", ""), "")
    codes = await browser.post("/account/totp", data={"code": _code(served, secret)})
    recovery = re.findall(r"<li><code>(.*?)</code>", codes.text)
    assert len(recovery) == 10
    served.house.clock.advance(STEP_MS)
    other = served.browser()
    sign_in = {"name": "Ada", "password": PASSWORD, "next": "/account/security"}
    step = await other.post("/sign-in", data=sign_in)
    assert step.status_code == 200
    assert not other.cookies
    pending = re.findall(r'name="pending" value="(phw_\w+)"', step.text)[-1]
    second = {"pending": pending, "next": "/account/security"}
    refused = await other.post("/sign-in/second", data={**second, "code": "123456"})
    assert refused.status_code == 401
    entered = await other.post("/sign-in/second", data={**second, "code": _code(served, secret)})
    assert entered.headers["location"] == "/account/security"
    assert "10 of your recovery codes are left" in _words(await other.get("/account/security"))
    await other.post("/account/totp/remove", data={"go": ""})
    assert (await served.browser().post("/sign-in", data=sign_in)).status_code == 303


def _code(served: Served, made: NewTotp) -> str:
    import base64

    secret = base64.b32decode(made.secret + "=" * (-len(made.secret) % 8))
    return code_at(secret, served.house.clock.now() // STEP_MS)


async def test_an_administrator_invites_helps_and_removes(served: Served) -> None:
    admin = await _signed_in(served, Role.ADMIN)
    invited = await admin.post("/people/invite", data={"note": "Bob", "days": "7"})
    (link,) = _shown(invited)
    guest = served.browser()
    assert "You are invited" in _words(await guest.get(link))
    token = httpx.URL(link).params["token"]
    taken = await guest.post("/join", data={"token": token, "name": "ada", "password": WORDS})
    assert taken.status_code == 409
    joined = await guest.post("/join", data={"token": token, "name": "Bob", "password": WORDS})
    assert joined.status_code == 303
    assert (await guest.get("/account")).status_code == 200
    assert (await served.browser().get(link)).status_code == 404
    people = await admin.get("/people")
    (bob,) = re.findall(r'href="(/people/\w+)">Bob<', people.text)
    await admin.post(bob, data={"role": "listener", "disabled": "yes"})
    assert (await guest.get("/account")).status_code == 401
    await admin.post(bob, data={"role": "listener", "explicit": "yes"})
    (reset,) = _shown(await admin.post(f"{bob}/reset-link", data={"go": ""}))
    token = httpx.URL(reset).params["token"]
    assert "Bob" in _words(await guest.get(reset))
    new = await guest.post("/reset", data={"token": token, "password": "another long word"})
    assert new.status_code == 303
    assert (await guest.get(reset)).status_code == 404
    for path in ("reset-factors", "sign-out"):
        assert (await admin.post(f"{bob}/{path}", data={"go": ""})).status_code == 303
    assert (await admin.post(f"{bob}/remove", data={"confirm": "bob"})).status_code == 400
    assert (await admin.post(f"{bob}/remove", data={"confirm": "Bob"})).status_code == 303
    assert "Bob" not in _words(await admin.get("/people"))
    own = re.findall(r'href="(/people/\w+)">Ada<', people.text)[0]
    assert (await admin.post(own, data={"role": "listener"})).status_code == 412
    with acting(OPERATOR):
        audit = await served.house.accounts.list_audit(ListAudit())
    done = [entry.acted.action for entry in audit.items]
    for action in ("invitation.create", "user.change", "user.reset_link", "user.remove"):
        assert action in done


async def test_programs_of_ones_own(served: Served) -> None:
    browser = await _signed_in(served)
    fields = {"name": "My player", "redirect_uris": "http://127.0.0.1/cb\r\nmy-player:/cb"}
    made = await browser.post("/account/developer", data=fields)
    client_id, secret = _shown(made)
    assert secret.startswith("phx_")
    bad = {**fields, "redirect_uris": "http://example.org/"}
    assert (await browser.post("/account/developer", data=bad)).status_code == 400
    change = {"client_id": client_id, "name": "Mine", "redirect_uris": "https://a.example/cb"}
    assert (await browser.post("/account/developer/change", data=change)).status_code == 303
    assert "https://a.example/cb" in (await browser.get("/account/developer")).text
    renewed = await browser.post("/account/developer/secret", data={"client_id": client_id})
    assert _shown(renewed)[1] != secret
    await browser.post("/account/developer/remove", data={"client_id": client_id})
    assert client_id not in (await browser.get("/account/developer")).text


_CHANGING = (
    "/account",
    "/account/sessions/end",
    "/account/totp/begin",
    "/account/totp",
    "/account/totp/remove",
    "/account/recovery",
    "/account/passkeys",
    "/account/passkeys/challenge",
    "/account/passkeys/remove",
    "/account/identities/remove",
    "/account/programs/revoke",
    "/account/developer",
    "/account/developer/remove",
    "/people",
    "/people/invite",
    "/people/uninvite",
    "/prove",
    "/provider",
    "/join",
    "/reset",
    "/sign-in/second",
    "/sign-in/passkey",
    "/passkey/challenge",
)
_SHOWN = {"/account", "/account/developer", "/people", "/prove", "/join", "/reset"}


async def test_no_other_site_changes_anything(served: Served) -> None:
    browser = await _signed_in(served, Role.ADMIN)
    plain = {"content-type": "text/plain"}
    for path in _CHANGING:
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            answer = await browser.post(path, data={"id": "x"}, headers=headers)
            assert answer.status_code == 403, path
        refused = await browser.post(path, content="{}", headers=plain)
        assert refused.status_code == 415, path
        if path not in _SHOWN:
            assert (await browser.get(path)).status_code in {404, 405}, path


async def test_only_a_trusted_proxy_vouches(served: Served, tmp_path: Path) -> None:
    user = await served.house.user()
    for name in ("Remote-User", "X-Remote-User", "remote_user"):
        browser = served.browser(**{name: "Ada"})
        assert (await browser.get("/server")).status_code == 200
        assert not browser.cookies
    believing = Public(trusted_proxies=("127.0.0.1",), user_header="Remote-User")
    distrusting = Public(trusted_proxies=("192.0.2.1",), user_header="Remote-User")
    for number, public in enumerate((believing, distrusting)):
        folder = tmp_path / str(number)
        folder.mkdir()
        database = await sqlite_at(folder / "accounts.sqlite", SCHEMA)
        async with serving(database, folder, public) as other:
            await other.house.user(role=Role.ADMIN)
            for names in (["ADA"], ["Nobody"], ["Ada", "Bob"], [""]):
                headers = [("accept", "text/html"), *(("Remote-User", name) for name in names)]
                browser = other.browser()
                answer = await browser.get("/", headers=httpx.Headers(headers))
                entered = public is believing and names == ["ADA"]
                assert (answer.status_code == 303) is entered, names
                assert bool(browser.cookies) is entered
        await database.close()
    assert user.name == "Ada"


async def test_whom_only_a_proxy_vouches_for_proves_it_by_the_proxy(tmp_path: Path) -> None:
    database = await sqlite_at(tmp_path / "accounts.sqlite", SCHEMA)
    public = Public(trusted_proxies=("127.0.0.1",), user_header="Remote-User")
    settings = Settings(proxy_create=True)
    async with serving(database, tmp_path, public, settings=settings) as served:
        await served.house.user("Ada", Role.ADMIN)
        browser, said = served.browser(), {"remote-user": "Eve"}
        assert (await browser.get("/", headers=said)).status_code == 303
        served.house.clock.advance(ELEVEN_MINUTES)
        page = "/account/security"
        sent = {"vouched": "yes", "next": page}
        asked = await browser.get(page, headers=said)
        assert asked.headers["location"] == "/prove?next=%2Faccount%2Fsecurity"
        shown = await browser.get(asked.headers["location"], headers=said)
        assert "It is me" in shown.text
        assert "It is me" not in (await browser.get(asked.headers["location"])).text
        for wrong in ({}, {"remote-user": "Ada"}, {"remote-user": "Nobody"}):
            refused = await browser.post("/prove", data=sent, headers=wrong)
            assert refused.status_code == 401
        done = await browser.post("/prove", data=sent, headers=said)
        assert (done.status_code, done.headers["location"]) == (303, page)
        assert (await browser.get(page, headers=said)).status_code == 200
        # Who has a password is asked for it.
        with acting(OPERATOR):
            eve = await served.house.accounts.find_user(FindUser("Eve"))
            await served.house.accounts.set_password(SetPassword(eve.id, WORDS))
        browser = served.browser()
        assert (await browser.get("/", headers=said)).status_code == 303
        assert (await browser.post("/prove", data=sent, headers=said)).status_code == 401
    await database.close()
