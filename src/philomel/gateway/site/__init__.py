"""The site door, `/`: set-up, sign-in, and connecting players. Plain pages without scripts.

The web player takes its place later; until then it is all that a person needs a browser for.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from philomel.gateway.authentication import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    Authenticator,
    client_address,
)
from philomel.gateway.http import plain_error, retry_header
from philomel.gateway.public import Public, at
from philomel.gateway.site import assets, pages
from philomel.gateway.site.cookies import closing, opening
from philomel.gateway.site.findings import PATH as LIBRARY_HEALTH
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.inspecting import Inspecting
from philomel.gateway.site.layout import ASSETS, page
from philomel.gateway.site.pages import Home, LibraryState
from philomel.gateway.site.progress import scan_page
from philomel.kernel.caller import ANONYMOUS, Caller, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import (
    InvalidArgument,
    NotFound,
    PhilomelError,
    RateLimited,
    Unauthenticated,
)
from philomel.services.accounts.contract import (
    Accounts,
    Authenticate,
    BadName,
    BadSetUpLink,
    CreateAppPassword,
    GetSetUpState,
    ListAppPasswords,
    RevokeAppPassword,
    Session,
    SetPassword,
    SetUp,
    SetUpDone,
    SignIn,
    SignOut,
    WeakPassword,
)
from philomel.services.catalog.contract import (
    Catalog,
    GetCounts,
    ListFileErrors,
    ListLibraries,
    ScanNotFound,
    ScanPhase,
    ScanStatus,
    WatchScan,
)
from philomel.services.enrichment.contract import Enrichment, GetState, SetEnabled, State
from philomel.services.inspection.contract import Inspection

_log = logging.getLogger(__name__)

PREFIXES = ("/",)
_ERRORS_SHOWN = 50
_TITLES = {
    403: "Not here",
    404: "Nothing here",
    429: "A little slower",
    503: "Not now",
}


@dataclass(frozen=True)
class Deps:
    accounts: Accounts
    authenticator: Authenticator
    public: Public
    clock: Clock
    catalog: Catalog | None = None
    enrichment: Enrichment | None = None
    inspection: Inspection | None = None


def routes(deps: Deps) -> Sequence[HTTPRouteHandler]:
    site = _Site(deps)
    return (
        get("/")(site.start),
        get("/sign-in")(site.sign_in_form),
        post("/sign-in")(site.sign_in),
        post("/sign-out")(site.sign_out),
        get("/scan")(site.scan),
        get(LIBRARY_HEALTH)(site.inspecting.show),
        post(f"{LIBRARY_HEALTH}/ignore")(site.inspecting.ignore),
        get("/setup")(site.set_up_form),
        post("/setup")(site.set_up),
        post("/players")(site.connect),
        post("/players/revoke")(site.revoke),
        post("/password")(site.change_password),
        post("/enrichment")(site.enrich),
        get(f"{ASSETS}/{{name:str}}")(assets.send),
    )


def error_response(request: AnyRequest, error: PhilomelError) -> Response[str]:
    """A page for people, JSON for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        return plain_error(request, error)
    if isinstance(error, Unauthenticated):
        return page(pages.sign_in_page(wrong=error.message), error.http_status)
    title = _TITLES.get(error.http_status, "That did not work")
    message = error.message[:1].upper() + error.message[1:] + "."
    markup = pages.message_page(title, message)
    return page(markup, error.http_status, retry_header(error))


def local_path(path: str | None) -> str:
    """`path` if it leads to a page of this server, else the start."""
    if path is None or not path.startswith("/") or path[1:2] in {"/", "\\"}:
        return "/"
    parts = urlsplit(path)
    plain = all("\x21" <= character <= "\x7e" for character in path) and "\\" not in path
    if parts.scheme or parts.netloc or not plain:
        return "/"
    return path


class _Site:
    """What the routes do."""

    def __init__(self, deps: Deps) -> None:
        self._accounts = deps.accounts
        self._authenticator = deps.authenticator
        self._public = deps.public
        self._clock = deps.clock
        self._catalog = deps.catalog
        self._enrichment = deps.enrichment
        self.inspecting = Inspecting(deps.authenticator, deps.inspection)

    async def start(self, request: AnyRequest) -> Response[str]:
        return await self._home(request)

    async def sign_in_form(self, request: AnyRequest) -> Response[str]:
        return page(pages.sign_in_page(then=local_path(request.query_params.get("next"))))

    async def _home(
        self, request: AnyRequest, wrong: str | None = None, status: int = 200
    ) -> Response[str]:
        try:
            caller = await self._authenticator.session(request)
        except Unauthenticated:
            with acting(ANONYMOUS):
                state = await self._accounts.get_set_up_state(GetSetUpState())
            return page(pages.waiting_page() if state.needed else pages.sign_in_page())
        with acting(caller):
            listed = await self._accounts.list_app_passwords(
                ListAppPasswords(caller.require_user())
            )
            library = await self._library(caller)
            enrichment = await self._enrichment_state(caller)
            findings = await self.inspecting.counts(caller)
        shown = Home(
            name=caller.name,
            address=self._public.url(request),
            passwords=listed.items,
            library=library,
            enrichment=enrichment,
            findings=findings,
            wrong=wrong,
        )
        return page(pages.home_page(shown), status)

    async def sign_in(self, request: AnyRequest) -> Response[str]:
        self._authenticator.check_origin(request)
        await self._authenticator.limit(request, "sign-in", most=120)
        fields = await read_form(request)
        name, then = fields.get("name", ""), local_path(fields.get("next"))
        asked = SignIn(
            name=name,
            password=fields.get("password", ""),
            address=client_address(request, self._public),
            device=request.headers.get("user-agent", "")[:200],
            device_token=request.cookies.get(DEVICE_COOKIE, "")[:200],
        )
        try:
            with acting(ANONYMOUS):
                session = await self._accounts.sign_in(asked)
        except (Unauthenticated, RateLimited, InvalidArgument) as error:
            markup = pages.sign_in_page(name[:64], then, _with_wait(error))
            return page(markup, error.http_status, retry_header(error))
        return self._enter(request, session, then)

    async def sign_out(self, request: AnyRequest) -> Response[str]:
        self._authenticator.check_origin(request)
        token = request.cookies.get(SESSION_COOKIE, "")
        with acting(ANONYMOUS):
            await self._accounts.sign_out(SignOut(token))
        return Redirect(at("/"), status_code=303, cookies=closing(request, self._public))

    async def set_up_form(self, request: AnyRequest) -> Response[str]:
        token = request.query_params.get("token", "")
        with acting(ANONYMOUS):
            state = await self._accounts.get_set_up_state(GetSetUpState(token))
        if not state.needed:
            raise SetUpRefused("this server is set up already")
        if not state.link:
            raise SetUpRefused("this set-up link is not good any more; ask for a new one")
        return page(pages.set_up_page(token))

    async def set_up(self, request: AnyRequest) -> Response[str]:
        self._authenticator.check_origin(request)
        await self._authenticator.limit(request, "set-up", most=60)
        fields = await read_form(request)
        token, name = fields.get("token", ""), fields.get("name", "")
        try:
            with acting(ANONYMOUS):
                session = await self._accounts.set_up(
                    SetUp(token=token, name=name, password=fields.get("password", ""))
                )
        except (SetUpDone, BadSetUpLink) as error:
            raise SetUpRefused(error.message) from None
        except (BadName, WeakPassword) as error:
            markup = pages.set_up_page(token, name[:64], error.message)
            return page(markup, error.http_status)
        if fields.get("enrich") == "yes":
            await self._enrich_first(session)
        return self._enter(request, session, "/")

    async def _enrich_first(self, session: Session) -> None:
        """Do as the first administrator said; the account is there, whatever comes of it."""
        try:
            with acting(ANONYMOUS):
                asked = Authenticate(token=session.token)
                caller = (await self._accounts.authenticate(asked)).caller
            if self._enrichment is not None:
                with acting(caller):
                    await self._enrichment.set_enabled(SetEnabled(enabled=True))
        except PhilomelError as error:
            _log.warning("enrichment stays off: %s", error)

    async def enrich(self, request: AnyRequest) -> Response[str]:
        """Ask open services about the music, or no longer. Administrators."""
        caller = await self._authenticator.session(request)
        fields = await read_form(request)
        if self._enrichment is None:
            raise NotFound("there is nothing at this address")
        with acting(caller):
            await self._enrichment.set_enabled(SetEnabled(fields.get("enrich") == "on"))
        return Redirect(at("/"), status_code=303)

    async def connect(self, request: AnyRequest) -> Response[str]:
        caller = await self._authenticator.session(request)
        fields = await read_form(request)
        asked = CreateAppPassword(caller.require_user(), fields.get("label", ""))
        try:
            with acting(caller):
                made = await self._accounts.create_app_password(asked)
        except InvalidArgument as error:
            return await self._home(request, error.message, error.http_status)
        return page(pages.new_password_page(caller.name, self._public.url(request), made))

    async def revoke(self, request: AnyRequest) -> Response[str]:
        caller = await self._authenticator.session(request)
        fields = await read_form(request)
        asked = RevokeAppPassword(caller.require_user(), fields.get("id", ""))
        with acting(caller):
            await self._accounts.revoke_app_password(asked)
        return Redirect(at("/"), status_code=303)

    async def change_password(self, request: AnyRequest) -> Response[str]:
        caller = await self._authenticator.session(request)
        await self._authenticator.limit(request, "password", most=30)
        fields = await read_form(request)
        try:
            session = await self._change_password(request, caller, fields)
        except (Unauthenticated, InvalidArgument, RateLimited) as error:
            return await self._home(request, _with_wait(error), error.http_status)
        return self._enter(request, session, "/")

    async def _change_password(
        self, request: AnyRequest, caller: Caller, fields: Mapping[str, str]
    ) -> Session:
        asked = SetPassword(
            user_id=caller.require_user(),
            password=fields.get("password", ""),
            current=fields.get("current", ""),
        )
        with acting(caller):
            user = await self._accounts.set_password(asked)
        again = SignIn(
            name=user.name,
            password=asked.password,
            address=client_address(request, self._public),
            device=request.headers.get("user-agent", "")[:200],
            device_token=request.cookies.get(DEVICE_COOKIE, "")[:200],
        )
        with acting(ANONYMOUS):
            return await self._accounts.sign_in(again)

    async def scan(self, request: AnyRequest) -> Response[str]:
        """How far the latest scan is. Administrators."""
        caller = await self._authenticator.session(request)
        with acting(caller):
            caller.require_admin()
            status = None if self._catalog is None else await _latest_scan(self._catalog)
            if self._catalog is None or status is None:
                raise NotFound("nothing has been scanned yet")
            errors = await self._catalog.list_file_errors(ListFileErrors(limit=_ERRORS_SHOWN))
        return page(scan_page(status, caller.name, errors.items))

    async def _library(self, caller: Caller) -> LibraryState | None:
        if self._catalog is None:
            return None
        try:
            counts = await self._catalog.get_counts(GetCounts())
            libraries = await self._catalog.list_libraries(ListLibraries())
            scan = await _latest_scan(self._catalog) if caller.admin else None
        except PhilomelError:
            # Players can be connected while the catalogue is away.
            return None
        return LibraryState(counts=counts, libraries=libraries.items, scan=scan)

    async def _enrichment_state(self, caller: Caller) -> State | None:
        if self._enrichment is None or not caller.admin:
            return None
        try:
            return await self._enrichment.get_state(GetState())
        except PhilomelError:
            return None

    def _enter(self, request: AnyRequest, session: Session, then: str) -> Response[str]:
        cookies = opening(request, self._public, session, self._clock.now())
        return Redirect(at(then), status_code=303, cookies=cookies)


class SetUpRefused(PhilomelError):
    """The set-up form is for whoever holds a good link, and for nobody afterwards."""

    http_status, grpc_status, code = 403, "PERMISSION_DENIED", "set_up_refused"


async def _latest_scan(catalog: Catalog) -> ScanStatus | None:
    """How far the latest scan and the analysis after it are at this moment."""
    status: ScanStatus | None = None
    try:
        async for now in catalog.watch_scan(WatchScan(analysis=True)):
            # The first word on a scan that is done does not count the analysis yet.
            first, status = status is None, now
            if not (first and now.phase is ScanPhase.DONE):
                break
    except ScanNotFound:
        return None
    return status


def _with_wait(error: PhilomelError) -> str:
    if error.retry_after is None:
        return error.message
    seconds = max(1, round(error.retry_after + 0.5))
    return f"{error.message} ({seconds} seconds)"
