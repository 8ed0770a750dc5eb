"""How the first administrator is made."""

from typing import Protocol

from msgspec import Struct

from philomel.services.accounts.contract.sessions import Session


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


class SetUpCalls(Protocol):
    """Becoming the first administrator."""

    async def get_set_up_state(self, request: GetSetUpState, /) -> SetUpState:
        """Whether somebody still has to become the administrator. Open to everyone."""
        ...

    async def create_set_up_link(self, request: CreateSetUpLink, /) -> SetUpLink:
        """A new one-time link; earlier ones stop working. Operators only.

        Raises: SetUpDone.
        """
        ...

    async def set_up(self, request: SetUp, /) -> Session:
        """Make the first administrator and sign in. Open to whoever has the link.

        Raises: BadSetUpLink, SetUpDone, BadName, WeakPassword.
        """
        ...
