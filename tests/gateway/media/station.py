"""A radio station on this machine, in all the ways that stations are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

SOUND = bytes(range(256)) * 64
META = b"StreamTitle='A <b>';"


@dataclass
class StationServer:
    """Attributes:
    asked: the heads of the requests so far.
    open: connections that are being sent to.
    """

    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    open: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        path = head.split(b" ", 2)[1].decode()
        self.open += 1
        try:
            await self._send(path, writer)
            await writer.drain()
        except OSError:
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _send(self, path: str, writer: asyncio.StreamWriter) -> None:
        known = self._answers().get(path)
        if known is not None:
            writer.write(known)
            return
        writer.write(_said("audio/mpeg"))
        while True:
            writer.write(SOUND)
            await writer.drain()
            await asyncio.sleep(0.01)  # as live sound comes

    def _answers(self) -> dict[str, bytes]:
        live = f"[playlist]\nFile1={self.url('live')}\n".encode()
        nowhere = "Location: http://127.0.0.1:1/\r\n"
        return {
            "/live": _said("audio/ogg; codecs=opus", SOUND),
            "/unsaid": _said("application/octet-stream", SOUND),
            "/titles": _said("audio/mpeg", titled(), "icy-metaint: 1000\r\n"),
            "/hardly": _said("audio/mpeg", bytes(4_000), "icy-metaint: 1\r\n"),
            "/list.m3u": _said("text/plain", b"#EXTM3U\n#EXTINF:-1,x\nlive\n"),
            "/list.pls": _said("audio/x-scpls", live),
            "/hls": _said("application/vnd.apple.mpegurl", b"#EXTM3U\n#EXT-X-VERSION:3\na.ts\n"),
            "/round.m3u": _said("audio/x-mpegurl", b"round.m3u\n"),
            "/page": _said("text/html", b"<script>alert(1)</script>"),
            "/gone": _said("audio/mpeg", status="404 Not Found"),
            "/to-live": _said("text/plain", b"", "Location: /live\r\n", "302 Found"),
            "/to-private": _said("text/plain", b"", nowhere, "302 Found"),
            "/list-to-private": _said("audio/x-mpegurl", b"http://127.0.0.1:1/\n"),
        }


def titled() -> bytes:
    """The sound with a title after each 1,000 bytes of it."""
    found = bytearray()
    for start in range(0, len(SOUND), 1000):
        found += SOUND[start : start + 1000]
        if start + 1000 <= len(SOUND):
            found += bytes([2]) + META.ljust(32, b"\0")
    return bytes(found)


def _said(kind: str, body: bytes = b"", more: str = "", status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Connection: close\r\n\r\n"
    return head.encode() + body


@asynccontextmanager
async def stations() -> AsyncIterator[StationServer]:
    station = StationServer()
    server = await asyncio.start_server(station.answer, "127.0.0.1", 0)
    station.port = server.sockets[0].getsockname()[1]
    try:
        yield station
    finally:
        server.close()
