"""The share door, `/share`: what somebody lets strangers listen to.

The address is the proof: no cookie and no token is read. A page lists the tracks, and each of
them is sent from an address below it, as long as the share is there and its owner may hear
the track. Nothing else of the server can be reached from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from litestar import Request, Response, asgi
from litestar.types import ControllerRouterHandler, HTTPScope, Receive, Scope, Send

from philomel.gateway.delivery import MediaBytes
from philomel.gateway.http import MethodNotAllowed
from philomel.gateway.public import at
from philomel.gateway.share.pages import nothing, shared
from philomel.gateway.share.things import Shared, load
from philomel.gateway.site.layout import page
from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, CallerKind, acting
from philomel.kernel.errors import NotFound, PhilomelError
from philomel.services.accounts.contract import Accounts, GetUser
from philomel.services.catalog.contract import Catalog, Cover, Track
from philomel.services.media.contract import Media, SignCovers, SignStream, StreamFormat
from philomel.services.playlists.contract import OpenShare, Playlists, Share

PREFIXES = ("/share",)
_HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
_SIZE = 300
_SCOPES = ("streaming", "playlist-read-private", "playlist-read-collaborative")

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Deps:
    accounts: Accounts
    playlists: Playlists
    catalog: Catalog
    media: Media
    media_bytes: MediaBytes


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    door = _Door(deps)

    @asgi("/share", is_mount=True, copy_scope=True)
    async def share(scope: Scope, receive: Receive, send: Send) -> None:
        await door.serve(cast("HTTPScope", scope), receive, send)

    return (share,)


def route_of(path: str) -> str:
    """The token stays out of logs and numbers."""
    return "/share/{token}/{track}" if path.count("/") > 2 else "/share/{token}"


def is_free(path: str) -> bool:
    """Sound."""
    return path.count("/") > 2


def error_response(_request: AnyRequest, error: PhilomelError) -> Response[str]:
    status = 404 if isinstance(error, NotFound) else error.http_status
    return page(nothing(), status=status, headers=_HEADERS)


class _Door:
    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed("this address does not take that method")
        token, _, track_id = scope["path"].strip("/").partition("/")
        with acting(ANONYMOUS):
            opened = await self._deps.playlists.open_share(
                OpenShare(token, visit=not track_id and scope["method"] == "GET")
            )
        owner = await self._owner_of(opened)
        if track_id:
            signed = await self._sign(opened, owner, track_id, mp3=b"mp3" in scope["query_string"])
            await self._deps.media_bytes.send(signed, scope, receive, send)
            return
        with acting(owner):
            things = await load(self._deps.catalog, self._deps.playlists, opened)
            cover = await self._cover(things)
        text = shared(opened, things, at(f"/share/{opened.token}"), cover)
        request: AnyRequest = Request(scope, receive, send)
        response = page(text, headers=_HEADERS).to_asgi_response(None, request)
        await response(scope, receive, send)

    async def _owner_of(self, share: Share) -> Caller:
        """Who shares hears what is shared, and nothing more can be done in their name.

        Raises:
            NotFound: they may not come themselves at the moment, or are gone.
        """
        with acting(SERVICE):
            user = await self._deps.accounts.get_user(GetUser(share.owner_id))
        if user.disabled:
            raise NotFound("nothing is shared at this address any more")
        return Caller(
            CallerKind.USER,
            user.id,
            scopes=_SCOPES,
            explicit_allowed=user.explicit_allowed,
        )

    async def _sign(self, opened: Share, owner: Caller, track_id: str, *, mp3: bool) -> str:
        """The signed address of a shared track: it stays inside this server."""
        with acting(owner):
            things = await load(self._deps.catalog, self._deps.playlists, opened)
            asset_id = _asset(things.tracks, track_id)
            wanted = SignStream(asset_id, StreamFormat.MP3) if mp3 else SignStream(asset_id)
            return (await self._deps.media.sign_stream(wanted)).path

    async def _cover(self, things: Shared) -> str | None:
        cover = next((track.cover for track in things.tracks if track.cover), None)
        if cover is None or not cover.sizes:
            return None
        signed = await self._deps.media.sign_covers(SignCovers((_key(cover),)))
        return at(signed.items[0].path)


def _asset(tracks: Sequence[Track], track_id: str) -> str:
    for track in tracks:
        if track.id == track_id and track.asset_id is not None:
            return track.asset_id
    raise NotFound("nothing is shared at this address")


def _key(cover: Cover) -> str:
    size = min((known for known in cover.sizes if known >= _SIZE), default=max(cover.sizes))
    return f"covers/{cover.id[:2]}/{cover.id}-{size}.jpg"
