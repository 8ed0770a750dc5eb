"""Fetches media bytes from the process that holds them, as fast as the listener takes them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from litestar.types import HTTPScope, Send
from msgspec import Struct

from philomel.gateway.delivery import handover
from philomel.gateway.delivery.errors import Undecodable
from philomel.gateway.delivery.headers import CORS
from philomel.gateway.public import Public
from philomel.kernel.caller import current
from philomel.kernel.errors import KINDS, PhilomelError, Unavailable
from philomel.services.media.contract import BadSignature

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
SILENCE_SECONDS = 60.0
STALL = 30 * 60.0
RETRY_AFTER = 5.0
_MAX_ERROR = 64 << 10

_SIGNED = re.compile(r"/media/[A-Za-z0-9._/-]+\?[\x21\x24-\x7e]*", re.ASCII)
_ASKED = (
    b"range",
    b"if-range",
    b"if-match",
    b"if-none-match",
    b"if-modified-since",
    b"if-unmodified-since",
)
_TOLD = (
    b"accept-ranges",
    b"cache-control",
    b"content-disposition",
    b"content-length",
    b"content-range",
    b"content-type",
    b"etag",
    b"last-modified",
    b"x-accel-buffering",
    b"x-content-duration",
    handover.TOLD,
)
_PASSED_ON = (200, 206, 304, 412, 416)
_KINDS: tuple[type[PhilomelError], ...] = (*KINDS, Undecodable)
_KIND_OF = {kind.http_status: kind for kind in _KINDS}


class _Error(Struct):
    code: str = "internal"
    message: str = "the media service refused"


class _ErrorBody(Struct):
    error: _Error


class ProxyBytes:
    """Opens signed addresses at the media role's own listener.

    Args:
        public: knows its base URL.
    """

    def __init__(self, public: Public) -> None:
        self._public = public
        self._address = urlsplit(public.media_address or "")
        self._client: httpx.AsyncClient | None = None

    async def send(self, signed: str, scope: HTTPScope, send: Send) -> None:
        """See `MediaBytes.send`."""
        if not _SIGNED.fullmatch(signed) or "/." in signed.partition("?")[0]:
            raise BadSignature("this address was not signed")
        async with self._answering(signed, scope) as response:
            if response.status_code not in _PASSED_ON:
                raise await _error_of(response)
            about = [(name.lower(), value) for name, value in response.headers.raw]
            told = [*CORS, *(one for one in about if one[0] in _TOLD)]
            await send(
                {
                    "type": "http.response.start",
                    "status": response.status_code,
                    "headers": told,
                }
            )
            async for chunk in _raw(response):
                async with asyncio.timeout(STALL):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @asynccontextmanager
    async def _answering(self, signed: str, scope: HTTPScope) -> "AsyncIterator[httpx.Response]":
        """The media role's answer; leaving the block before its end hangs up on it."""
        import httpx

        client = self._connect()
        asked = [one for one in scope["headers"] if one[0].lower() in _ASKED]
        asked.append((b"accept-encoding", b"identity"))
        if handover.asks(scope, self._public):
            asked.append((handover.ASKED, b"X-Accel-Redirect"))
        trace_id = current().trace_id
        if trace_id:
            span_id = current().span_id or trace_id[:16]
            asked.append((b"traceparent", f"00-{trace_id}-{span_id}-01".encode()))
        url = httpx.URL(
            scheme=self._address.scheme,
            host=self._address.hostname,
            port=self._address.port,
            raw_path=self._address.path.encode() + signed.encode(),
        )
        request = client.build_request(scope["method"], url, headers=asked)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await client.send(request, stream=True)
        except (httpx.TransportError, TimeoutError) as error:
            raise Unavailable(
                "the media service does not answer", retry_after=RETRY_AFTER
            ) from error
        try:
            yield response
        finally:
            await asyncio.shield(response.aclose())

    def _connect(self) -> "httpx.AsyncClient":
        if self._client is None:
            # Imported here: only a gateway without media of its own needs it.
            import httpx

            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS, pool=None),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=32),
                # Without TLS there is nothing to verify, and loading the authorities is slow.
                verify=self._address.scheme == "https",
                follow_redirects=False,
                trust_env=False,
            )
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


async def _raw(response: "httpx.Response") -> AsyncIterator[bytes]:
    import httpx

    try:
        async for chunk in response.aiter_raw():
            yield chunk
    except httpx.TransportError as error:
        raise Unavailable("the media service broke off") from error


async def _error_of(response: "httpx.Response") -> PhilomelError:
    """The media role's refusal, as if it had been said here."""
    body = b""
    async for chunk in _raw(response):
        body += chunk
        if len(body) > _MAX_ERROR:
            break
    try:
        told = msgspec.json.decode(body, type=_ErrorBody).error
    except msgspec.MsgspecError:
        told = _Error()
    kind = _KIND_OF.get(response.status_code, Unavailable)
    after = response.headers.get("retry-after", "")
    return kind(told.message, code=told.code, retry_after=float(after) if after.isdigit() else None)
