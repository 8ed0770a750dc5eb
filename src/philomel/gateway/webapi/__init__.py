"""The Web API door, `/v1`: programs written for the Spotify Web API."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, route
from litestar.types import ControllerRouterHandler

from philomel.gateway.authentication import Authenticator
from philomel.gateway.http import MethodNotAllowed
from philomel.gateway.public import Public
from philomel.gateway.queries import parse_query
from philomel.gateway.webapi import answering
from philomel.gateway.webapi.call import Call, Services
from philomel.gateway.webapi.operation import Operation, Paths
from philomel.gateway.webapi.parameters import check_market
from philomel.gateway.webapi.table import OPERATIONS
from philomel.kernel.caller import acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument, PermissionDenied, PhilomelError, Unauthenticated
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import Catalog
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import Playlists
from philomel.services.plays.contract import Plays
from philomel.services.search.contract import SearchEngine

PREFIX = "/v1"
PREFIXES = (PREFIX,)
AnyRequest = Request[Any, Any, Any]

_PATHS = Paths(OPERATIONS)
_PLAYLIST = "/playlists/{id}"
_BELOW_OWNER = re.compile(r"^/users/[^/]+/playlists/")


@dataclass(frozen=True)
class Deps:
    authenticator: Authenticator
    accounts: Accounts
    catalog: Catalog
    media: Media
    playlists: Playlists
    plays: Plays
    search: SearchEngine
    public: Public
    clock: Clock


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    door = _Door(deps)
    return [door.handler(path, methods) for path, methods in _PATHS.by_path.items()]


def error_response(request: AnyRequest, error: PhilomelError) -> Response[bytes]:
    """A failure in the form of this door."""
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="philomel", error="invalid_token"'
    if isinstance(error, PermissionDenied) and "scope" in error.message:
        headers["WWW-Authenticate"] = 'Bearer realm="philomel", error="insufficient_scope"'
    if isinstance(error, MethodNotAllowed):
        path = request.scope["path"].removeprefix(PREFIX)
        headers["Allow"] = _PATHS.allowed(_BELOW_OWNER.sub("/playlists/", path))
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after + 0.5)))
    reason = getattr(error, "reason", None)
    return answering.failure(error.http_status, error.message, reason, headers)


class _Door:
    def __init__(self, deps: Deps) -> None:
        self._public = deps.public
        self._authenticator = deps.authenticator
        self._clock = deps.clock
        self._services = Services(
            accounts=deps.accounts,
            catalog=deps.catalog,
            media=deps.media,
            playlists=deps.playlists,
            plays=deps.plays,
            search=deps.search,
        )

    def handler(self, path: str, methods: Mapping[str, Operation]) -> ControllerRouterHandler:
        """What answers at `path`; what it does not take becomes an error with Allow."""
        taken = {**methods}
        if "GET" in methods:
            taken["HEAD"] = methods["GET"]
        templates = [PREFIX + path.replace("{id}", "{id:str}")]
        if path.startswith(_PLAYLIST):
            # Where playlists lay once, and where programs written then still ask for them.
            below = path.removeprefix(_PLAYLIST)
            templates.append(f"{PREFIX}/users/{{id:str}}/playlists/{{playlist_id:str}}{below}")
        allowed = _PATHS.allowed(path)

        @route(templates, http_method=[*taken, "OPTIONS"], status_code=200)  # type: ignore[list-item]  # Litestar wants literals
        async def handle(request: AnyRequest) -> Response[Any]:
            if request.scope["method"] == "OPTIONS":
                return answering.preflight(allowed)
            return await self._answer(request, taken[request.scope["method"]])

        return handle

    async def _answer(self, request: AnyRequest, operation: Operation) -> Response[bytes]:
        caller = await self._authenticator.bearer(request)
        operation.check(caller)
        await self._authenticator.limit_caller(caller, self._public.calls_per_minute)
        reading = operation.method == "GET"
        query = parse_query(request.scope["query_string"])
        check_market(query)
        call = Call(
            services=self._services,
            caller=caller,
            base=self._public.url(request),
            path=request.scope["path"].rstrip("/"),
            query=query,
            now=self._clock.now(),
            id=request.path_params.get("playlist_id") or request.path_params.get("id", ""),
            body=b"" if reading else await _body(request),
        )
        with acting(caller):
            content = await operation.work(call)
        known = request.headers.get("if-none-match") if reading else None
        return answering.answer(content, operation.status, reading=reading, known=known)


async def _body(request: AnyRequest) -> bytes:
    try:
        return await request.body()
    except UnicodeDecodeError:
        raise InvalidArgument("Error parsing JSON.") from None
