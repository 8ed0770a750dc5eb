"""Signing in, and who holds a token."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.kernel.caller import Caller
from philomel.services.accounts.contract.people import User


class Factor(StrEnum):
    """What proves a person besides the password."""

    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


class Way(StrEnum):
    """How a session was opened."""

    PASSWORD = "password"  # noqa: S105 - a word
    PASSKEY = "passkey"
    PROVIDER = "provider"
    PROXY = "proxy"
    LINK = "link"


class Place(StrEnum):
    """Where a session was opened from, as far as an address says."""

    MACHINE = "machine"
    LOCAL = "local"
    INTERNET = "internet"
    UNKNOWN = "unknown"


class SignIn(Struct, frozen=True):
    """Attributes:
    address: the client's network address, for rate limits.
    device: the browser's own words, shown in the list of sessions.
    device_token: of an earlier session on this device: its owner gets in even while
        strangers try passwords for this name.
    """

    name: str
    password: str
    address: str
    device: str = ""
    device_token: str = ""


class Session(Struct, frozen=True):
    """An open session, or the question for a second factor.

    Attributes:
        token: secret; shown once. Sent back in a cookie or as a bearer token. Empty while a
            second factor is missing.
        expires_at: milliseconds since the Unix epoch.
        device_token: to keep on the device for its next sign-in; worth nothing without a password.
        pending: for `complete_sign_in`, within five minutes; empty unless a factor is missing.
        factors: those that would do.
    """

    token: str
    expires_at: int
    user: User
    device_token: str = ""
    pending: str = ""
    factors: tuple[Factor, ...] = ()


class CompleteSignIn(Struct, frozen=True):
    """The second step of a sign-in: a code, or what a passkey answered.

    Attributes:
        pending: from the first step.
        code: of the authenticator app, or a recovery code.
        passkey: the browser's answer as JSON, to the challenge of `begin_passkey_sign_in`.
        origin: of the page that asked: "https://music.example.org".
    """

    pending: str
    address: str
    code: str = ""
    passkey: str = ""
    origin: str = ""
    device: str = ""


class Prove(Struct, frozen=True):
    """That the person of this session is still there: one of the ways.

    Attributes:
        pending: of the passkey's challenge.
    """

    password: str = ""
    code: str = ""
    pending: str = ""
    passkey: str = ""
    origin: str = ""


class SessionView(Struct, frozen=True):
    """A session as its person sees it.

    Attributes:
        device: the browser's own words.
        seen_at: to the hour.
        current: whether it is the one that asks.
    """

    id: str
    device: str
    place: Place
    way: Way
    created_at: int
    seen_at: int
    expires_at: int
    current: bool = False


class SessionViews(Struct, frozen=True):
    items: tuple[SessionView, ...]


class ListSessions(Struct, frozen=True):
    user_id: str


class EndSession(Struct, frozen=True):
    user_id: str
    id: str


class EndOtherSessions(Struct, frozen=True):
    """All of a person's sessions but the one that asks."""

    user_id: str


class SignOut(Struct, frozen=True):
    token: str


class Authenticate(Struct, frozen=True):
    """Attributes:
    token: a session token or an OAuth access token.
    """

    token: str


class Authenticated(Struct, frozen=True):
    """Who it is. The caller is signed by `rpc` before it crosses to another process."""

    caller: Caller
    user: User | None = None


class SessionCalls(Protocol):
    """Signing in and out."""

    async def sign_in(self, request: SignIn, /) -> Session:
        """Open a session with the account password.

        Raises: BadCredentials, TooManyTries.
        """
        ...

    async def sign_out(self, request: SignOut, /) -> None:
        """End a session. No error if it had ended."""
        ...

    async def authenticate(self, request: Authenticate, /) -> Authenticated:
        """Who holds this session or access token.

        Raises: BadCredentials.
        """
        ...

    async def complete_sign_in(self, request: CompleteSignIn, /) -> Session:
        """Open the session that waits for a second factor. A code works once.

        Raises: BadCredentials, TooManyTries.
        """
        ...

    async def prove(self, request: Prove, /) -> None:
        """The person of this session is still there: for ten minutes nothing asks again.

        Raises: BadCredentials, TooManyTries, BadPasskey.
        """
        ...

    async def list_sessions(self, request: ListSessions, /) -> SessionViews:
        """A person's open sessions, the latest seen first."""
        ...

    async def end_session(self, request: EndSession, /) -> None:
        """End one session.

        Raises: SessionNotFound.
        """
        ...

    async def end_other_sessions(self, request: EndOtherSessions, /) -> None:
        """End every session of the person but the one that asks."""
        ...
