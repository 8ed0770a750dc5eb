"""What somebody can try against a proxy and the server behind it."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.journeys.processes import Process
from tests.servers import nginx
from tests.servers.ports import free_port

# As careless as a proxy can be: it says nothing of whom it speaks for, and holds connections
# to the server open for several clients.
CARELESS = """
upstream philomel {{ server 127.0.0.1:{server}; keepalive 1; }}
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://philomel;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }}
}}
"""
SMUGGLED = b"GET /healthz?smuggled HTTP/1.1\r\nHost: a\r\nX-Ignore: "
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Front:
    process: Process
    port: int


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder: Path = tmp_path_factory.mktemp("careless")
    process, port = Process(folder / "data", {"metrics_token": "sesame"}), free_port()
    with nginx.serving(folder / "nginx", CARELESS.format(server=process.port, port=port), port):
        process.start()
        try:
            yield Front(process, port)
        finally:
            process.kill()


def test_a_proxy_on_this_machine_does_not_make_strangers_neighbours(front: Front) -> None:
    for headers in ({}, {"Host": "127.0.0.1"}, {"X-Forwarded-For": "127.0.0.1"}):
        assert (
            httpx.get(f"http://127.0.0.1:{front.port}/metrics", headers=headers).status_code == 403
        )


def test_made_up_headers_are_not_believed(front: Front) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=127.0.0.1;host=evil.example;proto=https",
        "X-Sendfile-Type": "X-Accel-Redirect",
        "X-Original-URI": "/evil",
        "X-Rewrite-URL": "/metrics",
    }
    for port in (front.port, front.process.port):
        for path in ("/", "/.well-known/oauth-authorization-server", "/media/check"):
            told = httpx.get(f"http://127.0.0.1:{port}{path}", headers=forged)
            assert "evil" not in told.text + str(told.headers)
        assert told.status_code == 403


@pytest.mark.parametrize("through_proxy", [True, False])
@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding:\x0bchunked\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding: chunked, identity\r\n",
        b"Content-Length: %d\r\nX: y\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: %d\r\n",
        b"Content-Length: +%d\r\n",
        b"Content-Length: %d, 5\r\n",
    ],
)
def test_a_body_is_never_taken_for_a_request(
    front: Front, framing: bytes, *, through_proxy: bool
) -> None:
    """Server and proxy agree on where a request ends, or hang up."""
    body = b"0\r\n\r\n" + SMUGGLED
    head = b"POST /sign-in HTTP/1.1\r\nHost: a\r\n" + framing.replace(b"%d", b"%d" % len(body))
    port = front.port if through_proxy else front.process.port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as attacker:
        attacker.sendall(head + b"\r\n" + body + b"\r\n\r\n")
        attacker.shutdown(socket.SHUT_WR)
        told = read_all(attacker)
    # Whatever was answered, it was one request, and not the one inside its body.
    assert b"\r\n\r\nok\n" not in told
    with socket.create_connection(("127.0.0.1", port), timeout=10) as victim:
        victim.sendall(ALIVE)
        told = read_all(victim)
    assert (told.count(b"HTTP/1.1 "), told.endswith(b"ok\n")) == (1, True)


def read_all(connection: socket.socket) -> bytes:
    told = b""
    try:
        while part := connection.recv(65_536):
            told += part
    except ConnectionResetError:
        pass
    return told
