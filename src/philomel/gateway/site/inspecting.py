"""Library health on the site: what administrators see and do. The pages are in `findings`."""

from litestar import Response
from litestar.response import Redirect

from philomel.gateway.authentication import Authenticator
from philomel.gateway.public import at
from philomel.gateway.site.findings import PATH, SHOWN, findings_page
from philomel.gateway.site.forms import AnyRequest, read_form
from philomel.gateway.site.layout import page
from philomel.kernel.caller import Caller, acting
from philomel.kernel.errors import NotFound, PhilomelError
from philomel.services.inspection.contract import (
    CountFindings,
    FindingCounts,
    FindingKind,
    IgnoreFinding,
    Inspection,
    ListFindings,
)


class Inspecting:
    """Args:
    inspection: None where nothing tells of the libraries' health.
    """

    def __init__(self, authenticator: Authenticator, inspection: Inspection | None) -> None:
        self._authenticator = authenticator
        self._inspection = inspection

    async def show(self, request: AnyRequest) -> Response[str]:
        """Every kind of finding, or a page of those of one."""
        caller = await self._authenticator.session(request)
        kind = _kind(request.query_params.get("kind", ""))
        with acting(caller):
            caller.require_admin()
            inspection = self._asked()
            counts = await inspection.count_findings(CountFindings())
            found = None
            if kind is not None:
                cursor = request.query_params.get("cursor") or None
                asked = ListFindings(kind=kind, limit=SHOWN, cursor=cursor)
                found = await inspection.list_findings(asked)
        return page(findings_page(counts, found, kind, caller.name))

    async def ignore(self, request: AnyRequest) -> Response[str]:
        caller = await self._authenticator.session(request)
        fields = await read_form(request)
        with acting(caller):
            caller.require_admin()
            found = await self._asked().ignore_finding(IgnoreFinding(fields.get("id", "")))
        return Redirect(at(f"{PATH}?kind={found.kind.value}"), status_code=303)

    async def counts(self, caller: Caller) -> FindingCounts | None:
        """For the start page, which does without them if it must."""
        if self._inspection is None or not caller.admin:
            return None
        try:
            return await self._inspection.count_findings(CountFindings())
        except PhilomelError:
            return None

    def _asked(self) -> Inspection:
        if self._inspection is None:
            raise NotFound("there is nothing at this address")
        return self._inspection


def _kind(text: str) -> FindingKind | None:
    if not text:
        return None
    try:
        return FindingKind(text)
    except ValueError:
        raise NotFound("there is no such kind of finding") from None
