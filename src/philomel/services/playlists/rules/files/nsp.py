"""Navidrome's smart playlists (`.nsp`, its "criteria" as JSON) as rules, where ours say the same.

https://www.navidrome.org/docs/usage/smartplaylists
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from philomel.services.playlists.contract import (
    BadFile,
    BadRules,
    SmartField,
    SmartGroup,
    SmartMatch,
    SmartOperator,
    SmartRule,
    SmartRules,
    SmartSort,
)
from philomel.services.playlists.rules.files.reading import Listed
from philomel.services.playlists.rules.smart import check_rules

_F, _O, _S = SmartField, SmartOperator, SmartSort
_MOST_TRACKS = 10_000
_DEEPEST, _LONGEST = 64, 1_000
_OTHERWISE = ("limitPercent", "offset")

_TEXTS = {
    "title": _F.TITLE, "artist": _F.ARTIST, "album": _F.ALBUM, "albumartist": _F.ALBUM_ARTIST,
    "genre": _F.GENRE, "comment": _F.COMMENT, "filepath": _F.PATH,
}  # fmt: skip
_NUMBERS = {
    "year": _F.YEAR, "duration": _F.DURATION, "bpm": _F.BPM, "tracknumber": _F.TRACK_NUMBER,
    "discnumber": _F.DISC_NUMBER, "bitrate": _F.BITRATE, "rating": _F.RATING,
    "playcount": _F.PLAYS,
}  # fmt: skip
_DATES = {"dateadded": _F.ADDED, "dateloved": _F.LIKED_AT, "lastplayed": _F.LAST_PLAYED}
_FLAGS = {"loved": _F.LIKED, "missing": _F.MISSING}
_FIELDS = _TEXTS | _NUMBERS | _DATES | _FLAGS
_OPERATORS: Mapping[str, SmartOperator] = {
    "is": _O.IS, "isnot": _O.IS_NOT, "gt": _O.ABOVE, "lt": _O.BELOW, "contains": _O.CONTAINS,
    "notcontains": _O.LACKS, "startswith": _O.STARTS, "endswith": _O.ENDS,
    "intherange": _O.BETWEEN, "before": _O.BEFORE, "after": _O.AFTER,
    "inthelast": _O.WITHIN_DAYS, "notinthelast": _O.BEYOND_DAYS,
}  # fmt: skip
_SORTS = {
    "title": _S.TITLE, "artist": _S.ARTIST, "album": _S.ALBUM, "year": _S.YEAR,
    "duration": _S.DURATION, "dateadded": _S.ADDED, "playcount": _S.PLAYS,
    "lastplayed": _S.LAST_PLAYED, "random": _S.RANDOM,
}  # fmt: skip


_SEEMS = re.compile(rb'"(?:all|any)"\s{0,100}:\s{0,100}\[', re.IGNORECASE)
_OTHER = re.compile(rb'"playlist"\s{0,100}:\s{0,100}\{')
# Texts are passed over whole, so that only what stands between them is a comment.
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*(?:"|\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)


class Unsayable(BadFile):
    """These rules mean something that ours cannot say; the message is for people."""


def is_one(content: bytes) -> bool:
    return _SEEMS.search(content) is not None and _OTHER.search(content) is None


def read(content: bytes) -> Listed:
    """Raises: BadFile, Unsayable."""
    text = content.decode("utf-8-sig", "replace")
    criteria = _criteria(_COMMENT.sub(lambda match: match[1] or " ", text))
    return Listed(_text_of(criteria, "name"), (), rules=_rules(criteria))


def read_rules(text: str) -> SmartRules:
    """Our rules for theirs.

    Raises:
        Unsayable: there are none that mean the same.
    """
    return _rules(_criteria(text))


def _criteria(text: str) -> Mapping[str, Any]:
    try:
        criteria = json.loads(text)
    except (ValueError, RecursionError):
        raise Unsayable("its rules cannot be read") from None
    if not isinstance(criteria, dict):
        raise Unsayable("its rules cannot be read")
    return criteria


def _rules(criteria: Mapping[str, Any]) -> SmartRules:
    missing = [f"{name!r} cannot be said here" for name in _OTHERWISE if criteria.get(name)]
    match, rules, groups = _conjunction(criteria, missing)
    sort, descending = _sort(criteria, missing)
    limit = criteria.get("limit") or _MOST_TRACKS
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        missing.append("its limit cannot be read")
    if missing:
        raise Unsayable("; ".join(dict.fromkeys(missing)))
    made = SmartRules(
        match=match,
        rules=tuple(rules),
        groups=tuple(groups),
        sort=sort,
        descending=descending,
        limit=min(limit, _MOST_TRACKS),
    )
    try:
        check_rules(made)
    except BadRules as error:
        raise Unsayable(error.message) from None
    return made


def _text_of(criteria: Mapping[str, Any], name: str) -> str:
    value = criteria.get(name)
    return _shown(value[:_LONGEST]).strip() if isinstance(value, str) else ""


def _shown(text: str) -> str:
    """Without controls and halves of characters: no program that means well writes them."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})


def _conjunction(
    criteria: Mapping[str, Any], missing: list[str]
) -> tuple[SmartMatch, list[SmartRule], list[SmartGroup]]:
    """What the rules are; what cannot be said is added to `missing`."""
    named = [name for name in ("all", "any") if criteria.get(name)]
    if len(named) != 1 or not isinstance(criteria[named[0]], list):
        raise Unsayable("its rules cannot be read")
    rules: list[SmartRule] = []
    groups: list[SmartGroup] = []
    for operator, operand in _expressions(criteria[named[0]]):
        if operator in {"all", "any"}:
            inner = _said(_expressions(operand), missing)
            groups.append(SmartGroup(SmartMatch(operator), tuple(inner)))
        else:
            rules += _said([(operator, operand)], missing)
    return SmartMatch(named[0]), rules, groups


def _said(expressions: Iterable[tuple[str, Any]], missing: list[str]) -> list[SmartRule]:
    found = []
    for operator, operand in expressions:
        try:
            found.append(_rule(operator, operand))
        except Unsayable as error:
            missing.append(error.message)
    return found


def _expressions(found: object) -> list[tuple[str, Any]]:
    if not isinstance(found, list) or len(found) > _DEEPEST:
        raise Unsayable("its rules cannot be read")
    every = [item for each in found if isinstance(each, dict) for item in each.items()]
    return [(name.lower(), operand) for name, operand in every]


def _rule(operator: str, operand: object) -> SmartRule:
    if operator in {"all", "any"}:
        raise Unsayable("its rules are nested deeper than ours")
    if operator not in _OPERATORS or not isinstance(operand, dict) or len(operand) != 1:
        raise Unsayable(f"{operator[:30]!r} cannot be said here")
    ((name, value),) = operand.items()
    field = _FIELDS.get(str(name).lower())
    if field is None:
        raise Unsayable(f"{str(name)[:30]!r} is no field here")
    values = value if isinstance(value, list) else [value]
    return SmartRule(field, _OPERATORS[operator], tuple(_text(field, each) for each in values))


def _text(field: SmartField, value: object) -> str:
    if field in _FLAGS.values():
        flag = str(value).lower()
        if flag in {"true", "1", "t"}:
            return "true"
        if flag in {"false", "0", "f"}:
            return "false"
        raise Unsayable(f"{field.value} is true or false")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unsayable(f"a value of {field.value} cannot be said here")
    return _shown(str(value))


def _sort(criteria: Mapping[str, Any], missing: list[str]) -> tuple[SmartSort, bool]:
    named = str(criteria.get("sort") or "title")
    fields = [field.strip() for field in named.split(",") if field.strip()]
    first = fields[0] if fields else "title"
    descending = first.startswith("-")
    sort = _SORTS.get(first.lstrip("+-").strip().lower(), SmartSort.TITLE)
    if first.lstrip("+-").strip().lower() not in _SORTS:
        missing.append(f"an order by {first[:30]!r} cannot be said here")
    if str(criteria.get("order") or "").strip().lower() == "desc":
        descending = not descending
    return sort, descending
