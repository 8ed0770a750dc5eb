"""The frame around every page, and the pieces that pages are made of."""

from collections.abc import Sequence
from datetime import UTC, datetime

from litestar import Response
from litestar.datastructures import Cookie

from philomel.gateway.public import at
from philomel.gateway.qr import BORDER, draw
from philomel.gateway.site.markup import Markup, join, tag

ASSETS = "/site"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def document(
    title: str,
    *content: object,
    user: str | None = None,
    wide: bool = False,
    reload_s: int | None = None,
    passkeys: bool = False,
    onward: str | None = None,
) -> str:
    """A whole page.

    Args:
        user: who is signed in, for the bar on top.
        reload_s: seconds after which the browser loads it anew; for pages without fields.
        passkeys: whether there are passkey buttons on it.
        onward: where the browser goes on to at once.
    """
    again = None if reload_s is None else tag("meta", http_equiv="refresh", content=str(reload_s))
    if onward is not None:
        again = tag("meta", http_equiv="refresh", content=f"0; url={onward}")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="robots", content="noindex"),
        again,
        tag("title", f"{title} · Philomel"),
        tag("link", rel="icon", href=at(f"{ASSETS}/nightingale.svg"), type="image/svg+xml"),
        tag("link", rel="stylesheet", href=at(f"{ASSETS}/philomel.css")),
        tag("script", src=at(f"{ASSETS}/passkeys.js"), defer=True) if passkeys else None,
    )
    page = tag("main", *content, id="content", class_="wide" if wide else "narrow")
    body = tag(
        "body",
        tag("a", "Skip to the content", href="#content", class_="skip"),
        _bar(user),
        page,
        tag("footer", "Philomel, your music from your own house."),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def page(
    markup: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    cookies: Sequence[Cookie] = (),
) -> Response[str]:
    return Response(
        markup,
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers=headers,
        cookies=list(cookies),
    )


def hero(title: str, *lead: object) -> Markup:
    """The mark of the house over a heading."""
    return tag(
        "header",
        tag("img", src=at(f"{ASSETS}/nightingale.svg"), alt="", width="88", height="88"),
        tag("h1", title),
        tag("p", *lead, class_="lead") if lead else None,
        class_="hero",
    )


def card(*content: object, title: str | None = None, class_: str = "") -> Markup:
    return tag(
        "section",
        None if title is None else tag("h2", title),
        *content,
        class_=f"card {class_}".strip(),
    )


def field(
    label: str,
    name: str,
    *,
    kind: str = "text",
    value: str | None = None,
    autocomplete: str | None = None,
    hint: str | None = None,
    focus: bool = False,
    longest: int = 1024,
    shortest: int | None = None,
    required: bool = True,
    mode: str | None = None,
) -> Markup:
    """A labelled input of a form."""
    described = f"{name}-hint" if hint else None
    return tag(
        "div",
        tag("label", label, for_=name),
        tag(
            "input",
            id=name,
            name=name,
            type=kind,
            value=value,
            required=required,
            inputmode=mode,
            autocomplete=autocomplete,
            autofocus=focus,
            maxlength=str(longest),
            minlength=None if shortest is None else str(shortest),
            autocapitalize="none",
            spellcheck="false",
            aria_describedby=described,
        ),
        tag("small", hint, id=described) if hint else None,
        class_="field",
    )


def hidden(name: str, value: str) -> Markup:
    return tag("input", type="hidden", name=name, value=value)


def whose(name: str) -> Markup:
    """For password managers: whose password the form is about."""
    return tag(
        "input",
        type="text",
        name="username",
        value=name,
        autocomplete="username",
        readonly=True,
        hidden=True,
    )


def form(action: str, *content: object, class_: str | None = None) -> Markup:
    """Args:
    action: a path of this server.
    """
    return tag("form", *content, method="post", action=at(action), class_=class_)


def button(
    text: str, *, class_: str | None = None, name: str | None = None, value: str | None = None
) -> Markup:
    return tag("button", text, type="submit", class_=class_, name=name, value=value)


def alert(message: str | None) -> Markup | None:
    """What went wrong, read out at once."""
    return None if message is None else tag("p", _sentence(message), role="alert", class_="alert")


def choice(
    label: str, name: str, options: Sequence[tuple[str, str]], chosen: str | None = None
) -> Markup:
    """A labelled choice of one among some, each a value and its words."""
    return tag(
        "div",
        tag("label", label, for_=name),
        tag(
            "select",
            [
                tag("option", words, value=value, selected=value == chosen)
                for value, words in options
            ],
            id=name,
            name=name,
        ),
        class_="field",
    )


def check(label: object, name: str, *, value: str = "yes", checked: bool = False) -> Markup:
    """A box to tick."""
    box = tag("input", type="checkbox", name=name, value=value, checked=checked)
    return tag("label", box, tag("span", label), class_="check")


def rows(items: Sequence[Markup]) -> Markup:
    return tag("ul", items, class_="rows")


def row(title: object, note: object, *actions: object) -> Markup:
    """A line of a list: what it is, what is to be said of it, and what can be done."""
    return tag(
        "li",
        tag("div", tag("strong", title), tag("small", note)),
        tag("div", *actions, class_="actions") if actions else None,
    )


def qr(content: str, label: str) -> Markup:
    """A QR code as a picture that scales."""
    code = draw(content)
    return tag(
        "svg",
        tag("path", d=code.path),
        viewBox=f"-{BORDER} -{BORDER} {code.size} {code.size}",
        role="img",
        aria_label=label,
        class_="qr",
    )


def day(at_ms: int) -> str:
    """A day in words, in UTC."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def moment(at_ms: int) -> str:
    """A day with its time, in UTC."""
    return f"{day(at_ms)}, {datetime.fromtimestamp(at_ms / 1000, UTC):%H:%M} UTC"


def secret(label: str, value: str) -> Markup:
    """Something to copy."""
    return join((tag("dt", label), tag("dd", tag("code", value))))


def _sentence(message: str) -> str:
    text = message[:1].upper() + message[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def _bar(user: str | None) -> Markup:
    mark = tag(
        "a",
        tag("img", src=at(f"{ASSETS}/nightingale.svg"), alt="", width="32", height="32"),
        tag("span", "Philomel"),
        href=at("/"),
        class_="mark",
    )
    if user is None:
        return tag("nav", mark, aria_label="Philomel", class_="bar")
    leave = form("/sign-out", button("Sign out", class_="quiet"))
    return tag(
        "nav",
        mark,
        tag("div", tag("a", user, href=at("/account"), class_="who"), leave, class_="session"),
        aria_label="Philomel",
        class_="bar",
    )
