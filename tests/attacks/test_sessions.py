"""What pages of other sites, and whoever plants a cookie, can do in somebody's listener."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie

import httpx
from tests.attacks.conftest import Target, session
from tests.attacks.test_strangers import ID, NEEDING_PROOF, ROUTES
from tests.journeys.shapes import PASSWORD

from philomel.gateway.api import PREFIX

_READS = (
    "/me", "/me/apps", "/me/app-passwords", "/me/factors", "/me/programs", "/folders", "/playlists",
    "/wants",
)  # fmt: skip
_WITHOUT_COOKIE = {
    "/api/token": {400, 401, 415},  # knows programs by their secrets
}
_ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


def changing() -> Iterator[tuple[str, str]]:
    for method, path in ROUTES:
        if method not in {"GET", "HEAD"}:
            yield method, re.sub(r"\{[^}]*\}", ID, path)


def test_no_route_is_moved_by_another_site(target: Target, listener: httpx.Client) -> None:
    """The browser adds the cookie by itself, whoever makes it ask: every route looks who does."""
    for method, path in changing():
        for number, headers in enumerate(_ELSEWHERE):
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            kind = ({"Content-Type": "text/plain"}, form)[number % 2]
            answer = listener.request(method, path, headers={**headers, **kind}, content=b'{"a":1}')
            expected = _WITHOUT_COOKIE.get(path, {403})
            assert answer.status_code in expected, (method, path, headers, answer.text)
            assert "set-cookie" not in answer.headers
    assert listener.get("/account").status_code == 200
    target.assert_well()


def test_looking_changes_nothing(target: Target, listener: httpx.Client) -> None:
    def kept() -> dict[str, str]:
        return {path: listener.get(PREFIX + path).text for path in _READS}

    before = kept()
    for method, path in ROUTES:
        if method == "GET" and not path.endswith("/events"):
            query = {"id": ID, "ids": ID, "token": "x", "code": "x", "label": "x", "name": "x",
                     "client_id": "philomel", "password": "x", "_method": "DELETE"}  # fmt: skip
            address = re.sub(r"\{[^}]*\}", ID, path)
            override = {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "PUT"}
            told = listener.get(address, headers=override)
            assert told.status_code < 500, address
            if address.startswith(("/v1", "/api")):
                continue
            assert listener.get(address, params=query, headers=override).status_code < 500
    assert kept() == before
    target.assert_well()


def test_players_are_not_known_by_a_cookie(target: Target, listener: httpx.Client) -> None:
    for method in NEEDING_PROOF:
        answer = listener.get(f"/rest/{method}", params={"f": "json", "id": ID})
        assert answer.json()["subsonic-response"]["error"]["code"] == 10, method


def test_a_planted_cookie_becomes_nobodys_session(target: Target, listener: httpx.Client) -> None:
    planted = listener.cookies["philomel_session"]
    for held in (planted, "chosen", planted[:-1] + "x"):
        with httpx.Client(base_url=target.url, cookies={"philomel_session": held}) as victim:
            answer = victim.post("/sign-in", data={"name": "anna", "password": PASSWORD})
            assert answer.status_code == 303
            cookies = [SimpleCookie(each) for each in answer.headers.get_list("set-cookie")]
            (made,) = [each["philomel_session"] for each in cookies if "philomel_session" in each]
            assert made.value not in {planted, held}
            assert (made["httponly"], made["samesite"].lower(), made["path"]) == (True, "lax", "/")
            assert made["domain"] == ""
    token = listener.cookies["philomel_session"]
    with session(target, "bert") as other:
        own = other.cookies["philomel_session"]
        other.post("/sign-out")
        for ended in (own, own.swapcase(), own[:26]):
            headers = {"Authorization": f"Bearer {ended}"}
            assert target.http.get(f"{PREFIX}/me", headers=headers).status_code == 401
            cookie = {"Cookie": f"philomel_session={ended}"}
            assert target.http.get(f"{PREFIX}/me", headers=cookie).status_code == 401
    assert listener.cookies["philomel_session"] == token


def test_pages_of_other_sites_read_nothing(target: Target, listener: httpx.Client) -> None:
    """No origin is ever told that it may read with the browser's cookie."""
    for method, path in ROUTES:
        if method != "GET" or path.endswith("/events"):
            continue
        for origin in ("https://evil.example", "null", f"{target.url}.evil.example"):
            answer = listener.get(re.sub(r"\{[^}]*\}", ID, path), headers={"Origin": origin})
            allowed = answer.headers.get("access-control-allow-origin", "")
            assert allowed in {"", "*"}, (path, origin)
            assert "access-control-allow-credentials" not in answer.headers, path
            if answer.headers.get("content-type", "").startswith("text/html"):
                policy = answer.headers["content-security-policy"]
                assert "frame-ancestors 'none'" in policy, path
                assert "unsafe" not in policy, path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            if origin != "null":
                break
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE",
             "Access-Control-Request-Headers": "cookie"}  # fmt: skip
    for _, path in ROUTES:
        answer = listener.options(re.sub(r"\{[^}]*\}", ID, path), headers=asked)
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers.get("access-control-allow-origin", "*") == "*"
