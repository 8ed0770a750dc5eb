"""Programs (OAuth clients), and the tokens that they are given."""

from typing import Protocol

from msgspec import Struct


class CreateApp(Struct, frozen=True):
    """Register a program (an OAuth client).

    Attributes:
        redirect_uris: compared exactly; https, or http to a loopback literal (any port).
        public: it cannot keep a secret, so it gets none and must use PKCE.
    """

    name: str
    redirect_uris: tuple[str, ...] = ()
    public: bool = False


class NewApp(Struct, frozen=True):
    client_id: str
    client_secret: str | None
    name: str


class App(Struct, frozen=True):
    """A registered program.

    Attributes:
        owner_id: who registered it; empty for the command line.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    public: bool
    owner_id: str = ""
    created_at: int = 0


class Apps(Struct, frozen=True):
    items: tuple[App, ...]


class ListApps(Struct, frozen=True):
    """Attributes:
    every: everybody's, for administrators; else the caller's own.
    """

    every: bool = False


class ChangeApp(Struct, frozen=True):
    """Attributes:
    redirect_uris: all of them, as they shall be.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]


class RenewAppSecret(Struct, frozen=True):
    client_id: str


class RemoveApp(Struct, frozen=True):
    client_id: str


class Program(Struct, frozen=True):
    """A program that a person let in.

    Attributes:
        name: "" if it was not registered here, such as tokens of the command line.
        since: of the oldest consent that still holds.
    """

    client_id: str
    name: str
    scopes: tuple[str, ...]
    since: int
    last_used_at: int | None = None


class Programs(Struct, frozen=True):
    items: tuple[Program, ...]


class ListPrograms(Struct, frozen=True):
    user_id: str


class RevokeProgram(Struct, frozen=True):
    user_id: str
    client_id: str


class GetConsent(Struct, frozen=True):
    client_id: str


class Consent(Struct, frozen=True):
    """Attributes:
    scopes: what the calling person granted the program so far.
    given: whether they ever let it in and it still holds.
    """

    given: bool = False
    scopes: tuple[str, ...] = ()


class GetApp(Struct, frozen=True):
    """Attributes:
    redirect_uri: where its codes are to be sent; checked when given.
    """

    client_id: str
    redirect_uri: str | None = None


class Authorize(Struct, frozen=True):
    """A person lets a program in (after the consent page).

    Attributes:
        scopes: what the program asked for and the person granted.
        code_challenge: PKCE, method S256 only; public programs must send one.
    """

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    code_challenge: str | None = None


class AuthorizationCode(Struct, frozen=True):
    code: str


class ExchangeCode(Struct, frozen=True):
    client_id: str
    code: str
    redirect_uri: str
    client_secret: str | None = None
    code_verifier: str | None = None


class Refresh(Struct, frozen=True):
    client_id: str
    refresh_token: str
    client_secret: str | None = None


class ClientCredentials(Struct, frozen=True):
    client_id: str
    client_secret: str


class MintToken(Struct, frozen=True):
    """A token without a consent page, for the operator's scripts.

    Attributes:
        scopes: all, if none are named.
    """

    user_id: str
    scopes: tuple[str, ...] = ()


class Tokens(Struct, frozen=True):
    """Attributes:
    expires_in: seconds the access token lives.
    refresh_token: replaced at each use; the old one's second use revokes the family.
    """

    access_token: str
    expires_in: int
    scopes: tuple[str, ...]
    refresh_token: str | None = None


class ProgramCalls(Protocol):
    """Programs, and what they may do."""

    async def create_app(self, request: CreateApp, /) -> NewApp:
        """Register a program. Administrators and operators; listeners where the settings let them.

        Raises: BadName, ProofNeeded; NotSupported where listeners may not; BadRedirect if a
            redirect URI could send codes to strangers.
        """
        ...

    async def get_app(self, request: GetApp, /) -> App:
        """What the consent page shows. Open to everyone.

        Raises: AppNotFound; BadRedirect if `redirect_uri` is none of the program's.
        """
        ...

    async def authorize(self, request: Authorize, /) -> AuthorizationCode:
        """The calling person lets a program in. The code works once, for 60 seconds.

        Raises: AppNotFound, BadRedirect, InvalidArgument.
        """
        ...

    async def exchange_code(self, request: ExchangeCode, /) -> Tokens:
        """A code for tokens. A second use revokes what the first one gave out.

        Raises: InvalidClient, InvalidGrant.
        """
        ...

    async def refresh(self, request: Refresh, /) -> Tokens:
        """New tokens; the refresh token is replaced.

        Raises: InvalidClient, InvalidGrant.
        """
        ...

    async def client_credentials(self, request: ClientCredentials, /) -> Tokens:
        """A token for the program itself, without a person.

        Raises: InvalidClient.
        """
        ...

    async def mint_token(self, request: MintToken, /) -> Tokens:
        """Tokens for a person without asking them. Operators only.

        Raises: UserNotFound.
        """
        ...

    async def list_apps(self, request: ListApps, /) -> Apps:
        """Registered programs, by name."""
        ...

    async def change_app(self, request: ChangeApp, /) -> App:
        """Change a program's name and redirect URIs. Who registered it, and administrators.

        Raises: AppNotFound, BadRedirect, BadName, ProofNeeded.
        """
        ...

    async def renew_app_secret(self, request: RenewAppSecret, /) -> NewApp:
        """A new secret; the old one stops working at once.

        Raises: AppNotFound, ProofNeeded; NotSupported for a public program.
        """
        ...

    async def remove_app(self, request: RemoveApp, /) -> None:
        """Forget a program; every token it was given stops working.

        Raises: AppNotFound, ProofNeeded.
        """
        ...

    async def list_programs(self, request: ListPrograms, /) -> Programs:
        """The programs that a person let in, by name."""
        ...

    async def revoke_program(self, request: RevokeProgram, /) -> None:
        """Every token that the person gave it stops working at once.

        Raises: AppNotFound.
        """
        ...

    async def get_consent(self, request: GetConsent, /) -> Consent:
        """What the calling person granted a program so far."""
        ...
