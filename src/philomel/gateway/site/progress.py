"""How far a scan is, in a card of the start page and on a page that loads itself anew."""

from collections.abc import Sequence

from philomel.gateway.public import at
from philomel.gateway.site.layout import card, document, hero
from philomel.gateway.site.markup import Markup, tag
from philomel.services.catalog.contract import FileError, ScanPhase, ScanStatus

SECONDS = 2
"""Between two loads of the page, while something goes on."""

_ENDED = {ScanPhase.DONE, ScanPhase.CANCELLED, ScanPhase.FAILED}
_TITLES = {
    ScanPhase.WAITING: "About to look at your music",
    ScanPhase.READING: "Reading your music",
    ScanPhase.INDEXING: "Making it searchable",
    ScanPhase.DONE: "All is read",
    ScanPhase.CANCELLED: "The scan was cancelled",
    ScanPhase.FAILED: "The scan failed",
}
_CHANGES = ("added", "changed", "moved", "missing")


def going_on(status: ScanStatus) -> bool:
    """Whether a look in a moment would show more."""
    return status.phase not in _ENDED or status.analysed < status.to_analyse


def scan_page(status: ScanStatus, user: str, errors: Sequence[FileError] = ()) -> str:
    """Args:
    errors: the first of the files that something is wrong with.
    """
    lead = "This page keeps itself up to date." if going_on(status) else "Nothing is left to do."
    if status.phase in {ScanPhase.CANCELLED, ScanPhase.FAILED}:
        lead = "What was read is kept; the next scan does the rest."
    content = card(
        scan_state(status),
        tag("p", _changes(status), class_="note"),
        tag("p", "You can browse, search and play meanwhile.", class_="note")
        if going_on(status)
        else None,
        tag("a", "Back to the start", href=at("/"), class_="button"),
    )
    return document(
        "Scan",
        hero(_TITLES[status.phase], lead),
        content,
        _errors(errors),
        user=user,
        reload_s=SECONDS if going_on(status) else None,
    )


def scan_state(status: ScanStatus) -> Markup:
    """A bar with its numbers, and what went wrong."""
    parts: list[Markup] = []
    if status.phase not in _ENDED:
        done = status.read + status.unchanged
        of = "" if status.walked else " so far"
        text = f"{done:,} of {status.found:,} files{of}"
        parts.append(_bar(text, done, status.found if status.walked else None))
    elif status.analysed < status.to_analyse:
        text = f"Loudness known of {status.analysed:,} of {status.to_analyse:,} files"
        parts.append(_bar(text, status.analysed, status.to_analyse))
    else:
        parts.append(tag("p", f"{_TITLES[status.phase]}: {status.found:,} files."))
    if status.error:
        parts.append(tag("p", status.error, class_="alert"))
    if status.errors:
        some = "1 file" if status.errors == 1 else f"{status.errors:,} files"
        parts.append(tag("p", f"{some} could not be read.", class_="note"))
    return tag("div", parts, class_="scan")


def _bar(text: str, done: int, whole: int | None) -> Markup:
    known = bool(whole)
    bar = tag(
        "progress",
        id="scan",
        value=str(min(done, whole or 0)) if known else None,
        max=str(whole) if known else None,
    )
    return tag("div", tag("label", text, for_="scan"), bar)


def _errors(errors: Sequence[FileError]) -> Markup | None:
    if not errors:
        return None
    rows = [
        tag(
            "li",
            tag("div", tag("strong", f"{each.library}/{each.path}"), tag("small", each.message)),
        )
        for each in errors
    ]
    return card(tag("ul", rows, class_="rows"), title="What could not be read")


def _changes(status: ScanStatus) -> str:
    counts = [f"{getattr(status, name):,} {name}" for name in _CHANGES if getattr(status, name)]
    return (", ".join(counts) or "Nothing new") + "."
