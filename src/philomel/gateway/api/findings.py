"""The health of the libraries."""

import csv
import io
from collections.abc import AsyncIterator
from enum import StrEnum

import msgspec
from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Download, Route
from philomel.kernel.caller import acting
from philomel.services.inspection.contract import (
    CountFindings,
    Finding,
    FindingCounts,
    FindingKind,
    FindingPage,
    IgnoreFinding,
    ListFindings,
)

_PAGE = 500


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    """One object a line."""


class ExportFindings(Struct, frozen=True):
    format: ExportFormat = ExportFormat.CSV
    kind: FindingKind | None = None
    library_id: str | None = None
    text: str = ""
    ignored: bool = False


Page = tuple[Finding, ...]


async def list_findings(call: Call, asked: ListFindings) -> FindingPage:
    """What is wrong with files, tags, covers and sound, the worst first, each with its remedy."""
    return await call.services.inspection.list_findings(asked)


async def count_findings(call: Call, asked: CountFindings) -> FindingCounts:
    """How many findings there are of each kind."""
    return await call.services.inspection.count_findings(asked)


async def ignore_finding(call: Call, asked: IgnoreFinding) -> Finding:
    """Do not show a finding any more, or do so again."""
    return await call.services.inspection.ignore_finding(asked)


async def export_findings(call: Call, asked: ExportFindings) -> Download:
    """All findings as a file: CSV, or one JSON object a line."""
    write = _csv if asked.format is ExportFormat.CSV else _json
    kind = "text/csv; charset=utf-8" if asked.format is ExportFormat.CSV else "application/jsonl"
    suffix = "csv" if asked.format is ExportFormat.CSV else "jsonl"
    pages = _pages(call, asked)
    # The first is asked for before the answer begins: after that nothing can be refused any more.
    first = await anext(pages)
    return Download(write(first, pages), kind, f"library-health.{suffix}")


async def _pages(call: Call, asked: ExportFindings) -> AsyncIterator[Page]:
    cursor: str | None = None
    while True:
        request = ListFindings(
            kind=asked.kind, library_id=asked.library_id, text=asked.text, ignored=asked.ignored,
            limit=_PAGE, cursor=cursor,
        )  # fmt: skip
        with acting(call.caller):
            page = await call.services.inspection.list_findings(request)
        yield page.items
        cursor = page.next
        if cursor is None:
            return


async def _every(first: Page, pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
    yield first
    async for page in pages:
        yield page


async def _csv(first: Page, pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    names = [field.name for field in msgspec.structs.fields(Finding)]
    yield (",".join(names) + "\r\n").encode()
    async for items in _every(first, pages):
        text = io.StringIO()
        table = csv.writer(text)
        for item in items:
            table.writerow([_cell(getattr(item, name)) for name in names])
        yield text.getvalue().encode()


async def _json(first: Page, pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    async for items in _every(first, pages):
        for item in items:
            yield msgspec.json.encode(item) + b"\n"


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula: names of files are anybody's."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return "" if value is None else value


ROUTES = (
    Route("GET", "/findings", list_findings, ListFindings, FindingPage, Access.ADMIN),
    Route("GET", "/findings/counts", count_findings, CountFindings, FindingCounts, Access.ADMIN),
    Route(
        "GET", "/findings/export", export_findings, ExportFindings, None, Access.ADMIN,
        content_type="text/csv",
    ),
    Route("PATCH", "/findings/{id}", ignore_finding, IgnoreFinding, Finding, Access.ADMIN),
)  # fmt: skip
