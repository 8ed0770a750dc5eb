"""People with an account."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Role(StrEnum):
    LISTENER = "listener"
    ADMIN = "admin"


class User(Struct, frozen=True):
    """A person with an account.

    Attributes:
        name: unique whatever the case; 1 to 64 characters, no control characters or slashes.
        created_at: milliseconds since the Unix epoch.
        display_name: what others see; the name if it is empty.
        disabled: nothing of theirs opens anything until an administrator enables them again.
        explicit_allowed: whether they see tracks that are marked as explicit.
        explicit_locked: only an administrator changes `explicit_allowed`.
        has_password: False for people who come by another way only.
        second_factor: whether the password alone does not open a session.
    """

    id: str
    name: str
    role: Role
    created_at: int
    display_name: str = ""
    disabled: bool = False
    explicit_allowed: bool = True
    explicit_locked: bool = False
    has_password: bool = True
    second_factor: bool = False


class Users(Struct, frozen=True):
    items: tuple[User, ...]


class CreateUser(Struct, frozen=True):
    name: str
    password: str
    role: Role = Role.LISTENER


class SetPassword(Struct, frozen=True):
    """Attributes:
    current: the password so far; needed unless an administrator or operator asks.
    """

    user_id: str
    password: str
    current: str | None = None


class RemoveUser(Struct, frozen=True):
    user_id: str


class ListUsers(Struct, frozen=True):
    pass


class FindUser(Struct, frozen=True):
    name: str


class GetUser(Struct, frozen=True):
    user_id: str


class ChangeUser(Struct, frozen=True):
    """What is None stays as it is. People change their own display name and, unless it is locked,
    what they see; the rest is an administrator's.

    Attributes:
        display_name: up to 64 characters; "" is none.
        disabled: True also ends their sessions.
    """

    user_id: str
    display_name: str | None = None
    role: Role | None = None
    disabled: bool | None = None
    explicit_allowed: bool | None = None
    explicit_locked: bool | None = None


class PeopleCalls(Protocol):
    """Who has an account."""

    async def create_user(self, request: CreateUser, /) -> User:
        """Make an account. Administrators and operators.

        Raises: NameTaken, BadName, WeakPassword.
        """
        ...

    async def find_user(self, request: FindUser, /) -> User:
        """The user of that name, whatever its case. Administrators, operators, services.

        Raises: UserNotFound.
        """
        ...

    async def list_users(self, request: ListUsers, /) -> Users:
        """All users, by name. Administrators and operators."""
        ...

    async def set_password(self, request: SetPassword, /) -> User:
        """Change a password; the person's sessions end, app passwords stay.

        Raises: UserNotFound, WeakPassword, BadCredentials.
        """
        ...

    async def remove_user(self, request: RemoveUser, /) -> None:
        """Remove an account with all its credentials. Administrators and operators.

        Raises: UserNotFound; LastAdmin if nobody could administer the server afterwards.
        """
        ...

    async def get_user(self, request: GetUser, /) -> User:
        """One account. The person, administrators, operators.

        Raises: UserNotFound.
        """
        ...

    async def change_user(self, request: ChangeUser, /) -> User:
        """Change what is given. The person their own name and view, the rest administrators.

        Raises: UserNotFound, BadName, ProofNeeded; LastAdmin if nobody could administer the
            server afterwards.
        """
        ...
