"""The share door, `/share`: what somebody lets strangers listen to.

The address is the proof: no cookie and no token is read. Everything that belongs to a share lies
below its address, as long as the share is there and its owner may hear the track. Nothing else
of the server can be reached from here. `/oembed` tells other sites how to show a share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar import Request, Response, asgi, get
from litestar.types import ControllerRouterHandler, HTTPScope, Message, Receive, Scope, Send

from philomel.gateway.delivery import MediaBytes
from philomel.gateway.http import MethodNotAllowed, plain_error, retry_header
from philomel.gateway.public import Public, at
from philomel.gateway.share import oembed, sounds
from philomel.gateway.share.addresses import Asked, is_bytes, read, route_of
from philomel.gateway.share.pages import nothing, shared
from philomel.gateway.share.things import find, load
from philomel.gateway.share.views import ShareView, size_for, view_of
from philomel.gateway.site.layout import page
from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, CallerKind, acting
from philomel.kernel.errors import (
    Internal,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    PhilomelError,
)
from philomel.services.accounts.contract import Accounts, GetUser, User
from philomel.services.catalog.contract import Catalog, Track
from philomel.services.media.contract import Media, SignCovers
from philomel.services.playlists.contract import (
    OpenShare,
    Playlists,
    Share,
    ShareEnded,
    ShareWithdrawn,
)

__all__ = ["PREFIXES", "Deps", "error_response", "is_free", "route_of", "routes"]

PREFIXES = ("/share", "/oembed")
_SCOPES = ("streaming", "playlist-read-private", "playlist-read-collaborative")
_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; base-uri 'self'; "
    "object-src 'none'; form-action 'none'; frame-ancestors "
)
_QUIET = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
# Nothing of a share is kept where it could outlive it.
_SOUND = b"private, no-cache"
_PICTURE = b"private, max-age=300"

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Deps:
    accounts: Accounts
    playlists: Playlists
    catalog: Catalog
    media: Media
    media_bytes: MediaBytes
    public: Public


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    door = _Door(deps)

    @asgi("/share", is_mount=True, copy_scope=True)
    async def share(scope: Scope, receive: Receive, send: Send) -> None:
        await door.serve(cast("HTTPScope", scope), receive, send)

    @get("/oembed")
    async def embed(request: AnyRequest) -> Response[bytes]:
        return await door.describe(request)

    return (share, embed)


def is_free(path: str) -> bool:
    """Bytes have limits of their own."""
    return is_bytes(path)


def error_response(request: AnyRequest, error: PhilomelError) -> Response[Any]:
    path = request.scope["path"]
    embedded = path.endswith("/embed")
    if path.startswith("/oembed") or (path.count("/") > 2 and not embedded):
        return plain_error(request, error)
    headers = _headers(embedded=embedded) | retry_header(error)
    state = "unknown" if error.http_status < 500 else "busy"
    if isinstance(error, ShareEnded):
        state = "ended"
    elif isinstance(error, ShareWithdrawn):
        state = "withdrawn"
    return page(nothing(state, embedded=embedded), status=error.http_status, headers=headers)


def _headers(*, embedded: bool) -> dict[str, str]:
    """Other sites may show the small player in a frame, and nothing else."""
    return {**_QUIET, "Content-Security-Policy": _POLICY + ("*" if embedded else "'none'")}


class _Door:
    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed("this address does not take that method")
        # A mount takes its own name off the path; whoever tells a failure wants to know it.
        scope = {**scope, "path": "/share/" + scope["path"].strip("/")}
        answer = _Answer(send)
        request: AnyRequest = Request(scope, receive, send)
        try:
            await self._answer(scope, request, receive, answer)
        except PhilomelError as error:
            if answer.begun or error.http_status == Internal.http_status:
                raise
            told = error_response(request, error).to_asgi_response(None, request)
            await told(scope, receive, send)

    async def _answer(
        self, scope: HTTPScope, request: AnyRequest, receive: Receive, sending: "_Answer"
    ) -> None:
        asked = read(scope["path"])
        is_visit = asked.what in {"page", "embed"} and scope["method"] == "GET"
        with acting(ANONYMOUS):
            opened = await self._deps.playlists.open_share(OpenShare(asked.token, visit=is_visit))
        user = await self._owner_of(opened)
        answer: str | Response[Any]
        with acting(_caller(user)):
            if asked.what in {"page", "embed"}:
                view = await self._view(opened, user, self._deps.public.url(request))
                answer = await self._show(view, request, embedded=asked.what == "embed")
            elif asked.what == "playback":
                answer = await self._playback(opened, asked)
            else:
                answer = await self._bytes(opened, asked, request)
        if isinstance(answer, str):
            sending.control = _PICTURE if asked.what == "cover" else _SOUND
            await self._deps.media_bytes.send(answer, scope, receive, sending.send)
            return
        await answer.to_asgi_response(None, request)(scope, receive, sending.send)

    async def describe(self, request: AnyRequest) -> Response[bytes]:
        """How another site shows a share (oEmbed 1.0)."""
        base = self._deps.public.url(request)
        wanted = oembed.read(request.query_params, base)
        with acting(ANONYMOUS):
            opened = await self._deps.playlists.open_share(OpenShare(wanted.token))
        user = await self._owner_of(opened)
        with acting(_caller(user)):
            view = await self._view(opened, user, base)
        return Response(
            msgspec.json.encode(oembed.answer(view, wanted, base)),
            media_type="application/json",
            headers={"Access-Control-Allow-Origin": "*", **_QUIET},
        )

    async def _owner_of(self, share: Share) -> User:
        """
        Raises:
            NotFound: they may not come themselves at the moment, or are gone.
        """
        with acting(SERVICE):
            user = await self._deps.accounts.get_user(GetUser(share.owner_id))
        if user.disabled:
            raise NotFound("nothing is shared at this address any more")
        return user

    async def _view(self, opened: Share, user: User, base: str) -> ShareView:
        things = await load(self._deps.catalog, self._deps.playlists, opened)
        path = f"/share/{opened.token}"
        name = (user.display_name or user.name) if opened.named else ""
        return view_of(opened, things, name, base + path, at(path))

    async def _show(self, view: ShareView, request: AnyRequest, *, embedded: bool) -> Response[str]:
        text = shared(view, self._deps.public.url(request), embedded=embedded)
        return page(text, headers=_headers(embedded=embedded))

    async def _playback(self, opened: Share, asked: Asked) -> Response[bytes]:
        track = await self._track(opened, asked.track_id)
        above = at(f"/share/{opened.token}/tracks/{track.id}")
        told = await sounds.playback(self._deps.media, track, above)
        return Response(msgspec.json.encode(told), media_type="application/json", headers=_QUIET)

    async def _bytes(
        self, opened: Share, asked: Asked, request: AnyRequest
    ) -> str | Response[bytes]:
        """The signed address of what is asked for, which stays inside this server.

        A playlist is answered here: what it names is signed.
        """
        media = self._deps.media
        if asked.what == "cover":
            return await self._sign_cover(opened, asked.track_id, request)
        track = await self._track(opened, asked.track_id)
        if asked.what == "download":
            if not opened.downloads:
                raise PermissionDenied("this share is for listening only")
            return await sounds.sign_file(media, track)
        if asked.what == "mp3":
            return await sounds.sign_mp3(media, track)
        signed = await sounds.sign(media, track, asked.name)
        if not asked.name.endswith(".m3u8"):
            return signed
        text = await sounds.read_playlist(media, signed)
        return Response(text, media_type=sounds.PLAYLIST, headers=_QUIET)

    async def _track(self, opened: Share, track_id: str) -> Track:
        return await find(self._deps.catalog, self._deps.playlists, opened, track_id)

    async def _sign_cover(self, opened: Share, track_id: str, request: AnyRequest) -> str:
        if track_id:
            cover = (await self._track(opened, track_id)).cover
        else:
            cover = (await load(self._deps.catalog, self._deps.playlists, opened)).cover
        if cover is None or not cover.sizes:
            raise NotFound("there is no picture")
        size = request.query_params.get("size", "")
        if len(size) > 4 or (size and not size.isdecimal()):
            raise InvalidArgument("there is no such size")
        key = f"covers/{cover.id[:2]}/{cover.id}-{size_for(cover, int(size or 0) or 600)}.jpg"
        signed = await self._deps.media.sign_covers(SignCovers((key,)))
        return signed.items[0].path


def _caller(user: User) -> Caller:
    """Who shares hears what is shared, and nothing more can be done in their name."""
    return Caller(CallerKind.USER, user.id, scopes=_SCOPES, explicit_allowed=user.explicit_allowed)


class _Answer:
    """Attributes:
    begun: whether anything was said yet.
    control: how long bytes are kept, whatever these say themselves; None leaves it to them.
    """

    def __init__(self, send: Send) -> None:
        self.begun = False
        self.control: bytes | None = None
        self._send = send

    async def send(self, message: Message) -> None:
        self.begun = True
        if self.control is not None and message["type"] == "http.response.start":
            rest = [one for one in message["headers"] if one[0].lower() != b"cache-control"]
            quiet = (b"x-robots-tag", b"noindex, nofollow")
            message["headers"] = [*rest, (b"cache-control", self.control), quiet]
        await self._send(message)
