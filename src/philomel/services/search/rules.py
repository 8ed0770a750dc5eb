"""What was typed with field filters, quotes, NOT and OR, and what is meant by it.

Any text can be read. What looks like a filter but is none, `foo:bar`, is text; a filter whose value
is still to be typed is not there yet.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from philomel.kernel.errors import InvalidArgument

MAX_CONDITIONS: Final = 20
MAX_YEAR: Final = 9_999
_NAMES = ("artist", "album", "track")
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<field>artist|album|track|year|genre|isrc|upc|tag):)?"""
    r"""(?:["“”](?P<quoted>[^"“”]*)(?P<closed>["“”])?|(?P<bare>\S*))""",
    re.IGNORECASE,
)
_YEARS: Final = re.compile(
    r"(?P<low>[0-9]{0,4})(?:(?P<dash>[-–])(?P<high>[0-9]{0,4}))?"  # noqa: RUF001 - people type it
)


class Words(NamedTuple):
    """Attributes:
    field: empty for any.
    phrase: side by side and spelt so.
    begun: the last word may still be typed.
    """

    field: str
    text: str
    phrase: bool = False
    begun: bool = False


class Years(NamedTuple):
    low: int
    high: int


class Code(NamedTuple):
    """Attributes:
    value: as `code` makes it.
    """

    field: str
    value: str


class Tag(NamedTuple):
    name: Literal["new", "hipster"]


Item = Words | Years | Code | Tag
Group = tuple[tuple[Item, bool], ...]


class Asked(NamedTuple):
    """What is looked for.

    Attributes:
        text: words that may stand anywhere.
        begun: the last of them may still be typed.
        groups: of each, one must be so: the item, and whether it must hold or must not.
        names: what may be a whole name, and of what; empty for of anything.
    """

    text: str = ""
    begun: bool = True
    groups: tuple[Group, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


class _Part(NamedTuple):
    """A piece of what was typed; an operator has no item.

    Attributes:
        word: as it was typed.
        quoted: whole, with both quotes.
    """

    word: str
    item: Item | None
    quoted: bool = False


def read(text: str) -> Asked:
    """What is meant.

    OR stands between two neighbours and binds them before all else; NOT is for what follows. AND
    says what is so anyhow. Who types capital letters only means words by them.

    Raises:
        InvalidArgument: a year that is none, a tag that nobody knows, or too much of it all.
    """
    parts = list(_parts(text))
    if _all_capitals(parts):
        parts = [
            part if part.item is not None else _Part(part.word, Words("", part.word))
            for part in parts
        ]
    groups = _groups(parts)
    plain: list[str] = []
    conditions: list[Group] = []
    for group in groups:
        word = _plain(group)
        if word is None:
            conditions.append(group)
        else:
            plain.append(word)
    if sum(map(len, conditions)) > MAX_CONDITIONS:
        raise InvalidArgument(f"a search has at most {MAX_CONDITIONS} filters")
    open_end = bool(parts) and not parts[-1].quoted
    begun = open_end and bool(groups) and _plain(groups[-1]) is not None
    if open_end and not begun and conditions:
        conditions[-1] = _begun(conditions[-1])
    return Asked(" ".join(plain), begun, tuple(conditions), tuple(_names(parts)))


def as_text(text: str) -> Asked:
    """All of it is words."""
    return Asked(text)


def code(field: str, value: str) -> str:
    """An ISRC or a bar code as all ways to write it have it in common."""
    letters = "".join(letter for letter in value.casefold() if letter.isalnum())
    return letters.lstrip("0") if field == "upc" else letters


def _parts(text: str) -> Iterator[_Part]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        assert found is not None  # every part of it may be missing
        if found.end() == place:
            break
        place = found.end()
        field = (found["field"] or "").lower()
        closed = found["closed"] is not None
        value = found["quoted"] if found["quoted"] is not None else found["bare"]
        if field == "" and found["quoted"] is None and value in {"AND", "OR", "NOT"}:
            yield _Part(value, None)
            continue
        item = _item(field, value, phrase=closed)
        if item is not None:
            yield _Part(found[0].strip(), item, closed)


def _item(field: str, value: str, *, phrase: bool) -> Item | None:
    """None for what is still to be typed."""
    value = value.strip()
    if not value:
        return None
    match field:
        case "year":
            return _years(value)
        case "isrc" | "upc":
            known = code(field, value)
            return Code(field, known) if known else None
        case "tag":
            return _tag(value.lower())
        case _:
            return Words(field, value, phrase)


def _tag(value: str) -> Tag:
    if value == "new":
        return Tag("new")
    if value == "hipster":
        return Tag("hipster")
    raise InvalidArgument("tag: may be new or hipster")


def _years(value: str) -> Years | None:
    found = _YEARS.fullmatch(value)
    if found is None:
        raise InvalidArgument("year: wants a year or two, as in year:1990-1999")
    low, high = found["low"], found["high"]
    if not low and not high:
        return None
    if not found["dash"]:
        return Years(int(low), int(low))
    ends = sorted((int(low or 0), int(high or MAX_YEAR)))
    return Years(*ends)


def _all_capitals(parts: Sequence[_Part]) -> bool:
    """Whether words, and nothing but words, are all in capital letters."""
    words = [part for part in parts if part.item is not None]
    if not all(isinstance(p.item, Words) and not p.item.field and not p.quoted for p in words):
        return False
    letters = "".join(part.word for part in words)
    return (letters.isupper() or not words) and letters == letters.upper()


def _groups(parts: Sequence[_Part]) -> list[Group]:
    """Neighbours that OR binds together; an operator without a neighbour is not there."""
    groups: list[Group] = []
    joined, negated = False, False
    for part in parts:
        if part.item is None:
            joined = joined or (part.word == "OR" and bool(groups))
            negated = negated or part.word == "NOT"
            continue
        one = (part.item, not negated)
        if joined:
            groups[-1] = (*groups[-1], one)
        else:
            groups.append((one,))
        joined, negated = False, False
    return groups


def _plain(group: Group) -> str | None:
    """The words, if it is nothing but words to be found anywhere."""
    item, holds = group[0]
    plain = len(group) == 1 and holds and isinstance(item, Words)
    if not plain or not isinstance(item, Words) or item.field or item.phrase:
        return None
    return item.text


def _begun(group: Group) -> Group:
    """With its last words still to be typed; of what must not be, nothing is guessed."""
    item, holds = group[-1]
    if isinstance(item, Words) and holds and not item.phrase:
        return (*group[:-1], (item._replace(begun=True), holds))
    return group


def _names(parts: Sequence[_Part]) -> Iterator[tuple[str, str]]:
    """What may be a whole name: all the words, and what stands behind a field.

    Without quotes a name goes on where the field's value ends: `artist:Miles Davis`.
    """
    free: list[str] = []
    for place, part in enumerate(parts):
        item = part.item
        if not isinstance(item, Words) or (place and _negates(parts[place - 1])):
            continue
        if not item.field:
            free.append(item.text)
        elif item.field in _NAMES:
            yield item.field, item.text
            rest = [] if part.quoted else list(_follow(parts[place + 1 :]))
            if rest:
                yield item.field, " ".join((item.text, *rest))
    if free:
        yield "", " ".join(free)


def _negates(part: _Part) -> bool:
    return part.item is None and part.word == "NOT"


def _follow(parts: Sequence[_Part]) -> Iterator[str]:
    for part in parts:
        if not isinstance(part.item, Words) or part.item.field or part.quoted:
            break
        yield part.item.text
