"""The pages, as functions of what they show."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct

from philomel.gateway.public import at, is_loopback
from philomel.gateway.site.findings import findings_card
from philomel.gateway.site.layout import (
    alert,
    button,
    card,
    document,
    field,
    form,
    hero,
    hidden,
    secret,
)
from philomel.gateway.site.markup import Markup, tag
from philomel.gateway.site.progress import going_on, scan_state
from philomel.services.accounts.contract import AppPassword, NewAppPassword
from philomel.services.catalog.contract import Counts, Library, ScanStatus
from philomel.services.enrichment.contract import State
from philomel.services.inspection.contract import FindingCounts

_WHO_LEARNS = (
    "MusicBrainz, the Cover Art Archive, Wikidata, Wikipedia and LRCLIB then learn the names of "
    "your artists, albums and songs."
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
        wrong: what the last form was refused for.
    """

    name: str
    address: str
    passwords: tuple[AppPassword, ...]
    library: LibraryState | None = None
    enrichment: State | None = None
    findings: FindingCounts | None = None
    wrong: str | None = None


def sign_in_page(name: str = "", then: str = "/", wrong: str | None = None) -> str:
    fields = form(
        "/sign-in",
        hidden("next", then),
        field("Name", "name", value=name, autocomplete="username", focus=not name),
        field(
            "Password",
            "password",
            kind="password",
            autocomplete="current-password",
            focus=bool(name),
        ),
        button("Sign in"),
        class_="wideform",
    )
    lead = "Sign in to connect what you listen with."
    return document("Sign in", hero("Philomel", lead), card(alert(wrong), fields))


def set_up_page(token: str, name: str = "", wrong: str | None = None) -> str:
    fields = form(
        "/setup",
        hidden("token", token),
        field("Your name", "name", value=name, autocomplete="username", focus=True, longest=64),
        field(
            "A password",
            "password",
            kind="password",
            autocomplete="new-password",
            shortest=8,
            hint="Eight characters or more; a few words that only you put together are best.",
        ),
        _enrich_question(),
        button("Open the house"),
        class_="wideform",
    )
    lead = (
        "You are the first one here, so you administer this server. Choose a name and a password."
    )
    return document("Set up", hero("Welcome to Philomel", lead), card(alert(wrong), fields))


def _enrich_question() -> Markup:
    box = tag("input", type="checkbox", name="enrich", value="yes")
    return tag(
        "label",
        box,
        tag(
            "span",
            f"Look up artist pictures, biographies, missing covers and lyrics. {_WHO_LEARNS} "
            "You can change this later.",
        ),
        class_="check",
    )


def waiting_page() -> str:
    """Nobody has set the server up, and whoever asks has no link."""
    content = card(
        tag("p", "Open the set-up link that Philomel printed where it was started."),
        tag(
            "p",
            "It works once, for 24 hours. A new one comes from ",
            tag("code", "philomel setup-link"),
            ".",
        ),
    )
    return document("Set up", hero("Almost there", "This server waits for its owner."), content)


def message_page(title: str, message: str, *, user: str | None = None) -> str:
    """Something went wrong, or cannot be done."""
    content = card(
        tag("p", message), tag("p", tag("a", "Back to the start", href=at("/"), class_="button"))
    )
    return document(title, hero(title), content, user=user)


def home_page(home: Home) -> str:
    left = tag("div", _connect(home), _players(home.passwords), class_="stack")
    right = tag(
        "div",
        _library(home.library),
        findings_card(home.findings),
        _enrichment(home.enrichment),
        _password(home.name),
        class_="stack",
    )
    return document(
        "Home",
        hero(f"Good to see you, {home.name}", "Connect what you listen with."),
        alert(home.wrong),
        tag("div", left, right, class_="columns"),
        user=home.name,
        wide=True,
    )


def new_password_page(name: str, address: str, made: NewAppPassword) -> str:
    content = card(
        tag(
            "dl",
            secret("Server address", address),
            secret("User name", name),
            secret("Password for this player", made.password),
            secret("or, if it asks for an API key instead", made.api_key),
        ),
        tag(
            "p",
            "Philomel shows the password and the key this once. They open the music, not your "
            "account, and you can revoke them at any time.",
            class_="note",
        ),
        tag("a", "Done", href=at("/"), class_="button"),
    )
    lead = "Type this into the player's settings."
    return document("New player", hero(made.label, lead), content, user=name)


def _connect(home: Home) -> Markup:
    host = urlsplit(home.address).hostname or ""
    near = is_loopback(host) or host == "localhost"
    note = (
        "This address works on this computer only. For a phone, start Philomel with ",
        tag("code", "--host 0.0.0.0"),
        " and open this page by the computer's address in your network.",
    )
    return card(
        tag(
            "p",
            "Any Subsonic or OpenSubsonic player works, on phones, desktops and in cars. Give each "
            "one a password of its own.",
        ),
        tag("dl", secret("Server address", home.address), secret("User name", home.name)),
        tag("p", *note, class_="note") if near else None,
        form(
            "/players",
            field("Name the device", "label", longest=64, autocomplete="off"),
            button("Create app password"),
            class_="inline",
        ),
        title="Connect a player",
    )


def _players(passwords: Sequence[AppPassword]) -> Markup | None:
    if not passwords:
        return None
    rows = [
        tag(
            "li",
            tag("div", tag("strong", item.label), tag("small", _used(item))),
            form(
                "/players/revoke",
                hidden("id", item.id),
                tag(
                    "button",
                    "Revoke",
                    type="submit",
                    class_="quiet danger",
                    aria_label=f"Revoke {item.label}",
                ),
            ),
        )
        for item in passwords
    ]
    return card(tag("ul", rows, class_="rows"), title="Your players")


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
            f"{_WHO_LEARNS}"
        )
        label, value = "Look them up", "on"
    return card(
        tag("p", text),
        tag("p", f"It pauses: {state.error}.", class_="note") if state.error else None,
        form("/enrichment", button(label, name="enrich", value=value, class_="quiet")),
        title="Pictures and texts",
    )


def _password(name: str) -> Markup:
    fields = form(
        "/password",
        # For password managers: whose password this is.
        tag(
            "input",
            type="text",
            name="username",
            value=name,
            autocomplete="username",
            readonly=True,
            hidden=True,
        ),
        field("Password so far", "current", kind="password", autocomplete="current-password"),
        field("New password", "password", kind="password", autocomplete="new-password", shortest=8),
        button("Change password"),
        class_="wideform",
    )
    note = "All your other browsers are signed out; players stay connected."
    return card(tag("details", tag("summary", "Change your password"), tag("p", note), fields))


def _used(item: AppPassword) -> str:
    made = f"made {_date(item.created_at)}"
    if item.last_used_at is None:
        return f"{made}, not used yet"
    return f"{made}, last used {_date(item.last_used_at)}"


def _state(library: Library) -> str:
    if library.error is not None:
        return library.error
    parts = ["1 file" if library.file_count == 1 else f"{library.file_count:,} files"]
    if library.missing_count:
        parts.append(f"{library.missing_count:,} missing")
    if library.error_count:
        parts.append(f"{library.error_count:,} could not be read")
    return ", ".join(parts)


def _date(at: int) -> str:
    day = datetime.fromtimestamp(at / 1000, UTC)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
