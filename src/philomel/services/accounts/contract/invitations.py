"""Links that an administrator hands out: to join, and to choose a new password."""

from typing import Protocol

from msgspec import Struct

from philomel.services.accounts.contract.people import Role, User
from philomel.services.accounts.contract.sessions import Session


class CreateInvitation(Struct, frozen=True):
    """Attributes:
    libraries: ids of restricted libraries that the person will see.
    days: until it expires, 1 to 90.
    note: for whom it is, in the administrator's words.
    """

    role: Role = Role.LISTENER
    libraries: tuple[str, ...] = ()
    days: int = 7
    note: str = ""


class Invitation(Struct, frozen=True):
    """Attributes:
    used_by: the account that was made, once it was.
    """

    id: str
    role: Role
    libraries: tuple[str, ...]
    note: str
    created_at: int
    expires_at: int
    used_at: int | None = None
    used_by: str | None = None


class NewInvitation(Struct, frozen=True):
    """Attributes:
    token: for the address `/join?token=…`; shown once, works once.
    """

    token: str
    invitation: Invitation


class Invitations(Struct, frozen=True):
    items: tuple[Invitation, ...]


class ListInvitations(Struct, frozen=True):
    """No parameters."""


class RevokeInvitation(Struct, frozen=True):
    id: str


class GetInvitation(Struct, frozen=True):
    token: str


class AcceptInvitation(Struct, frozen=True):
    token: str
    name: str
    password: str
    address: str = ""
    device: str = ""


class CreateResetLink(Struct, frozen=True):
    user_id: str


class ResetLink(Struct, frozen=True):
    """Attributes:
    token: for the address `/reset?token=…`; works once, within 24 hours.
    """

    token: str
    expires_at: int


class GetResetLink(Struct, frozen=True):
    token: str


class ResetLinkState(Struct, frozen=True):
    """Attributes:
    name: of whom the password will be.
    """

    name: str


class UseResetLink(Struct, frozen=True):
    token: str
    password: str


class InvitationCalls(Protocol):
    """Links to join by, and to choose a new password by."""

    async def create_invitation(self, request: CreateInvitation, /) -> NewInvitation:
        """A link to join by. Administrators and operators.

        Raises: InvalidArgument, ProofNeeded.
        """
        ...

    async def list_invitations(self, request: ListInvitations, /) -> Invitations:
        """Invitations of the last 90 days, the latest first. Administrators and operators."""
        ...

    async def revoke_invitation(self, request: RevokeInvitation, /) -> None:
        """Its link stops working. Administrators and operators.

        Raises: LinkNotFound.
        """
        ...

    async def get_invitation(self, request: GetInvitation, /) -> Invitation:
        """What the link is good for. Open to whoever has it.

        Raises: LinkNotFound, TooManyTries.
        """
        ...

    async def accept_invitation(self, request: AcceptInvitation, /) -> Session:
        """Make an account and sign in. Open to whoever has the link.

        Raises: LinkNotFound, NameTaken, BadName, WeakPassword, TooManyTries.
        """
        ...

    async def create_reset_link(self, request: CreateResetLink, /) -> ResetLink:
        """A link to choose a new password by; earlier ones stop working. Administrators and
        operators.

        Raises: UserNotFound, ProofNeeded.
        """
        ...

    async def get_reset_link(self, request: GetResetLink, /) -> ResetLinkState:
        """Whose password it is for. Open to whoever has the link.

        Raises: LinkNotFound.
        """
        ...

    async def use_reset_link(self, request: UseResetLink, /) -> User:
        """Set the new password; the person's sessions end, second factors stay.

        Raises: LinkNotFound, WeakPassword.
        """
        ...
