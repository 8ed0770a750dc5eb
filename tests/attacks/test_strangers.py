"""Every route there is, asked by those who may not."""

import dataclasses
import importlib
import re
from collections.abc import Iterator
from typing import Any, get_type_hints
from urllib.parse import parse_qsl

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.attacks.conftest import Target
from tests.journeys.shapes import PASSWORD

from philomel.app.roles import DOORS
from philomel.gateway.public import Public
from philomel.gateway.site.layout import ASSETS
from philomel.gateway.site.player import PATHS as PAGES
from philomel.gateway.subsonic.methods import ALL
from philomel.gateway.webapi import PREFIXES as WEB_API

ID = "4Zt8mPq0XgJbVw2KsRyD1e"
OPEN = {
    ("GET", "/"): "the sign-in page",
    ("GET", "/server"): "shows the way in",
    ("GET", "/sign-in"): "the sign-in page",
    ("POST", "/sign-in"): "takes a name and a password",
    ("POST", "/sign-out"): "ends the session of whoever asks, if there is one",
    ("POST", "/api/token"): "takes a program's credentials",
    ("GET", "/.well-known/oauth-authorization-server"): "says which addresses OAuth has",
    ("GET", "/authorize"): "leads to the sign-in page",
    ("GET", "/healthz"): "says that the process lives",
    ("GET", "/readyz"): "says whether it can serve",
    ("GET", "/metrics"): "closed without its token, as tests/app shows",
    ("GET", "/api/philomel/v1/openapi.json"): "says which addresses the extension API has",
    ("GET", "/api/philomel/v1/provider"): "says whom one may sign in with",
    ("POST", "/api/philomel/v1/session"): "takes a name and a password",
    ("POST", "/api/philomel/v1/session/second"): "takes a second factor",
    ("POST", "/api/philomel/v1/session/passkey"): "takes what a passkey signed",
    ("POST", "/api/philomel/v1/join"): "takes an invitation's token",
    ("POST", "/api/philomel/v1/join/invitation"): "takes an invitation's token",
    ("POST", "/api/philomel/v1/reset"): "takes the token of a link for a new password",
    ("POST", "/api/philomel/v1/reset/link"): "takes the token of a link for a new password",
    ("POST", "/sign-in/second"): "takes a second factor",
    ("POST", "/sign-in/passkey"): "takes what a passkey signed",
    ("POST", "/passkey/challenge"): "gives a passkey something to sign",
    ("GET", "/shell"): "the page of the player, the same for everybody",
    ("GET", "/sw.js"): "the player's service worker, the same for everybody",
    ("GET", "/manifest.webmanifest"): "name and pictures of the player",
    ("GET", "/join"): "needs an invitation's token",
    ("POST", "/join"): "takes an invitation's token",
    ("GET", "/reset"): "needs the token of a link for a new password",
    ("POST", "/reset"): "takes the token of a link for a new password",
    ("POST", "/provider"): "leads to the provider that one may sign in with",
    ("GET", "/provider/callback"): "takes the provider's answer",
    ("GET", "/oembed"): "takes the address of a share",
}
"""What a stranger may ask, and why. A new route has to be named here, or refuse."""
ASSETS_AND_SET_UP = (f"{ASSETS}/{{name:str}}", "/assets/{name:str}", "/setup")
"""Style and picture of the pages, the player's parts; and a form that answers 403, see below."""

NEEDING_PROOF = [method.name for method in ALL if not method.open_to_all]


def every_route() -> Iterator[tuple[str, str]]:
    """Method and path of all that the doors answer, as they themselves declare it."""
    for name in (*DOORS, "health"):
        module = importlib.import_module(f"philomel.gateway.{name}")
        hints = get_type_hints(module.Deps)
        needs: dict[str, Any] = {
            field.name: Public() if hints[field.name] is Public else None
            for field in dataclasses.fields(module.Deps)
        }
        for handler in module.routes(module.Deps(**needs)):
            if isinstance(handler, HTTPRouteHandler):
                for path in handler.paths:
                    for method in handler.http_methods - {"OPTIONS"}:
                        yield str(method), path


ROUTES = sorted(set(every_route()))


def test_the_list_of_open_routes_is_no_longer_than_it_must_be() -> None:
    paths = {path for _, path in ROUTES}
    assert len(paths) > 30
    assert any(path.startswith(WEB_API[0]) for path in paths)
    assert {*OPEN} <= {*ROUTES}


@pytest.mark.parametrize("forged", [None, "x", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0."])
def test_every_route_refuses_strangers(target: Target, forged: str | None) -> None:
    for method, path in ROUTES:
        if (method, path) in OPEN or path in ASSETS_AND_SET_UP:
            continue
        asked = re.sub(r"\{[^}]*\}", ID, path)
        for more in ({}, {"ids": ID, "type": "artist", "uris": f"spotify:track:{ID}", "q": "a"}):
            headers = {} if forged is None else {"Authorization": f"Bearer {forged}"}
            cookies = {} if forged is None else {"Cookie": f"philomel_session={forged}"}
            answer = target.http.request(
                method, asked, params=more, headers={**headers, **cookies}, follow_redirects=False
            )
            # A page of the player that somebody comes to leads to the way in.
            wanted = 303 if path in PAGES else 401
            assert (method, path, answer.status_code) == (method, path, wanted)
            if path in PAGES:
                assert answer.headers["location"].startswith("/sign-in?")
            assert "Bullseye" not in answer.text
    target.assert_well()


def test_nothing_but_the_open_routes_answers_a_stranger_with_content(target: Target) -> None:
    for method, path in OPEN:
        answer = target.http.request(method, path)
        assert answer.status_code < 500
        for told in ("Bullseye", "bert", str(target.music), "sqlite"):
            assert told not in answer.text


def test_set_up_is_over(target: Target) -> None:
    for token in ("", "x", "%", "' OR 1=1 --"):
        assert target.http.get("/setup", params={"token": token}).status_code == 403
        form = {"token": token, "name": "mallory", "password": "a long password"}
        assert target.http.post("/setup", data=form).status_code == 403
    names = [user["name"] for user in target.shape.operator.done("user", "list")["users"]]
    assert {"anna", "bert"} <= {*names}
    assert "mallory" not in names


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        ("", 10),
        ("u=anna", 10),
        ("u=anna&p=", 40),
        ("u=%25&p=x", 40),
        ("u=a%25&p=%25", 40),
        ("u=anna&p=enc:", 40),
        ("u=anna&p=enc:zz", 40),
        ("u=anna&t=&s=", 40),
        ("u=anna&t=d41d8cd98f00b204e9800998ecf8427e&s=", 40),
        ("u=anna&p=a%20nightingale%20sang", 40),
        ("u=anna&jwt=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.", 40),
        ("jwt=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.", 40),
        ("apiKey=", 44),
        ("apiKey=phk_x", 44),
        ("apiKey=phk_x&u=anna", 43),
        ("u=anna&p=x&t=y&s=z", 43),
    ],
)
def test_every_method_of_players_refuses_strangers(
    target: Target, credentials: str, code: int
) -> None:
    song = target.song("Bullseye")["id"]
    for method in ("ping", "stream", "getCoverArt") if code != 10 else NEEDING_PROOF:
        answer = target.http.get(f"/rest/{method}?{credentials}&f=json&id={song}")
        told = answer.json()["subsonic-response"]
        assert (method, told["status"], told.get("error", {}).get("code")) == (
            method, "failed", code,
        )  # fmt: skip
        assert "Bullseye" not in answer.text
    assert target.http.get("/rest/getOpenSubsonicExtensions?f=json").status_code == 200


def test_listeners_do_not_administer(target: Target) -> None:
    assert target.ask("startScan", target.bert)["error"]["code"] == 50
    assert target.ask("getUser", target.bert, username="anna")["error"]["code"] == 50
    own = target.ask("getUser", target.bert, username="bert")["user"]
    assert (own["adminRole"], own["settingsRole"]) == (False, own["settingsRole"])
    for method in ("createUser", "updateUser", "deleteUser", "changePassword"):
        told = target.http.get(f"/rest/{method}?{target.bert}&username=bert&adminRole=true")
        assert told.json()["subsonic-response"]["status"] == "failed"
    (bert,) = target.ask("getUsers", target.bert)["users"]["user"]
    assert (bert["username"], bert["adminRole"]) == ("bert", False)


def test_a_listener_touches_nothing_of_another(target: Target) -> None:
    song = target.song("Bullseye")["id"]
    target.ask("star", id=song)
    target.ask("setRating", id=song, rating=5)
    for more in ({}, {"username": "anna"}, {"userId": "anna"}, {"ownerId": "anna"}):
        target.ask("unstar", target.bert, id=song, **more)
        target.ask("setRating", target.bert, id=song, rating=1, **more)
    headers = {"Authorization": f"Bearer {target.bert_token}"}
    target.http.request("DELETE", f"/v1/me/tracks?ids={song}&user_id=anna", headers=headers)
    kept = target.ask("getSong", id=song)["song"]
    assert kept["starred"]
    assert kept["userRating"] == 5


def test_a_made_up_forwarded_address_opens_nothing(target: Target) -> None:
    for name in ("X-Forwarded-For", "X-Real-IP", "Remote-User", "X-Forwarded-User", "Forwarded"):
        for value in ("127.0.0.1", "anna", "for=127.0.0.1;by=anna"):
            headers = {name: value}
            assert target.http.get("/v1/me", headers=headers).status_code == 401
            told = target.http.get("/rest/ping?f=json&u=anna", headers=headers).json()
            assert told["subsonic-response"]["error"]["code"] == 10
    forwarded = {"X-Forwarded-For": "8.8.8.8", "X-Forwarded-Host": "evil.example"}
    forwarded |= {"X-Forwarded-Proto": "https"}
    page = target.http.get("/", headers=forwarded)
    assert "evil.example" not in page.text
    answer = target.http.get(
        "/v1/me", headers={**forwarded, "Authorization": f"Bearer {target.token}"}
    )
    assert "evil.example" not in answer.text
    metadata = target.http.get("/.well-known/oauth-authorization-server", headers=forwarded)
    assert "evil.example" not in metadata.text


def test_other_sites_and_other_forms_change_nothing(target: Target) -> None:
    song = target.song("Outer Ring")["id"]
    with httpx.Client(base_url=target.url) as browser:
        form = {"name": "anna", "password": PASSWORD}
        assert browser.post("/sign-in", data=form).status_code == 303
        page = browser.get("/")
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe-inline" not in page.headers["content-security-policy"]
        for origin in ("null", "http://evil.example", f"{target.url}.evil.example", "file://"):
            for method, path in (("PUT", f"/v1/me/tracks?ids={song}"), ("POST", "/players")):
                answer = browser.request(
                    method, path, headers={"Origin": origin}, data={"label": "x"}
                )
                assert (origin, path, answer.status_code) == (origin, path, 403)
        for name in ("label=x", '{"label":"x"}'):
            refused = browser.post("/players", content=name, headers={"Content-Type": "text/plain"})
            assert refused.status_code == 415
        assert browser.get("/players").status_code in {404, 405}
    assert "starred" not in target.ask("getSong", id=song)["song"]


def test_what_was_answered_to_one_is_kept_by_nobody(target: Target) -> None:
    """Web-cache deception: a private answer has no second, cachable address."""
    headers = {"Authorization": f"Bearer {target.token}"}
    for path in ("/v1/me/x.css", "/v1/me;.js", "/v1/me%0a", "/v1/me%2f.css", "/v1/me%00.png"):
        answer = target.http.get(path, headers=headers)
        assert (path, answer.status_code) == (path, 404)
    for path in ("/", f"/rest/getUser?{target.login}&username=anna"):
        kept = target.http.get(path, headers=headers).headers["cache-control"]
        assert "no-store" in kept
    # Here the asking program alone may keep it, and has to ask each time whether it holds.
    mine = target.http.get("/v1/me", headers=headers)
    assert mine.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert mine.headers["vary"] == "Authorization"
    known = {"If-None-Match": mine.headers["etag"]}
    assert target.http.get("/v1/me", headers=known).status_code == 401


def test_the_log_and_the_databases_hold_no_secret(target: Target) -> None:
    """A stolen log or database alone lets nobody in."""
    password = dict(parse_qsl(target.login))["p"]
    sent = (password, target.token, target.bert_token, PASSWORD)
    for wrong in (f"{target.login}x", "u=anna&p=kept-from-the-log", "apiKey=kept-from-the-log"):
        target.http.get(f"/rest/ping?{wrong}")
    target.http.get("/v1/me", headers={"Authorization": "Bearer kept-from-the-log"})
    target.http.get("/setup?token=kept-from-the-log")
    said = target.shape.operator.said()
    for secret in (*sent, "kept-from-the-log"):
        assert secret not in said
    data = target.shape.operator.data
    kept = [path for path in data.rglob("*") if path.is_file() and path.name != "keys"]
    assert any(path.suffix == ".sqlite" for path in kept)
    for path in kept:
        held = path.read_bytes()
        assert not [secret for secret in sent if secret.encode() in held], path
    assert (data / "keys").stat().st_mode & 0o077 == 0
