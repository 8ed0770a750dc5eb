"""The pages, as functions of what they show."""

from msgspec import Struct

from philomel.gateway.public import at
from philomel.gateway.site.account.players import connect_card, list_card
from philomel.gateway.site.entering.pages import WHO_LEARNS
from philomel.gateway.site.findings import findings_card
from philomel.gateway.site.layout import (
    button,
    card,
    document,
    form,
    hero,
)
from philomel.gateway.site.markup import Markup, tag
from philomel.gateway.site.progress import going_on, scan_state
from philomel.services.accounts.contract import AppPassword
from philomel.services.catalog.contract import Counts, Library, ScanStatus
from philomel.services.enrichment.contract import State
from philomel.services.inspection.contract import FindingCounts


class LibraryState(Struct, frozen=True):
    """Attributes:
    scan: the latest one, for administrators.
    """

    counts: Counts
    libraries: tuple[Library, ...]
    scan: ScanStatus | None = None


class Home(Struct, frozen=True):
    """What the home page shows.

    Attributes:
        address: of this server, as the browser reached it.
        library: None when the catalogue cannot be asked.
        enrichment, findings: for administrators.
    """

    name: str
    address: str
    passwords: tuple[AppPassword, ...]
    library: LibraryState | None = None
    enrichment: State | None = None
    findings: FindingCounts | None = None


def message_page(title: str, message: str, *, user: str | None = None) -> str:
    """Something went wrong, or cannot be done."""
    content = card(
        tag("p", message), tag("p", tag("a", "Back to the start", href=at("/"), class_="button"))
    )
    return document(title, hero(title), content, user=user)


def home_page(home: Home) -> str:
    left = tag(
        "div",
        connect_card(home.name, home.address),
        list_card(home.passwords),
        class_="stack",
    )
    right = tag(
        "div",
        _library(home.library),
        findings_card(home.findings),
        _enrichment(home.enrichment),
        class_="stack",
    )
    return document(
        "Home",
        hero(f"Good to see you, {home.name}", "Connect what you listen with."),
        tag("div", left, right, class_="columns"),
        user=home.name,
        wide=True,
    )


def _library(state: LibraryState | None) -> Markup | None:
    if state is None:
        return None
    counts = state.counts
    shown = [library for library in state.libraries if not library.hidden]
    if not counts.tracks and not shown:
        how = tag("code", "philomel library add FOLDER")
        then = tag("code", "philomel scan")
        hint = tag("p", "No music yet. Add a folder with ", how, ", then read it with ", then, ".")
        return card(hint, _scan(state.scan), title="The library")
    numbers = [
        tag("div", tag("strong", f"{number:,}"), name if number == 1 else f"{name}s")
        for number, name in (
            (counts.tracks, "track"),
            (counts.albums, "album"),
            (counts.artists, "artist"),
        )
    ]
    rows = [
        tag("li", tag("div", tag("strong", lib.name), tag("small", _state(lib)))) for lib in shown
    ]
    return card(
        tag("div", numbers, class_="numbers"),
        _scan(state.scan),
        tag("ul", rows, class_="rows"),
        title="The library",
    )


def _scan(status: ScanStatus | None) -> Markup | None:
    """A scan that goes on, or that somebody should look after."""
    if status is None or not (going_on(status) or status.error):
        return None
    return tag("div", scan_state(status), tag("p", tag("a", "Watch the scan", href=at("/scan"))))


def _enrichment(state: State | None) -> Markup | None:
    """Whether open services are asked, for whoever decides it."""
    if state is None:
        return None
    if state.enabled:
        done = state.found + state.nothing + state.failed
        text = f"{done:,} of {done + state.waiting:,} artists, albums and songs were looked up."
        label, value = "Look nothing up any more", "off"
    else:
        text = (
            "Philomel can look up artist pictures, biographies, missing covers and lyrics. "
            f"{WHO_LEARNS}"
        )
        label, value = "Look them up", "on"
    return card(
        tag("p", text),
        tag("p", f"It pauses: {state.error}.", class_="note") if state.error else None,
        form("/enrichment", button(label, name="enrich", value=value, class_="quiet")),
        title="Pictures and texts",
    )


def _state(library: Library) -> str:
    if library.error is not None:
        return library.error
    parts = ["1 file" if library.file_count == 1 else f"{library.file_count:,} files"]
    if library.missing_count:
        parts.append(f"{library.missing_count:,} missing")
    if library.error_count:
        parts.append(f"{library.error_count:,} could not be read")
    return ", ".join(parts)
