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
    AccountDisabled,
    AppNotFound,
    AppPasswordNotFound,
    BadCredentials,
    BadName,
    BadPasskey,
    BadRedirect,
    BadSetUpLink,
    FactorNotFound,
    InvalidClient,
    InvalidGrant,
    LastAdmin,
    LinkNotFound,
    NameTaken,
    NotSupported,
    ProofNeeded,
    ProviderFailed,
    SessionNotFound,
    SetUpDone,
    TooManyTries,
    UserNotFound,
    WeakPassword,
)
from philomel.services.accounts.contract.events import AdminActed, UserCreated, UserRemoved
from philomel.services.accounts.contract.factors import (
    AddPasskey,
    BeginPasskey,
    BeginPasskeySignIn,
    BeginTotp,
    ConfirmTotp,
    Factors,
    GetFactors,
    NewPasskey,
    NewTotp,
    Passkey,
    PasskeyChallenge,
    RecoveryCodes,
    RemovePasskey,
    RemoveTotp,
    RenewRecoveryCodes,
    ResetFactors,
    SignInWithPasskey,
)
from philomel.services.accounts.contract.invitations import (
    AcceptInvitation,
    CreateInvitation,
    CreateResetLink,
    GetInvitation,
    GetResetLink,
    Invitation,
    Invitations,
    ListInvitations,
    NewInvitation,
    ResetLink,
    ResetLinkState,
    RevokeInvitation,
    UseResetLink,
)
from philomel.services.accounts.contract.people import (
    ChangeUser,
    CreateUser,
    FindUser,
    GetUser,
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
from philomel.services.accounts.contract.profiles import GetProfiles, Profile, Profiles
from philomel.services.accounts.contract.programs import (
    App,
    Apps,
    AuthorizationCode,
    Authorize,
    ChangeApp,
    ClientCredentials,
    Consent,
    CreateApp,
    ExchangeCode,
    GetApp,
    GetConsent,
    ListApps,
    ListPrograms,
    MintToken,
    NewApp,
    Program,
    Programs,
    Refresh,
    RemoveApp,
    RenewAppSecret,
    RevokeProgram,
    Tokens,
)
from philomel.services.accounts.contract.providers import (
    BeginProvider,
    CompleteProvider,
    GetProvider,
    Identities,
    Identity,
    ListIdentities,
    ProveByProxy,
    Provider,
    ProviderDone,
    ProviderRedirect,
    RemoveIdentity,
    SignInByProxy,
)
from philomel.services.accounts.contract.sessions import (
    Authenticate,
    Authenticated,
    CompleteSignIn,
    EndOtherSessions,
    EndSession,
    Factor,
    ListSessions,
    Place,
    Prove,
    Session,
    SessionView,
    SessionViews,
    SignIn,
    SignOut,
    Way,
)
from philomel.services.accounts.contract.settings import Settings
from philomel.services.accounts.contract.setup import (
    CreateSetUpLink,
    GetSetUpState,
    SetUp,
    SetUpLink,
    SetUpState,
)

__all__ = [
    "EVENTS",
    "AcceptInvitation",
    "AccountDisabled",
    "Accounts",
    "AddPasskey",
    "AdminActed",
    "App",
    "AppNotFound",
    "AppPassword",
    "AppPasswordNotFound",
    "AppPasswords",
    "Apps",
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
    "BadPasskey",
    "BadRedirect",
    "BadSetUpLink",
    "BeginPasskey",
    "BeginPasskeySignIn",
    "BeginProvider",
    "BeginTotp",
    "ChangeApp",
    "ChangeUser",
    "ClientCredentials",
    "CompleteProvider",
    "CompleteSignIn",
    "ConfirmTotp",
    "Consent",
    "CreateApp",
    "CreateAppPassword",
    "CreateInvitation",
    "CreateResetLink",
    "CreateSetUpLink",
    "CreateUser",
    "EndOtherSessions",
    "EndSession",
    "ExchangeCode",
    "Factor",
    "FactorNotFound",
    "Factors",
    "FindUser",
    "GetApp",
    "GetConsent",
    "GetFactors",
    "GetInvitation",
    "GetProfiles",
    "GetProvider",
    "GetResetLink",
    "GetSetUpState",
    "GetUser",
    "Identities",
    "Identity",
    "InvalidClient",
    "InvalidGrant",
    "Invitation",
    "Invitations",
    "LastAdmin",
    "LinkNotFound",
    "ListAppPasswords",
    "ListApps",
    "ListAudit",
    "ListIdentities",
    "ListInvitations",
    "ListPrograms",
    "ListSessions",
    "ListUsers",
    "MintToken",
    "NameTaken",
    "NewApp",
    "NewAppPassword",
    "NewInvitation",
    "NewPasskey",
    "NewTotp",
    "NotSupported",
    "Passkey",
    "PasskeyChallenge",
    "Place",
    "Profile",
    "Profiles",
    "Program",
    "Programs",
    "ProofNeeded",
    "Prove",
    "ProveByProxy",
    "Provider",
    "ProviderDone",
    "ProviderFailed",
    "ProviderRedirect",
    "RecordAction",
    "RecoveryCodes",
    "Refresh",
    "RemoveApp",
    "RemoveIdentity",
    "RemovePasskey",
    "RemoveTotp",
    "RemoveUser",
    "RenewAppSecret",
    "RenewRecoveryCodes",
    "RenewSecrets",
    "Renewed",
    "ResetFactors",
    "ResetLink",
    "ResetLinkState",
    "RevokeAppPassword",
    "RevokeInvitation",
    "RevokeProgram",
    "Role",
    "Session",
    "SessionNotFound",
    "SessionView",
    "SessionViews",
    "SetPassword",
    "SetUp",
    "SetUpDone",
    "SetUpLink",
    "SetUpState",
    "Settings",
    "SignIn",
    "SignInByProxy",
    "SignInWithPasskey",
    "SignOut",
    "Tokens",
    "TooManyTries",
    "UseResetLink",
    "User",
    "UserCreated",
    "UserNotFound",
    "UserRemoved",
    "Users",
    "VerifyAudit",
    "Way",
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

    async def get_profiles(self, request: GetProfiles, /) -> Profiles:
        """The names of people by id. Whoever is signed in."""
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

    async def record_action(self, request: RecordAction, /) -> None:
        """Write down what the caller did elsewhere than in a service. Operators only."""
        ...

    async def list_audit(self, request: ListAudit, /) -> AuditEntries:
        """What administrators did, the latest first. Administrators and operators."""
        ...

    async def verify_audit(self, request: VerifyAudit, /) -> AuditVerdict:
        """Whether an entry was changed, removed or moved since. Administrators and operators."""
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

    async def complete_sign_in(self, request: CompleteSignIn, /) -> Session:
        """Open the session that waits for a second factor. A code works once.

        Raises: BadCredentials, TooManyTries.
        """
        ...

    async def prove(self, request: Prove, /) -> None:
        """The person of this session is still there: for ten minutes nothing asks again.

        Raises: BadCredentials, TooManyTries, BadPasskey.
        """
        ...

    async def list_sessions(self, request: ListSessions, /) -> SessionViews:
        """A person's open sessions, the latest seen first."""
        ...

    async def end_session(self, request: EndSession, /) -> None:
        """End one session.

        Raises: SessionNotFound.
        """
        ...

    async def end_other_sessions(self, request: EndOtherSessions, /) -> None:
        """End every session of the person but the one that asks."""
        ...

    async def get_factors(self, request: GetFactors, /) -> Factors:
        """What proves a person besides the password."""
        ...

    async def begin_totp(self, request: BeginTotp, /) -> NewTotp:
        """A secret for an authenticator app; it counts once a code has confirmed it.

        Raises: ProofNeeded.
        """
        ...

    async def confirm_totp(self, request: ConfirmTotp, /) -> RecoveryCodes:
        """Use the app from now on. Recovery codes come along if the person has none.

        Raises: BadCredentials, TooManyTries, ProofNeeded, FactorNotFound.
        """
        ...

    async def remove_totp(self, request: RemoveTotp, /) -> None:
        """Use the authenticator app no longer.

        Raises: ProofNeeded, FactorNotFound.
        """
        ...

    async def renew_recovery_codes(self, request: RenewRecoveryCodes, /) -> RecoveryCodes:
        """New recovery codes; the old ones stop working.

        Raises: ProofNeeded, FactorNotFound if there is no second factor to recover.
        """
        ...

    async def begin_passkey(self, request: BeginPasskey, /) -> PasskeyChallenge:
        """What the browser makes a passkey from.

        Raises: ProofNeeded, BadPasskey if the page's origin cannot have passkeys.
        """
        ...

    async def add_passkey(self, request: AddPasskey, /) -> NewPasskey:
        """Keep the passkey that the browser made.

        Raises: BadPasskey, BadName, ProofNeeded.
        """
        ...

    async def remove_passkey(self, request: RemovePasskey, /) -> None:
        """The passkey opens nothing any more.

        Raises: FactorNotFound, ProofNeeded.
        """
        ...

    async def begin_passkey_sign_in(self, request: BeginPasskeySignIn, /) -> PasskeyChallenge:
        """A challenge for a passkey. Open to everyone; it says nothing of who has an account.

        Raises: BadPasskey if the page's origin cannot have passkeys; BadCredentials if the
            sign-in does not wait any more.
        """
        ...

    async def sign_in_with_passkey(self, request: SignInWithPasskey, /) -> Session:
        """Open a session with a passkey that verified its person.

        Raises: BadPasskey, TooManyTries, AccountDisabled.
        """
        ...

    async def reset_factors(self, request: ResetFactors, /) -> None:
        """Remove every second factor of a person. Administrators and operators.

        Raises: UserNotFound, ProofNeeded.
        """
        ...

    async def get_provider(self, request: GetProvider, /) -> Provider:
        """The OpenID Connect provider that people may sign in with. Open to everyone."""
        ...

    async def begin_provider(self, request: BeginProvider, /) -> ProviderRedirect:
        """Where to send the browser to sign in there. To link, the person must be signed in.

        Raises: NotSupported, ProviderFailed, ProofNeeded.
        """
        ...

    async def complete_provider(self, request: CompleteProvider, /) -> ProviderDone:
        """Open a session for whoever the provider vouches for, or link them.

        An account is never taken over: a name or e-mail that fits proves nothing here.

        Raises: ProviderFailed, AccountDisabled, NameTaken.
        """
        ...

    async def list_identities(self, request: ListIdentities, /) -> Identities:
        """The accounts elsewhere that open this one."""
        ...

    async def remove_identity(self, request: RemoveIdentity, /) -> None:
        """The account elsewhere opens this one no longer.

        Raises: FactorNotFound, ProofNeeded.
        """
        ...

    async def sign_in_by_proxy(self, request: SignInByProxy, /) -> Session:
        """Open a session for whom a trusted proxy vouches. Only the gateway asks.

        Raises: BadCredentials if nobody has that name and none is made; AccountDisabled.
        """
        ...

    async def prove_by_proxy(self, request: ProveByProxy, /) -> None:
        """Proof for whom a trusted proxy vouches, and who has none of their own: no password
        and no second factor. Only the gateway asks.

        Raises: BadCredentials.
        """
        ...

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
