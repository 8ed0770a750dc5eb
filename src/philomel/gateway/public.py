"""How this server is reached from outside, as far as doors need to know."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from msgspec import Struct

AnyConnection = ASGIConnection[Any, Any, Any, State]

_HOST = re.compile(r"[A-Za-z0-9.\-_]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


class Public(Struct, frozen=True):
    """Attributes:
    version: of this server, for protocols that ask.
    base_url: the address people use, without a slash at the end; None takes it from
        each request.
    trusted_proxies: addresses and networks (CIDR) whose X-Forwarded-* headers are believed.
    media_address: base URL of the media role's own listener when the bytes are not in this
        process; None when they are.
    """

    version: str = "0"
    base_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    media_address: str | None = None

    def url(self, connection: AnyConnection) -> str:
        """The server's own address as this client sees it, without a slash at the end."""
        if self.base_url is not None:
            return self.base_url
        scheme = str(connection.scope["scheme"])
        host = connection.headers.get("host", "")
        if self.trusts(connection):
            scheme = _first(connection.headers.get("x-forwarded-proto")) or scheme
            host = _first(connection.headers.get("x-forwarded-host")) or host
        if scheme not in {"http", "https"}:
            scheme = "http"
        if not _HOST.fullmatch(host):
            name, port = connection.scope.get("server") or ("127.0.0.1", None)
            host = name if port is None else f"{name}:{port}"
        return f"{scheme}://{host}"

    def trusts(self, connection: AnyConnection) -> bool:
        """Whether the connection comes from a proxy whose word is taken."""
        client = connection.scope.get("client")
        return client is not None and self.trusts_address(client[0])

    def trusts_address(self, address: str) -> bool:
        return in_networks(address, self.trusted_proxies)


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


def _first(header: str | None) -> str | None:
    return None if header is None else header.split(",")[0].strip()
