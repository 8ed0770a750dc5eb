"""The media door, `/media`: signed bytes.

An address is all that is needed and all that is believed: no cookie and no token is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from litestar import asgi
from litestar.types import ControllerRouterHandler, HTTPScope, Receive, Scope, Send

from philomel.gateway.delivery import MediaBytes
from philomel.gateway.http import MethodNotAllowed

PREFIXES = ("/media",)


@dataclass(frozen=True)
class Deps:
    media_bytes: MediaBytes


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    @asgi("/media", is_mount=True, copy_scope=True)
    async def media(scope: Scope, receive: Receive, send: Send) -> None:
        method = cast("HTTPScope", scope)["method"]
        if method == "OPTIONS":
            await deps.media_bytes.preflight(send)
        elif method in {"GET", "HEAD"}:
            await deps.media_bytes.send(_address(scope), scope, receive, send)
        else:
            raise MethodNotAllowed("this address does not take that method")

    return (media,)


def _address(scope: Scope) -> str:
    """Path and query byte for byte as they were sent: what was encoded was never signed."""
    raw = scope["raw_path"] + b"?" + scope["query_string"]
    return raw.decode("latin-1")
