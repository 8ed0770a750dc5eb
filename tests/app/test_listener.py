"""Whoever is slow to say what they want is not waited for."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from philomel.app.server import listener
from philomel.app.server.listener import Listener


async def read_all(_scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body, or not at all if it does not come."""
    size = 0
    while (message := await receive())["type"] == "http.request":
        size += len(message["body"])
        if not message.get("more_body"):
            body = b"%d" % size
            headers = [(b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(listener, "_HEAD_SECONDS", 1.0)
    monkeypatch.setattr(listener, "_BODY_SECONDS", 1.0)
    listening = socket.create_server(("127.0.0.1", 0))
    server = Listener(read_all)
    running = asyncio.create_task(server.run_on(listening))
    yield listening.getsockname()[1]
    server.stop()
    await running
    listening.close()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b"431"),
        (b"POST / HTTP/1.1\r\nHost: a\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", b""),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b""),
    ],
)
async def test_what_stands_still_is_ended(port: int, sent: bytes, answer: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(10):
        told = await reader.read()
    assert told[9:12] == answer
    writer.close()


async def test_what_is_slow_but_comes_is_heard(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 8\r\n\r\n")
    for _ in range(8):
        await asyncio.sleep(0.15)  # slower in all than one silence may last
        writer.write(b"a")
    async with asyncio.timeout(10):
        told = await reader.read()
    assert told.endswith(b"8")
    writer.close()
