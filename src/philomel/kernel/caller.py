"""Who is calling, until when, and under which trace.

The gateway authenticates a request and calls the services inside `acting(...)`;
`rpc` carries the same context, signed, to other processes. Services read it with
`current()` and check it themselves: the gateway's own check is not enough.
"""

import contextvars
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from msgspec import Struct

from philomel.kernel.errors import DeadlineExceeded, PermissionDenied, Unauthenticated

DEFAULT_TIMEOUT = 30.0


class CallerKind(StrEnum):
    """What stands behind a call."""

    ANONYMOUS = "anonymous"
    USER = "user"
    """A person, by a session, a player or an authorized program."""
    APP = "app"
    """A program on its own behalf (OAuth client credentials)."""
    SERVICE = "service"
    """Another part of Philomel, not on behalf of a person."""
    OPERATOR = "operator"
    """Whoever can read the data folder: the command line."""


class Caller(Struct, frozen=True):
    """An authenticated party. Made by the accounts service and `acting` code only.

    Attributes:
        user_id: the person, if one is behind the call.
        name: the user name or the program's name, for logs and pages.
        admin: whether the person administers this server.
        scopes: OAuth scopes granted; `ALL_SCOPES` for a person's own sessions and players.
        client_id: the OAuth program or the app password that is used.
        session_id: the session on this server's own pages, if it is one.
        proven_at: when the person of that session last proved themselves, milliseconds since
            the Unix epoch.
        explicit_allowed: whether the person is shown what is marked as explicit.
    """

    kind: CallerKind = CallerKind.ANONYMOUS
    user_id: str | None = None
    name: str = ""
    admin: bool = False
    scopes: tuple[str, ...] = ()
    client_id: str | None = None
    session_id: str | None = None
    proven_at: int = 0
    explicit_allowed: bool = True

    def has_scope(self, scope: str) -> bool:
        """Whether the caller was granted `scope`; Philomel itself always is."""
        if self.kind in _TRUSTED:
            return True
        return scope in self.scopes or "*" in self.scopes

    def require_user(self) -> str:
        """The id of the person who calls.

        Raises:
            Unauthenticated: no person is behind this call.
        """
        if self.user_id is None:
            raise Unauthenticated("sign in first")
        return self.user_id

    def require_known(self) -> None:
        """Refuse strangers.

        Raises:
            Unauthenticated: nobody is known to be calling.
        """
        if self.kind is CallerKind.ANONYMOUS:
            raise Unauthenticated("sign in first")

    def require_scope(self, scope: str) -> None:
        """Refuse callers that were not granted `scope`.

        Raises:
            Unauthenticated: nobody is known to be calling.
            PermissionDenied: the program was not given this scope.
        """
        self.require_known()
        if not self.has_scope(scope):
            raise PermissionDenied(f"insufficient client scope: {scope} is needed")

    def require_admin(self) -> None:
        """Refuse everyone but administrators and Philomel itself.

        A program that acts for an administrator needs every scope as well.

        Raises:
            Unauthenticated: nobody is known to be calling.
            PermissionDenied: the caller does not administer this server.
        """
        self.require_known()
        if self.kind in _TRUSTED:
            return
        if not self.admin:
            raise PermissionDenied("only an administrator may do this")
        if "*" not in self.scopes:
            raise PermissionDenied("this token may not administer, though its person may")

    def require_service(self) -> None:
        """Refuse everyone but Philomel itself.

        Raises:
            PermissionDenied: the call comes from outside.
        """
        if self.kind not in _TRUSTED:
            raise PermissionDenied("only Philomel itself may do this")


_TRUSTED = (CallerKind.SERVICE, CallerKind.OPERATOR)

ALL_SCOPES = ("*",)
ANONYMOUS = Caller()
SERVICE = Caller(kind=CallerKind.SERVICE, name="philomel")
OPERATOR = Caller(kind=CallerKind.OPERATOR, name="operator", admin=True)


class Context(Struct, frozen=True):
    """What travels with every call.

    Attributes:
        deadline: on the monotonic clock of this process, seconds; None is no deadline.
        trace_id: 32 hexadecimal digits (W3C trace context), one per request from outside.
        span_id: 16 hexadecimal digits, of what goes on at the moment; empty if it is not recorded.
    """

    caller: Caller = ANONYMOUS
    deadline: float | None = None
    trace_id: str = ""
    span_id: str = ""

    def remaining(self) -> float | None:
        """Seconds left, or None without a deadline.

        Raises:
            DeadlineExceeded: none are left.
        """
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise DeadlineExceeded("the call took too long")
        return left


_NOBODY = Context()
_current: contextvars.ContextVar[Context] = contextvars.ContextVar("context", default=_NOBODY)


def current() -> Context:
    """The context of the call being served."""
    return _current.get()


@contextmanager
def entering(context: Context) -> Iterator[Context]:
    """Serve what is inside the block under `context`."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


@contextmanager
def acting(
    caller: Caller, timeout: float | None = DEFAULT_TIMEOUT, trace_id: str | None = None
) -> Iterator[Context]:
    """Call services in the name of `caller`, for at most `timeout` seconds."""
    deadline = None if timeout is None else time.monotonic() + timeout
    around = _current.get()
    trace = trace_id or around.trace_id or secrets.token_hex(16)
    span = around.span_id if trace == around.trace_id else ""
    made = Context(caller=caller, deadline=deadline, trace_id=trace, span_id=span)
    with entering(made) as context:
        yield context
