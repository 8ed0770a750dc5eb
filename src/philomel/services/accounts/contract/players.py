"""App passwords and API keys, for players."""

from typing import Protocol

from msgspec import Struct

from philomel.services.accounts.contract.sessions import Authenticated


class AuthenticatePlayer(Struct, frozen=True):
    """Credentials as Subsonic players send them; exactly one way of proving.

    Attributes:
        name: user name; absent with an API key.
        password: an app password in clear text.
        token: hex md5 of app password + salt.
        address: the client's network address, for rate limits.
    """

    address: str
    name: str | None = None
    password: str | None = None
    token: str | None = None
    salt: str | None = None
    api_key: str | None = None


class CreateAppPassword(Struct, frozen=True):
    """Attributes:
    user_id: whose; the caller's own unless an administrator or operator asks.
    label: where it will be used, in the person's words; 1 to 64 characters.
    """

    user_id: str
    label: str


class NewAppPassword(Struct, frozen=True):
    """An app password, shown this once.

    Attributes:
        password: for players that ask for a user name and password.
        api_key: for players that speak OpenSubsonic's apiKeyAuthentication.
    """

    id: str
    label: str
    password: str
    api_key: str


class AppPassword(Struct, frozen=True):
    id: str
    label: str
    created_at: int
    last_used_at: int | None = None


class AppPasswords(Struct, frozen=True):
    items: tuple[AppPassword, ...]


class ListAppPasswords(Struct, frozen=True):
    user_id: str


class RevokeAppPassword(Struct, frozen=True):
    user_id: str
    id: str


class RenewSecrets(Struct, frozen=True):
    """No parameters."""


class Renewed(Struct, frozen=True):
    """Attributes:
    count: of app passwords that were encrypted anew.
    """

    count: int


class PlayerCalls(Protocol):
    """App passwords and who comes with one."""

    async def authenticate_player(self, request: AuthenticatePlayer, /) -> Authenticated:
        """Who holds this app password or API key. The account password is never accepted.

        Raises: BadCredentials, TooManyTries.
        """
        ...

    async def create_app_password(self, request: CreateAppPassword, /) -> NewAppPassword:
        """A new app password with its API key.

        Raises: UserNotFound.
        """
        ...

    async def list_app_passwords(self, request: ListAppPasswords, /) -> AppPasswords:
        """A person's app passwords, without their secrets."""
        ...

    async def revoke_app_password(self, request: RevokeAppPassword, /) -> None:
        """It stops working at once.

        Raises: AppPasswordNotFound.
        """
        ...

    async def renew_secrets(self, request: RenewSecrets, /) -> Renewed:
        """Encrypt every app password anew whose key will end. Operators only.

        What is kept of API keys, programs' secrets and sessions is made anew when they are used.
        """
        ...
