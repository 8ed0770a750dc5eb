"""Sends media bytes out of this process's own stores."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar.types import HTTPScope, Send

from philomel.engines.blobs import Blob, Blobs
from philomel.gateway.delivery import conditions, handover, headers, ranges
from philomel.gateway.delivery.conditions import Verdict
from philomel.gateway.delivery.errors import Undecodable
from philomel.gateway.delivery.handover import Handover
from philomel.gateway.delivery.headers import Headers
from philomel.gateway.delivery.radio import Radio
from philomel.gateway.delivery.ranges import Range, Unsatisfiable
from philomel.gateway.delivery.slots import Slots
from philomel.kernel.caller import ANONYMOUS, acting, current
from philomel.kernel.errors import NotFound, PhilomelError
from philomel.services.media.contract import AssetNotFound, Media, Opened, OpenSigned, Store

STALL = 30 * 60.0
"""Seconds a listener may leave bytes untaken: a pause in a player, not a connection for ever."""

_OPEN_SECONDS = 10.0
# A proxy that gathers bytes would have a whole transcode made for a listener who skips.
_UNBUFFERED = (b"x-accel-buffering", b"no")


class LocalBytes:
    """Opens signed addresses and sends what is behind them.

    Args:
        media: says what an address stands for.
        stores: where the bytes are.
        slots: places for transcodes.
        handover: which files a proxy may send itself.
        radio: passes stations on.
    """

    def __init__(
        self,
        media: Media,
        stores: Mapping[Store, Blobs],
        slots: Slots,
        handover: Handover,
        radio: Radio | None = None,
    ) -> None:
        self._media = media
        self._stores = stores
        self._slots = slots
        self._handover = handover
        self._radio = radio

    async def send(self, signed: str, scope: HTTPScope, send: Send) -> None:
        """See `MediaBytes.send`."""
        path, _, query = signed.partition("?")
        with acting(ANONYMOUS, timeout=_OPEN_SECONDS, trace_id=current().trace_id):
            opened = await self._media.open_signed(OpenSigned(path, query))
        asked = headers.read(scope["headers"])
        is_head = scope["method"] == "HEAD"
        kept = await self._find_kept(opened, is_head)
        opened = kept or opened
        if opened.body is not None:
            await _send_body(opened, opened.body, is_head, send)
        elif opened.store is Store.STATION and self._radio is not None:
            await self._radio.send(opened.key.decode(), _listener(query), send, is_head=is_head)
        elif opened.store is Store.TRANSCODE:
            await self._send_transcode(opened, _listener(query), is_head, send)
        elif (place := self._place(opened, scope)) is not None:
            await self._hand_over(opened, place, send)
        elif is_head and kept is None and opened.kept is not None:
            await send(_start(200, _describe_growing(opened)))
        else:
            await self._send_file(opened, asked, is_head, send)
        # Only now, when everything is let go of: a finished answer looks to the server like
        # a listener who has left.
        await send(_body(b""))

    async def _find_kept(self, opened: Opened, is_head: bool) -> Opened | None:
        """What was made and kept is a file like any other, with a length and ranges.

        Only a transcode has to be looked for; and a rendition whose length alone is asked for,
        because opening one that is not there has it made.
        """
        renditions = self._stores.get(Store.RENDITIONS)
        wanted = is_head or opened.store is Store.TRANSCODE
        if opened.kept is None or renditions is None or not wanted:
            return None
        try:
            blob = await renditions.open(opened.kept)
        except PhilomelError:
            return None
        await blob.close()
        return msgspec.structs.replace(opened, store=Store.RENDITIONS, key=opened.kept)

    async def close(self) -> None:
        """The stores belong to whoever opened them."""

    async def _send_transcode(
        self, opened: Opened, listener: str, is_head: bool, send: Send
    ) -> None:
        start = _start(200, [*_describe(opened), (b"accept-ranges", b"none"), _UNBUFFERED])
        if is_head:
            # The length is known only by making it: nothing is started to answer a question.
            await send(start)
            return
        async with self._slots.take(listener), self._opening(opened) as blob:
            chunks = blob.stream()
            try:
                first = await _first(chunks)
                await send(start)
                await _pass_on(first, send)
                async for chunk in chunks:
                    await _pass_on(chunk, send)
            finally:
                await _end(chunks)

    def _place(self, opened: Opened, scope: HTTPScope) -> bytes | None:
        if opened.store is not Store.LIBRARY:
            return None
        return self._handover.place(opened.key, scope)

    async def _hand_over(self, opened: Opened, place: bytes, send: Send) -> None:
        # Opened as if it were sent from here: what is no plain file of a library stays ours.
        async with self._opening(opened):
            await send(_start(200, [*_describe(opened), (handover.TOLD, place)]))

    async def _send_file(
        self, opened: Opened, asked: Mapping[str, str], is_head: bool, send: Send
    ) -> None:
        async with self._opening(opened) as blob:
            size = blob.size
            if size is None:
                await _send_growing(opened, blob, send)
                return
            etag, modified_s = f'"{blob.etag}"', blob.modified_ns // 1_000_000_000
            described = [
                *_describe(opened),
                (b"accept-ranges", b"bytes"),
                (b"etag", etag.encode("latin-1", "replace")),
                (b"last-modified", headers.http_date(modified_s)),
            ]
            match conditions.judge(asked, etag, modified_s):
                case Verdict.NOT_MODIFIED:
                    await send(_start(304, _without_body(described)))
                    return
                case Verdict.FAILED:
                    refusal = "the file is not the one that was asked for"
                    await _refuse(412, "failed_precondition", refusal, headers.CORS, send)
                    return
            wanted = None
            # RFC 9110, 14.2: Range means something for GET alone.
            if not is_head and conditions.range_applies(asked, etag, modified_s):
                header = asked.get("range")
                wanted = None if header is None else ranges.parse(header, size)
            if wanted is Unsatisfiable.UNSATISFIABLE:
                where = [*headers.CORS, (b"content-range", b"bytes */%d" % size)]
                refusal = "the range lies outside the file"
                await _refuse(416, "range_not_satisfiable", refusal, where, send)
            elif wanted is None:
                length = (b"content-length", b"%d" % size)
                await send(_start(200, [*described, length]))
                if not is_head:
                    await _send_range(blob, (0, size), send)
            else:
                await _send_partial(blob, size, wanted, described, send)

    @asynccontextmanager
    async def _opening(self, opened: Opened) -> AsyncIterator[Blob]:
        """The blob, closed at the end whatever happens."""
        store = self._stores.get(opened.store)
        if store is None:
            raise NotFound("this process has no such store")
        try:
            blob = await store.open(opened.key)
        except NotFound as error:
            if opened.store is Store.COVERS:
                raise
            raise AssetNotFound("the file is not there any more") from error
        except PhilomelError as error:
            raise _refusal(error) from error
        try:
            yield blob
        finally:
            await blob.close()


async def _send_body(opened: Opened, body: bytes, is_head: bool, send: Send) -> None:
    """A playlist."""
    length = (b"content-length", b"%d" % len(body))
    await send(_start(200, [*_describe(opened), length]))
    if not is_head:
        await _pass_on(body, send)


async def _send_growing(opened: Opened, blob: Blob, send: Send) -> None:
    """A rendition that is being made: from its start, once."""
    chunks = blob.stream()
    try:
        first = await _first(chunks)
        await send(_start(200, _describe_growing(opened)))
        await _pass_on(first, send)
        async for chunk in chunks:
            await _pass_on(chunk, send)
    finally:
        await _end(chunks)


async def _send_partial(
    blob: Blob, size: int, wanted: tuple[Range, ...], described: Headers, send: Send
) -> None:
    if len(wanted) == 1:
        ((start, stop),) = wanted
        about = [
            (b"content-range", b"bytes %d-%d/%d" % (start, stop - 1, size)),
            (b"content-length", b"%d" % (stop - start)),
        ]
        await send(_start(206, [*described, *about]))
        await _send_range(blob, wanted[0], send)
        return
    boundary = secrets.token_hex(16).encode()
    mime = next(value for name, value in described if name == b"content-type")
    heads = [
        b"\r\n--%b\r\nContent-Type: %b\r\nContent-Range: bytes %d-%d/%d\r\n\r\n"
        % (boundary, mime, start, stop - 1, size)
        for start, stop in wanted
    ]
    tail = b"\r\n--%b--\r\n" % boundary
    length = sum(map(len, heads)) + sum(stop - start for start, stop in wanted) + len(tail)
    rest = [one for one in described if one[0] != b"content-type"]
    about = [
        (b"content-type", b"multipart/byteranges; boundary=" + boundary),
        (b"content-length", b"%d" % length),
    ]
    await send(_start(206, [*rest, *about]))
    for head, one in zip(heads, wanted, strict=True):
        await _pass_on(head, send)
        await _send_range(blob, one, send)
    await _pass_on(tail, send)


async def _send_range(blob: Blob, wanted: Range, send: Send) -> None:
    chunks = blob.stream(*wanted)
    try:
        async for chunk in chunks:
            await _pass_on(chunk, send)
    finally:
        await _end(chunks)


async def _pass_on(chunk: bytes, send: Send) -> None:
    """Hand a chunk on as fast as the listener takes it."""
    async with asyncio.timeout(STALL):
        await send(_body(chunk, more=True))


async def _first(chunks: AsyncIterator[bytes]) -> bytes:
    """The first bytes of a transcode: until they are there, it can still be refused."""
    try:
        return await anext(chunks, b"")
    except PhilomelError as error:
        raise _refusal(error) from error


def _refusal(error: PhilomelError) -> PhilomelError:
    """What a listener is told."""
    if error.code == "workers.task_failed":
        return Undecodable("this file cannot be decoded")
    return error


async def _end(chunks: AsyncIterator[bytes]) -> None:
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()


def _describe(opened: Opened) -> Headers:
    """What is the same for every answer that brings bytes."""
    control = b"public, max-age=31536000, immutable" if opened.immutable else b"private, no-cache"
    described = [
        *headers.CORS,
        (b"content-type", opened.content_type.encode("latin-1")),
        (b"cache-control", control),
    ]
    if opened.download is not None:
        described.append((b"content-disposition", headers.content_disposition(opened.download)))
    if opened.duration_ms is not None:
        described.append((b"x-content-duration", b"%.3f" % (opened.duration_ms / 1000)))
    return described


def _describe_growing(opened: Opened) -> Headers:
    """What is being made, or would be, is not what will be kept: it has no ranges yet."""
    described = [one for one in _describe(opened) if one[0] != b"cache-control"]
    return [*described, (b"accept-ranges", b"none"), (b"cache-control", b"no-store")]


def _without_body(described: Headers) -> Headers:
    return [one for one in described if one[0] not in {b"content-type", b"content-disposition"}]


def _listener(query: str) -> str:
    """Who a verified address was made for."""
    return next((pair[2:] for pair in query.split("&") if pair.startswith("u=")), "")


async def _refuse(
    status: int, code: str, message: str, about: Iterable[tuple[bytes, bytes]], send: Send
) -> None:
    content = {"error": {"status": status, "code": code, "message": message}}
    body = json.dumps(content).encode()
    length = (b"content-length", b"%d" % len(body))
    await send(_start(status, [*about, (b"content-type", b"application/json"), length]))
    await _pass_on(body, send)


def _start(status: int, about: Headers) -> Any:
    return {"type": "http.response.start", "status": status, "headers": about}


def _body(data: bytes, *, more: bool = False) -> Any:
    return {"type": "http.response.body", "body": data, "more_body": more}
