"""How the first administrator is made."""

from msgspec import Struct


class SetUpState(Struct, frozen=True):
    """Attributes:
    needed: whether this server has no administrator yet.
    link: whether a set-up link with the token asked for would work now.
    """

    needed: bool
    link: bool = False


class GetSetUpState(Struct, frozen=True):
    """Attributes:
    token: of a set-up link that somebody follows.
    """

    token: str = ""


class CreateSetUpLink(Struct, frozen=True):
    pass


class SetUpLink(Struct, frozen=True):
    """Attributes:
    token: for the address `/setup?token=…`; works once.
    expires_at: milliseconds since the Unix epoch, 24 h after it was made.
    """

    token: str
    expires_at: int


class SetUp(Struct, frozen=True):
    token: str
    name: str
    password: str
