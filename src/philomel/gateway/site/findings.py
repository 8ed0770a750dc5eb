"""What is wrong with the libraries: a card of the start page, and a page with the remedies."""

from collections.abc import Sequence
from urllib.parse import urlencode

from philomel.gateway.public import at
from philomel.gateway.site.layout import button, card, document, form, hero, hidden
from philomel.gateway.site.markup import Markup, tag
from philomel.services.inspection.contract import (
    Finding,
    FindingCount,
    FindingCounts,
    FindingKind,
    FindingPage,
    Severity,
)

PATH = "/library-health"
SHOWN = 100
"""Findings on a page."""

_ONE = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "hint"}


def findings_card(counts: FindingCounts | None) -> Markup | None:
    """How much there is to mend, for administrators."""
    if counts is None:
        return None
    if not any(each.open for each in counts.items):
        text = "Nothing is wrong with files, tags, covers and sound."
        return card(tag("p", _so_far(text, counts)), title="Library health")
    return card(
        tag("p", _so_far(f"{_summary(counts.items)}.", counts)),
        tag("p", tag("a", "See what, and what helps", href=at(PATH))),
        title="Library health",
    )


def findings_page(
    counts: FindingCounts, found: FindingPage | None, kind: FindingKind | None, user: str
) -> str:
    """Every kind with its remedy, or the findings of one.

    Args:
        found: of `kind`, if one is asked for.
    """
    if kind is None or found is None:
        rows = [_kind(each) for each in counts.items if each.open]
        text = "Nothing is wrong with files, tags, covers and sound."
        content = tag("ul", rows, class_="rows") if rows else tag("p", text)
        lead = _so_far("What is wrong, and what to do about it.", counts)
        back = tag("a", "Back to the start", href=at("/"), class_="button")
        body = card(content)
        return document(
            "Library health", hero("Library health", lead), body, _foot(back), user=user, wide=True
        )
    count = next(each for each in counts.items if each.kind is kind)
    rows = [_finding(each) for each in found.items]
    back = tag("a", "Back to library health", href=at(PATH), class_="button")
    more = None
    if found.next is not None:
        query = urlencode({"kind": kind.value, "cursor": found.next})
        more = tag("a", "More of them", href=f"{at(PATH)}?{query}", class_="button")
    return document(
        name_of(kind),
        hero(name_of(kind), count.remedy),
        card(tag("ul", rows, class_="rows") if rows else tag("p", "None are left.")),
        _foot(more, back),
        user=user,
        wide=True,
    )


def name_of(kind: FindingKind) -> str:
    return kind.value.replace("_", " ").capitalize()


def _foot(*links: Markup | None) -> Markup:
    return tag("p", [(link, " ") for link in links if link is not None], class_="foot")


def _kind(count: FindingCount) -> Markup:
    link = tag("a", name_of(count.kind), href=f"{at(PATH)}?kind={count.kind.value}")
    number = f"{count.open:,} {_ONE[count.severity]}{'' if count.open == 1 else 's'}"
    words = tag("div", tag("strong", link), tag("small", count.remedy))
    return tag("li", words, tag("span", number, class_="note"))


def _finding(found: Finding) -> Markup:
    # Of a file the path is its name already.
    where = found.path if found.path and found.path != found.name else None
    return tag(
        "li",
        tag(
            "div",
            tag("strong", found.name),
            tag("small", found.detail),
            tag("small", where) if where else None,
        ),
        form(
            f"{PATH}/ignore",
            hidden("id", found.id),
            button("Ignore", class_="quiet"),
        ),
    )


def _summary(counts: Sequence[FindingCount]) -> str:
    parts = []
    for severity, name in _ONE.items():
        number = sum(each.open for each in counts if each.severity is severity)
        if number:
            parts.append(f"{number:,} {name}" if number == 1 else f"{number:,} {name}s")
    return ", ".join(parts)


def _so_far(text: str, counts: FindingCounts) -> str:
    if not counts.waiting:
        return text
    return f"{text} {counts.waiting:,} tracks and albums are still to be looked at."
