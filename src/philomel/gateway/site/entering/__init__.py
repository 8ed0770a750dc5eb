"""Coming in: by password, second factor, passkey, provider, proxy, or a link; and going again."""

from collections.abc import Sequence
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from philomel.gateway.authentication import SESSION_COOKIE
from philomel.gateway.http import retry_header
from philomel.gateway.public import at
from philomel.gateway.site.cookies import closing, opening, provider_cookie
from philomel.gateway.site.desk import Desk, back, device, device_token, with_wait
from philomel.gateway.site.entering import pages
from philomel.gateway.site.forms import AnyRequest, local_path, read_form
from philomel.gateway.site.layout import page
from philomel.gateway.site.passkeys import CHALLENGE
from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, acting
from philomel.kernel.errors import (
    InvalidArgument,
    PhilomelError,
    RateLimited,
    Unauthenticated,
)
from philomel.services.accounts.contract import (
    AcceptInvitation,
    AccountDisabled,
    BeginPasskeySignIn,
    BeginProvider,
    CompleteProvider,
    CompleteSignIn,
    Factor,
    GetFactors,
    GetInvitation,
    GetProvider,
    GetResetLink,
    GetUser,
    ListIdentities,
    NameTaken,
    Prove,
    ProveByProxy,
    ProviderFailed,
    Session,
    SignIn,
    SignInByProxy,
    SignInWithPasskey,
    SignOut,
    UseResetLink,
)

CALLBACK = "/provider/callback"
PROVIDER_COOKIE = "philomel_provider"
_REFUSALS = (Unauthenticated, RateLimited, InvalidArgument, AccountDisabled)


class Entering:
    """What the routes do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._accounts = desk.accounts

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return (
            get("/sign-in")(self.sign_in_form),
            post("/sign-in")(self.sign_in),
            post("/sign-in/second")(self.second),
            post("/sign-in/passkey")(self.by_passkey),
            post(CHALLENGE)(self.challenge),
            post("/sign-out")(self.sign_out),
            get("/prove")(self.proof_form),
            post("/prove")(self.prove),
            post("/provider")(self.to_provider),
            get(CALLBACK)(self.from_provider),
            get("/join")(self.join_form),
            post("/join")(self.join),
            get("/reset")(self.reset_form),
            post("/reset")(self.reset),
        )

    async def sign_in_form(self, request: AnyRequest) -> Response[str]:
        then = local_path(request.query_params.get("next"))
        opened = await self.by_proxy(request)
        if opened is not None:
            return self.enter(request, opened, then)
        with acting(ANONYMOUS):
            provider = await self._accounts.get_provider(GetProvider())
        return page(pages.sign_in_page(then=then, provider=provider.name))

    async def by_proxy(self, request: AnyRequest) -> Session | None:
        """A session for whom a trusted proxy vouches, if this server listens to it."""
        name = self._desk.public.vouched_name(request)
        if name is None:
            return None
        asked = SignInByProxy(name, self._desk.address(request), device(request))
        with acting(SERVICE):
            return await self._accounts.sign_in_by_proxy(asked)

    async def sign_in(self, request: AnyRequest) -> Response[str]:
        self._desk.authenticator.check_origin(request)
        await self._desk.authenticator.limit(request, "sign-in", most=120)
        fields = await read_form(request)
        name, then = fields.get("name", ""), local_path(fields.get("next"))
        asked = SignIn(
            name=name,
            password=fields.get("password", ""),
            address=self._desk.address(request),
            device=device(request),
            device_token=device_token(request),
        )
        try:
            with acting(ANONYMOUS):
                session = await self._accounts.sign_in(asked)
        except _REFUSALS as error:
            return await self._again(error, name[:64], then)
        return self.enter(request, session, then)

    async def second(self, request: AnyRequest) -> Response[str]:
        """The second step of a sign-in."""
        self._desk.authenticator.check_origin(request)
        await self._desk.authenticator.limit(request, "sign-in", most=120)
        fields = await read_form(request)
        then, pending = local_path(fields.get("next")), fields.get("pending", "")
        asked = CompleteSignIn(
            pending=pending,
            address=self._desk.address(request),
            code=fields.get("code", "")[:64],
            passkey=fields.get("passkey", ""),
            origin=self._desk.origin(request),
            device=device(request),
        )
        try:
            with acting(ANONYMOUS):
                session = await self._accounts.complete_sign_in(asked)
        except _REFUSALS as error:
            # Which factors there are was said before; all are offered again.
            markup = pages.factor_page("", pending[:100], tuple(Factor), then, with_wait(error))
            return page(markup, error.http_status, retry_header(error))
        return self.enter(request, session, then)

    async def challenge(self, request: AnyRequest) -> Response[bytes]:
        """What a passkey shall sign, for the script."""
        self._desk.authenticator.check_origin(request)
        await self._desk.authenticator.limit(request, "passkey", most=60)
        fields = await read_form(request)
        caller = await self._desk.authenticator.optional(request)
        asked = BeginPasskeySignIn(self._desk.origin(request), fields.get("pending", ""))
        with acting(caller):
            made = await self._accounts.begin_passkey_sign_in(asked)
        return challenge_response(made.pending, made.options)

    async def by_passkey(self, request: AnyRequest) -> Response[str]:
        self._desk.authenticator.check_origin(request)
        await self._desk.authenticator.limit(request, "sign-in", most=120)
        fields = await read_form(request)
        then = local_path(fields.get("next"))
        asked = SignInWithPasskey(
            pending=fields.get("pending", ""),
            response=fields.get("passkey", ""),
            origin=self._desk.origin(request),
            address=self._desk.address(request),
            device=device(request),
        )
        try:
            with acting(ANONYMOUS):
                session = await self._accounts.sign_in_with_passkey(asked)
        except _REFUSALS as error:
            return await self._again(error, "", then)
        return self.enter(request, session, then)

    async def sign_out(self, request: AnyRequest) -> Response[str]:
        self._desk.authenticator.check_origin(request)
        token = request.cookies.get(SESSION_COOKIE, "")
        with acting(ANONYMOUS):
            await self._accounts.sign_out(SignOut(token))
        return Redirect(at("/"), status_code=303, cookies=closing(request, self._desk.public))

    async def proof_form(self, request: AnyRequest) -> Response[str]:
        return await self._proof(request, local_path(request.query_params.get("next")))

    async def prove(self, request: AnyRequest) -> Response[str]:
        caller = await self._desk.caller(request)
        await self._desk.authenticator.limit(request, "prove", most=60)
        fields = await read_form(request)
        then = local_path(fields.get("next"))
        if fields.get("vouched") == "yes":
            return await self._prove_by_proxy(request, caller, then)
        asked = Prove(
            password=fields.get("password", ""),
            code=fields.get("code", "")[:64],
            pending=fields.get("pending", ""),
            passkey=fields.get("passkey", ""),
            origin=self._desk.origin(request),
        )
        try:
            with acting(caller):
                await self._accounts.prove(asked)
        except _REFUSALS as error:
            return await self._proof(request, then, error)
        return back(then)

    async def _prove_by_proxy(
        self, request: AnyRequest, caller: Caller, then: str
    ) -> Response[str]:
        """The proxy says in this very request who has signed in with it."""
        name = self._desk.public.vouched_name(request)
        asked = ProveByProxy(name or "", caller.session_id or "")
        try:
            with acting(SERVICE):
                await self._accounts.prove_by_proxy(asked)
        except _REFUSALS as error:
            return await self._proof(request, then, error)
        return back(then)

    async def _proof(
        self, request: AnyRequest, then: str, error: PhilomelError | None = None
    ) -> Response[str]:
        caller = await self._desk.caller(request)
        user_id = caller.require_user()
        with acting(caller):
            user = await self._accounts.get_user(GetUser(user_id))
            found = await self._accounts.get_factors(GetFactors(user_id))
            linked = (await self._accounts.list_identities(ListIdentities(user_id))).items
            provider = await self._accounts.get_provider(GetProvider())
        factors = [Factor.TOTP] if found.totp else []
        factors += [Factor.PASSKEY] if found.passkeys else []
        markup = pages.proof_page(
            caller.name,
            then,
            factors,
            password=user.has_password,
            provider=provider.name if linked else "",
            vouched=self._desk.public.vouched_name(request) is not None,
            wrong=None if error is None else with_wait(error),
        )
        return page(markup, 200 if error is None else error.http_status)

    async def to_provider(self, request: AnyRequest) -> Response[str]:
        """Off to the provider; back comes `from_provider`."""
        self._desk.authenticator.check_origin(request)
        await self._desk.authenticator.limit(request, "sign-in", most=120)
        fields = await read_form(request)
        then, link = local_path(fields.get("next")), fields.get("link") == "yes"
        caller = await self._desk.caller(request) if link else ANONYMOUS
        asked = BeginProvider(self._callback(request), then, link)
        try:
            with acting(caller):
                made = await self._accounts.begin_provider(asked)
        except ProviderFailed as error:
            return page(pages.provider_failed_page(error.message, then), 502)
        cookie = provider_cookie(request, self._desk.public, PROVIDER_COOKIE, made.pending)
        # A page in between: browsers follow a form's redirect only where its policy lets it.
        return page(pages.onward_page(made.url), cookies=[cookie])

    async def from_provider(self, request: AnyRequest) -> Response[str]:
        await self._desk.authenticator.limit(request, "sign-in", most=120)
        query = request.query_params
        caller = await self._desk.authenticator.optional(request)
        asked = CompleteProvider(
            pending=request.cookies.get(PROVIDER_COOKIE, "")[:200],
            state=query.get("state", ""),
            redirect_uri=self._callback(request),
            address=self._desk.address(request),
            code=query.get("code", ""),
            issuer=query.get("iss"),
            error=query.get("error", ""),
            device=device(request),
        )
        gone = provider_cookie(request, self._desk.public, PROVIDER_COOKIE, "")
        try:
            with acting(caller):
                done = await self._accounts.complete_provider(asked)
        except (ProviderFailed, NameTaken, AccountDisabled) as error:
            markup = pages.provider_failed_page(error.message, "/")
            return page(markup, error.http_status, cookies=[gone])
        return self.enter(request, done.session, done.then, gone)

    def _callback(self, request: AnyRequest) -> str:
        return self._desk.public.url(request) + CALLBACK

    async def join_form(self, request: AnyRequest) -> Response[str]:
        await self._desk.authenticator.limit(request, "join", most=60)
        token = request.query_params.get("token", "")
        with acting(ANONYMOUS):
            invitation = await self._accounts.get_invitation(GetInvitation(token))
        return page(pages.join_page(token, invitation))

    async def join(self, request: AnyRequest) -> Response[str]:
        self._desk.authenticator.check_origin(request)
        await self._desk.authenticator.limit(request, "join", most=60)
        fields = await read_form(request)
        token, name = fields.get("token", ""), fields.get("name", "")
        asked = AcceptInvitation(
            token=token,
            name=name,
            password=fields.get("password", ""),
            address=self._desk.address(request),
            device=device(request),
        )
        with acting(ANONYMOUS):
            invitation = await self._accounts.get_invitation(GetInvitation(token))
            try:
                session = await self._accounts.accept_invitation(asked)
            except (InvalidArgument, NameTaken) as error:
                markup = pages.join_page(token, invitation, name[:64], error.message)
                return page(markup, error.http_status)
        return self.enter(request, session, "/")

    async def reset_form(self, request: AnyRequest) -> Response[str]:
        await self._desk.authenticator.limit(request, "reset", most=60)
        token = request.query_params.get("token", "")
        with acting(ANONYMOUS):
            state = await self._accounts.get_reset_link(GetResetLink(token))
        return page(pages.reset_page(token, state.name))

    async def reset(self, request: AnyRequest) -> Response[str]:
        self._desk.authenticator.check_origin(request)
        await self._desk.authenticator.limit(request, "reset", most=60)
        fields = await read_form(request)
        token = fields.get("token", "")
        with acting(ANONYMOUS):
            state = await self._accounts.get_reset_link(GetResetLink(token))
            try:
                await self._accounts.use_reset_link(UseResetLink(token, fields.get("password", "")))
            except InvalidArgument as error:
                return page(pages.reset_page(token, state.name, error.message), error.http_status)
        return back("/sign-in")

    def enter(
        self, request: AnyRequest, session: Session, then: str, *more: Cookie
    ) -> Response[str]:
        """On with a session; or the second step, if one is missing."""
        if session.pending:
            markup = pages.factor_page(session.user.name, session.pending, session.factors, then)
            return page(markup)
        now = self._desk.clock.now()
        cookies = [*opening(request, self._desk.public, session, now), *more]
        return Redirect(at(then), status_code=303, cookies=cookies)

    async def _again(self, error: PhilomelError, name: str, then: str) -> Response[str]:
        with acting(ANONYMOUS):
            provider = await self._accounts.get_provider(GetProvider())
        markup = pages.sign_in_page(name, then, with_wait(error), provider.name)
        return page(markup, error.http_status, retry_header(error))


def challenge_response(pending: str, options: str) -> Response[bytes]:
    """A challenge as the script reads it."""
    body = b'{"pending":"%b","options":%b}' % (pending.encode("ascii"), options.encode())
    return Response(body, status_code=200, media_type="application/json; charset=utf-8")


def sign_in_again(then: str) -> Redirect:
    return Redirect(at("/sign-in?next=") + quote(then, safe=""), status_code=303)
