"""One HTTP application out of the doors: errors in each door's form, limits, headers.

What a door does not say itself is said here, for every answer: what browsers may do with
it, that nobody keeps it, and the trace it belongs to.
"""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from philomel.gateway.admission import Admission, Overloaded, Turn
from philomel.gateway.metrics import Metrics
from philomel.gateway.public import Public, lying_under
from philomel.kernel.caller import Context, entering
from philomel.kernel.errors import (
    DeadlineExceeded,
    Internal,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    PhilomelError,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from philomel.kernel.spans import Kind, Span, span

AnyRequest = Request[Any, Any, State]
ErrorResponse = Callable[[AnyRequest, PhilomelError], Response[Any]]
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 1 << 20
_ISSUER = "/.well-known/oauth-authorization-server"
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    # Not "no-referrer": browsers would then send forms of our own pages with "Origin: null".
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_LIVE = b"text/event-stream"
"""What a proxy must not hold back until it is much."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = logging.getLogger(__name__)
_requests = logging.getLogger("philomel.requests")
"""One line a request, at the level "info"; the setting log_requests lets it through."""


class MethodNotAllowed(InvalidArgument):
    """Attributes:
    allow: the methods that the address takes, where they are known.
    """

    http_status, code = 405, "method_not_allowed"
    allow = ""


class ReadOnly(MethodNotAllowed):
    allow = "GET, HEAD, OPTIONS"


class TooLarge(InvalidArgument):
    http_status, code = 413, "too_large"


class WrongMediaType(InvalidArgument):
    http_status, code = 415, "wrong_media_type"


_REFUSALS: Mapping[int, tuple[type[PhilomelError], str]] = {
    401: (Unauthenticated, "sign in first"),
    403: (PermissionDenied, "this is not allowed"),
    404: (NotFound, "there is nothing at this address"),
    405: (MethodNotAllowed, "this address does not take that method"),
    413: (TooLarge, "the request is too large"),
    415: (WrongMediaType, "the request has a form that is not understood"),
    429: (RateLimited, "too many requests"),
    503: (Unavailable, "this cannot be answered now"),
    504: (DeadlineExceeded, "the call took too long"),
}


@dataclass(frozen=True)
class Door:
    """One public protocol.

    Attributes:
        prefixes: path prefixes that belong to it; the longest match of all doors counts.
        error_response: how it tells a failure.
        route_of: what a path of it is counted and logged as, where it does not say it by its
            routes: never anything that a client made up.
        is_free: which of its paths are answered however much is going on: bytes, which have
            limits of their own, and how the process is.
    """

    name: str
    prefixes: tuple[str, ...]
    handlers: Sequence[ControllerRouterHandler]
    error_response: ErrorResponse
    route_of: Callable[[str], str] | None = None
    is_free: Callable[[str], bool] | None = None


def plain_error(_request: AnyRequest, error: PhilomelError) -> Response[Any]:
    """A failure in plain JSON, for what has no form of its own."""
    content = {"error": {"status": error.http_status, "code": error.code, "message": error.message}}
    return Response(content, status_code=error.http_status, headers=retry_header(error))


def retry_header(error: PhilomelError) -> dict[str, str]:
    """The Retry-After header of an error that says when to come back."""
    if error.retry_after is None:
        return {}
    return {"Retry-After": str(max(1, round(error.retry_after + 0.5)))}


def create_app(
    doors: Sequence[Door],
    metrics: Metrics,
    public: Public | None = None,
    admission: Admission | None = None,
) -> Application:
    """The ASGI application that answers for all `doors`.

    Args:
        public: says under which path browsers find it; they find it at the root if left out.
        admission: how much is worked on at once; the usual if left out.
    """
    table = _DoorTable(doors)

    def refuse(request: AnyRequest, exception: Exception) -> Response[Any]:
        error = as_error(exception)
        if error.http_status == Internal.http_status:
            # The path alone: a query may hold somebody's password or token.
            _log.error("%s %s failed", request.method, request.url.path, exc_info=exception)
        render = table.find(request.scope["path"]).error_response
        answer = render(request, error)
        if isinstance(error, MethodNotAllowed) and error.allow:
            answer.headers["Allow"] = error.allow
        return answer

    inner = Litestar(
        route_handlers=[handler for door in doors for handler in door.handlers],
        exception_handlers={Exception: refuse, HTTPException: refuse, 500: refuse},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MAX_BODY,
        debug=False,
    )
    admission = admission or Admission()
    metrics.numbers.append(admission.numbers)
    return _Shell(inner, table, metrics, public or Public(), admission)  # type: ignore[arg-type]  # Litestar types ASGI's dicts more narrowly


def as_error(exception: Exception) -> PhilomelError:
    """The failure in our own terms; what was not foreseen says nothing of itself."""
    if isinstance(exception, PhilomelError):
        return exception
    if isinstance(exception, TimeoutError):
        return DeadlineExceeded("the call took too long")
    if isinstance(exception, HTTPException) and exception.status_code < 500:
        known = _REFUSALS.get(exception.status_code)
        if known is None:
            return InvalidArgument(exception.detail or "the request is not understood")
        kind, message = known
        return kind(message)
    return Internal("something went wrong here; the log of this server says what")


class _DoorTable:
    """Finds the door of a path."""

    def __init__(self, doors: Sequence[Door]) -> None:
        pairs = [(prefix, door) for door in doors for prefix in door.prefixes]
        self._pairs = sorted(pairs, key=lambda pair: -len(pair[0]))
        self._rest = Door("other", (), (), plain_error)

    def find(self, path: str) -> Door:
        for prefix, door in self._pairs:
            if prefix in {"/", path} or path.startswith(prefix.rstrip("/") + "/"):
                return door
        return self._rest


class _Shell:
    """Around every request: its trace, its numbers, and the headers of its answer."""

    def __init__(
        self,
        inner: Application,
        table: _DoorTable,
        metrics: Metrics,
        public: Public,
        admission: Admission,
    ) -> None:
        self._inner = inner
        self._table = table
        self._metrics = metrics
        self._public = public
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        prefix = self._public.prefix(ASGIConnection(scope))  # type: ignore[arg-type]  # as below
        scope = _below(scope, prefix)
        path = scope["path"]  # a mounted door changes it
        door = self._table.find(path)
        trace_id, parent_id = _trace_of(scope)
        answer = _Answer(send, trace_id)
        self._metrics.begin()
        with (
            entering(Context(trace_id=trace_id, span_id=parent_id)),
            lying_under(prefix),
            span(scope["method"], Kind.SERVER) as made,
        ):
            try:
                await self._work(door, scope, receive, answer)
            except Exception as error:
                if answer.status == 0:
                    raise
                # The answer has begun: all that is left is to return, and the listener hangs up.
                cause: BaseException = error.__cause__ or error  # Litestar wraps it
                while isinstance(cause, BaseExceptionGroup) and len(cause.exceptions) == 1:
                    cause = cause.exceptions[0]
                if isinstance(cause, PhilomelError):
                    _log.warning("an answer at %s broke off: %s", path, cause)
                else:
                    _log.error("an answer at %s broke off", path, exc_info=cause)
            finally:
                route = _route_of(door, path, scope)
                self._metrics.end(door.name, route, scope["method"], answer)
                self._log(scope["method"], route, answer)
                if made is not None:
                    _describe(made, scope["method"], route, answer)

    async def _work(self, door: Door, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        """Answer in the request's turn, or refuse as the door does if there is too much to do."""
        if door.is_free is not None and door.is_free(scope["path"]):
            await self._inner(scope, receive, answer.send)
            return
        try:
            turn = answer.turn = await self._admission.enter(scope)
        except Overloaded as error:
            request: AnyRequest = Request(scope)  # type: ignore[arg-type]  # as above
            refusal = door.error_response(request, error)
            for name, value in retry_header(error).items():
                refusal.headers.setdefault(name, value)
            send: Any = refusal.to_asgi_response(None, request)
            await send(scope, receive, answer.send)
            return
        try:
            reading = scope["method"] in {"GET", "HEAD"}
            await self._inner(scope, receive if reading else turn.receiving(receive), answer.send)
        finally:
            turn.end()

    def _log(self, method: str, route: str, answer: "_Answer") -> None:
        """Say what was asked and answered: never the address itself, which may hold secrets."""
        if not _requests.isEnabledFor(logging.INFO):
            return
        method = method if method in _METHODS else "OTHER"
        milliseconds = round((time.perf_counter() - answer.began) * 1000, 1)
        text = f"{method} {route} {answer.status} {milliseconds} ms {answer.size} B"
        fields = {
            "method": method,
            "route": route,
            "status": answer.status,
            "ms": milliseconds,
            "bytes": answer.size,
        }
        _requests.info(text, extra={"fields": fields})


class _Answer:
    """Sends an answer with its headers complete, and remembers what it was.

    Attributes:
        seconds: until its first byte.
        size: bytes of its body.
    """

    def __init__(self, send: Send, trace_id: str) -> None:
        self.status = 0
        self.seconds = 0.0
        self.size = 0
        self.began = time.perf_counter()
        self.turn: Turn | None = None
        self._send = send
        self._trace_id = trace_id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self.turn is not None:
                self.turn.end()  # what is left is the client's pace
            self.status = message["status"]
            self.seconds = time.perf_counter() - self.began
            message["headers"] = _complete(message.get("headers", ()), self._trace_id)
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)


def _route_of(door: Door, path: str, scope: Scope) -> str:
    if door.route_of is not None:
        return door.route_of(path)
    return str(scope.get("path_template") or "none")


def _describe(made: Span, method: str, route: str, answer: _Answer) -> None:
    made.name = f"{method} {route}" if method in _METHODS else route
    made.attributes.update(
        {
            "http.request.method": method if method in _METHODS else "_OTHER",
            "http.route": route,
            "http.response.status_code": answer.status,
            "http.response.body.size": answer.size,
        }
    )
    if answer.status >= 500:
        made.error = str(answer.status)


def _below(scope: Scope, prefix: str) -> Scope:
    """The request as if this server lay at the root.

    Some proxies take the prefix off before they pass a request on, others leave it.
    """
    path, raw = scope["path"], scope.get("raw_path") or b""
    lead = prefix.encode("ascii")
    if not prefix:
        return scope
    if path == _ISSUER + prefix:
        # RFC 8414, 3.1: the well-known part stands before the issuer's own path.
        return {**scope, "path": _ISSUER, "raw_path": _ISSUER.encode("ascii")}
    if path == prefix and raw == lead:
        return {**scope, "path": "/", "raw_path": b"/"}
    if path.startswith(prefix + "/") and raw.startswith(lead + b"/"):
        return {**scope, "path": path[len(prefix) :], "raw_path": raw[len(lead) :]}
    return scope


def _trace_of(scope: Scope) -> tuple[str, str]:
    """The trace of the request, and the span it was sent from if that is known."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            match = _TRACEPARENT.fullmatch(value)
            if match is not None and match[1] != b"0" * 32:
                return match[1].decode(), match[2].decode()
    return secrets.token_hex(16), ""


def _complete(given: Sequence[tuple[bytes, bytes]], trace_id: str) -> list[tuple[bytes, bytes]]:
    """The answer's headers with those it did not set itself."""
    headers = list(given)
    names = {name.lower() for name, _ in headers}
    headers.extend((name, value) for name, value in _HEADERS if name not in names)
    headers.append((b"x-request-id", trace_id.encode()))
    if any(name.lower() == b"content-type" and value.startswith(_LIVE) for name, value in given):
        headers.append((b"x-accel-buffering", b"no"))
    return headers
