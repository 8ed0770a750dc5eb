"""The OAuth door: `/authorize`, `/api/token` and the metadata (RFC 6749, 7636, 8414, 9207)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post, route
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from philomel.gateway import site
from philomel.gateway.authentication import Authenticator
from philomel.gateway.http import retry_header
from philomel.gateway.oauth.clients import Client, client_of
from philomel.gateway.oauth.consent import (
    Asked,
    SentBack,
    check,
    check_decision,
    consent_page,
    consent_policy,
    known_fields,
    may_be_remembered,
    only_field,
    way_back,
)
from philomel.gateway.public import Public, at
from philomel.gateway.site.forms import AnyRequest, parse, read_form
from philomel.gateway.site.layout import page
from philomel.gateway.site.scopes import SCOPES
from philomel.kernel.caller import ANONYMOUS, Caller, acting
from philomel.kernel.errors import InvalidArgument, NotFound, PhilomelError, Unauthenticated
from philomel.services.accounts.contract import (
    Accounts,
    Authorize,
    ClientCredentials,
    ExchangeCode,
    GetApp,
    GetConsent,
    Refresh,
    Tokens,
)

PREFIXES = ("/authorize", "/api/token", "/.well-known/oauth-authorization-server")
_TOKEN = "/api/token"  # noqa: S105 - a path
# Programs that run in a page of their own may ask for tokens: no cookie is read there.
_OPEN = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-max-age": "86400",
}
_TOKEN_HEADERS = {"cache-control": "no-store", "pragma": "no-cache", **_OPEN}
# What RFC 6749, 5.2 has a word for; other refusals are invalid_request.
_GRANT_ERRORS = frozenset(
    {
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


@dataclass(frozen=True)
class Deps:
    accounts: Accounts
    authenticator: Authenticator
    public: Public


def routes(deps: Deps) -> Sequence[HTTPRouteHandler]:
    door = _Door(deps)
    return (
        get("/authorize")(door.ask),
        post("/authorize")(door.decide),
        route(_TOKEN, http_method=["POST", "OPTIONS"], status_code=200)(door.token),
        get("/.well-known/oauth-authorization-server")(door.metadata),
    )


def error_response(request: AnyRequest, error: PhilomelError) -> Response[Any]:
    """At the token endpoint as RFC 6749, 5.2 says; a page elsewhere."""
    if request.scope["path"].rstrip("/") != _TOKEN:
        return site.error_response(request, error)
    code = error.code if error.code in _GRANT_ERRORS else "invalid_request"
    if error.http_status >= 500 or error.http_status == 429:
        code = "temporarily_unavailable" if error.http_status != 500 else "server_error"
    headers = {**_TOKEN_HEADERS, **retry_header(error)}
    if error.http_status == 401:
        headers["www-authenticate"] = 'Basic realm="Philomel"'
    content = {"error": code, "error_description": error.message}
    return Response(content, status_code=error.http_status, headers=headers)


class _Door:
    """What the routes do."""

    def __init__(self, deps: Deps) -> None:
        self._accounts = deps.accounts
        self._authenticator = deps.authenticator
        self._public = deps.public

    async def ask(self, request: AnyRequest) -> Response[str]:
        given = parse(request.scope["query_string"])
        asked = await self._asked(known_fields(given))
        try:
            check(asked)
        except SentBack as refusal:
            return self._send_back(request, asked, refusal)
        try:
            caller = await self._authenticator.session(request)
        except Unauthenticated:
            here = "/authorize?" + request.scope["query_string"].decode("ascii")
            return Redirect(at("/sign-in?next=") + quote(here, safe=""), status_code=303)
        if given.get("show_dialog") != "true" and may_be_remembered(asked):
            with acting(caller):
                consent = await self._accounts.get_consent(GetConsent(asked.app.client_id))
            if consent.given and set(asked.scopes()) <= set(consent.scopes):
                return await self._let_in(request, asked, caller)
        headers = {"content-security-policy": consent_policy(asked.redirect_uri)}
        return page(consent_page(asked, caller.name), headers=headers)

    async def decide(self, request: AnyRequest) -> Response[str]:
        caller = await self._authenticator.session(request)
        fields = await read_form(request)
        asked = await self._asked(known_fields(fields))
        try:
            check(asked)
            check_decision(fields)
        except SentBack as refusal:
            return self._send_back(request, asked, refusal)
        return await self._let_in(request, asked, caller)

    async def _let_in(self, request: AnyRequest, asked: Asked, caller: Caller) -> Response[str]:
        """Back to the program with a code."""
        try:
            with acting(caller):
                made = await self._accounts.authorize(
                    Authorize(
                        client_id=asked.app.client_id,
                        redirect_uri=asked.redirect_uri,
                        scopes=asked.scopes(),
                        code_challenge=asked.challenge(),
                    )
                )
        except InvalidArgument as error:
            code = error.code if error.code in _GRANT_ERRORS else "invalid_request"
            return self._send_back(request, asked, SentBack(code, error.message))
        target = way_back(asked, self._public.url(request), code=made.code)
        return Redirect(target, status_code=303)

    async def token(self, request: AnyRequest) -> Response[dict[str, object] | None]:
        if request.method == "OPTIONS":
            return Response(None, status_code=204, headers=_OPEN)
        await self._authenticator.limit(request, "token", most=600)
        fields = await read_form(request)
        client = client_of(request, fields)
        with acting(ANONYMOUS):
            tokens = await self._grant(client, fields)
        content: dict[str, object] = {
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "expires_in": tokens.expires_in,
            "scope": " ".join(tokens.scopes),
        }
        if tokens.refresh_token is not None:
            content["refresh_token"] = tokens.refresh_token
        return Response(content, headers=_TOKEN_HEADERS)

    async def metadata(self, request: AnyRequest) -> Response[dict[str, object]]:
        issuer = self._public.url(request)
        content: dict[str, object] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}{_TOKEN}",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [
                "authorization_code",
                "refresh_token",
                "client_credentials",
            ],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return Response(content, headers={"access-control-allow-origin": "*"})

    async def _asked(self, fields: Mapping[str, str]) -> Asked:
        """The request, if it is known where its answer may be sent.

        Raises:
            PhilomelError: it is not; the browser must not be sent anywhere.
        """
        redirect_uri = only_field(fields, "redirect_uri")
        with acting(ANONYMOUS):
            try:
                app = await self._accounts.get_app(
                    GetApp(only_field(fields, "client_id"), redirect_uri)
                )
            except NotFound as error:
                raise InvalidArgument(error.message, code="invalid_client") from None
        return Asked(app=app, redirect_uri=redirect_uri, state=fields.get("state"), fields=fields)

    def _send_back(self, request: AnyRequest, asked: Asked, refusal: SentBack) -> Response[str]:
        target = way_back(
            asked,
            self._public.url(request),
            error=refusal.error,
            error_description=refusal.description,
        )
        return Redirect(target, status_code=303)

    async def _grant(self, client: Client, fields: Mapping[str, str]) -> Tokens:
        match only_field(fields, "grant_type"):
            case "authorization_code":
                return await self._accounts.exchange_code(
                    ExchangeCode(
                        client_id=client.id,
                        code=only_field(fields, "code"),
                        redirect_uri=only_field(fields, "redirect_uri"),
                        client_secret=client.secret,
                        code_verifier=fields.get("code_verifier"),
                    )
                )
            case "refresh_token":
                return await self._accounts.refresh(
                    Refresh(
                        client_id=client.id,
                        refresh_token=only_field(fields, "refresh_token"),
                        client_secret=client.secret,
                    )
                )
            case "client_credentials":
                return await self._accounts.client_credentials(
                    ClientCredentials(client_id=client.id, client_secret=client.secret or "")
                )
        raise InvalidArgument("this grant_type is not known", code="unsupported_grant_type")
