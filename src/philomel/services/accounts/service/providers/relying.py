"""The provider over HTTP: what it publishes, and a code for claims."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from philomel.engines.web import AddressRefused, Fetched, TooLarge, Web
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Unavailable
from philomel.services.accounts.contract import ProviderFailed, Settings
from philomel.services.accounts.service.providers import signed

T = TypeVar("T")
_LIMIT = 256 * 1024
_SECONDS = 10.0
_FRESH_MS = 60 * 60 * 1000
_AGAIN_MS = 60 * 1000


class Metadata(Struct, frozen=True):
    """OpenID Connect Discovery 1.0, 3: what is needed of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(Struct, frozen=True):
    id_token: str
    access_token: str = ""


class _Keys(Struct, frozen=True):
    keys: tuple[dict[str, Any], ...] = ()


class Relying:
    """Attributes are kept for an hour; keys are asked for again when one is not known."""

    def __init__(self, web: Web, clock: Clock, settings: Settings) -> None:
        self._web = web
        self._clock = clock
        self._settings = settings
        self._metadata: tuple[int, Metadata] | None = None
        self._keys: tuple[int, Sequence[signed.Key]] | None = None

    async def metadata(self) -> Metadata:
        """Raises: ProviderFailed."""
        now = self._clock.now()
        if self._metadata is not None and 0 <= now - self._metadata[0] < _FRESH_MS:
            return self._metadata[1]
        issuer = self._settings.oidc_issuer
        fetched = await self._get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        found = _decoded(fetched, Metadata)
        if found.issuer != issuer:
            raise ProviderFailed("the provider calls itself otherwise than the settings do")
        if issuer.startswith("https:"):
            addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
            if not all(address.startswith("https:") for address in addresses):
                raise ProviderFailed("the provider names addresses without https")
        self._metadata = (now, found)
        return found

    async def authorization_url(self, parameters: Mapping[str, str]) -> str:
        """Where to send a browser. Raises: ProviderFailed."""
        address = (await self.metadata()).authorization_endpoint
        given = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "scope": self._settings.oidc_scopes,
            **parameters,
        }
        return address + ("&" if "?" in address else "?") + urlencode(given)

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> tuple[str, str]:
        """The ID token and the access token that a code is worth. Raises: ProviderFailed."""
        metadata, settings = await self.metadata(), self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        ways = metadata.token_endpoint_auth_methods_supported
        if not settings.oidc_client_secret:
            form["client_id"] = settings.oidc_client_id
        elif "client_secret_basic" in ways or "client_secret_post" not in ways:
            pair = f"{quote(settings.oidc_client_id, safe='')}:" + quote(
                settings.oidc_client_secret, safe=""
            )
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = settings.oidc_client_id
            form["client_secret"] = settings.oidc_client_secret
        try:
            fetched = await self._web.post_form(
                metadata.token_endpoint, form, limit=_LIMIT, seconds=_SECONDS, headers=headers
            )
        except (Unavailable, TooLarge, AddressRefused) as error:
            raise ProviderFailed(f"the provider cannot be asked: {error.message}") from error
        tokens = _decoded(fetched, _Tokens)
        return tokens.id_token, tokens.access_token

    async def claims(self, id_token: str) -> dict[str, Any]:
        """What a signed token says. Raises: ProviderFailed."""
        try:
            return signed.read(id_token, await self._known_keys(_FRESH_MS))
        except signed.UnknownKey:
            # It may have changed its keys: look again, but not at every stranger's word.
            return signed.read(id_token, await self._known_keys(_AGAIN_MS))

    async def user_info(self, access_token: str) -> dict[str, Any]:
        """What the provider says besides, if it does. Raises: ProviderFailed."""
        address = (await self.metadata()).userinfo_endpoint
        if not address or not access_token:
            return {}
        fetched = await self._get(address, {"Authorization": f"Bearer {access_token}"})
        if fetched.content_type != "application/json":
            return {}
        return _decoded(fetched, dict[str, Any])

    async def _known_keys(self, fresh_ms: int) -> Sequence[signed.Key]:
        now = self._clock.now()
        if self._keys is not None and 0 <= now - self._keys[0] < fresh_ms:
            return self._keys[1]
        fetched = await self._get((await self.metadata()).jwks_uri)
        keys = _decoded(fetched, _Keys).keys
        self._keys = (now, keys)
        return keys

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        given = {"Accept": "application/json", **(headers or {})}
        try:
            return await self._web.get(url, limit=_LIMIT, seconds=_SECONDS, headers=given)
        except (Unavailable, TooLarge, AddressRefused) as error:
            raise ProviderFailed(f"the provider cannot be asked: {error.message}") from error


def _decoded(fetched: Fetched, kind: type[T]) -> T:
    if fetched.status != 200:
        raise ProviderFailed("the provider refused")
    try:
        return msgspec.json.decode(fetched.body, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ProviderFailed("the provider's answer cannot be read") from None
