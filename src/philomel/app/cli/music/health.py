"""`philomel health`: what is wrong with the libraries, and what to do about it."""

import argparse
from collections.abc import AsyncIterator

from msgspec import to_builtins

from philomel.app.cli.output import Output, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.inspection.contract import (
    CountFindings,
    Finding,
    FindingKind,
    Inspection,
    ListFindings,
)

_PAGE = 500
_NOTHING = ("nothing is wrong",)


@operator(Inspection)
async def health(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    inspection = services.service(Inspection)
    if parsed.kind is None and not parsed.all:
        counts = await inspection.count_findings(CountFindings())
        rows = [
            (each.severity.value, each.kind.value, f"{each.open:,}", each.remedy)
            for each in counts.items
            if each.open
        ]
        lines = [*(table(("", "kind", "number", "remedy"), rows) if rows else _NOTHING)]
        if counts.waiting:
            lines.append(f"{counts.waiting:,} tracks and albums are still to be looked at")
        out.result(to_builtins(counts), lines)
        return Exit.OK
    kind = None if parsed.kind is None else FindingKind(parsed.kind)
    found = [each async for each in _every(inspection, kind, parsed.text)]
    places = [(each.kind.value, each.path or each.name, each.detail) for each in found]
    shown = table(("kind", "where", "what"), places) if places else _NOTHING
    out.result({"findings": to_builtins(found)}, shown)
    return Exit.OK


async def _every(
    inspection: Inspection, kind: FindingKind | None, text: str
) -> AsyncIterator[Finding]:
    cursor: str | None = None
    while True:
        page = await inspection.list_findings(
            ListFindings(kind=kind, text=text, limit=_PAGE, cursor=cursor)
        )
        for each in page.items:
            yield each
        cursor = page.next
        if cursor is None:
            return
