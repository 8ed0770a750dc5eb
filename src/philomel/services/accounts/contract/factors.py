"""Second factors: authenticator apps, recovery codes and passkeys."""

from msgspec import Struct


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
