"""`philomel scan`: returns when what is on disk can be searched."""

import argparse
import time
from typing import Any

from philomel.app.cli.libraries import absolute
from philomel.app.cli.output import Output, plain
from philomel.app.cli.progress import Progress
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal
from philomel.services.catalog.contract import (
    CancelScan,
    Catalog,
    FileError,
    ListFileErrors,
    ScanPhase,
    ScanRunning,
    ScanStatus,
    StartScan,
    WatchScan,
)
from philomel.services.search.contract import AwaitScan, SearchEngine

_ERRORS_SHOWN = 20
_COUNTS = ("found", "read", "added", "changed", "moved", "missing", "unchanged", "errors")


@operator(Catalog, SearchEngine, jobs=True, timeout=None)
async def scan(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    catalog = services.service(Catalog)
    if parsed.cancel:
        status = await catalog.cancel_scan(CancelScan())
        out.result(_content(status), ["the scan is cancelled; what it found so far is kept"])
        return Exit.OK
    started = time.monotonic()
    status = await _start(catalog, parsed, out)
    status = await _watch(catalog, status, analysis=parsed.wait == "analysis")
    if status.phase is ScanPhase.DONE:
        await _searchable(services.service(SearchEngine), status.id)
    seconds = time.monotonic() - started
    errors: tuple[FileError, ...] = ()
    if status.errors:
        listed = await catalog.list_file_errors(ListFileErrors(limit=_ERRORS_SHOWN))
        errors = listed.items
    content = {**_content(status), "seconds": round(seconds, 3), "file_errors": _all(errors)}
    out.result(content, _lines(status, seconds, errors))
    if status.phase is ScanPhase.CANCELLED:
        return Exit.REFUSED
    return Exit.OK if status.phase is ScanPhase.DONE and not status.error else Exit.FAILED


async def _start(catalog: Catalog, parsed: argparse.Namespace, out: Output) -> ScanStatus:
    """Our own scan. One that runs already may have passed what we are asked to find."""
    path = None if parsed.path is None else absolute(parsed.path)
    while True:
        try:
            return await catalog.start_scan(StartScan(full=parsed.full, path=path))
        except ScanRunning:
            out.say("a scan is running; this one begins when it is done")
            await _watch(catalog, None, analysis=False)


async def _watch(catalog: Catalog, status: ScanStatus | None, *, analysis: bool) -> ScanStatus:
    """Follow a scan (the latest one, if none is named) to its end."""
    progress = Progress()
    request = WatchScan(id=None if status is None else status.id, analysis=analysis)
    try:
        async for latest in catalog.watch_scan(request):
            status = latest
            progress.update(latest)
    finally:
        progress.end()
    if status is None:
        raise Refusal("the scan went away while it was watched")
    return status


async def _searchable(search: SearchEngine, scan_id: str) -> None:
    while not (await search.await_scan(AwaitScan(scan_id=scan_id))).ready:
        pass  # each call waits by itself


def _content(status: ScanStatus) -> dict[str, Any]:
    return {
        "id": status.id,
        "phase": status.phase.value,
        **{name: getattr(status, name) for name in _COUNTS},
        "analysed": status.analysed,
        "to_analyse": status.to_analyse,
        "error": status.error,
    }


def _all(errors: tuple[FileError, ...]) -> list[dict[str, Any]]:
    return [
        {
            "library": each.library,
            "path": each.path,
            "message": each.message,
            "fatal": each.fatal,
        }
        for each in errors
    ]


def _lines(status: ScanStatus, seconds: float, errors: tuple[FileError, ...]) -> list[str]:
    counts = ", ".join(f"{getattr(status, name):,} {name}" for name in _COUNTS)
    lines = [f"scan {status.phase.value} in {seconds:.1f} s: {counts}"]
    if status.to_analyse:
        lines.append(f"analysed: {status.analysed:,} of {status.to_analyse:,} files")
    if status.error:
        lines.append(f"problem: {plain(status.error)}")
    lines += [f"{plain(each.library)}/{plain(each.path)}: {plain(each.message)}" for each in errors]
    if errors and status.errors > len(errors):
        lines.append(f"and {status.errors - len(errors):,} more")
    return lines
