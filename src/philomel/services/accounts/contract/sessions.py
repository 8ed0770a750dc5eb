"""Signing in, and who holds a token."""

from msgspec import Struct

from philomel.kernel.caller import Caller
from philomel.services.accounts.contract.people import User


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
    """Attributes:
    token: secret; shown once. Sent back in a cookie or as a bearer token.
    expires_at: milliseconds since the Unix epoch.
    device_token: to keep on the device for its next sign-in; worth nothing without a password.
    """

    token: str
    expires_at: int
    user: User
    device_token: str = ""


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
