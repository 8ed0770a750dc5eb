"""People with an account."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    LISTENER = "listener"
    ADMIN = "admin"


class User(Struct, frozen=True):
    """A person with an account.

    Attributes:
        name: unique whatever the case; 1 to 64 characters, no control characters or slashes.
        created_at: milliseconds since the Unix epoch.
    """

    id: str
    name: str
    role: Role
    created_at: int


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
