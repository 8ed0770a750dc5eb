"""Passkeys: WebAuthn registration and assertion. The library is loaded when one is used."""

import base64
import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from philomel.kernel.ids import new_id
from philomel.services.accounts.contract import BadPasskey, Passkey, User
from philomel.services.accounts.rules.programs import is_loopback
from philomel.services.accounts.service.core import Core
from philomel.services.accounts.store.sql import factors as table
from philomel.services.accounts.store.sql.factors import StoredPasskey

_MAX_RESPONSE = 64 * 1024
_WAIT_MS = 5 * 60 * 1000
_CHALLENGE = 32


class Asked(Struct, frozen=True):
    """What a challenge was made of.

    Attributes:
        challenge: base64url.
        site: the relying party's id.
    """

    challenge: str
    site: str


def site_of(origin: str) -> str:
    """The relying party's id of a page.

    Raises:
        BadPasskey: browsers make no passkeys there.
    """
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if is_loopback(host) or host.count(":") or not any(c.isalpha() for c in host):
        raise BadPasskey("passkeys need a name: open this page by its name, not by its address")
    if parts.scheme != "https" and host != "localhost":
        raise BadPasskey("passkeys need https")
    return host


class Passkeys:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def options(self, user: User, origin: str) -> tuple[Asked, str]:
        """What a browser makes a passkey from, as JSON."""
        import webauthn
        from webauthn.helpers import structs

        asked = _asked(origin)
        kept = await self._core.database.read(lambda c: table.passkeys(c, user.id))
        options = webauthn.generate_registration_options(
            rp_id=asked.site,
            rp_name="Philomel",
            user_id=user.id.encode(),
            user_name=user.name,
            user_display_name=user.display_name or user.name,
            challenge=_bytes(asked.challenge),
            timeout=_WAIT_MS,
            exclude_credentials=[
                structs.PublicKeyCredentialDescriptor(id=_bytes(each.credential_id))
                for each in kept
            ],
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
        )
        return asked, webauthn.options_to_json(options)

    def read(
        self, user_id: str, asked: Asked, response: str, origin: str, label: str
    ) -> StoredPasskey:
        """The passkey that a browser made. Raises: BadPasskey."""
        import webauthn
        from webauthn.helpers.exceptions import WebAuthnException

        credential = _parsed(response)
        _same_site(asked, origin)
        try:
            found = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=_bytes(asked.challenge),
                expected_rp_id=asked.site,
                expected_origin=origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise BadPasskey("the browser's passkey cannot be used here") from error
        return StoredPasskey(
            user_id=user_id,
            credential_id=_text(found.credential_id),
            public_key=found.credential_public_key,
            site=asked.site,
            sign_count=found.sign_count,
            shown=Passkey(id=new_id(), label=label, created_at=self._core.clock.now()),
        )

    async def challenge(self, user_id: str | None, origin: str) -> tuple[Asked, str]:
        """What a passkey shall sign, as JSON. Without a person any passkey of the site may."""
        import webauthn
        from webauthn.helpers import structs

        asked = _asked(origin)
        kept: list[StoredPasskey] = []
        if user_id is not None:
            kept = await self._core.database.read(lambda c: table.passkeys(c, user_id))
        options = webauthn.generate_authentication_options(
            rp_id=asked.site,
            challenge=_bytes(asked.challenge),
            timeout=_WAIT_MS,
            allow_credentials=[
                structs.PublicKeyCredentialDescriptor(id=_bytes(each.credential_id))
                for each in kept
                if each.site == asked.site
            ]
            or None,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return asked, webauthn.options_to_json(options)

    async def verify(
        self, asked: Asked, response: str, origin: str, user_id: str | None = None
    ) -> StoredPasskey:
        """The passkey, of this person if one is named, that signed a challenge.

        Raises: BadPasskey.
        """
        import webauthn
        from webauthn.helpers.exceptions import WebAuthnException

        core = self._core
        credential = _parsed(response)
        _same_site(asked, origin)
        credential_id = str(credential.get("id", ""))[:2000]
        kept = await core.database.read(lambda c: table.passkey(c, credential_id))
        if kept is None or kept.site != asked.site or user_id not in {None, kept.user_id}:
            raise BadPasskey("this passkey is not known here")
        try:
            found = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=_bytes(asked.challenge),
                expected_rp_id=asked.site,
                expected_origin=origin,
                credential_public_key=kept.public_key,
                credential_current_sign_count=kept.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise BadPasskey("the passkey's answer does not fit") from error
        now, count = core.clock.now(), found.new_sign_count
        if not await core.database.write(
            lambda c: table.touch_passkey(c, kept.shown.id, count, now)
        ):
            raise BadPasskey("this passkey's counter went back: somebody may hold a copy of it")
        return kept


def _asked(origin: str) -> Asked:
    return Asked(challenge=_text(secrets.token_bytes(_CHALLENGE)), site=site_of(origin))


def _same_site(asked: Asked, origin: str) -> None:
    if site_of(origin) != asked.site:
        raise BadPasskey("the page's address has changed meanwhile; begin again")


def _parsed(response: str) -> dict[str, Any]:
    if len(response) > _MAX_RESPONSE:
        raise BadPasskey("the browser's answer is too long")
    try:
        return msgspec.json.decode(response, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        raise BadPasskey("the browser's answer cannot be read") from None


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
