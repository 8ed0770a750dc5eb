"""Who sends a request, and from where."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Request
from tests.databases import sqlite_at
from tests.services.accounts.house import House, build_house

from philomel.engines.cache.memory import MemoryCache
from philomel.gateway.authentication import (
    Authenticator,
    ForeignOrigin,
    client_address,
    network_of,
)
from philomel.gateway.public import Public
from philomel.kernel.caller import ANONYMOUS, OPERATOR, acting
from philomel.kernel.errors import RateLimited, Unauthenticated
from philomel.services.accounts.contract import MintToken, SignOut
from philomel.services.accounts.module import SCHEMA

BEHIND = Public(trusted_proxies=("10.0.0.0/8", "::1"))


def _request(
    method: str = "GET", peer: str = "192.0.2.1", **headers: str
) -> Request[Any, Any, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Any = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": pairs,
        "client": (peer, 5000),
        "server": ("127.0.0.1", 4040),
        "state": {},
    }
    return Request(scope)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = await sqlite_at(tmp_path / "accounts.sqlite", SCHEMA)
    yield build_house(database, tmp_path)
    await database.close()


def _authenticator(house: House, public: Public | None = None) -> Authenticator:
    return Authenticator(house.accounts, MemoryCache(house.clock), house.clock, public)


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, 10.1.1.1", "203.0.113.5"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "10.1.1.1", "10.1.1.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str | None, found: str) -> None:
    headers = {} if forwarded is None else {"x_forwarded_for": forwarded}
    assert client_address(_request(peer=peer, **headers), BEHIND) == found


def test_a_subscriber_is_one_address_or_one_64() -> None:
    assert network_of("192.0.2.1") == network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"


async def test_a_bearer_token_or_the_cookie(house: House) -> None:
    user = await house.user()
    session = await house.sign_in()
    with acting(OPERATOR):
        token = (await house.accounts.mint_token(MintToken(user.id))).access_token
    gate = _authenticator(house)
    for request in (
        _request("POST", authorization=f"Bearer {token}"),
        _request("POST", authorization=f"bearer  {session.token} "),
        _request(cookie=f"philomel_session={session.token}"),
    ):
        assert (await gate.bearer(request)).user_id == user.id
    cookie = f"philomel_session={session.token}"
    for request in (
        _request(),
        _request(authorization="Bearer"),
        _request(authorization="Bearer " + "x" * 10_000),
        _request(authorization=f"Token {token}"),
        _request(authorization="Basic YWJj", cookie=cookie),
        _request(authorization="Bearer forged", cookie=cookie),
        _request(cookie="philomel_session="),
        _request(cookie="philomel_session=forged"),
        _request(remote_user="Ada", x_forwarded_user="Ada"),
    ):
        with pytest.raises(Unauthenticated):
            await gate.bearer(request)
        assert await gate.optional(request) == ANONYMOUS
    await house.accounts.sign_out(SignOut(session.token))
    with pytest.raises(Unauthenticated):
        await gate.bearer(_request(cookie=cookie))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_cookie_changes_things_for_our_own_pages_only(house: House, method: str) -> None:
    await house.user()
    cookie = f"philomel_session={(await house.sign_in()).token}"
    gate = _authenticator(house, Public(base_url="https://music.example"))
    host = "192.168.1.5:4040"
    for good in (
        {},
        {"origin": "https://music.example"},
        {"origin": f"http://{host}"},
        {"sec_fetch_site": "same-origin", "origin": "https://elsewhere.example"},
        {"sec_fetch_site": "none"},
    ):
        await gate.bearer(_request(method, cookie=cookie, host=host, **good))
    for bad in (
        {"origin": "null"},
        {"origin": "https://music.example.evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://192.168.1.5"},
        {"origin": "http://192.168.1.5:4040.evil.example"},
        {"origin": ""},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": f"http://{host}"},
    ):
        with pytest.raises(ForeignOrigin):
            await gate.bearer(_request(method, cookie=cookie, host=host, **bad))


async def test_floods_are_held_back_by_address(house: House) -> None:
    gate = _authenticator(house)
    for _ in range(10):
        await gate.limit(_request(), "sign-in", most=10)
    with pytest.raises(RateLimited) as refused:
        await gate.limit(_request(x_forwarded_for="203.0.113.9"), "sign-in", most=10)
    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after <= 60
    await gate.limit(_request(), "token", most=10)
    await gate.limit(_request(peer="192.0.2.2"), "sign-in", most=10)
    house.clock.advance(60_000)
    await gate.limit(_request(), "sign-in", most=10)
