"""The guarded fetcher against a real server on this machine, and against lies about others."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import pytest

from philomel.app.server.network import listen
from philomel.engines.web import AddressRefused, TooLarge
from philomel.engines.web import guarded as module
from philomel.engines.web.addresses import is_excepted, is_public
from philomel.engines.web.guarded import GuardedWeb
from philomel.kernel.errors import Unavailable

AGENT = "Philomel/test (somebody@example.org)"


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        name, _, rest = self.path.lstrip("/").partition("/")
        getattr(self, "page_" + name, self.missing)(rest)

    def missing(self, _rest: str) -> None:
        self.answer(404, b"nothing", {"Retry-After": "7"})

    def page_small(self, _rest: str) -> None:
        self.answer(200, b'{"a": 1}', {"Content-Type": "Application/JSON; charset=utf-8"})

    def page_to(self, rest: str) -> None:
        self.answer(302, b"", {"Location": rest})

    def page_round(self, rest: str) -> None:
        self.answer(302, b"", {"Location": f"/round/{int(rest) - 1}" if int(rest) else "/small"})

    def page_large(self, rest: str) -> None:
        self.answer(200, b"x" * int(rest), {})

    def page_endless(self, _rest: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        except OSError:
            self.close_connection = True

    def page_slow(self, _rest: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.server.stopping.wait(5)  # type: ignore[attr-defined]
        self.close_connection = True

    def page_short(self, _rest: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def page_zipped(self, _rest: str) -> None:
        self.answer(200, b"\x1f\x8b", {"Content-Encoding": "gzip"})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        listener = listen("127.0.0.1", 0)
        super().__init__(listener.getsockname()[:2], Pages, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()
        self.place = f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.stopping.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
async def web(server: Server) -> AsyncIterator[GuardedWeb]:
    made = GuardedWeb(AGENT, [server.place])
    yield made
    await made.close()


async def test_an_answer_comes_as_it_is(web: GuardedWeb, server: Server) -> None:
    found = await web.get(f"http://{server.place}/small", limit=100)
    assert (found.status, found.content_type, found.body) == (200, "application/json", b'{"a": 1}')
    [(_, headers)] = server.asked
    assert headers["User-Agent"] == AGENT
    assert headers["Accept-Encoding"] == "identity"


async def test_a_refusal_says_when_to_come_back(web: GuardedWeb, server: Server) -> None:
    found = await web.get(f"http://{server.place}/nothing", limit=100)
    assert (found.status, found.retry_after) == (404, 7.0)


async def test_redirects_are_followed_five_times(web: GuardedWeb, server: Server) -> None:
    found = await web.get(f"http://{server.place}/round/4", limit=100)
    assert found.url.endswith("/small")
    with pytest.raises(Unavailable):
        await web.get(f"http://{server.place}/round/5", limit=100)


@pytest.mark.parametrize(
    "place",
    [
        "http://127.0.0.1:{other}/small", "http://localhost:{other}/", "http://0:{other}/",
        "http://0x7f000001:{other}/", "http://2130706433:{other}/", "http://127.1:{other}/",
        "http://[::1]:{other}/", "http://[::ffff:127.0.0.1]:{other}/", "http://localhost.:{other}/",
        "http://169.254.169.254/latest", "http://10.0.0.1/", "http://100.64.0.1/",
        "file:///etc/passwd", "gopher://127.0.0.1:{other}/", "data:text/plain,hello", "ftp://x/",
        "http://user:word@127.0.0.1:{other}/", "http://127.0.0.1:{other}/\r\nX: 1", "http:///x",
        "http://[::1", "https://\u2127.example/", "javascript:alert(1)", "//127.0.0.1:{other}/",
    ],
)  # fmt: skip
async def test_private_addresses_are_refused(web: GuardedWeb, server: Server, place: str) -> None:
    """Another port of this machine is not the excepted server: asked for, or by a redirect."""
    other = Server()
    thread = threading.Thread(target=other.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    url = place.format(other=other.place.rpartition(":")[2])
    try:
        with pytest.raises((AddressRefused, Unavailable)) as refusal:
            await web.get(url, limit=100)
        assert isinstance(refusal.value, AddressRefused) or "0x" in url or "localhost." in url
        if "\r" not in url and url.isascii() and "://" in url and "///x" not in url:
            with pytest.raises((AddressRefused, Unavailable)):
                await web.get(f"http://{server.place}/to/{url}", limit=100)
        assert other.asked == []
    finally:
        other.shutdown()
        other.server_close()


async def test_the_judged_address_is_the_one_that_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that changes its mind is asked once for each connection."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    connected: list[str] = []

    async def resolve(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    class Recorder:
        async def connect_tcp(self, host: str, *_rest: Any) -> Any:
            connected.append(host)
            raise httpcore.ConnectError("there is no network in this test")

    monkeypatch.setattr(module, "_resolve", resolve)
    web = GuardedWeb(AGENT)
    monkeypatch.setattr(web._pool._network_backend, "_inner", Recorder())
    with pytest.raises(Unavailable):
        await web.get(f"http://rebinding.example:{server.place.rpartition(':')[2]}/", limit=100)
    assert connected == ["93.184.215.14"]
    with pytest.raises(AddressRefused):
        await web.get("http://rebinding.example/", limit=100)
    assert connected == ["93.184.215.14"]


async def test_one_private_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.7"]

    monkeypatch.setattr(module, "_resolve", resolve)
    with pytest.raises(AddressRefused):
        await GuardedWeb(AGENT).get("http://both.example/", limit=100)


@pytest.mark.parametrize("page", ["large/1001", "endless"])
async def test_bodies_are_bounded(web: GuardedWeb, server: Server, page: str) -> None:
    with pytest.raises(TooLarge):
        await web.get(f"http://{server.place}/{page}", limit=1000)
    assert (await web.get(f"http://{server.place}/large/1000", limit=1000)).status == 200


async def test_time_is_bounded(web: GuardedWeb, server: Server) -> None:
    started = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable):
        await web.get(f"http://{server.place}/slow", limit=1000, seconds=0.1)
    assert asyncio.get_running_loop().time() - started < 3


@pytest.mark.parametrize("page", ["short", "zipped"])
async def test_broken_answers_are_no_answers(web: GuardedWeb, server: Server, page: str) -> None:
    with pytest.raises(Unavailable):
        await web.get(f"http://{server.place}/{page}", limit=10_000)


async def test_nobody_there() -> None:
    listener = listen("127.0.0.1", 0)
    place = f"127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    with pytest.raises(Unavailable):
        await GuardedWeb(AGENT, [place]).get(f"http://{place}/", limit=10)
    with pytest.raises(Unavailable):
        await GuardedWeb(AGENT).get("http://no-such-name.invalid/", limit=10)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("172.31.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("0.0.0.0", False), ("255.255.255.255", False),
        ("224.0.0.1", False), ("100.64.0.1", False), ("198.18.0.1", False), ("240.0.0.1", False),
        ("::1", False), ("::", False), ("fe80::1%eth0", False), ("fc00::1", False),
        ("ff02::1", False), ("::ffff:10.0.0.1", False), ("::ffff:93.184.215.14", True),
        ("64:ff9b::7f00:1", False), ("64:ff9b::5db8:d70e", True), ("2002:7f00:1::", False),
        ("2001:0:53aa:64c::1", False), ("fec0::1", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_an_exception_is_one_server() -> None:
    assert is_excepted("Mirror.lan", 80, ["mirror.LAN:80"])
    assert not is_excepted("mirror.lan", 81, ["mirror.lan:80"])
