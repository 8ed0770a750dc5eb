"""What a reverse proxy tells about the request that it passes on.

Two dialects: `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix`, and RFC 7239's `Forwarded`.
Only one of them is read (a setting says which): a proxy that writes one passes on the other as
its client wrote it. Of a list only the end counts, which the nearest proxy wrote itself.
"""

import ipaddress
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

_PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", re.ASCII)
_PAIR = re.compile(r'\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*')
_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?", re.ASCII)
_LONGEST = 4096


class Dialect(StrEnum):
    X_FORWARDED = "x-forwarded"
    FORWARDED = "forwarded"


class HeaderLines(Protocol):
    """The headers of a request; one may come several times."""

    def getall(self, key: str, default: list[str]) -> list[str]: ...


class Told(Struct, frozen=True):
    """Attributes:
    hops: whom each proxy got the request from, the nearest proxy's word last; "" for what
        is no address.
    scheme, host: as the browser used them; None where nothing was said.
    prefix: the path that this server lies under, without a slash at the end.
    """

    hops: tuple[str, ...] = ()
    scheme: str | None = None
    host: str | None = None
    prefix: str = ""


def read(headers: HeaderLines, dialect: Dialect) -> Told:
    """What the proxy said. Believe it only if the proxy is trusted."""
    if dialect is Dialect.FORWARDED:
        return _read_forwarded(_joined(headers, "forwarded"))
    prefix = _last(headers, "x-forwarded-prefix") or ""
    return Told(
        hops=tuple(_address(part) for part in _parts(headers, "x-forwarded-for")),
        scheme=_last(headers, "x-forwarded-proto"),
        host=_last(headers, "x-forwarded-host"),
        prefix=prefix.rstrip("/") if is_prefix(prefix.rstrip("/")) else "",
    )


def is_prefix(path: str) -> bool:
    """Whether `path` can be what a server lies under: plain segments, no slash at the end."""
    return len(path) <= _LONGEST and _PREFIX.fullmatch(path) is not None


def _read_forwarded(text: str) -> Told:
    """Raises nothing: what is malformed says nothing."""
    if len(text) > _LONGEST:
        return Told()
    hops: list[str] = []
    last: dict[str, str] = {}
    at, pairs = 0, {}
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None:
            return Told()
        pairs[found[1].lower()] = _unquoted(found[2])
        at = found.end()
        if at < len(text) and text[at] not in ",;":
            return Told()
        if at == len(text) or text[at] == ",":
            hops.append(_address(pairs.get("for", "")))
            last, pairs = pairs, {}
        at += 1
    return Told(tuple(hops), last.get("proto"), last.get("host"))


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _address(hop: str) -> str:
    """The address of a hop, without its port."""
    found = _PORT.fullmatch(hop.strip())
    bare = (found[1] or found[2]) if found is not None else hop.strip()
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""


def _joined(headers: HeaderLines, name: str) -> str:
    return ",".join(headers.getall(name, []))


def _parts(headers: HeaderLines, name: str) -> Sequence[str]:
    joined = _joined(headers, name)
    return [part.strip() for part in joined.split(",")] if joined else []


def _last(headers: HeaderLines, name: str) -> str | None:
    parts = _parts(headers, name)
    return parts[-1] if parts else None
