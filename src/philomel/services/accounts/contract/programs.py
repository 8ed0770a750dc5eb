"""Programs (OAuth clients), and the tokens that they are given."""

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
