"""How this server is reached from outside, as far as doors need to know."""

import contextvars
import ipaddress
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from msgspec import Struct

from philomel.gateway import forwarding
from philomel.gateway.forwarding import Dialect, Told

AnyConnection = ASGIConnection[Any, Any, Any, State]

_prefix: contextvars.ContextVar[str] = contextvars.ContextVar("prefix", default="")
_HOST = re.compile(r"[A-Za-z0-9.\-_]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


class Public(Struct, frozen=True):
    """Attributes:
    version: of this server, for protocols that ask.
    base_url: the address people use, without a slash at the end; None takes it from
        each request.
    trusted_proxies: addresses and networks (CIDR) whose word about a request is believed.
    dialect: the headers that they write it in.
    media_address: base URL of the media role's own listener when the bytes are not in this
        process; None when they are.
    user_header: the header in which trusted proxies say who has signed in with them; "" if none
        is believed.
    calls_per_minute: that a program may send to the Web API for one person; 0 is no limit.
    """

    version: str = "0"
    base_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    dialect: Dialect = Dialect.X_FORWARDED
    media_address: str | None = None
    user_header: str = ""
    calls_per_minute: int = 0

    def url(self, connection: AnyConnection) -> str:
        """The server's own address as this client sees it, without a slash at the end."""
        if self.base_url is not None:
            return self.base_url
        scheme = str(connection.scope["scheme"])
        host = connection.headers.get("host", "")
        told = self.told(connection)
        scheme, host = told.scheme or scheme, told.host or host
        if scheme not in {"http", "https"}:
            scheme = "http"
        if not _HOST.fullmatch(host):
            name, port = connection.scope.get("server") or ("127.0.0.1", None)
            host = name if port is None else f"{name}:{port}"
        return f"{scheme}://{host}{told.prefix}"

    def prefix(self, connection: AnyConnection) -> str:
        """The path that browsers find this server under: "" or "/music"."""
        if self.base_url is not None:
            return urlsplit(self.base_url).path.rstrip("/")
        return self.told(connection).prefix

    def told(self, connection: AnyConnection) -> Told:
        """What a proxy said of this request; nothing if it is not to be believed."""
        if not self.trusts(connection):
            return Told()
        return forwarding.read(connection.headers, self.dialect)

    def trusts(self, connection: AnyConnection) -> bool:
        """Whether the connection comes from a proxy whose word is taken."""
        client = connection.scope.get("client")
        return client is not None and self.trusts_address(client[0])

    def vouched_name(self, connection: AnyConnection) -> str | None:
        """Who a trusted proxy says has signed in with it; None unless that is believed here.

        Anybody can send the header; only the peer's own address counts, and a header that is
        there twice (a client's and the proxy's) counts for nothing.
        """
        if not self.user_header or not self.trusts(connection):
            return None
        given = connection.headers.getall(self.user_header.lower(), [])
        if len(given) != 1 or not given[0]:
            return None
        try:
            return given[0].encode("latin-1").decode()  # names are UTF-8, headers are bytes
        except UnicodeError:
            return None

    def trusts_address(self, address: str) -> bool:
        return in_networks(address, self.trusted_proxies)


def at(path: str) -> str:
    """Where the browser of the request being answered finds `path` of this server."""
    return _prefix.get() + path


@contextmanager
def lying_under(prefix: str) -> Iterator[None]:
    """Answer what is inside the block for browsers that find this server under `prefix`."""
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)


def in_networks(address: str, networks: Iterable[str]) -> bool:
    """Whether `address` lies in one of `networks`; what is no address lies in none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in ipaddress.ip_network(network, strict=False) for network in networks)


def is_loopback(address: str) -> bool:
    """Whether `address` can only be this machine."""
    return in_networks(address, ("127.0.0.0/8", "::1/128"))
