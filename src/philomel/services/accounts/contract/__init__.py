"""What the rest of the platform may ask the accounts service."""

from typing import Protocol

from philomel.services.accounts.contract.audit import (
    AuditEntries,
    AuditEntry,
    AuditVerdict,
    ListAudit,
    RecordAction,
    VerifyAudit,
)
from philomel.services.accounts.contract.errors import (
    AppNotFound,
    AppPasswordNotFound,
    BadCredentials,
    BadName,
    BadRedirect,
    BadSetUpLink,
    InvalidClient,
    InvalidGrant,
    LastAdmin,
    NameTaken,
    SetUpDone,
    TooManyTries,
    UserNotFound,
    WeakPassword,
)
from philomel.services.accounts.contract.events import AdminActed, UserCreated, UserRemoved
from philomel.services.accounts.contract.people import (
    CreateUser,
    FindUser,
    ListUsers,
    RemoveUser,
    Role,
    SetPassword,
    User,
    Users,
)
from philomel.services.accounts.contract.players import (
    AppPassword,
    AppPasswords,
    AuthenticatePlayer,
    CreateAppPassword,
    ListAppPasswords,
    NewAppPassword,
    Renewed,
    RenewSecrets,
    RevokeAppPassword,
)
from philomel.services.accounts.contract.programs import (
    App,
    AuthorizationCode,
    Authorize,
    ClientCredentials,
    CreateApp,
    ExchangeCode,
    GetApp,
    MintToken,
    NewApp,
    Refresh,
    Tokens,
)
from philomel.services.accounts.contract.sessions import (
    Authenticate,
    Authenticated,
    Session,
    SignIn,
    SignOut,
)
from philomel.services.accounts.contract.setup import (
    CreateSetUpLink,
    GetSetUpState,
    SetUp,
    SetUpLink,
    SetUpState,
)

__all__ = [
    "EVENTS",
    "Accounts",
    "AdminActed",
    "App",
    "AppNotFound",
    "AppPassword",
    "AppPasswordNotFound",
    "AppPasswords",
    "AuditEntries",
    "AuditEntry",
    "AuditVerdict",
    "Authenticate",
    "AuthenticatePlayer",
    "Authenticated",
    "AuthorizationCode",
    "Authorize",
    "BadCredentials",
    "BadName",
    "BadRedirect",
    "BadSetUpLink",
    "ClientCredentials",
    "CreateApp",
    "CreateAppPassword",
    "CreateSetUpLink",
    "CreateUser",
    "ExchangeCode",
    "FindUser",
    "GetApp",
    "GetSetUpState",
    "InvalidClient",
    "InvalidGrant",
    "LastAdmin",
    "ListAppPasswords",
    "ListAudit",
    "ListUsers",
    "MintToken",
    "NameTaken",
    "NewApp",
    "NewAppPassword",
    "RecordAction",
    "Refresh",
    "RemoveUser",
    "RenewSecrets",
    "Renewed",
    "RevokeAppPassword",
    "Role",
    "Session",
    "SetPassword",
    "SetUp",
    "SetUpDone",
    "SetUpLink",
    "SetUpState",
    "SignIn",
    "SignOut",
    "Tokens",
    "TooManyTries",
    "User",
    "UserCreated",
    "UserNotFound",
    "UserRemoved",
    "Users",
    "VerifyAudit",
    "WeakPassword",
]

EVENTS = (UserCreated, UserRemoved, AdminActed)


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
