"""What is wrong, forged or absurd gets a clear answer, never a 500."""

import httpx
import pytest
from tests.gateway.home import NOTHING, Home

# What stands in braces is the id of it.
PATHS = (
    "/v1/tracks/{track}",
    "/v1/tracks?ids={track}",
    "/v1/albums/{album}",
    "/v1/artists/{artist}",
    "/v1/artists/{artist}/albums",
    "/v1/search?q=airbag&type=track",
    "/v1/me",
    "/v1/me/tracks",
    "/v1/me/albums",
    "/v1/me/following?type=artist",
    "/v1/me/player/recently-played",
)


def ask(home: Home, path: str, token: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for name, id_ in (
        ("track", home.track("Airbag")),
        ("album", home.album("OK Computer")),
        ("artist", home.artist("Radiohead")),
    ):
        path = path.replace(f"{{{name}}}", id_)
    return home.http.get(home.url + path, headers=headers)


@pytest.mark.parametrize("token", [None, "forged", "eyJhbGciOiJub25lIn0.eyJzIjoiYSJ9.", "x" * 9000])
def test_strangers_are_refused(home: Home, token: str | None) -> None:
    for path in PATHS:
        reply = ask(home, path, token)
        assert reply.status_code == 401
        assert reply.json()["error"]["status"] == 401
        assert "Bearer" in reply.headers["www-authenticate"]


def test_a_trailing_slash_changes_nothing(home: Home) -> None:
    token = home.token("alice")
    for path in PATHS:
        name, _, query = path.partition("?")
        plain, slashed = ask(home, path, token), ask(home, f"{name}/?{query}", token)
        assert plain.status_code == slashed.status_code == 200
        assert plain.content == slashed.content


REFUSALS: list[tuple[str, int, str | None]] = [
    ("/v1/tracks/short", 400, "Invalid base62 id"),
    ("/v1/tracks/" + "z" * 22, 400, "Invalid base62 id"),
    ("/v1/tracks/%2e%2e%2fetc%2fpasswd", 404, None),
    ("/v1/tracks/%00", 400, "Invalid base62 id"),
    ("/v1/tracks/%ff%fe", 400, "Invalid base62 id"),
    (f"/v1/tracks/{NOTHING}", 404, "Resource not found"),
    ("/v1/albums/{track}", 404, "Resource not found"),
    ("/v1/artists/{track}/albums", 404, "Resource not found"),
    ("/v1/tracks", 400, "Missing required field: ids"),
    ("/v1/tracks?ids=", 400, "Missing required field: ids"),
    ("/v1/tracks?ids={track},bad", 400, "Invalid base62 id"),
    ("/v1/tracks?ids=" + ",".join(["{track}"] * 51), 400, "Too many ids requested"),
    ("/v1/albums?ids=" + ",".join(["{track}"] * 21), 400, "Too many ids requested"),
    ("/v1/search?q=x", 400, "Missing parameter type"),
    ("/v1/search?type=track", 400, "No search query"),
    ("/v1/search?q=x&type=planet", 400, "Bad search type field"),
    ("/v1/search?q=x&type=track&limit=0", 400, "Invalid limit"),
    ("/v1/search?q=x&type=track&limit=51", 400, "Invalid limit"),
    ("/v1/search?q=x&type=track&limit=NaN", 400, "Invalid limit"),
    ("/v1/search?q=x&type=track&limit=" + "9" * 400, 400, "Invalid limit"),
    ("/v1/search?q=x&type=track&offset=-1", 400, "Invalid offset"),
    ("/v1/search?q=x&type=track&offset=1001", 400, "Invalid offset"),
    ("/v1/me/tracks?limit=1e3", 400, "Invalid limit"),
    ("/v1/me/tracks?offset=%D9%A1", 400, "Invalid offset"),
    ("/v1/me/following", 400, "Missing or invalid parameter type"),
    ("/v1/me/player/recently-played?before=1&after=2", 400, None),
    ("/v1/me/library/contains?uris=spotify:track:bad", 400, "Invalid base62 id"),
    ("/v1/me/library/contains?uris=file:///etc/passwd", 400, "Invalid uri"),
    ("/v1/nowhere", 404, None),
    ("/v1/me/x.css", 404, None),
    ("/v1/me;.js", 404, None),
    ("/v1/me%0a", 404, None),
    ("/v1/tracks/{track}.css", 400, "Invalid base62 id"),
    ("/v1/tracks?" + "a=1&" * 2_000, 400, "too many parameters"),
]


def test_refusals_say_why(home: Home) -> None:
    token = home.token("alice")
    for path, status, message in REFUSALS:
        reply = ask(home, path, token)
        assert (path[:80], reply.status_code) == (path[:80], status)
        error = reply.json()["error"]
        assert error["status"] == status
        assert message is None or (path[:80], error["message"]) == (path[:80], message)


BODIES = [
    b"",
    b"[]",
    b"{",
    b'{"ids": "x"}',
    b'{"ids": [1, null]}',
    b'{"ids": [NaN]}',
    b'{"ids": ["bad"]}',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"timestamped_ids": [5]}',
    b'{"ids": 1' + b"0" * 5_000 + b"}",
]


def test_bad_bodies_are_refused(home: Home) -> None:
    headers = home.headers("alice")
    address = home.url + "/v1/me/tracks"
    for body in BODIES:
        for kind in ("application/json", "text/plain"):
            reply = home.http.put(address, content=body, headers={**headers, "Content-Type": kind})
            assert (body[:40], reply.status_code) == (body[:40], 400)


def test_too_large_bodies_are_refused(home: Home) -> None:
    headers = home.headers("alice")
    reply = home.http.put(home.url + "/v1/me/tracks", content=b" " * (2 << 20), headers=headers)
    assert reply.status_code == 413


def test_parameters_nobody_asked_for_change_nothing(home: Home) -> None:
    token = home.token("alice")
    for path in PATHS:
        joint = "&" if "?" in path else "?"
        odd = (
            f"{path}{joint}password=a&user.password=b&name');DROP TABLE tracks;--=x"
            "&sort=name;DROP&order=1%27&filter=%7B%22$gt%22:%22%22%7D&_start=a&_end=b"
        )
        plain, asked = ask(home, path, token), ask(home, odd, token)
        assert plain.status_code == asked.status_code == 200
        assert plain.content == asked.content


def test_pages_of_other_sites_may_call_with_a_token_only(home: Home) -> None:
    address = f"{home.url}/v1/tracks/{home.track('Airbag')}"
    asked = {"Origin": "https://player.example", "Access-Control-Request-Method": "GET"}
    preflight = home.http.options(address, headers=asked)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    for reply in (preflight, ask(home, "/v1/tracks/{track}")):
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers
