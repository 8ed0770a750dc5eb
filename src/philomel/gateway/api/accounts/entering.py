"""Coming in: sign-in in one or two steps, and the links that an administrator hands out."""

from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Nothing, Route
from philomel.services.accounts.contract import (
    AcceptInvitation,
    BeginPasskeySignIn,
    CompleteSignIn,
    GetInvitation,
    GetProvider,
    GetResetLink,
    Invitation,
    PasskeyChallenge,
    Provider,
    ResetLinkState,
    Session,
    SignIn,
    SignInWithPasskey,
    UseResetLink,
)


class AskedSession(Struct, frozen=True):
    """Attributes:
    device_token: of an earlier session on this device, if there was one.
    """

    name: str
    password: str
    device_token: str = ""


class AskedSecondStep(Struct, frozen=True):
    """Attributes:
    pending: from the first step.
    code: of the authenticator app, or a recovery code; or else `passkey`.
    passkey: the browser's answer to the challenge, as JSON.
    """

    pending: str
    code: str = ""
    passkey: str = ""


class AskedChallenge(Struct, frozen=True):
    """Attributes:
    pending: of a sign-in that waits for its second step; "" to sign in by a passkey alone.
    """

    pending: str = ""


class AskedPasskeySession(Struct, frozen=True):
    """Attributes:
    pending: of the challenge.
    passkey: the browser's answer to it, as JSON.
    """

    pending: str
    passkey: str


class AskedToken(Struct, frozen=True):
    token: str


class AskedAccount(Struct, frozen=True):
    token: str
    name: str
    password: str


class AskedNewPassword(Struct, frozen=True):
    token: str
    password: str


async def get_provider(call: Call, _: Nothing) -> Provider:
    """The provider that people may sign in with, on this server's own page."""
    return await call.services.accounts.get_provider(GetProvider())


async def sign_in(call: Call, asked: AskedSession) -> Session:
    """Open a session, whose token is a bearer token; or be asked for a second factor."""
    return await call.services.accounts.sign_in(
        SignIn(
            name=asked.name,
            password=asked.password,
            address=call.address,
            device=call.device,
            device_token=asked.device_token,
        )
    )


async def complete_sign_in(call: Call, asked: AskedSecondStep) -> Session:
    """Open the session that waits for a second factor."""
    return await call.services.accounts.complete_sign_in(
        CompleteSignIn(
            pending=asked.pending,
            address=call.address,
            code=asked.code[:64],
            passkey=asked.passkey,
            origin=call.origin,
            device=call.device,
        )
    )


async def begin_passkey_sign_in(call: Call, asked: AskedChallenge) -> PasskeyChallenge:
    """A challenge for a passkey."""
    return await call.services.accounts.begin_passkey_sign_in(
        BeginPasskeySignIn(call.origin, asked.pending)
    )


async def sign_in_with_passkey(call: Call, asked: AskedPasskeySession) -> Session:
    """Open a session with a passkey."""
    return await call.services.accounts.sign_in_with_passkey(
        SignInWithPasskey(asked.pending, asked.passkey, call.origin, call.address, call.device)
    )


async def read_invitation(call: Call, asked: AskedToken) -> Invitation:
    """What a link to join is good for."""
    return await call.services.accounts.get_invitation(GetInvitation(asked.token))


async def accept_invitation(call: Call, asked: AskedAccount) -> Session:
    """Make the account that a link is good for, and sign in."""
    return await call.services.accounts.accept_invitation(
        AcceptInvitation(asked.token, asked.name, asked.password, call.address, call.device)
    )


async def read_reset_link(call: Call, asked: AskedToken) -> ResetLinkState:
    """Whose password a link sets."""
    return await call.services.accounts.get_reset_link(GetResetLink(asked.token))


async def use_reset_link(call: Call, asked: AskedNewPassword) -> None:
    """Set the password that a link is good for."""
    await call.services.accounts.use_reset_link(UseResetLink(asked.token, asked.password))


ANYONE = Access.ANYONE
ROUTES = (
    Route("GET", "/provider", get_provider, answers=Provider, access=ANYONE),
    Route("POST", "/session", sign_in, AskedSession, Session, ANYONE, most=60),
    Route("POST", "/session/second", complete_sign_in, AskedSecondStep, Session, ANYONE, most=60),
    Route(
        "POST", "/session/passkey/challenge", begin_passkey_sign_in, AskedChallenge,
        PasskeyChallenge, ANYONE, most=60,
    ),
    Route(
        "POST", "/session/passkey", sign_in_with_passkey, AskedPasskeySession, Session, ANYONE,
        most=60,
    ),
    Route("POST", "/join/invitation", read_invitation, AskedToken, Invitation, ANYONE, most=60),
    Route("POST", "/join", accept_invitation, AskedAccount, Session, ANYONE, most=60),
    Route("POST", "/reset/link", read_reset_link, AskedToken, ResetLinkState, ANYONE, most=60),
    Route("POST", "/reset", use_reset_link, AskedNewPassword, None, ANYONE, most=60),
)  # fmt: skip
