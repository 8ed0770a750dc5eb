"""The extension door, `/api/philomel/v1`: what no existing protocol has words for.

Administration, progress, and what Philomel knows of music beyond the Web API. A topic is a
module with `ROUTES`; the OpenAPI description follows from them.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, route
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from philomel.gateway.api import (
    audit,
    backups,
    browsing,
    enrichment,
    findings,
    libraries,
    merges,
    playback,
    playlists,
    scans,
    server,
    sounds,
    stations,
)
from philomel.gateway.api.accounts import entering, factors, own, people
from philomel.gateway.api.description import describe
from philomel.gateway.api.operation import Access, Call, Download, Event, Route, Routes, Services
from philomel.gateway.api.playlists import shares
from philomel.gateway.api.writing import mending, uploads
from philomel.gateway.authentication import Authenticator, client_address
from philomel.gateway.backups import BackupDesk
from philomel.gateway.http import WrongMediaType, plain_error, retry_header
from philomel.gateway.public import Public
from philomel.gateway.queries import parse_query
from philomel.kernel.caller import Caller, acting
from philomel.kernel.errors import InvalidArgument, PhilomelError, Unauthenticated
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import Catalog
from philomel.services.enrichment.contract import Enrichment
from philomel.services.inspection.contract import Inspection
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import Playlists
from philomel.services.plays.contract import Plays
from philomel.services.search.contract import SearchEngine

PREFIX = "/api/philomel/v1"
PREFIXES = (PREFIX,)
TOPICS: Mapping[str, Routes] = {
    "browse": browsing.ROUTES,
    "server": server.ROUTES,
    "libraries": libraries.ROUTES,
    "uploads": uploads.ROUTES,
    "mending": mending.ROUTES,
    "sounds": sounds.ROUTES,
    "enrichment": enrichment.ROUTES,
    "findings": findings.ROUTES,
    "scans": scans.ROUTES,
    "merges": merges.ROUTES,
    "playback": playback.ROUTES,
    "playlists": playlists.ROUTES,
    "shares": shares.ROUTES,
    "audit": audit.ROUTES,
    "backups": backups.ROUTES,
    "stations": stations.ROUTES,
    "entering": entering.ROUTES,
    "account": own.ROUTES,
    "factors": factors.ROUTES,
    "people": people.ROUTES,
}
"""The operations by topic."""

HEARTBEAT_S = 15.0
"""A stream that is silent for so long says that it lives, or proxies would end it."""

AnyRequest = Request[Any, Any, Any]
_JSON = "application/json; charset=utf-8"
# As at the Web API: pages of other sites may call with a token, never with the cookie.
_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Deps:
    authenticator: Authenticator
    accounts: Accounts
    catalog: Catalog
    enrichment: Enrichment
    inspection: Inspection
    media: Media
    playlists: Playlists
    plays: Plays
    search: SearchEngine
    public: Public
    backups: BackupDesk | None = None


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    door = _Door(deps)
    every = [each for topic in TOPICS.values() for each in topic]
    paths = dict.fromkeys(each.path for each in every)
    return [
        _description(deps.public),
        *(_preflight(path) for path in paths),
        *(door.handler(each) for each in every),
    ]


def error_response(request: AnyRequest, error: PhilomelError) -> Response[Any]:
    """A failure as `{"error": {"status", "code", "message"}}`."""
    answer = plain_error(request, error)
    answer.headers.update(_CORS)
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="philomel", error="invalid_token"'
    answer.headers.update(retry_header(error))
    return answer


def _description(public: Public) -> ControllerRouterHandler:
    described = describe(PREFIX, TOPICS, public.version)

    @get(f"{PREFIX}/openapi.json")
    async def description(request: AnyRequest) -> Response[bytes]:
        servers = [{"url": public.prefix(request) + PREFIX}]
        body = msgspec.json.encode({**described, "servers": servers})
        return Response(body, media_type=_JSON, headers=_CORS)

    return description


def _preflight(path: str) -> ControllerRouterHandler:
    @route(_litestar_path(path), http_method=["OPTIONS"], status_code=204)
    async def preflight() -> Response[None]:
        return Response(None, status_code=204, headers=_PREFLIGHT)

    return preflight


def _litestar_path(path: str) -> str:
    return PREFIX + _PART.sub(r"{\1:str}", path)


class _Door:
    def __init__(self, deps: Deps) -> None:
        self._public = deps.public
        self._authenticator = deps.authenticator
        self._services = Services(
            accounts=deps.accounts,
            catalog=deps.catalog,
            enrichment=deps.enrichment,
            inspection=deps.inspection,
            media=deps.media,
            playlists=deps.playlists,
            plays=deps.plays,
            search=deps.search,
            backups=deps.backups,
        )

    def handler(self, operation: Route) -> ControllerRouterHandler:
        @route(_litestar_path(operation.path), http_method=[operation.method], status_code=200)
        async def handle(request: AnyRequest) -> Response[Any]:
            caller = await self._caller(request, operation.access)
            if operation.most is not None:
                await self._authenticator.limit(request, operation.work.__name__, operation.most)
            asked = await _asked(request, operation)
            call = Call(
                services=self._services,
                caller=caller,
                base=self._public.url(request),
                version=self._public.version,
                last_event_id=request.headers.get("last-event-id", "")[:200],
                address=client_address(request, self._public),
                device=request.headers.get("user-agent", "")[:200],
                vouched=self._public.vouched_name(request),
            )
            if operation.streams:
                start = cast("Callable[[Call, Any], AsyncIterator[Event]]", operation.work)
                return Stream(
                    _events(call, start, asked), media_type="text/event-stream", headers=_CORS
                )
            with acting(caller):
                answer = await cast("Any", operation.work)(call, asked)
            return _response(answer)

        return handle

    async def _caller(self, request: AnyRequest, access: Access) -> Caller:
        match access:
            case Access.ANYONE:
                return await self._authenticator.optional(request)
            case Access.LISTENER:
                return await self._authenticator.bearer(request)
            case Access.ADMIN:
                caller = await self._authenticator.bearer(request)
                caller.require_admin()
                return caller


async def _asked(request: AnyRequest, operation: Route) -> object:
    """The request's parameters as what the operation asks for.

    Raises:
        InvalidArgument: something is missing, of the wrong type, or not asked for.
    """
    given: dict[str, object] = {}
    from_body = operation.method in {"POST", "PUT", "PATCH"}
    if from_body and operation.takes != "application/json":
        from_body = False
        _require_type(request, operation.takes)
        given = {**parse_query(request.scope["query_string"]), "data": await request.body()}
    elif from_body:
        given = await _body(request)
    else:
        given |= parse_query(request.scope["query_string"])
    given |= request.path_params
    known = {field.encode_name for field in msgspec.structs.fields(operation.asks)}
    for name in given:
        if name not in known:
            raise InvalidArgument(f"there is no parameter {name[:50]!r}")
    try:
        return msgspec.convert(given, operation.asks, strict=from_body)
    except msgspec.ValidationError as error:
        raise InvalidArgument(str(error)) from None


async def _body(request: AnyRequest) -> dict[str, object]:
    body = await request.body()
    if not body.strip():
        return {}
    _require_type(request, "application/json")
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise InvalidArgument("the body must be a JSON object") from None


def _require_type(request: AnyRequest, wanted: str) -> None:
    """Pages of other sites cannot send these types without asking first."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != wanted:
        raise WrongMediaType(f"send the body as {wanted}")


def _response(answer: object) -> Response[Any]:
    match answer:
        case None:
            return Response(None, status_code=204, headers=_CORS)
        case Download():
            headers = dict(_CORS)
            if answer.name is not None:
                headers["Content-Disposition"] = (
                    f"attachment; filename*=UTF-8''{quote(answer.name)}"
                )
            return Stream(answer.chunks, media_type=answer.content_type, headers=headers)
        case _:
            return Response(msgspec.json.encode(answer), media_type=_JSON, headers=_CORS)


async def _events(
    call: Call, start: Callable[[Call, Any], AsyncIterator[Event]], asked: object
) -> AsyncIterator[bytes]:
    """The stream's messages, and a sign of life where it is silent."""
    with acting(call.caller, timeout=None):
        events = start(call, asked)
    async with aclosing(cast("Any", events)):
        coming: asyncio.Task[Event] | None = None
        try:
            while True:
                if coming is None:
                    coming = asyncio.create_task(_next(call, events))
                done, _ = await asyncio.wait({coming}, timeout=HEARTBEAT_S)
                if not done:
                    yield b": still here\n\n"
                    continue
                try:
                    event = coming.result()
                except StopAsyncIteration:
                    return
                except PhilomelError as error:
                    yield _frame(Event({"code": error.code, "message": error.message}, "error"))
                    return
                coming = None
                yield _frame(event)
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.wait({coming})


async def _next(call: Call, events: AsyncIterator[Event]) -> Event:
    with acting(call.caller, timeout=None):  # it goes on as long as the client listens
        return await anext(events)


def _frame(event: Event) -> bytes:
    lines = [b"event: " + event.name.encode(), b"data: " + msgspec.json.encode(event.data)]
    if event.id:
        lines.insert(0, b"id: " + event.id.encode())
    return b"\n".join(lines) + b"\n\n"
