"""The web adapter: httpcore over a network that has public addresses only.

The name is resolved here, once, and the connection goes to the address that was judged: a
second answer of the name server (DNS rebinding) is never asked for. Redirects are followed
here as well, each judged like the first address.
"""

import asyncio
import email.utils
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore

from philomel.engines.web import AddressRefused, Fetched, Sending, TooLarge
from philomel.engines.web.addresses import is_excepted, is_public
from philomel.kernel.errors import Unavailable

MAX_REDIRECTS = 5
MAX_STREAMS = 64
_MAX_URL = 4_000
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECT_SECONDS = 10.0
_LONGEST_WAIT = 24 * 3600.0
_FORM = "application/x-www-form-urlencoded"


class GuardedWeb:
    """Fetches from public addresses.

    Args:
        user_agent: who asks, with a way to reach them; some services demand it.
        exceptions: "host:port" of servers that may have private addresses.
    """

    def __init__(self, user_agent: str, exceptions: Sequence[str] = ()) -> None:
        self._agent = user_agent
        network, context = _PublicNetwork(tuple(exceptions)), ssl.create_default_context()
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=8,
            max_keepalive_connections=4,
            keepalive_expiry=30.0,
            network_backend=network,
        )
        # Streams last for hours: they must not take the places of short questions.
        self._streams = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=MAX_STREAMS,
            max_keepalive_connections=0,
            network_backend=network,
        )

    async def get(
        self,
        url: str,
        *,
        limit: int,
        seconds: float = 20.0,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        return await self._within(seconds, url, self._follow(url, limit, headers or {}))

    async def post_form(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        limit: int,
        seconds: float = 20.0,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        return await self._within(seconds, url, self._send(url, form, limit, headers or {}))

    async def _within(
        self, seconds: float, url: str, work: Coroutine[Any, Any, Fetched]
    ) -> Fetched:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            raise Unavailable(f"{_host(url)} did not answer within {seconds:g} s") from None
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise Unavailable(f"{_host(url)} cannot be reached") from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise Unavailable(f"{_host(url)} does not speak HTTP as it should") from error

    @asynccontextmanager
    async def stream(self, url: str, *, silence: float = 30.0) -> AsyncIterator[Sending]:
        secure = False
        for _ in range(MAX_REDIRECTS + 1):
            _check(url, secure=secure)
            secure = secure or url.startswith("https:")
            async with self._opened(url, silence) as answer:
                sending = OpenAnswer(answer, url)
                if answer.status not in _REDIRECTS or not sending.header("location"):
                    yield sending
                    return
                url = _led(url, sending.header("location"))
        raise Unavailable(f"{_host(url)} redirects too often")

    @asynccontextmanager
    async def _opened(self, url: str, silence: float) -> AsyncIterator[httpcore.Response]:
        sent = {
            "Host": urlsplit(url).netloc,
            "User-Agent": self._agent,
            "Accept": "audio/*, application/ogg, */*;q=0.5",
            "Accept-Encoding": "identity",
        }
        limits = {"connect": _CONNECT_SECONDS, "pool": _CONNECT_SECONDS, "read": silence}
        try:
            async with self._streams.stream(
                "GET", url, headers=[*sent.items()], extensions={"timeout": limits}
            ) as answer:
                yield answer
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise Unavailable(f"{_host(url)} cannot be reached") from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise Unavailable(f"{_host(url)} does not speak HTTP as it should") from error

    async def close(self) -> None:
        await self._pool.aclose()
        await self._streams.aclose()

    async def _follow(self, url: str, limit: int, headers: Mapping[str, str]) -> Fetched:
        secure = False
        for _ in range(MAX_REDIRECTS + 1):
            _check(url, secure=secure)
            secure = secure or url.startswith("https:")
            found = await self._once(url, limit, headers)
            if isinstance(found, Fetched):
                return found
            if _origin(found) != _origin(url):
                headers = {}  # they were meant for the first server
            url = found
        raise Unavailable(f"{_host(url)} redirects too often")

    async def _send(
        self, url: str, form: Mapping[str, str], limit: int, headers: Mapping[str, str]
    ) -> Fetched:
        _check(url, secure=False)
        body = urlencode(form).encode("ascii")
        found = await self._once(url, limit, {"Content-Type": _FORM, **headers}, body)
        if isinstance(found, str):
            raise Unavailable(f"{_host(url)} sends a form elsewhere")
        return found

    async def _once(
        self, url: str, limit: int, headers: Mapping[str, str], body: bytes | None = None
    ) -> Fetched | str:
        """The answer, or where it says to look instead."""
        sent = {
            "Host": urlsplit(url).netloc.rpartition("@")[2],
            "User-Agent": self._agent,
            # Nothing is unpacked here, so nothing can unfold to more than was allowed.
            "Accept-Encoding": "identity",
            **headers,
        }
        timeout = {"timeout": {"connect": _CONNECT_SECONDS, "pool": _CONNECT_SECONDS}}
        if body is not None:
            sent["Content-Length"] = str(len(body))
        async with self._pool.stream(
            "GET" if body is None else "POST",
            url,
            headers=[*sent.items()],
            content=body,
            extensions=timeout,
        ) as answer:
            said = {name.lower(): value for name, value in answer.headers}
            location = said.get(b"location")
            if answer.status in _REDIRECTS and location is not None:
                return _led(url, location.decode("latin-1"))
            if said.get(b"content-encoding", b"identity").lower() != b"identity":
                raise Unavailable(f"{_host(url)} sends what was not asked for")
            read = bytearray()
            async for part in answer.aiter_stream():
                read += part
                if len(read) > limit:
                    raise TooLarge(f"{_host(url)} sends more than {limit:,} bytes")
        kind = said.get(b"content-type", b"").decode("latin-1").partition(";")[0]
        return Fetched(
            status=answer.status,
            url=url,
            content_type=kind.strip().lower(),
            body=bytes(read),
            retry_after=_seconds(said.get(b"retry-after")),
        )


class OpenAnswer:
    """An answer of which only the head has come."""

    def __init__(self, answer: httpcore.Response, url: str) -> None:
        self._answer = answer
        self._said = {name.lower(): value for name, value in answer.headers}
        self.status = answer.status
        self.url = url
        self.content_type = self.header("content-type").partition(";")[0].strip().lower()

    def header(self, name: str) -> str:
        return self._said.get(name.encode("latin-1"), b"").decode("latin-1")

    async def chunks(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part


class _PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to names whose every address is public."""

    def __init__(self, exceptions: tuple[str, ...]) -> None:
        self._exceptions = exceptions
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _resolve(host, port)
        excepted = is_excepted(host, port, self._exceptions)
        if not excepted and not all(is_public(address) for address in addresses):
            raise AddressRefused(f"{host} is not on the open internet")
        failed: Exception | None = None
        for address in addresses[:3]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("a fetch goes over the network")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} has no address") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _check(url: str, *, secure: bool) -> None:
    """Refuse what is no plain web address.

    Raises: AddressRefused.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressRefused("this is no web address") from None
    good = parts.scheme == "https" or (parts.scheme == "http" and not secure)
    odd = parts.username is not None or parts.password is not None or port == 0
    if not good or not host or odd or len(url) > _MAX_URL or not _VISIBLE.fullmatch(url):
        raise AddressRefused("this is no web address that is fetched")


def _led(url: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        return urljoin(url, location)
    except ValueError:
        raise AddressRefused("this is no web address") from None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _host(url: str) -> str:
    """What may be said of an address: its path and query can hold secrets."""
    try:
        return urlsplit(url).hostname or "the server"
    except ValueError:
        return "the server"


def _seconds(header: bytes | None) -> float | None:
    """A Retry-After header: seconds, or a date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    text = header.decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_WAIT)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return min(max(0.0, when.timestamp() - time.time()), _LONGEST_WAIT)
