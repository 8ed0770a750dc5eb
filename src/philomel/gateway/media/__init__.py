"""The media door, `/media`: signed bytes.

An address is all that is needed and all that is believed: no cookie and no token is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from litestar import asgi
from litestar.types import ControllerRouterHandler, HTTPScope, Receive, Scope, Send

from philomel.gateway.delivery import MediaBytes
from philomel.gateway.http import ReadOnly
from philomel.gateway.public import at
from philomel.kernel.errors import PhilomelError

PREFIXES = ("/media",)
_CHECK = b"/media/check"
_KINDS = frozenset({"stream", "cover", "hls", "radio", "check"})


@dataclass(frozen=True)
class Deps:
    media_bytes: MediaBytes


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    @asgi("/media", is_mount=True, copy_scope=True)
    async def media(scope: Scope, receive: Receive, send: Send) -> None:
        method = cast("HTTPScope", scope)["method"]
        if method == "OPTIONS":
            await deps.media_bytes.preflight(send)
        elif method in {"GET", "HEAD"} and scope["raw_path"] == _CHECK:
            await _check(deps.media_bytes, cast("HTTPScope", scope), send)
        elif method in {"GET", "HEAD"}:
            await deps.media_bytes.send(_address(scope), scope, receive, send)
        else:
            raise ReadOnly("this address does not take that method")

    return (media,)


def route_of(path: str) -> str:
    """The kind of thing at an address."""
    kind = path.split("/")[2:3]
    return f"/media/{kind[0]}" if kind and kind[0] in _KINDS else "/media"


def is_free(_path: str) -> bool:
    """Bytes have limits of their own."""
    return True


async def _check(media_bytes: MediaBytes, scope: HTTPScope, send: Send) -> None:
    """Tell a cache in front of this server whether it may answer a request by itself.

    It asks with the request's address in `X-Original-URI`, as nginx's auth_request does.
    """
    asked = dict(scope["headers"]).get(b"x-original-uri", b"").decode("latin-1")
    try:
        await media_bytes.check(asked.removeprefix(at("")))
    except PhilomelError as error:
        if error.http_status >= 500:
            raise
        status = 403  # nginx takes nothing else for a refusal
    else:
        status = 204
    headers = [(b"content-length", b"0")] if status == 403 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _address(scope: Scope) -> str:
    """Path and query byte for byte as they were sent: what was encoded was never signed."""
    raw = scope["raw_path"] + b"?" + scope["query_string"]
    return raw.decode("latin-1")
