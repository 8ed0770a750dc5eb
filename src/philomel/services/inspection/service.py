"""Answers administrators."""

from philomel.engines.sql import Database
from philomel.kernel.caller import current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.paging import check_limit
from philomel.services.inspection import contract as it
from philomel.services.inspection.store import sql

MAX_TEXT = 200


class InspectionService:
    """Implements `Inspection`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_findings(self, request: it.ListFindings, /) -> it.FindingPage:
        current().caller.require_admin()
        check_limit(request.limit)
        if len(request.text) > MAX_TEXT:
            raise InvalidArgument(f"text must have at most {MAX_TEXT} characters")
        return await self._database.read(lambda c: sql.list_findings(c, request), long=True)

    async def count_findings(self, request: it.CountFindings, /) -> it.FindingCounts:
        current().caller.require_admin()
        return await self._database.read(
            lambda c: sql.count_findings(c, request.library_id), long=True
        )

    async def ignore_finding(self, request: it.IgnoreFinding, /) -> it.Finding:
        current().caller.require_admin()
        found = await self._database.write(
            lambda c: sql.ignore(c, request.id, ignored=request.ignored)
        )
        if found is None:
            raise it.FindingNotFound("there is no such finding any more")
        return found
