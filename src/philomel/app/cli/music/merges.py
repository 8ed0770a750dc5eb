"""`philomel merges`: which ids turned out to be one, and how that is taken back."""

import argparse
from datetime import UTC, datetime
from typing import Any

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.catalog.contract import (
    Catalog,
    ListMerges,
    Merge,
    MergeTracks,
    SplitTrack,
    UndoMerge,
)


@operator(Catalog)
async def show(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    catalog = services.service(Catalog)
    found: list[Merge] = []
    cursor: str | None = None
    while len(found) < parsed.limit:
        page = await catalog.list_merges(
            ListMerges(limit=min(500, parsed.limit - len(found)), cursor=cursor, entry_id=parsed.id)
        )
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    rows = [
        (
            merge.id,
            datetime.fromtimestamp(merge.at / 1_000, UTC).strftime("%Y-%m-%d %H:%M"),
            merge.kind.value,
            merge.old_name,
            merge.new_name,
            "undone" if merge.undone_at else "merged",
            f"{merge.reason.value}: {merge.evidence}",
        )
        for merge in found
    ]
    header = ("ID", "WHEN", "KIND", "WAS", "IS NOW", "STATE", "WHY")
    lines = table(header, rows) if rows else ["nothing was merged"]
    out.result({"merges": [_content(merge) for merge in found]}, lines)
    return Exit.OK


@operator(Catalog)
async def merge(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = MergeTracks(missing=parsed.missing, heir=parsed.heir)
    made = await services.service(Catalog).merge_tracks(request)
    return _tell(made, out, f"{plain(made.new_name)} has the file of {plain(made.old_name)} now")


@operator(Catalog)
async def undo(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    made = await services.service(Catalog).undo_merge(UndoMerge(parsed.id))
    return _tell(made, out, f"{plain(made.old_name)} and {plain(made.new_name)} are two again")


@operator(Catalog)
async def split(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    made = await services.service(Catalog).split_track(SplitTrack(parsed.track))
    return _tell(made, out, f"the file of {plain(made.new_name)} is the track {made.old} now")


def _tell(made: Merge, out: Output, line: str) -> Exit:
    out.result({"merge": _content(made)}, [line])
    return Exit.OK


def _content(made: Merge) -> dict[str, Any]:
    return {
        "id": made.id,
        "kind": made.kind.value,
        "old": made.old,
        "new": made.new,
        "reason": made.reason.value,
        "evidence": made.evidence,
        "old_name": made.old_name,
        "new_name": made.new_name,
        "at": made.at,
        "by": made.by,
        "cause": made.cause,
        "undone_at": made.undone_at,
    }
