"""The frame of a person's own pages: one heading, and the way between them."""

from philomel.gateway.public import at
from philomel.gateway.site.layout import alert, document, hero
from philomel.gateway.site.markup import Markup, tag
from philomel.kernel.caller import Caller

_TABS = (
    ("/account", "Profile"),
    ("/account/security", "Security"),
    ("/account/players", "Players"),
    ("/account/programs", "Programs"),
    ("/account/sessions", "Sessions"),
)


def account_page(
    caller: Caller,
    path: str,
    title: str,
    lead: str,
    *content: object,
    wrong: str | None = None,
    passkeys: bool = False,
) -> str:
    """Args:
    path: of the page, to mark its tab.
    """
    return document(
        title,
        hero(title, lead),
        tabs(caller, path),
        alert(wrong),
        tag("div", *content, class_="stack"),
        user=caller.name,
        wide=True,
        passkeys=passkeys,
    )


def tabs(caller: Caller, path: str) -> Markup:
    shown = [*_TABS, *([("/people", "People")] if caller.admin else [])]
    links = [
        tag(
            "a",
            words,
            href=at(target),
            aria_current="page" if target == path else None,
        )
        for target, words in shown
    ]
    return tag("nav", links, class_="tabs", aria_label="Your account")
