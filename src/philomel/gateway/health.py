"""Whether this process lives, whether it can serve, and its numbers."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from philomel.gateway.metrics import CONTENT_TYPE, Metrics
from philomel.gateway.public import Public, is_loopback
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
        metrics_token: opens `/metrics` to clients that are not on this machine.
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
            raise PermissionDenied("metrics are for this machine, or with the metrics token")
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
    if deps.metrics_token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(given.encode(), deps.metrics_token.encode()):
            return True
    client = request.client
    if client is None or not is_loopback(client.host):
        return False
    # A proxy on this machine carries strangers: what it forwards is not from here.
    return not any(
        name.startswith("x-forwarded") or name == "forwarded" for name in request.headers
    )
