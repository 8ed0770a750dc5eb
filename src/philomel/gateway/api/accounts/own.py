"""A person's own account: profile, password, sessions, players, and what they let in."""

from msgspec import Struct

from philomel.gateway.api.operation import Call, Nothing, Route
from philomel.kernel.caller import SERVICE, acting
from philomel.services.accounts.contract import (
    App,
    AppPasswords,
    Apps,
    ChangeApp,
    ChangeUser,
    CreateApp,
    CreateAppPassword,
    EndOtherSessions,
    EndSession,
    GetUser,
    ListAppPasswords,
    ListApps,
    ListPrograms,
    ListSessions,
    NewApp,
    NewAppPassword,
    Programs,
    Prove,
    ProveByProxy,
    RemoveApp,
    RenewAppSecret,
    RevokeAppPassword,
    RevokeProgram,
    SessionViews,
    SetPassword,
    User,
)


class AskedProfile(Struct, frozen=True):
    """What is left out stays as it is.

    Attributes:
        display_name: "" is none.
        explicit_allowed: whether to show what is marked as explicit.
    """

    display_name: str | None = None
    explicit_allowed: bool | None = None


class AskedPassword(Struct, frozen=True):
    """Attributes:
    current: the password so far, unless there is none.
    """

    password: str
    current: str | None = None


class AskedProof(Struct, frozen=True):
    """One of the ways.

    Attributes:
        code: of the authenticator app, or a recovery code.
        pending: of a passkey's challenge.
        passkey: the browser's answer to it, as JSON.
    """

    password: str = ""
    code: str = ""
    pending: str = ""
    passkey: str = ""


class AskedId(Struct, frozen=True):
    id: str


class AskedLabel(Struct, frozen=True):
    """Attributes:
    label: where it will be used, 1 to 64 characters.
    """

    label: str


class AskedProgram(Struct, frozen=True):
    client_id: str


class AskedApp(Struct, frozen=True):
    """Attributes:
    redirect_uris: compared exactly; https, a loopback literal (any port), or an own scheme.
    public: it cannot keep a secret, so it gets none and must use PKCE.
    """

    name: str
    redirect_uris: tuple[str, ...] = ()
    public: bool = False


class AskedChange(Struct, frozen=True):
    client_id: str
    name: str
    redirect_uris: tuple[str, ...]


def me(call: Call) -> str:
    return call.caller.require_user()


async def get_me(call: Call, _: Nothing) -> User:
    """The account of whoever asks."""
    return await call.services.accounts.get_user(GetUser(me(call)))


async def change_me(call: Call, asked: AskedProfile) -> User:
    """Change the own display name, or what is shown."""
    return await call.services.accounts.change_user(
        ChangeUser(
            me(call), display_name=asked.display_name, explicit_allowed=asked.explicit_allowed
        )
    )


async def set_own_password(call: Call, asked: AskedPassword) -> None:
    """Set the own password; every session ends, this one too."""
    await call.services.accounts.set_password(SetPassword(me(call), asked.password, asked.current))


async def prove(call: Call, asked: AskedProof) -> None:
    """Show that it is still you: sessions are asked this ten minutes after the last time.

    Nothing is to be given by whom a trusted proxy vouches for, and who has no password or
    second factor.
    """
    if call.vouched is not None and asked == AskedProof():
        with acting(SERVICE):
            await call.services.accounts.prove_by_proxy(
                ProveByProxy(call.vouched, call.caller.session_id or "")
            )
        return
    await call.services.accounts.prove(
        Prove(asked.password, asked.code[:64], asked.pending, asked.passkey, call.origin)
    )


async def list_own_sessions(call: Call, _: Nothing) -> SessionViews:
    """The own open sessions."""
    return await call.services.accounts.list_sessions(ListSessions(me(call)))


async def end_own_session(call: Call, asked: AskedId) -> None:
    """End one of the own sessions."""
    await call.services.accounts.end_session(EndSession(me(call), asked.id))


async def end_other_own_sessions(call: Call, _: Nothing) -> None:
    """End every own session but this one."""
    await call.services.accounts.end_other_sessions(EndOtherSessions(me(call)))


async def list_own_app_passwords(call: Call, _: Nothing) -> AppPasswords:
    """The own app passwords, without their secrets."""
    return await call.services.accounts.list_app_passwords(ListAppPasswords(me(call)))


async def create_own_app_password(call: Call, asked: AskedLabel) -> NewAppPassword:
    """Make an app password, which is shown this once."""
    return await call.services.accounts.create_app_password(
        CreateAppPassword(me(call), asked.label)
    )


async def revoke_own_app_password(call: Call, asked: AskedId) -> None:
    """Revoke one of the own app passwords."""
    await call.services.accounts.revoke_app_password(RevokeAppPassword(me(call), asked.id))


async def list_own_programs(call: Call, _: Nothing) -> Programs:
    """The programs that were let in, and what they may do."""
    return await call.services.accounts.list_programs(ListPrograms(me(call)))


async def revoke_own_program(call: Call, asked: AskedProgram) -> None:
    """Let a program in no longer: all its tokens stop working."""
    await call.services.accounts.revoke_program(RevokeProgram(me(call), asked.client_id))


async def list_own_apps(call: Call, _: Nothing) -> Apps:
    """The programs that one has registered."""
    return await call.services.accounts.list_apps(ListApps())


async def create_app(call: Call, asked: AskedApp) -> NewApp:
    """Register a program; its secret is shown this once."""
    return await call.services.accounts.create_app(
        CreateApp(asked.name, asked.redirect_uris, asked.public)
    )


async def change_app(call: Call, asked: AskedChange) -> App:
    """Change a program that one has registered."""
    return await call.services.accounts.change_app(
        ChangeApp(asked.client_id, asked.name, asked.redirect_uris)
    )


async def renew_app_secret(call: Call, asked: AskedProgram) -> NewApp:
    """A new secret for a program; the old one stops working."""
    return await call.services.accounts.renew_app_secret(RenewAppSecret(asked.client_id))


async def remove_app(call: Call, asked: AskedProgram) -> None:
    """Forget a program, with every token that it was given."""
    await call.services.accounts.remove_app(RemoveApp(asked.client_id))


ROUTES = (
    Route("GET", "/me", get_me, answers=User),
    Route("PATCH", "/me", change_me, AskedProfile, User),
    Route("PUT", "/me/password", set_own_password, AskedPassword, most=30),
    Route("POST", "/me/proof", prove, AskedProof, most=60),
    Route("GET", "/me/sessions", list_own_sessions, answers=SessionViews),
    Route("DELETE", "/me/sessions", end_other_own_sessions),
    Route("DELETE", "/me/sessions/{id}", end_own_session, AskedId),
    Route("GET", "/me/app-passwords", list_own_app_passwords, answers=AppPasswords),
    Route("POST", "/me/app-passwords", create_own_app_password, AskedLabel, NewAppPassword),
    Route("DELETE", "/me/app-passwords/{id}", revoke_own_app_password, AskedId),
    Route("GET", "/me/programs", list_own_programs, answers=Programs),
    Route("DELETE", "/me/programs/{client_id}", revoke_own_program, AskedProgram),
    Route("GET", "/me/apps", list_own_apps, answers=Apps),
    Route("POST", "/me/apps", create_app, AskedApp, NewApp),
    Route("PUT", "/me/apps/{client_id}", change_app, AskedChange, App),
    Route("POST", "/me/apps/{client_id}/secret", renew_app_secret, AskedProgram, NewApp),
    Route("DELETE", "/me/apps/{client_id}", remove_app, AskedProgram),
)
