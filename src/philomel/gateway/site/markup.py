"""HTML from functions: whatever is no markup yet is escaped, so nobody can forget to.

p("Welcome, ", strong(user.name), class_="lead")
"""

import html
from collections.abc import Iterable

_EMPTY = frozenset({"input", "meta", "link", "img", "br", "hr", "source"})


class Markup(str):
    """Text that is HTML already; only `tag` makes it."""

    __slots__ = ()


def tag(name: str, /, *children: object, **attributes: str | bool | None) -> Markup:
    """An element. `class_` and `for_` lose their underscore, others become hyphens.

    Args:
        children: text, markup, nested sequences of both; None is left out.
        attributes: True stands without a value; None and False are left out.
    """
    opening = name + "".join(_attributes(attributes))
    if name in _EMPTY:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{join(children)}</{name}>")


def join(children: Iterable[object]) -> Markup:
    """Children one after the other, escaped."""
    return Markup("".join(_render(child) for child in children))


def _render(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return str(child)
    if isinstance(child, str):
        return html.escape(child)
    if isinstance(child, Iterable):
        return join(child)
    return html.escape(str(child))


def _attributes(attributes: dict[str, str | bool | None]) -> Iterable[str]:
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        written = name.rstrip("_").replace("_", "-")
        yield f" {written}" if value is True else f' {written}="{html.escape(str(value))}"'
