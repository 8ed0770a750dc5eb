"""A person's own second factors, and accounts elsewhere that open theirs."""

from msgspec import Struct

from philomel.gateway.api.accounts.own import AskedId, me
from philomel.gateway.api.operation import Call, Nothing, Route
from philomel.services.accounts.contract import (
    AddPasskey,
    BeginPasskey,
    BeginTotp,
    ConfirmTotp,
    Factors,
    GetFactors,
    Identities,
    ListIdentities,
    NewPasskey,
    NewTotp,
    PasskeyChallenge,
    RecoveryCodes,
    RemoveIdentity,
    RemovePasskey,
    RemoveTotp,
    RenewRecoveryCodes,
)


class AskedCode(Struct, frozen=True):
    code: str


class AskedPasskey(Struct, frozen=True):
    """Attributes:
    pending: of the challenge.
    label: 1 to 64 characters.
    passkey: the browser's answer to the challenge, as JSON.
    """

    pending: str
    label: str
    passkey: str


async def get_own_factors(call: Call, _: Nothing) -> Factors:
    """The own second factors."""
    return await call.services.accounts.get_factors(GetFactors(me(call)))


async def begin_totp(call: Call, _: Nothing) -> NewTotp:
    """A secret for an authenticator app; it counts once a code has confirmed it."""
    server = call.origin.partition("://")[2]
    return await call.services.accounts.begin_totp(BeginTotp(server))


async def confirm_totp(call: Call, asked: AskedCode) -> RecoveryCodes:
    """Use the authenticator app from now on."""
    return await call.services.accounts.confirm_totp(ConfirmTotp(asked.code[:32]))


async def remove_totp(call: Call, _: Nothing) -> None:
    """Use the authenticator app no longer."""
    await call.services.accounts.remove_totp(RemoveTotp())


async def renew_recovery_codes(call: Call, _: Nothing) -> RecoveryCodes:
    """New recovery codes; the old ones stop working."""
    return await call.services.accounts.renew_recovery_codes(RenewRecoveryCodes())


async def begin_passkey(call: Call, _: Nothing) -> PasskeyChallenge:
    """What the browser makes a passkey from."""
    return await call.services.accounts.begin_passkey(BeginPasskey(call.origin))


async def add_passkey(call: Call, asked: AskedPasskey) -> NewPasskey:
    """Keep the passkey that the browser made."""
    return await call.services.accounts.add_passkey(
        AddPasskey(asked.pending, asked.label, asked.passkey, call.origin)
    )


async def remove_passkey(call: Call, asked: AskedId) -> None:
    """Use a passkey no longer."""
    await call.services.accounts.remove_passkey(RemovePasskey(asked.id))


async def list_own_identities(call: Call, _: Nothing) -> Identities:
    """The accounts elsewhere that open the own one."""
    return await call.services.accounts.list_identities(ListIdentities(me(call)))


async def remove_own_identity(call: Call, asked: AskedId) -> None:
    """Let an account elsewhere open the own one no longer."""
    await call.services.accounts.remove_identity(RemoveIdentity(me(call), asked.id))


ROUTES = (
    Route("GET", "/me/factors", get_own_factors, answers=Factors),
    Route("POST", "/me/totp", begin_totp, answers=NewTotp),
    Route("POST", "/me/totp/confirm", confirm_totp, AskedCode, RecoveryCodes, most=60),
    Route("DELETE", "/me/totp", remove_totp),
    Route("POST", "/me/recovery-codes", renew_recovery_codes, answers=RecoveryCodes),
    Route("POST", "/me/passkeys/challenge", begin_passkey, answers=PasskeyChallenge, most=60),
    Route("POST", "/me/passkeys", add_passkey, AskedPasskey, NewPasskey),
    Route("DELETE", "/me/passkeys/{id}", remove_passkey, AskedId),
    Route("GET", "/me/identities", list_own_identities, answers=Identities),
    Route("DELETE", "/me/identities/{id}", remove_own_identity, AskedId),
)
