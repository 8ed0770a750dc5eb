"""What an ID token must say (OpenID Connect Core 1.0, 3.1.3.7), and what is made of it."""

import hmac
from collections.abc import Mapping
from typing import Any

from philomel.services.accounts.contract import ProviderFailed, Role, Settings
from philomel.services.accounts.rules.people import MAX_NAME

SKEW_S = 60
"""How far the provider's clock may be from this one."""
_OLDEST_S = 10 * 60
_FAR_S = 1 << 53
_MAX_SUBJECT = 255
_MAX_LABEL = 200

Claims = Mapping[str, Any]


def check_id_token(claims: Claims, *, issuer: str, client_id: str, nonce: str, now_s: float) -> str:
    """The subject of an ID token whose signature is good.

    Raises:
        ProviderFailed: it was made by or for somebody else, or for another moment.
    """
    if claims.get("iss") != issuer:
        raise ProviderFailed("the provider's answer was made by another issuer")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        raise ProviderFailed("the provider's answer is for another program")
    authorized = claims.get("azp")
    if (len(audiences) > 1 or authorized is not None) and authorized != client_id:
        raise ProviderFailed("the provider's answer is for another program")
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires is None or expires <= now_s - SKEW_S:
        raise ProviderFailed("the provider's answer has expired")
    if issued is None or not now_s - _OLDEST_S <= issued <= now_s + SKEW_S:
        raise ProviderFailed("the provider's answer is not of this moment")
    if "nbf" in claims:
        begins = _seconds(claims, "nbf")
        if begins is None or begins > now_s + SKEW_S:
            raise ProviderFailed("the provider's answer is not good yet")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise ProviderFailed("the provider's answer is to another question")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
        raise ProviderFailed("the provider does not say who this is")
    return subject


def role_of(claims: Claims, settings: Settings) -> Role | None:
    """The role that the provider gives; None if the settings leave roles to this server.

    Raises:
        ProviderFailed: it gives none that may come in.
    """
    if not settings.oidc_role_claim:
        return None
    values = _values(claims, settings.oidc_role_claim)
    if values & set(settings.oidc_admin_values):
        return Role.ADMIN
    if settings.oidc_user_values and not values & set(settings.oidc_user_values):
        raise ProviderFailed("the provider does not let this account in here")
    return Role.LISTENER


def name_of(claims: Claims, settings: Settings) -> str:
    """The name for a new account, as the provider has it; the rules for names come after."""
    email = claims.get("email")
    wanted = (
        claims.get(settings.oidc_name_claim),
        claims.get("preferred_username"),
        claims.get("nickname"),
        email.partition("@")[0] if isinstance(email, str) else None,
        claims.get("name"),
    )
    for value in wanted:
        if isinstance(value, str) and value.strip():
            return value.strip().replace("/", "-").replace("\\", "-")[:MAX_NAME]
    raise ProviderFailed("the provider gives this account no name")


def label_of(claims: Claims) -> str:
    """What the person will know this account by."""
    for name in ("email", "preferred_username", "name", "sub"):
        value = claims.get(name)
        if isinstance(value, str) and value:
            return "".join(c for c in value if c.isprintable())[:_MAX_LABEL]
    return ""


def _values(claims: Claims, path: str) -> set[str]:
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return {found}
    return {each for each in found if isinstance(each, str)} if isinstance(found, list) else set()


def _seconds(claims: Claims, name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_FAR_S < value < _FAR_S else None
