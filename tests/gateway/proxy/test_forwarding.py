"""What is believed of what a proxy says, and in which dialect."""

import re
from pathlib import Path
from typing import Any

import pytest
from litestar import Request
from litestar.datastructures import Headers

from philomel import gateway
from philomel.gateway.authentication import client_address
from philomel.gateway.forwarding import Dialect, Told, read
from philomel.gateway.public import Public

OURS = Public(trusted_proxies=("10.0.0.0/8",))
THEIRS = Public(trusted_proxies=("10.0.0.0/8",), dialect=Dialect.FORWARDED)


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers([(name.encode(), value.encode()) for name, value in pairs])


def request(peer: str, *pairs: tuple[str, str]) -> Request[Any, Any, Any]:
    scope: Any = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"inside:4040"), *((a.encode(), b.encode()) for a, b in pairs)],
        "client": (peer, 5000),
        "server": ("127.0.0.1", 4040),
        "state": {},
    }
    return Request(scope)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("for=192.0.2.60;proto=http;host=a.example", (("192.0.2.60",), "http", "a.example")),
        ('For="[2001:db8:cafe::17]:4711"', (("2001:db8:cafe::17",), None, None)),
        ("for=192.0.2.43, for=198.51.100.17", (("192.0.2.43", "198.51.100.17"), None, None)),
        ('for="192.0.2.1:80";host="evil, b"', (("192.0.2.1",), None, "evil, b")),
        ("for=unknown;proto=https", (("",), "https", None)),
        ("for=_hidden, for=203.0.113.5", (("", "203.0.113.5"), None, None)),
        ("proto=http, for=203.0.113.5;proto=https", (("", "203.0.113.5"), "https", None)),
        ('for="192.0.2.1', ((), None, None)),
        ("for=192.0.2.1 for=192.0.2.2", ((), None, None)),
        ("x" * 5000, ((), None, None)),
        ("", ((), None, None)),
    ],
)
def test_forwarded_is_read_as_its_rfc_says(
    value: str, told: tuple[tuple[str, ...], str | None, str | None]
) -> None:
    assert read(headers(("forwarded", value)), Dialect.FORWARDED) == Told(*told)


def test_the_nearest_proxys_word_counts() -> None:
    """Proxies add to the end; what stands before it may be the client's own."""
    sent = request(
        "10.0.0.1",
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "203.0.113.5"),
        ("x-forwarded-host", "evil.example, music.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/music/"),
    )
    assert OURS.url(sent) == "https://music.example/music"
    assert client_address(sent, OURS) == "203.0.113.5"


@pytest.mark.parametrize("prefix", ["//evil.example", "/a/../b", "/<b>", "music", "/a\nb", "/é"])
def test_a_prefix_is_a_plain_path(prefix: str) -> None:
    assert OURS.url(request("10.0.0.1", ("x-forwarded-prefix", prefix))) == "http://inside:4040"


def test_only_one_dialect_is_read() -> None:
    """A proxy that writes one kind of header passes on the other as its client wrote it."""
    forged = ("forwarded", "for=127.0.0.1;host=evil.example;proto=https")
    assert OURS.url(request("10.0.0.1", forged)) == "http://inside:4040"
    assert client_address(request("10.0.0.1", forged), OURS) == "10.0.0.1"
    forged = ("x-forwarded-host", "evil.example")
    assert THEIRS.url(request("10.0.0.1", forged)) == "http://inside:4040"
    told = ("forwarded", 'for="[2001:db8::1]:99";host=music.example;proto=https')
    assert THEIRS.url(request("10.0.0.1", forged, told)) == "https://music.example"
    assert client_address(request("10.0.0.1", told), THEIRS) == "2001:db8::1"


def test_a_stranger_is_not_heard() -> None:
    pairs = (("forwarded", "for=127.0.0.1;host=evil.example"), ("x-forwarded-host", "evil.example"))
    for public in (OURS, THEIRS):
        assert public.url(request("192.0.2.9", *pairs)) == "http://inside:4040"
        assert client_address(request("192.0.2.9", *pairs), public) == "192.0.2.9"


def test_no_address_of_a_page_forgets_the_path_it_lies_under() -> None:
    """Below a path, "/" is somebody else's: links and redirects go through `at`."""
    folder = Path(str(gateway.__file__)).parent
    bare = re.compile(r"""(?:Redirect\(|href=|src=|action=)f?["']/""")
    forgotten = [
        f"{path.name}: {line.strip()}"
        for path in folder.rglob("*.py")
        for line in path.read_text().splitlines()
        if bare.search(line)
    ]
    assert forgotten == []
