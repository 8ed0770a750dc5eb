"""Passes internet radio on, so that browsers and players meet this server alone.

What a station sends is a stranger's: only what is sound by its own word is passed on, so no
page can come from this server's address. A station's address may name a playlist; its first
entry is played.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urljoin, urlsplit

from litestar.types import Send

from philomel.engines.web import Sending, Web
from philomel.gateway.delivery.headers import CORS
from philomel.gateway.delivery.slots import Slots
from philomel.kernel.errors import Unavailable

STALL = 60.0
"""Seconds a listener may leave live sound untaken."""
_LISTENERS, _EACH = 64, 8
_OPEN_SECONDS = 9.0
"""Less than a gateway waits for the media role."""
_DEEPEST = 3
_MAX_LIST = 64 << 10
_LEAST_BETWEEN = 256
"""Bytes of sound between titles: stations have thousands, and each title is work."""
_LISTS = frozenset(
    {
        "audio/x-mpegurl", "audio/mpegurl", "application/x-mpegurl", "application/mpegurl",
        "application/vnd.apple.mpegurl", "audio/x-scpls", "application/pls+xml",
    }
)  # fmt: skip
_LIST_NAMES = (".m3u", ".m3u8", ".pls")
_SOUND = frozenset({"application/ogg", "video/ogg"})
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_FILE = re.compile(r"(?im)^\s*file\d+\s*=\s*(\S+)\s*$")


class Radio:
    """Args:
    web: refuses what is not on the open internet.
    """

    def __init__(self, web: Web) -> None:
        self._web = web
        self._slots = Slots(_LISTENERS, _EACH)

    @property
    def active(self) -> int:
        return self._slots.active

    async def send(self, url: str, listener: str, send: Send, *, is_head: bool) -> None:
        """Answer with what a station sends, until it or the listener ends.

        Raises:
            AddressRefused, Unavailable, TooManyStreams: before anything was answered.
        """
        async with self._slots.take(listener), AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(_OPEN_SECONDS):
                    sending = await self._tune(url, stack)
                    between = _between(sending)
            except TimeoutError:
                raise Unavailable("the station does not answer") from None
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [
                        *CORS,
                        (b"content-type", _type_of(sending).encode("latin-1", "replace")),
                        (b"cache-control", b"no-store"),
                        (b"accept-ranges", b"none"),
                        (b"x-accel-buffering", b"no"),
                    ],
                }
            )
            if is_head:
                return
            async for chunk in _sound(sending, between):
                async with asyncio.timeout(STALL):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _tune(self, url: str, stack: AsyncExitStack) -> Sending:
        """The answer that is sound, playlists followed."""
        for _ in range(_DEEPEST):
            async with AsyncExitStack() as opening:
                sending = await opening.enter_async_context(self._web.stream(url))
                if sending.status != 200:
                    raise Unavailable(f"the station answers with {sending.status}")
                if not _is_list(sending):
                    _type_of(sending)
                    await stack.enter_async_context(opening.pop_all())
                    return sending
                url = urljoin(sending.url, _first_entry(await _read(sending)))
        raise Unavailable("the station's playlists lead to playlists")


def _is_list(sending: Sending) -> bool:
    if sending.content_type in _LISTS:
        return True
    named = urlsplit(sending.url).path.lower().endswith(_LIST_NAMES)
    return named and not sending.content_type.startswith("audio/")


async def _read(sending: Sending) -> str:
    body = bytearray()
    async for chunk in sending.chunks():
        body += chunk
        if len(body) > _MAX_LIST:
            raise Unavailable("the station's playlist is too long")
    return body.decode("utf-8", "replace")


def _first_entry(text: str) -> str:
    """The first address in an M3U or PLS.

    Raises:
        Unavailable: there is none, or it is a list of parts (HLS).
    """
    if "#EXT-X-" in text:
        raise Unavailable("the station sends HLS, which is not passed on")
    if "[playlist]" in text.lower():
        found = _FILE.search(text)
        entries = [] if found is None else [found[1]]
    else:
        lines = (line.strip().lstrip("\ufeff") for line in text.splitlines())
        entries = [line for line in lines if line and not line.startswith("#")]
    if not entries:
        raise Unavailable("the station's playlist is empty")
    return entries[0]


def _type_of(sending: Sending) -> str:
    """What the sound is.

    Raises:
        Unavailable: it is none.
    """
    kind = sending.content_type
    if kind in _UNSAID:
        return "audio/mpeg"
    if kind in _SOUND or re.fullmatch(r"audio/[a-z0-9.+\-]{1,60}", kind):
        return kind
    raise Unavailable("the station does not send sound")


def _between(sending: Sending) -> int:
    """Bytes of sound between two titles; 0 if it is sound alone.

    Raises:
        Unavailable: nearly all of it is titles.
    """
    text = sending.header("icy-metaint")
    between = int(text[:9]) if text.isascii() and text.isdigit() else 0
    if 0 < between < _LEAST_BETWEEN:
        raise Unavailable("the station sends titles and hardly any sound")
    return between


async def _sound(sending: Sending, between: int) -> AsyncIterator[bytes]:
    """What is sent without titles between: we ask for none, but some stations send them."""
    if not between:
        async for chunk in sending.chunks():
            yield chunk
        return
    left, skip = between, 0
    async for chunk in sending.chunks():
        sound = bytearray()
        at = 0
        while at < len(chunk):
            if skip:
                step = min(skip, len(chunk) - at)
                skip -= step
            elif left:
                step = min(left, len(chunk) - at)
                sound += chunk[at : at + step]
                left -= step
            else:
                skip, left, step = chunk[at] * 16, between, 1
            at += step
        if sound:
            yield bytes(sound)
