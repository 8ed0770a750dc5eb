"""The OpenSubsonic door, `/rest`: phone and desktop players.

Every call brings its own proof of who calls, in the query or a posted form; no cookie is
ever read here, so pages of other sites may call it as any program may (CORS `*`).
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, asgi
from litestar.types import ControllerRouterHandler, Receive, Scope, Send

from philomel.gateway.authentication import client_address
from philomel.gateway.delivery import MediaBytes
from philomel.gateway.public import Public, at
from philomel.gateway.subsonic import answer
from philomel.gateway.subsonic.answer import (
    Form,
    Written,
    form_of,
    is_long,
    write,
    write_failure,
)
from philomel.gateway.subsonic.call import Call, Given, Picture, Redirect, Services, Signed
from philomel.gateway.subsonic.credentials import authenticate
from philomel.gateway.subsonic.errors import GENERIC, Failure, as_failure
from philomel.gateway.subsonic.methods import method_of
from philomel.gateway.subsonic.parameters import Parameters
from philomel.gateway.subsonic.shelves import Shelves
from philomel.gateway.subsonic.texts import Texts
from philomel.kernel.caller import ANONYMOUS, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Internal, PhilomelError
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import Catalog
from philomel.services.enrichment.contract import Enrichment
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import Playlists
from philomel.services.plays.contract import Plays
from philomel.services.search.contract import SearchEngine

PREFIXES = ("/rest",)
AnyRequest = Request[Any, Any, Any]

_MAX_BODY = 1 << 20
_FORM = "application/x-www-form-urlencoded"
_LARGE = 1 << 18
"""Bytes; a longer answer is sent part by part."""
_CORS = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET, POST, HEAD",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
_DEFECT = Internal("something went wrong here; the log of this server says what")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deps:
    accounts: Accounts
    catalog: Catalog
    media: Media
    playlists: Playlists
    plays: Plays
    search: SearchEngine
    enrichment: Enrichment
    clock: Clock
    public: Public
    media_bytes: MediaBytes


def routes(deps: Deps) -> Sequence[ControllerRouterHandler]:
    door = _Door(deps)

    @asgi("/rest", is_mount=True, copy_scope=True)
    async def rest(scope: Scope, receive: Receive, send: Send) -> None:
        await door.serve(scope, receive, send)

    return (rest,)


def route_of(path: str) -> str:
    """The method of a path, if there is one of that name."""
    method = method_of(path.removeprefix("/rest"))
    return "/rest" if method is None else f"/rest/{method.name}"


def is_free(path: str) -> bool:
    """Sound and pictures."""
    method = method_of(path.removeprefix("/rest"))
    return method is not None and method.answer is None


def error_response(request: AnyRequest, error: PhilomelError) -> Response[bytes]:
    """What could not even reach a method, in the form that was asked for."""
    try:
        form = form_of(request.query_params.get("f"), request.query_params.get("callback"))
    except (Failure, ValueError):
        form = Form()
    return _refusal(form, "0", as_failure(error))


class _Door:
    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._services = Services(
            accounts=deps.accounts,
            catalog=deps.catalog,
            media=deps.media,
            playlists=deps.playlists,
            plays=deps.plays,
            search=deps.search,
            enrichment=deps.enrichment,
            clock=deps.clock,
            public=deps.public,
            shelves=Shelves(),
            texts=Texts(),
        )
        self._version = deps.public.version

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: AnyRequest = Request(scope, receive, send)
        if request.method == "OPTIONS":
            response = Response(b"", status_code=204, headers=_PREFLIGHT)
        else:
            form = Form()
            try:
                parameters, posted = await _read(request)
                form = form_of(parameters.get("f"), parameters.get("callback"))
                found = await self._answer(request, parameters, posted, form)
            except Failure as failure:
                found = _refusal(form, self._version, failure)
            except PhilomelError as error:
                found = _refusal(form, self._version, as_failure(error))
            except Exception:  # a defect here; players understand no other form of it
                _log.exception("%s failed", request.scope["path"])
                found = _refusal(form, self._version, as_failure(_DEFECT))
            if isinstance(found, Signed):
                refusal = await self._send_bytes(found.path, request, form)
                if refusal is None:
                    return
                found = refusal
            if isinstance(found, Written):
                await _send_parts(found, request)
                return
            response = found
        await response.to_asgi_response(None, request)(scope, receive, send)

    async def _send_bytes(
        self, signed: str, request: AnyRequest, form: Form
    ) -> Response[bytes] | None:
        """Send what is behind an address; the refusal, if nothing could be sent."""
        begun = False
        send = _kept_private(request.send)

        async def send_and_note(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        # A posted call is answered as if it had been asked for.
        method = "HEAD" if request.method == "HEAD" else "GET"
        asked: Any = {**request.scope, "method": method}
        try:
            await self._deps.media_bytes.send(signed, asked, request.receive, send_and_note)
        except PhilomelError as error:
            if begun:
                raise  # an answer that has begun can only be broken off
            return _refusal(form, self._version, as_failure(error))
        return None

    async def _answer(
        self, request: AnyRequest, parameters: Parameters, posted: bytes, form: Form
    ) -> Response[bytes] | Written | Signed:
        """An answer, or the signed address of the bytes that are one."""
        method = method_of(request.scope["path"])
        if method is None:
            raise Failure(GENERIC, "there is no such method", status=404)
        address = client_address(request, self._deps.public)
        base = self._deps.public.url(request)
        if method.open_to_all:
            call = Call(parameters, ANONYMOUS, "", self._services, base, address, posted, form)
        else:
            who = await authenticate(self._deps.accounts, parameters, address)
            name = who.user.name if who.user else who.caller.name
            call = Call(parameters, who.caller, name, self._services, base, address, posted, form)
        with acting(call.caller):
            if method.answer is not None:
                body = await method.answer(call)
                if is_long(body):
                    return await asyncio.to_thread(self._written, form, body)
                return self._written(form, body)
            given = await method.open(call)
        return given if isinstance(given, Signed) else _response(given)

    def _written(self, form: Form, body: answer.Node) -> Response[bytes] | Written:
        written = write(form, self._version, body)
        if written.size > _LARGE:
            return written
        return Response(written.body, media_type=_media_type(written), headers=_CORS)


def _media_type(written: Written) -> str:
    """Litestar adds the charset to the type of a text itself."""
    kind, _, _ = written.content_type.partition(";")
    return kind if kind.startswith("text/") else written.content_type


def _kept_private(send: Send) -> Send:
    """Bytes behind an address with somebody's credentials are for that player's own cache."""

    async def send_private(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [
                (name, value.replace(b"public", b"private") if name == b"cache-control" else value)
                for name, value in message["headers"]
            ]
            message = {**message, "headers": headers}
        await send(message)

    return send_private


async def _send_parts(written: Written, request: AnyRequest) -> None:
    """A long answer as it lies in memory: each part waits for the client to take those before."""
    headers = [
        (b"content-type", written.content_type.encode()),
        (b"content-length", str(written.size).encode()),
        *((name.lower().encode(), value.encode()) for name, value in _CORS.items()),
    ]
    await request.send({"type": "http.response.start", "status": 200, "headers": headers})
    for part in written.parts if request.method != "HEAD" else ():
        await request.send({"type": "http.response.body", "body": part, "more_body": True})
    await request.send({"type": "http.response.body", "body": b"", "more_body": False})


def _refusal(form: Form, version: str, failure: Failure) -> Response[bytes]:
    written = write_failure(form, version, failure)
    headers = dict(_CORS)
    if failure.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(failure.retry_after + 0.5)))
    return Response(
        written.body,
        media_type=_media_type(written),
        status_code=failure.status,
        headers=headers,
    )


def _response(given: Given) -> Response[bytes]:
    match given:
        case Picture(body):
            return Response(body, media_type="image/png", headers=_CORS)
        case Redirect(path):
            return Response(b"", status_code=302, headers={**_CORS, "Location": at(path)})
        case Signed():
            raise AssertionError("its bytes are sent, not written")


async def _read(request: AnyRequest) -> tuple[Parameters, bytes]:
    """The parameters of the query, then those of a posted form; and what else was posted."""
    query = request.scope["query_string"]
    if request.method != "POST":
        return Parameters.parse(query), b""
    body = b""
    more = True
    while more:
        message: Any = await request.receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > _MAX_BODY:
            raise Failure(GENERIC, "the form is too large", status=413)
    if request.headers.get("content-type", "").lower().startswith(_FORM):
        return Parameters.parse(query, body), b""
    return Parameters.parse(query), body
