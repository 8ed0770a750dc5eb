"""Links that an administrator hands out: to join, and to choose a new password."""

from msgspec import Struct

from philomel.services.accounts.contract.people import Role


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
