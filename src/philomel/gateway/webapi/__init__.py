"""The Web API door, `/v1`: programs written for the Spotify Web API."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from litestar import Request, Response, route
from litestar.types import ControllerRouterHandler

from philomel.gateway.authentication import Authenticator
from philomel.gateway.public import Public
from philomel.gateway.queries import parse_query
from philomel.gateway.webapi import browse, me
from philomel.gateway.webapi.call import Call, Services
from philomel.kernel.caller import acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied, PhilomelError, Unauthenticated
from philomel.services.catalog.contract import Catalog
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import ItemKind, Playlists
from philomel.services.plays.contract import Plays
from philomel.services.search.contract import SearchEngine

PREFIXES = ("/v1",)
AnyRequest = Request[Any, Any, Any]
Method = Literal["GET", "PUT", "DELETE"]
Work = Callable[[Call], Awaitable[object]]

_ROUTES: tuple[tuple[Method, str, Work], ...] = (
    ("GET", "/v1/tracks", browse.get_tracks),
    ("GET", "/v1/tracks/{id:str}", browse.get_track),
    ("GET", "/v1/albums", browse.get_albums),
    ("GET", "/v1/albums/{id:str}", browse.get_album),
    ("GET", "/v1/albums/{id:str}/tracks", browse.get_album_tracks),
    ("GET", "/v1/artists", browse.get_artists),
    ("GET", "/v1/artists/{id:str}", browse.get_artist),
    ("GET", "/v1/artists/{id:str}/albums", browse.get_artist_albums),
    ("GET", "/v1/artists/{id:str}/top-tracks", browse.get_artist_top_tracks),
    ("GET", "/v1/search", browse.search),
    ("GET", "/v1/me", me.profile),
    ("GET", "/v1/me/tracks", me.saved_tracks),
    ("PUT", "/v1/me/tracks", me.save(ItemKind.TRACK)),
    ("DELETE", "/v1/me/tracks", me.unsave(ItemKind.TRACK)),
    ("GET", "/v1/me/tracks/contains", me.contains(ItemKind.TRACK)),
    ("GET", "/v1/me/albums", me.saved_albums),
    ("PUT", "/v1/me/albums", me.save(ItemKind.ALBUM)),
    ("DELETE", "/v1/me/albums", me.unsave(ItemKind.ALBUM)),
    ("GET", "/v1/me/albums/contains", me.contains(ItemKind.ALBUM)),
    ("GET", "/v1/me/following", me.followed),
    ("PUT", "/v1/me/following", me.follow),
    ("DELETE", "/v1/me/following", me.unfollow),
    ("GET", "/v1/me/following/contains", me.follows),
    ("PUT", "/v1/me/library", me.save_uris),
    ("DELETE", "/v1/me/library", me.unsave_uris),
    ("GET", "/v1/me/library/contains", me.contains_uris),
    ("GET", "/v1/me/player/recently-played", me.recently_played),
    ("GET", "/v1/me/top/tracks", me.top_tracks),
    ("GET", "/v1/me/top/artists", me.top_artists),
)
_JSON = "application/json; charset=utf-8"
# Pages of other sites may call this door with a token of theirs. Browsers send no cookie
# along when every origin is allowed, and refuse the answer if a page makes them.
_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True)
class Deps:
    authenticator: Authenticator
    catalog: Catalog
    media: Media
    playlists: Playlists
    plays: Plays
    search: SearchEngine
    public: Public


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    door = _Door(deps)
    paths = dict.fromkeys(path for _, path, _ in _ROUTES)
    return [  # preflights first, or Litestar answers OPTIONS in its own way
        *(_preflight(path) for path in paths),
        *(door.handler(method, path, work) for method, path, work in _ROUTES),
    ]


def error_response(_request: AnyRequest, error: PhilomelError) -> Response[bytes]:
    """A failure as `{"error": {"status", "message"}}`, as clients of this API read it."""
    headers = dict(_CORS)
    status, message = error.http_status, error.message
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="philomel", error="invalid_token"'
    if isinstance(error, PermissionDenied) and "scope" in message:
        headers["WWW-Authenticate"] = 'Bearer realm="philomel", error="insufficient_scope"'
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after + 0.5)))
    body = msgspec.json.encode({"error": {"status": status, "message": message}})
    return Response(body, status_code=status, media_type=_JSON, headers=headers)


def _preflight(path: str) -> ControllerRouterHandler:
    @route(path, http_method=["OPTIONS"], status_code=204)
    async def preflight() -> Response[None]:
        return Response(None, status_code=204, headers=_PREFLIGHT)

    return preflight


class _Door:
    def __init__(self, deps: Deps) -> None:
        self._public = deps.public
        self._authenticator = deps.authenticator
        self._services = Services(
            catalog=deps.catalog,
            media=deps.media,
            playlists=deps.playlists,
            plays=deps.plays,
            search=deps.search,
        )

    def handler(self, method: Method, path: str, work: Work) -> ControllerRouterHandler:
        @route(path, http_method=[method], status_code=200)
        async def handle(request: AnyRequest) -> Response[bytes]:
            caller = await self._authenticator.bearer(request)
            call = Call(
                services=self._services,
                caller=caller,
                base=self._public.url(request),
                path=request.scope["path"].rstrip("/"),
                query=parse_query(request.scope["query_string"]),
                id=request.path_params.get("id", ""),
                body=b"" if method == "GET" else await _body(request),
            )
            with acting(caller):
                answer = await work(call)
            body = b"" if answer is None else msgspec.json.encode(answer)
            return Response(body, media_type=_JSON, headers=_CORS)

        return handle


async def _body(request: AnyRequest) -> bytes:
    try:
        return await request.body()
    except UnicodeDecodeError:
        raise InvalidArgument("Error parsing JSON.") from None
