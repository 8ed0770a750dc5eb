"""The OAuth door with the unmodified spotipy, and with clients that mean harm."""

import asyncio
import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import spotipy
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials, SpotifyOAuth, SpotifyOauthError, SpotifyPKCE
from tests.gateway.site.server import Served
from tests.services.accounts.house import PASSWORD

from philomel.gateway.site.scopes import SCOPES
from philomel.kernel.caller import OPERATOR, CallerKind, acting
from philomel.services.accounts.contract import (
    Authenticate,
    BadCredentials,
    CreateApp,
    NewApp,
)
from philomel.services.accounts.rules.programs import SCOPES as KNOWN_SCOPES

REDIRECT = "http://127.0.0.1:9090/callback"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
SCOPE = "user-library-read user-library-modify"


async def _app(served: Served, *, public: bool = False, uri: str = REDIRECT) -> NewApp:
    with acting(OPERATOR):
        return await served.house.accounts.create_app(CreateApp("Night <Script>", (uri,), public))


async def _person(served: Served) -> httpx.AsyncClient:
    await served.house.user()
    browser = served.browser()
    await browser.post("/sign-in", data={"name": "Ada", "password": PASSWORD})
    return browser


def _asking(app: NewApp, **changes: str | None) -> dict[str, str]:
    fields: dict[str, str | None] = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": REDIRECT,
        "scope": SCOPE,
        "state": "a state & more",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _query(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def _approve(browser: httpx.AsyncClient, url: str, decision: str = "approve") -> str:
    """Go through the consent page behind `url`; where the browser is sent then."""
    shown = await browser.get(url)
    if shown.status_code == 303:
        return str(shown.headers["location"])  # it was granted before
    assert shown.status_code == 200, shown.text
    fields = {
        name: values[0]
        for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()
    }
    answer = await browser.post(
        "/authorize",
        data={**fields, "decision": decision},
        headers={"origin": str(browser.base_url).rstrip("/")},
    )
    assert answer.status_code == 303
    return answer.headers["location"]


async def _code(browser: httpx.AsyncClient, app: NewApp, **changes: str | None) -> str:
    url = str(httpx.URL("/authorize", params=_asking(app, **changes)))
    return _query(await _approve(browser, url))["code"]


async def _token(served: Served, app: NewApp, **fields: str) -> httpx.Response:
    auth = None if app.client_secret is None else (app.client_id, app.client_secret)
    identity = {"client_id": app.client_id} if auth is None else {}
    return await served.browser().post(
        "/api/token",
        data={**identity, **fields},
        auth=auth or httpx.USE_CLIENT_DEFAULT,
    )


def _exchange(code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }


def _point(manager: Any, served: Served) -> Any:
    manager.OAUTH_TOKEN_URL = f"{served.url}/api/token"
    manager.OAUTH_AUTHORIZE_URL = f"{served.url}/authorize"
    return manager


async def test_spotipy_client_credentials(served: Served) -> None:
    app = await _app(served)
    manager = _point(
        SpotifyClientCredentials(
            app.client_id, app.client_secret, cache_handler=MemoryCacheHandler()
        ),
        served,
    )
    token = await asyncio.to_thread(manager.get_access_token, as_dict=False)
    found = await served.house.accounts.authenticate(Authenticate(token))
    assert (found.caller.kind, found.caller.client_id) == (CallerKind.APP, app.client_id)
    wrong = _point(
        SpotifyClientCredentials(app.client_id, "wrong", cache_handler=MemoryCacheHandler()), served
    )
    with pytest.raises(SpotifyOauthError, match="invalid_client"):
        await asyncio.to_thread(wrong.get_access_token, as_dict=False)


@pytest.mark.parametrize("public", [False, True])
async def test_spotipy_signs_a_person_in_and_refreshes(served: Served, *, public: bool) -> None:
    browser = await _person(served)
    app = await _app(served, public=public)
    kept = MemoryCacheHandler()
    manager = _point(
        SpotifyPKCE(app.client_id, REDIRECT, scope=SCOPE, cache_handler=kept, open_browser=False)
        if public
        else SpotifyOAuth(
            app.client_id, app.client_secret, REDIRECT, scope=SCOPE, cache_handler=kept
        ),
        served,
    )
    location = await _approve(browser, manager.get_authorize_url())
    assert location.startswith(REDIRECT + "?")
    code = manager.parse_response_code(location)
    more: dict[str, Any] = {} if public else {"as_dict": False}
    token = await asyncio.to_thread(manager.get_access_token, code, check_cache=False, **more)
    found = await served.house.accounts.authenticate(Authenticate(token))
    assert found.user is not None
    assert found.user.name == "Ada"
    assert found.caller.scopes == tuple(sorted(SCOPE.split()))
    info = kept.get_cached_token()
    assert manager.validate_token(info) == info
    fresh = await asyncio.to_thread(manager.refresh_access_token, info["refresh_token"])
    assert fresh["refresh_token"] != info["refresh_token"]
    await served.house.accounts.authenticate(Authenticate(fresh["access_token"]))
    with pytest.raises(SpotifyOauthError, match="invalid_grant"):
        await asyncio.to_thread(manager.refresh_access_token, info["refresh_token"])
    with pytest.raises(BadCredentials):
        await served.house.accounts.authenticate(Authenticate(fresh["access_token"]))
    assert spotipy.Spotify(auth_manager=manager)


async def test_the_consent_page_says_who_asks_for_what(served: Served) -> None:
    app = await _app(served)
    browser = await _person(served)
    stranger = served.browser()
    first = await stranger.get("/authorize", params=_asking(app))
    assert first.status_code == 303
    signing = first.headers["location"]
    assert signing.startswith("/sign-in?next=%2Fauthorize%3F")
    form = await stranger.get(signing)
    assert "/authorize?" in form.text
    then = parse_qs(urlsplit(signing).query)["next"][0]
    entered = await stranger.post(
        "/sign-in", data={"name": "Ada", "password": PASSWORD, "next": then}
    )
    assert entered.headers["location"] == then
    page = await browser.get(then)
    assert "Let Night &lt;Script&gt; in?" in page.text
    assert "See the music you like" in page.text
    assert "127.0.0.1:9090" in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:9090;" in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_answer_carries_state_and_issuer(served: Served) -> None:
    app, browser = await _app(served), await _person(served)
    url = str(httpx.URL("/authorize", params=_asking(app)))
    answer = _query(await _approve(browser, url))
    assert (answer["state"], answer["iss"]) == ("a state & more", served.url)
    refused = _query(await _approve(browser, url, "deny"))
    assert (refused["error"], refused["state"]) == ("access_denied", "a state & more")
    assert "code" not in refused


async def test_asking_alone_lets_nobody_in(served: Served) -> None:
    app, browser = await _app(served), await _person(served)
    for site in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await browser.post(
            "/authorize", data={**_asking(app), "decision": "approve"}, headers=site
        )
        assert answer.status_code == 403
    shown = await browser.get("/authorize", params={**_asking(app), "decision": "approve"})
    assert shown.status_code == 200
    stranger = served.browser()
    answer = await stranger.post("/authorize", data={**_asking(app), "decision": "approve"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "uri",
    [
        REDIRECT + "/",
        REDIRECT + "/../evil",
        REDIRECT + "?x=1",
        "http://127.0.0.1:9091/callback",
        "http://127.0.0.1:9090@evil.example/callback",
        "http://127.0.0.1:9090.evil.example/callback",
        "http://localhost:9090/callback",
        "https://evil.example/",
        "javascript:alert(1)",
        "",
        None,
    ],
)
async def test_nobody_is_sent_to_another_address(served: Served, uri: str | None) -> None:
    app, browser = await _app(served), await _person(served)
    fields = _asking(app, redirect_uri=uri)
    for answer in (
        await browser.get("/authorize", params=fields),
        await browser.post("/authorize", data={**fields, "decision": "approve"}),
        await browser.post("/authorize", data={**fields, "decision": "deny"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers
    unknown = await browser.get("/authorize", params=_asking(app, client_id="0" * 22))
    assert unknown.status_code == 400
    assert "location" not in unknown.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "user-library-read admin"}, "invalid_scope"),
        ({"scope": "*"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
    ],
)
async def test_what_is_wrong_is_told_to_the_program(
    served: Served, changes: dict[str, str | None], error: str
) -> None:
    app, browser = await _app(served, public=True), await _person(served)
    fields = _asking(app, **changes)
    for answer in (
        await browser.get("/authorize", params=fields),
        await browser.post("/authorize", data={**fields, "decision": "approve"}),
    ):
        assert answer.status_code == 303
        location = answer.headers["location"]
        assert location.startswith(REDIRECT + "?")
        told = _query(location)
        assert (told["error"], told["state"], told["iss"]) == (
            error,
            "a state & more",
            served.url,
        )


async def test_a_state_cannot_add_headers_or_parameters(served: Served) -> None:
    app, browser = await _app(served), await _person(served)
    state = "x\r\nSet-Cookie: a=b&code=evil#<script>"
    url = str(httpx.URL("/authorize", params=_asking(app, state=state)))
    location = await _approve(browser, url)
    assert _query(location)["state"] == state
    assert "\r" not in location
    assert "#" not in location
    assert location.count("code=") == 1


async def test_a_parameter_that_stands_twice_is_refused(served: Served) -> None:
    app, browser = await _app(served), await _person(served)
    query = str(httpx.QueryParams(_asking(app))) + "&redirect_uri=https://evil.example/"
    answer = await browser.get("/authorize?" + query)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_tokens_are_for_the_one_who_asked(served: Served) -> None:
    app, browser = await _app(served), await _person(served)
    good = await _token(served, app, **_exchange(await _code(browser, app)), scope="x", state="y")
    assert good.status_code == 200
    assert good.headers["cache-control"] == "no-store"
    assert good.json()["token_type"] == "Bearer"
    assert good.json()["expires_in"] == 3600
    assert set(good.json()["scope"].split()) == set(SCOPE.split())
    access = good.json()["access_token"]
    await served.house.accounts.authenticate(Authenticate(access))
    code = await _code(browser, app)
    for changes in ({"code_verifier": "w" * 50}, {"redirect_uri": REDIRECT + "/"}):
        bad = await _token(served, app, **{**_exchange(code), **changes})
        assert (bad.status_code, bad.json()["error"]) == (400, "invalid_grant")
        code = await _code(browser, app)


async def test_a_code_used_twice_ends_what_it_gave(served: Served) -> None:
    app, browser = await _app(served, public=True), await _person(served)
    code = await _code(browser, app)
    first = await _token(served, app, **_exchange(code))
    access = first.json()["access_token"]
    await served.house.accounts.authenticate(Authenticate(access))
    again = await _token(served, app, **_exchange(code))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    with pytest.raises(BadCredentials):
        await served.house.accounts.authenticate(Authenticate(access))


async def test_the_secret_in_the_body_is_as_good(served: Served) -> None:
    app = await _app(served)
    assert app.client_secret is not None
    both = {"client_id": app.client_id, "client_secret": app.client_secret}
    client = served.browser()
    good = await client.post("/api/token", data={"grant_type": "client_credentials", **both})
    assert good.status_code == 200
    assert "refresh_token" not in good.json()
    for fields, status, error in (
        ({**both, "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({**both}, 400, "invalid_request"),
        ({**both, "grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"client_id": app.client_id, "grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
    ):
        answer = await client.post("/api/token", data=fields)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic YWJj", "Bearer x", "Basic 4pi6"])
async def test_a_malformed_header_is_refused(served: Served, header: str) -> None:
    answer = await served.browser(authorization=header).post(
        "/api/token", data={"grant_type": "client_credentials"}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_only_forms_are_read(served: Served) -> None:
    for kind in ("application/json", "text/plain", ""):
        answer = await served.browser().post(
            "/api/token", content=b"grant_type=x", headers={"content-type": kind}
        )
        assert (answer.status_code, answer.json()["error"]) == (415, "invalid_request")
    assert (await served.browser().get("/api/token")).status_code == 405


async def test_the_metadata_tells_what_there_is(served: Served) -> None:
    answer = await served.browser().get("/.well-known/oauth-authorization-server")
    told = answer.json()
    assert told["issuer"] == served.url
    assert told["authorization_endpoint"] == f"{served.url}/authorize"
    assert told["token_endpoint"] == f"{served.url}/api/token"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True


async def test_pages_of_programs_may_ask_for_tokens_only(served: Served) -> None:
    asking = {"origin": "https://player.example", "access-control-request-method": "POST"}
    allowed = await served.browser().options("/api/token", headers=asking)
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in allowed.headers
    for path in ("/authorize", "/", "/players"):
        answer = await served.browser().options(path, headers=asking)
        assert "access-control-allow-origin" not in answer.headers


def test_every_scope_has_words() -> None:
    assert tuple(sorted(SCOPES)) == KNOWN_SCOPES


@pytest.mark.parametrize("public", [False, True])
async def test_what_was_granted_is_not_asked_again(served: Served, *, public: bool) -> None:
    app, browser = await _app(served, public=public), await _person(served)
    url = str(httpx.URL("/authorize", params=_asking(app)))
    code = _query(await _approve(browser, url))["code"]
    assert (await browser.get(url)).status_code == 200  # nobody came with the code yet
    exchange = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "client_id": app.client_id,
        **({} if public else {"client_secret": app.client_secret}),
    }
    tokens = (await browser.post("/api/token", data=exchange)).json()
    again = await browser.get(url)
    # What holds no secret could be any program of this machine.
    assert again.status_code == (200 if public else 303)
    if not public:
        answer = _query(again.headers["location"])
        assert (answer["state"], answer["code"][:4]) == ("a state & more", "phc_")
    for more in ({"show_dialog": "true"}, {"scope": f"{SCOPE} user-read-email"}):
        wider = str(httpx.URL("/authorize", params=_asking(app, **more)))
        assert (await browser.get(wider)).status_code == 200
    # Taken back: the tokens die at once, and the person is asked again.
    data = {"client_id": app.client_id}
    assert (await browser.post("/account/programs/revoke", data=data)).status_code == 303
    with pytest.raises(BadCredentials):
        await served.house.accounts.authenticate(Authenticate(tokens["access_token"]))
    assert (await browser.get(url)).status_code == 200
