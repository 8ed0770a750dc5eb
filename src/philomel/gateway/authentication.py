"""Who sends a request: a bearer token or the session cookie becomes a caller.

A browser adds the cookie by itself, also to requests that another site makes it send. A
cookie therefore changes something only when the browser says that one of our own pages
asked (`Sec-Fetch-Site` or `Origin`), and it is `SameSite=Lax` besides. Programs that are
no browsers send neither header and hold no cookie that a stranger's page could use.
"""

import hashlib
import ipaddress
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from philomel.engines.cache import Cache
from philomel.gateway.public import Public
from philomel.kernel.caller import ANONYMOUS, Caller, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PermissionDenied, RateLimited, Unauthenticated
from philomel.services.accounts.contract import Accounts, Authenticate

Connection = ASGIConnection[Any, Any, Any, Any]

SESSION_COOKIE = "philomel_session"
DEVICE_COOKIE = "philomel_device"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_TOKEN = 512


class ForeignOrigin(PermissionDenied):
    """A page of another site tried to change something here."""

    code = "foreign_origin"


class Authenticator:
    """Finds the caller of a request and holds back floods of them."""

    def __init__(
        self, accounts: Accounts, cache: Cache, clock: Clock, public: Public | None = None
    ) -> None:
        self._accounts = accounts
        self._cache = cache
        self._clock = clock
        self._public = public or Public()

    async def bearer(self, connection: Connection) -> Caller:
        """Who holds the request's bearer token, or else its session cookie.

        Raises:
            Unauthenticated: there is neither, or it is not good.
            ForeignOrigin: the cookie came along with another site's request.
        """
        header = connection.headers.get("authorization")
        if header is None:
            return await self.session(connection)
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("send the access token as: Authorization: Bearer <token>")
        return await self._caller(token.strip())

    async def session(self, connection: Connection) -> Caller:
        """Who holds the request's session cookie. Raises as `bearer` does."""
        token = connection.cookies.get(SESSION_COOKIE)
        if not token:
            raise Unauthenticated("sign in first")
        self.check_origin(connection)
        return await self._caller(token)

    async def optional(self, connection: Connection) -> Caller:
        """The caller, or a stranger when nothing good was sent."""
        try:
            return await self.bearer(connection)
        except Unauthenticated:
            return ANONYMOUS

    def check_origin(self, connection: Connection) -> None:
        """Refuse what another site makes a browser send.

        Raises:
            ForeignOrigin: it would change something, and is not from one of our own pages.
        """
        if connection.scope.get("method", "GET") in _SAFE_METHODS:
            return
        site = connection.headers.get("sec-fetch-site")
        if site is not None:
            # Sent by browsers over https and to this machine; no page can forge it.
            if site not in {"same-origin", "none"}:
                raise ForeignOrigin("this request came from another site")
            return
        origin = connection.headers.get("origin")
        if origin is not None and not self._is_ours(connection, origin):
            raise ForeignOrigin("this request came from another site")

    async def limit(
        self, connection: Connection, action: str, most: int, seconds: float = 60.0
    ) -> None:
        """Count this request against its client's address.

        Raises:
            RateLimited: more than `most` within `seconds`.
        """
        network = network_of(client_address(connection, self._public))
        if (left := await self._count(f"{action}\0{network}", most, seconds)) is not None:
            raise RateLimited("too many requests from this address", retry_after=left)

    async def limit_caller(self, caller: Caller, most: int, seconds: float = 60.0) -> None:
        """Count this request against a program and the person it acts for.

        Args:
            most: within `seconds`; 0 is no limit.

        Raises:
            RateLimited: more than that.
        """
        if most <= 0:
            return
        who = f"caller\0{caller.client_id or ''}\0{caller.user_id or ''}"
        if (left := await self._count(who, most, seconds)) is not None:
            raise RateLimited("API rate limit exceeded", retry_after=left)

    async def _count(self, who: str, most: int, seconds: float) -> float | None:
        """Seconds until the next window, if this one is full."""
        window = int(self._clock.now() // (seconds * 1000))
        key = hashlib.sha256(f"{who}\0{window}".encode()).hexdigest()[:32]
        if await self._cache.add(f"limit:{key}", 1, seconds) <= most:
            return None
        return seconds - self._clock.now() / 1000 % seconds

    async def _caller(self, token: str) -> Caller:
        if not token or len(token) > _MAX_TOKEN:
            raise Unauthenticated("the token is not good")
        with acting(ANONYMOUS):
            return (await self._accounts.authenticate(Authenticate(token=token))).caller

    def _is_ours(self, connection: Connection, origin: str) -> bool:
        own = {self._public.url(connection), _own_host(connection)}
        return origin in own or (
            # A proxy may speak https while we speak http: the host must be the same anyway.
            urlsplit(origin).netloc in {urlsplit(address).netloc for address in own if address}
        )


def client_address(connection: Connection, public: Public) -> str:
    """The network address a request comes from.

    What proxies say is read only when a trusted one sent it, from its end: the first address
    that is no trusted proxy is the client. Everything before it may be made up.
    """
    client = connection.scope.get("client")
    peer = client[0] if client else "0.0.0.0"  # noqa: S104 - a Unix socket has no address
    for address in reversed(public.told(connection).hops):
        if not address:
            return peer
        if not public.trusts_address(address):
            return address
        peer = address
    return peer


def network_of(address: str) -> str:
    """What one subscriber holds: an IPv4 address or an IPv6 /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 64), strict=False))


def _own_host(connection: Connection) -> str:
    host = connection.headers.get("host", "")
    return f"{connection.scope['scheme']}://{host}" if host else ""
