"""The site door, `/`: the web player, and around it set-up, sign-in, accounts and people.

All but the player are plain pages; the one script on them is for passkeys, which browsers
offer to scripts alone.
"""

import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from philomel.gateway.authentication import Authenticator
from philomel.gateway.http import plain_error, retry_header
from philomel.gateway.public import Public, at
from philomel.gateway.site import account, assets, pages, people, player
from philomel.gateway.site.desk import Desk, to_proof
from philomel.gateway.site.entering import Entering, sign_in_again
from philomel.gateway.site.entering.pages import set_up_page, sign_in_page, waiting_page
from philomel.gateway.site.findings import PATH as LIBRARY_HEALTH
from philomel.gateway.site.forms import AnyRequest, local_path, read_form
from philomel.gateway.site.inspecting import Inspecting
from philomel.gateway.site.layout import ASSETS, page
from philomel.gateway.site.pages import Home, LibraryState
from philomel.gateway.site.progress import scan_page
from philomel.kernel.caller import ANONYMOUS, Caller, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import (
    NotFound,
    PhilomelError,
    Unauthenticated,
)
from philomel.services.accounts.contract import (
    Accounts,
    Authenticate,
    BadName,
    BadSetUpLink,
    GetSetUpState,
    ListAppPasswords,
    ProofNeeded,
    Session,
    SetUp,
    SetUpDone,
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
HOME = "/server"
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
        get(list(player.PATHS))(site.play),
        get("/assets/{name:str}")(player.send_asset),
        get("/shell")(player.show_shell),
        get(["/sw.js", "/manifest.webmanifest"])(player.send_root_file),
        get(HOME)(site.home),
        *site.entering.routes(),
        *account.routes(site.desk),
        *people.routes(site.desk, deps.catalog),
        get("/scan")(site.scan),
        get(LIBRARY_HEALTH)(site.inspecting.show),
        post(f"{LIBRARY_HEALTH}/ignore")(site.inspecting.ignore),
        get("/setup")(site.set_up_form),
        post("/setup")(site.set_up),
        post("/enrichment")(site.enrich),
        get(f"{ASSETS}/{{name:str}}")(assets.send),
    )


def error_response(request: AnyRequest, error: PhilomelError) -> Response[str]:
    """A page for people, JSON for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        return plain_error(request, error)
    if isinstance(error, ProofNeeded):
        return to_proof(request)
    if isinstance(error, Unauthenticated):
        return page(sign_in_page(wrong=error.message), error.http_status)
    title = _TITLES.get(error.http_status, "That did not work")
    message = error.message[:1].upper() + error.message[1:] + "."
    markup = pages.message_page(title, message)
    return page(markup, error.http_status, retry_header(error))


class _Site:
    """What the routes do."""

    def __init__(self, deps: Deps) -> None:
        self._accounts = deps.accounts
        self._authenticator = deps.authenticator
        self._public = deps.public
        self.desk = Desk(deps.accounts, deps.authenticator, deps.public, deps.clock)
        self.entering = Entering(self.desk)
        self._catalog = deps.catalog
        self._enrichment = deps.enrichment
        self.inspecting = Inspecting(deps.authenticator, deps.inspection)

    async def start(self, request: AnyRequest) -> Response[Any]:
        """The player; the way in for whoever is not signed in."""
        caller = await self._entered(request)
        if isinstance(caller, Response):
            return caller
        if not player.is_built():
            return Redirect(at(HOME), status_code=303)
        return player.show()

    async def play(self, request: AnyRequest) -> Response[Any]:
        """A page within the player, come to by its address."""
        try:
            await self._authenticator.session(request)
        except Unauthenticated:
            query = request.scope["query_string"].decode("ascii", "replace")
            asked = request.scope["path"] + (f"?{query}" if query else "")
            return sign_in_again(local_path(asked))
        return await self.start(request)

    async def _entered(self, request: AnyRequest) -> Caller | Response[Any]:
        """Who is signed in here, or what to show to a stranger."""
        try:
            caller = await self._authenticator.session(request)
        except Unauthenticated:
            with acting(ANONYMOUS):
                state = await self._accounts.get_set_up_state(GetSetUpState())
            if state.needed:
                return page(waiting_page())
            return await self.entering.sign_in_form(request)
        vouched = self._public.vouched_name(request)
        if vouched is not None and lookup(vouched) != lookup(caller.name):
            # Somebody else has signed in with the proxy since.
            return await self.entering.sign_in_form(request)
        return caller

    async def home(self, request: AnyRequest) -> Response[Any]:
        """This server: how to connect players, the libraries, and what administrators decide."""
        caller = await self._entered(request)
        if isinstance(caller, Response):
            return caller
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
        )
        return page(pages.home_page(shown))

    async def set_up_form(self, request: AnyRequest) -> Response[str]:
        token = request.query_params.get("token", "")
        with acting(ANONYMOUS):
            state = await self._accounts.get_set_up_state(GetSetUpState(token))
        if not state.needed:
            raise SetUpRefused("this server is set up already")
        if not state.link:
            raise SetUpRefused("this set-up link is not good any more; ask for a new one")
        return page(set_up_page(token))

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
            markup = set_up_page(token, name[:64], error.message)
            return page(markup, error.http_status)
        if fields.get("enrich") == "yes":
            await self._enrich_first(session)
        return self.entering.enter(request, session, "/")

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
        return Redirect(at(HOME), status_code=303)

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


class SetUpRefused(PhilomelError):
    """The set-up form is for whoever holds a good link, and for nobody afterwards."""

    http_status, grpc_status, code = 403, "PERMISSION_DENIED", "set_up_refused"


def lookup(name: str) -> str:
    """Equal for names of one person, as proxies and people write them."""
    return unicodedata.normalize("NFC", name).casefold()


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
