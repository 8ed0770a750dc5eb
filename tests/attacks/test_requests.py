"""Requests that no client sends: none is a defect of the server, none is taken for another."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from tests.attacks.conftest import Target
from tests.attacks.forms import assert_form
from tests.attacks.test_strangers import ROUTES

from philomel.gateway.subsonic.methods import METHODS

ODD = (
    "", "0", "-1", "9" * 400, "1e309", "NaN", "٣", "true", "null", "[]", "{}", "\0", "\r\nX: y",
    "'", '"', "' OR 1=1 --", "'); DROP TABLE tracks;--", "%", "_", "*", "(((((", "a" * 900,
    "\ud7ff\U0010ffff", "\u202e\u0000", "../../etc/passwd", "file:///etc/passwd", "-i", "-f lavfi",
    "concat:/etc/passwd", "$(id)", "${jndi:ldap://127.0.0.1/a}", "{{7*7}}", "<script>",
    "ÿþ", "\uff0e\uff0e/",
)  # fmt: skip
NAMES = (
    "id", "ids", "q", "query", "type", "limit", "offset", "size", "cursor", "after", "before",
    "format", "maxBitRate", "timeOffset", "converted", "genre", "fromYear", "toYear", "rating",
    "time", "submission", "albumId", "artistId", "musicFolderId", "songCount", "songOffset",
    "albumCount", "count", "username", "uris", "market", "include_groups", "time_range", "locale",
    "sort", "order", "filter", "_start", "_end", "password", "estimateContentLength", "title",
    "artist", "next", "token", "client_id", "redirect_uri", "response_type", "scope", "state",
    "code_challenge", "code_challenge_method", "ifModifiedSince", "f",
)  # fmt: skip


def test_odd_parameters_are_never_a_defect_for_players(target: Target) -> None:
    song = target.song("Bullseye")["id"]
    good = {"id": song, "query": "bull", "type": "newest", "rating": "1", "genre": "Field",
            "username": "anna"}  # fmt: skip
    for method in METHODS:
        if method == "startScan":
            continue
        for number, odd in enumerate(ODD):
            # All at once, and one at a time among good ones.
            name = NAMES[(number * 7 + len(method)) % len(NAMES)]
            for query in ({**dict.fromkeys(NAMES, odd), "f": "json"}, {**good, name: odd}):
                encoded = "&".join(f"{key}={quote(value)}" for key, value in query.items())
                with target.http.stream("GET", f"/rest/{method}?{target.login}&{encoded}") as told:
                    assert told.status_code < 500, (method, query, told.read()[:500])
    target.assert_well()


def test_odd_parameters_are_never_a_defect_elsewhere(target: Target) -> None:
    headers = {"Authorization": f"Bearer {target.token}"}
    for method, path in ROUTES:
        if path in {"/healthz", "/readyz", "/metrics", "/password"} or "/sign-in" in path:
            continue
        for odd in ODD:
            asked = re.sub(r"\{[^}]*\}", quote(odd, safe="") or "x", path)
            query = "&".join(f"{name}={quote(odd)}" for name in NAMES)
            body = query if method == "POST" else json.dumps({"ids": [odd], "uris": odd})
            kind = "application/x-www-form-urlencoded" if method == "POST" else "application/json"
            answer = target.http.request(
                method, f"{asked}?{query}",
                content=None if method == "GET" else body.encode("utf-8", "replace"),
                headers={**headers, "Content-Type": kind},
            )  # fmt: skip
            assert_form(asked, answer)
    target.assert_well()


def raw_paths() -> Iterator[bytes]:
    """Invalid UTF-8, overlong forms, and ways out, where an address has a variable part."""
    ways = (
        b"..%2f..%2fetc%2fpasswd", b"%252e%252e%252fetc", b"..%5c..%5cetc", b"%00", b"%ff%fe",
        b"%c0%ae%c0%ae%c0%af", b"%ef%bc%8e%ef%bc%8e", b"\xff\xfe", b"%ED%A0%80", b"....//", b"%zz",
        b"%2e%2e/%2e%2e/etc/passwd", b"a" * 30_000,
    )  # fmt: skip
    for way in ways:
        for route in (b"/v1/tracks/%s", b"/v1/artists/%s/albums", b"/rest/%s", b"/media/%s",
                      b"/media/cover/%s?sig=x", b"/media/stream/%s", b"/site/%s", b"/%s",
                      b"/rest/getCoverArt?id=%s", b"/rest/stream?f=json&id=%s&u=%s",
                      b"/v1/search?type=track&q=%s", b"/assets/%s"):  # fmt: skip
            yield route.replace(b"%s", way)


def test_no_address_leads_out(target: Target) -> None:
    for path in raw_paths():
        answer = target.raw(
            b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", finish=False
        )
        status = int(answer[9:12]) if answer else 400
        assert status < 500, (path[:80], answer[:300])
        assert b"root:" not in answer
    target.assert_well()


BODIES = {
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "ten times as deep": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "not UTF-8": b'{"ids": ["\xff\xfe"]}',
    "lone surrogate": b'{"ids": ["\\ud800"]}',
    "huge number": b'{"ids": [1' + b"0" * 100_000 + b"]}",
    "NaN": b'{"ids": [NaN]}',
    "twice": b'{"ids": ["a"], "ids": ["b"]}',
    "zero bytes": b"\0" * 1000,
    "a BOM": b"\xef\xbb\xbf{}",
    "UTF-16": '{"ids": []}'.encode("utf-16"),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_are_no_bodies(target: Target, name: str) -> None:
    headers = {"Authorization": f"Bearer {target.token}", "Content-Type": "application/json"}
    for method, path in ROUTES:
        if method in {"GET", "HEAD"} or path in {"/setup", "/password"} or "/sign-in" in path:
            continue
        answer = target.http.request(method, path, content=BODIES[name], headers=headers)
        assert_form(path, answer)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/sign-in", "/setup", "/api/token", "/authorize", "/rest/ping"):
        answer = target.http.post(path, content=BODIES[name], headers=form)
        assert answer.status_code < 500, (path, answer.text)


def test_bodies_are_not_taken_without_end(target: Target) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(64):
            yield b"a" * (1 << 16)

    for method, path in ROUTES:
        if method in {"GET", "HEAD"} or path == "/sign-out":  # reads none
            continue
        headers = {"Authorization": f"Bearer {target.token}"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer = target.http.request(method, path, content=endless(), headers=headers)
        except httpx.WriteError:
            continue  # hung up on
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
    target.assert_well()


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: %d\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d",
        b"Content-Length: %d\r\nTransfer-Encoding: xchunked",
        b"Content-Length: %d\r\nTransfer-Encoding : chunked",
        b"Content-Length: %d\r\nTransfer-Encoding: chunked, identity",
        b"Content-Length: %d\r\n Transfer-Encoding: chunked",
        b"Content-Length: 5\r\nContent-Length: %d",
        b"Content-Length: +%d",
        b"Content-Length: 0x%x",
        b"Content-Length: -%d",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nX: %d",
    ],
)
def test_no_request_hides_in_another(target: Target, head: bytes) -> None:
    """Where two servers could disagree about the end of a body, ours refuses or hangs up."""
    body = b"0\r\n\r\n" + SMUGGLED
    head = head % len(body)
    for path in (b"/rest/ping", b"/sign-in"):
        answer = target.raw(
            b"POST " + path + b" HTTP/1.1\r\nHost: a\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n" + head + b"\r\n\r\n" + body
        )
        statuses = re.findall(rb"HTTP/1.1 (\d{3})", answer)
        refused = statuses[:1] == [b"400"] or not statuses
        # One answer at the most: what followed was a body, or the connection was ended.
        assert refused or len(statuses) == 1, answer[:600]
    target.assert_well()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\nX-B: c\rX-C: d\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b'GET / HTTP/1.1\r\nHost: evil.example/"><script>\r\n\r\n',
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        (
            b"GET /v1/me HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ),
        b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: a\r\nX-Secret: echo\r\n\r\n",
        b"GET http://169.254.169.254/latest HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff\xfe\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
        b'GET / HTTP/1.1\r\nHost: a\r\nCookie: philomel_session=\xff\xfe;;;=;"\r\n\r\n',
        b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: \r\n\r\n",
        b"POST /api/token HTTP/1.1\r\nAuthorization: Basic \xff=\r\nContent-Length: 0\r\n\r\n",
        b"POST /rest/ping HTTP/1.1\r\nHost: a\r\nContent-Type: \xff\r\nContent-Length: 0\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_hardly_http(target: Target, sent: bytes) -> None:
    answer = target.raw(sent)
    status = int(answer[9:12]) if answer.startswith(b"HTTP/") else 400
    assert status < 500, answer[:600]
    assert status not in {101, 200} or b"X-Secret" not in answer
    assert status != 101
    assert b"<script>" not in answer
    target.assert_well()


def test_texts_of_others_add_no_header_and_no_line(target: Target) -> None:
    song = target.song("<img src=x onerror=alert(1)>")
    assert "\r" not in song["artist"]
    assert "\x1b" not in song["album"]
    answer = target.http.get(f"/rest/download?{target.login}&id={song['id']}")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    for name in ("%0d%0aSet-Cookie:%20a=b", "\u2028", "%E5%98%8A%E5%98%8DSet-Cookie:a=b"):
        for path in (
            f"/sign-in?next=/{name}", f"/rest/ping?{target.login}&callback={name}&f=jsonp",
            f"/authorize?state={name}&redirect_uri={name}", f"/{name}",
        ):  # fmt: skip
            told = target.http.get(path)
            assert "set-cookie" not in told.headers
    said = target.shape.operator.said()
    assert "\x1b" not in said
    as_xml = target.http.get(f"/rest/getSong?{target.login}&id={song['id']}".replace("f=json", ""))
    assert "<img" not in as_xml.text
