"""Navidrome's smart playlists (its "criteria" JSON) as our rules, where ours say the same."""

import json
from collections.abc import Mapping
from typing import Any

from philomel.app.importing.values import shown
from philomel.services.playlists.contract import (
    SmartField,
    SmartGroup,
    SmartMatch,
    SmartOperator,
    SmartRule,
    SmartRules,
    SmartSort,
)

_F, _O, _S = SmartField, SmartOperator, SmartSort
_MOST_TRACKS = 10_000
_DEEPEST = 64

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
EVERYBODY = frozenset({_F.PLAYS, _F.LAST_PLAYED})
"""Fields that are of one listener there and of all listeners here."""

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


class Unsayable(Exception):
    """These rules mean something that ours cannot say; the message is for people."""


def read_rules(text: str) -> SmartRules:
    """Our rules for theirs.

    Raises:
        Unsayable: there are none that mean the same.
    """
    try:
        criteria = json.loads(text)
    except (ValueError, RecursionError):
        raise Unsayable("its rules cannot be read") from None
    if not isinstance(criteria, dict):
        raise Unsayable("its rules cannot be read")
    for name in ("limitPercent", "offset"):
        if criteria.get(name):
            raise Unsayable(f"{name!r} cannot be said here")
    match, rules, groups = _conjunction(criteria)
    sort, descending = _sort(criteria)
    limit = criteria.get("limit") or _MOST_TRACKS
    if not isinstance(limit, int) or limit < 0:
        raise Unsayable("its limit cannot be read")
    return SmartRules(
        match=match,
        rules=tuple(rules),
        groups=tuple(groups),
        sort=sort,
        descending=descending,
        limit=min(limit, _MOST_TRACKS),
    )


def counts_everybody(rules: SmartRules) -> bool:
    """Whether a rule or the order looks at plays."""
    every = [*rules.rules, *(rule for group in rules.groups for rule in group.rules)]
    sorts = {_S.PLAYS, _S.LAST_PLAYED}
    return rules.sort in sorts or any(rule.field in EVERYBODY for rule in every)


def _conjunction(
    criteria: Mapping[str, Any],
) -> tuple[SmartMatch, list[SmartRule], list[SmartGroup]]:
    named = [name for name in ("all", "any") if criteria.get(name)]
    if len(named) != 1 or not isinstance(criteria[named[0]], list):
        raise Unsayable("its rules cannot be read")
    rules: list[SmartRule] = []
    groups: list[SmartGroup] = []
    for operator, operand in _expressions(criteria[named[0]]):
        if operator in {"all", "any"}:
            inner = [_rule(*each) for each in _expressions(operand)]
            groups.append(SmartGroup(SmartMatch(operator), tuple(inner)))
        else:
            rules.append(_rule(operator, operand))
    return SmartMatch(named[0]), rules, groups


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
    return shown(str(value))


def _sort(criteria: Mapping[str, Any]) -> tuple[SmartSort, bool]:
    named = criteria.get("sort") or "title"
    first = str(named).split(",", maxsplit=1)[0].strip()
    descending = first.startswith("-")
    sort = _SORTS.get(first.lstrip("+-").strip().lower())
    if sort is None:
        raise Unsayable(f"an order by {first[:30]!r} cannot be said here")
    if str(criteria.get("order") or "").strip().lower() == "desc":
        descending = not descending
    return sort, descending
