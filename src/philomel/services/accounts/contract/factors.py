"""Second factors: authenticator apps, recovery codes and passkeys."""

from typing import Protocol

from msgspec import Struct

from philomel.services.accounts.contract.sessions import Session


class GetFactors(Struct, frozen=True):
    user_id: str


class Passkey(Struct, frozen=True):
    """Attributes:
    label: in the person's words.
    """

    id: str
    label: str
    created_at: int
    last_used_at: int | None = None


class Factors(Struct, frozen=True):
    """Attributes:
    totp: whether an authenticator app is set up.
    recovery_codes: how many are left.
    """

    totp: bool = False
    recovery_codes: int = 0
    passkeys: tuple[Passkey, ...] = ()


class BeginTotp(Struct, frozen=True):
    """Attributes:
    server: what the app shows as the server's name.
    """

    server: str


class NewTotp(Struct, frozen=True):
    """Attributes:
    secret: in base32, for typing.
    uri: `otpauth://…`, for a QR code.
    """

    secret: str
    uri: str


class ConfirmTotp(Struct, frozen=True):
    code: str


class RemoveTotp(Struct, frozen=True):
    """No parameters."""


class RenewRecoveryCodes(Struct, frozen=True):
    """No parameters."""


class RecoveryCodes(Struct, frozen=True):
    """Attributes:
    codes: shown this once; each works once. Empty if the person has some already.
    """

    codes: tuple[str, ...] = ()


class BeginPasskey(Struct, frozen=True):
    """Attributes:
    origin: of the page that asks: "https://music.example.org".
    """

    origin: str


class PasskeyChallenge(Struct, frozen=True):
    """Attributes:
    pending: for the answer, within five minutes.
    options: JSON for the browser (WebAuthn, PublicKeyCredential…OptionsJSON).
    """

    pending: str
    options: str


class AddPasskey(Struct, frozen=True):
    """Attributes:
    response: the browser's answer as JSON.
    """

    pending: str
    label: str
    response: str
    origin: str


class NewPasskey(Struct, frozen=True):
    """Attributes:
    recovery: codes, if the person had none.
    """

    passkey: Passkey
    recovery: tuple[str, ...] = ()


class RemovePasskey(Struct, frozen=True):
    id: str


class BeginPasskeySignIn(Struct, frozen=True):
    """Attributes:
    pending: of a sign-in that waits for a second factor; empty for a passkey alone.
    """

    origin: str
    pending: str = ""


class SignInWithPasskey(Struct, frozen=True):
    """Attributes:
    pending: of the challenge.
    response: the browser's answer as JSON.
    """

    pending: str
    response: str
    origin: str
    address: str
    device: str = ""


class ResetFactors(Struct, frozen=True):
    user_id: str


class FactorCalls(Protocol):
    """Second factors and passkeys."""

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
