"""What the rest of the platform may ask the accounts service."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.kernel.caller import Caller
from philomel.kernel.errors import (
    Conflict,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    RateLimited,
    Unauthenticated,
)


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


class Authenticated(Struct, frozen=True):
    """Who it is. The caller is signed by `rpc` before it crosses to another process."""

    caller: Caller
    user: User | None = None


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
    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    public: bool


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


class UserCreated(Struct, frozen=True):
    """Announced when an account is made."""

    user_id: str
    at: int


class UserRemoved(Struct, frozen=True):
    """Announced when an account is removed: others forget what they keep for it."""

    user_id: str
    at: int


class AdminActed(Struct, frozen=True):
    """Announced by any service, in the transaction of what an administrator did there.

    Attributes:
        action: what was done: "library.add", "user.remove".
        target: the id of the thing, or "".
        details: in words; never a secret.
        actor_id: the person, or "" for the command line and Philomel itself.
        actor_kind: as `kernel.caller.CallerKind`.
        client_id: the program they used, or "".
    """

    action: str
    target: str
    details: str
    actor_id: str
    actor_kind: str
    client_id: str
    at: int


EVENTS = (UserCreated, UserRemoved, AdminActed)


class RecordAction(Struct, frozen=True):
    """As in `AdminActed`; the caller is who did it."""

    action: str
    target: str = ""
    details: str = ""


class ListAudit(Struct, frozen=True):
    """Attributes:
    before: only entries with a lower number; None begins with the newest.
    """

    before: int | None = None
    limit: int = 100


class AuditEntry(Struct, frozen=True):
    """Attributes:
    seq: 1 is the first entry; none is left out.
    hash: over this entry and the hash of the one before it.
    """

    seq: int
    acted: AdminActed
    hash: str


class AuditEntries(Struct, frozen=True):
    items: tuple[AuditEntry, ...]


class VerifyAudit(Struct, frozen=True):
    """No parameters."""


class AuditVerdict(Struct, frozen=True):
    """Attributes:
    entries: that are good, from the first one on.
    broken_at: the number of the first entry that is not.
    """

    good: bool
    entries: int
    broken_at: int | None = None
    reason: str = ""


class NameTaken(Conflict):
    code = "accounts.name_taken"


class UserNotFound(NotFound):
    code = "accounts.user_not_found"


class AppNotFound(NotFound):
    code = "accounts.app_not_found"


class AppPasswordNotFound(NotFound):
    code = "accounts.app_password_not_found"


class WeakPassword(InvalidArgument):
    code = "accounts.weak_password"


class BadName(InvalidArgument):
    code = "accounts.bad_name"


class BadCredentials(Unauthenticated):
    """Wrong name, password, token or key: which of them is not said."""

    code = "accounts.bad_credentials"


class TooManyTries(RateLimited):
    code = "accounts.too_many_tries"


class SetUpDone(FailedPrecondition):
    code = "accounts.set_up_done"


class BadSetUpLink(Unauthenticated):
    code = "accounts.bad_set_up_link"


class InvalidGrant(InvalidArgument):
    """RFC 6749, 5.2 invalid_grant: the code or refresh token is not good."""

    code = "invalid_grant"


class InvalidClient(Unauthenticated):
    """RFC 6749, 5.2 invalid_client."""

    code = "invalid_client"


class BadRedirect(InvalidArgument):
    """Not one of the program's redirect URIs: the browser must not be sent there."""

    code = "accounts.bad_redirect"


class LastAdmin(FailedPrecondition):
    code = "accounts.last_admin"


class RenewSecrets(Struct, frozen=True):
    """No parameters."""


class Renewed(Struct, frozen=True):
    """Attributes:
    count: of app passwords that were encrypted anew.
    """

    count: int


class Accounts(Protocol):
    """People, programs, and proof of who they are."""

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

    async def sign_in(self, request: SignIn, /) -> Session:
        """Open a session with the account password.

        Raises: BadCredentials, TooManyTries.
        """
        ...

    async def sign_out(self, request: SignOut, /) -> None:
        """End a session. No error if it had ended."""
        ...

    async def authenticate(self, request: Authenticate, /) -> Authenticated:
        """Who holds this session or access token.

        Raises: BadCredentials.
        """
        ...

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

    async def create_app(self, request: CreateApp, /) -> NewApp:
        """Register a program. Administrators and operators.

        Raises: BadRedirect if a redirect URI could send codes to strangers.
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

    async def record_action(self, request: RecordAction, /) -> None:
        """Write down what the caller did elsewhere than in a service. Operators only."""
        ...

    async def list_audit(self, request: ListAudit, /) -> AuditEntries:
        """What administrators did, the latest first. Administrators and operators."""
        ...

    async def verify_audit(self, request: VerifyAudit, /) -> AuditVerdict:
        """Whether an entry was changed, removed or moved since. Administrators and operators."""
        ...
