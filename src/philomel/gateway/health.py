"""Whether this process lives, whether it can serve, and its numbers."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from philomel.gateway.metrics import CONTENT_TYPE, Metrics
from philomel.gateway.public import Public
from philomel.kernel.errors import PermissionDenied

Check = Callable[[], Awaitable[None]]
"""Returns if an engine or a peer can be used, and raises otherwise."""

AnyRequest = Request[object, object, State]

PREFIXES = ("/healthz", "/readyz", "/metrics")
_CHECK_SECONDS = 2.0


@dataclass(frozen=True)
class Deps:
    """What the health door needs.

    Attributes:
        checks: by the name shown for it: an engine or a peer.
        metrics_token: opens `/metrics`; nobody reads it if there is none.
    """

    public: Public
    metrics: Metrics
    checks: Mapping[str, Check]
    metrics_token: str | None = None


def routes(deps: Deps) -> Sequence[HTTPRouteHandler]:
    @get("/healthz", media_type="text/plain")
    async def healthz() -> str:
        return "ok\n"

    @get("/readyz")
    async def readyz() -> Response[dict[str, object]]:
        names = list(deps.checks)
        states = await asyncio.gather(*(_state(deps.checks[name]) for name in names))
        ready = all(state == "ok" for state in states)
        content: dict[str, object] = {
            "status": "ready" if ready else "unavailable",
            "checks": dict(zip(names, states, strict=True)),
        }
        return Response(content, status_code=200 if ready else 503)

    @get("/metrics")
    async def metrics(request: AnyRequest) -> Response[bytes]:
        if not _may_read(request, deps):
            raise PermissionDenied("metrics need the token of the setting metrics_token")
        return Response(await deps.metrics.render(), media_type=CONTENT_TYPE)

    return (healthz, readyz, metrics)


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check()
    except Exception:  # whatever is wrong with it, it is not ready
        return "unavailable"
    return "ok"


def _may_read(request: AnyRequest, deps: Deps) -> bool:
    """Only with the token: where a request comes from says nothing behind a proxy.

    A proxy on this machine comes from loopback, and without settings it says nothing of
    whom it speaks for.
    """
    if not deps.metrics_token:
        return False
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), deps.metrics_token.encode())
    return same and scheme.lower() == "bearer"
