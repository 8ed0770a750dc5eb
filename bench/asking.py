"""An HTTP/1.1 client that costs little: one connection, or many in open loop."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence

from msgspec import Struct

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *\d", re.IGNORECASE)
_MAX_HEAD = 1 << 16


class Reply(Struct, frozen=True):
    status: int
    retry_after: bool
    body: bytes


class Wire:
    """A connection that is opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> Reply:
        try:
            return await self._ask(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            return await self._ask(request)

    async def _ask(self, request: bytes) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=_MAX_HEAD)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await (reader.readexactly(int(length[1])) if length else reader.read())
        if length is None or _CLOSE.search(head):
            self.close()
        return Reply(int(head[9:12]), _RETRY.search(head) is not None, body)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def get(path: str, token: str = "") -> bytes:
    """A request as it goes over the wire."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    return (head + "\r\n").encode()


class Load(Struct):
    """What came of requests in a span of time; latencies in seconds, from the scheduled time.

    Attributes:
        good: latencies of answers with 2xx.
        told: refused with 429 or 503 and Retry-After.
        untold: refused with 429 or 503 without it.
        failed: any other answer, or none.
        late: no answer within ten seconds.
        seconds: from the first scheduled time to the last answer.
    """

    good: list[float]
    told: int = 0
    untold: int = 0
    failed: int = 0
    late: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.good) / self.seconds

    def add(self, reply: Reply, took: float) -> None:
        if 200 <= reply.status < 300:
            self.good.append(took)
        elif reply.status in {429, 503}:
            self.told += reply.retry_after
            self.untold += not reply.retry_after
        else:
            self.failed += 1


_PATIENCE = 10.0


async def open_loop(port: int, requests: Sequence[bytes], rate: float, connections: int) -> Load:
    """Send `requests` at fixed times, `rate` a second, over whichever connection is free.

    A request that finds none free waits, and its latency counts from when it was due.
    """
    return await _drive(port, requests, connections, lambda number: number / rate)


async def closed_loop(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send `requests` as fast as they are answered; latencies mean nothing then."""
    return await _drive(port, requests, connections, lambda _: 0.0)


async def _drive(
    port: int, requests: Sequence[bytes], connections: int, due: Callable[[int], float]
) -> Load:
    load = Load([])
    waiting = iter(enumerate(requests))
    began = time.perf_counter()

    async def send() -> None:
        wire = Wire(port)
        for number, request in waiting:
            scheduled = began + due(number)
            if (early := scheduled - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            try:
                async with asyncio.timeout(_PATIENCE):
                    reply = await wire.ask(request)
            except TimeoutError:
                load.late += 1
                wire.close()
            except (OSError, asyncio.IncompleteReadError):
                load.failed += 1
                wire.close()
            else:
                load.add(reply, time.perf_counter() - scheduled)
        wire.close()

    await asyncio.gather(*(send() for _ in range(connections)))
    load.seconds = time.perf_counter() - began
    return load
