"""Rules of smart playlists: which make sense, and what they ask of the catalogue."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from philomel.services.playlists.contract import (
    BadRules,
    SmartField,
    SmartGroup,
    SmartMatch,
    SmartOperator,
    SmartRule,
    SmartRules,
    SmartSort,
)

MOST_RULES, MOST_VALUES, LONGEST, MOST_TRACKS = 50, 50, 300, 10_000
DAY_MS = 86_400_000
_MOST_DAYS = 100_000
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}", re.ASCII)

_F, _O = SmartField, SmartOperator
TEXTS = frozenset({
    _F.TITLE, _F.ARTIST, _F.ALBUM, _F.ALBUM_ARTIST, _F.GENRE, _F.COMMENT, _F.PATH,
})  # fmt: skip
NUMBERS = frozenset({
    _F.YEAR, _F.DURATION, _F.BPM, _F.TRACK_NUMBER, _F.DISC_NUMBER, _F.BITRATE, _F.PLAYS, _F.RATING,
    _F.ALL_PLAYS,
})  # fmt: skip
DATES = frozenset({_F.ADDED, _F.LAST_PLAYED, _F.LIKED_AT, _F.ALL_LAST_PLAYED})
FLAGS = frozenset({_F.EXPLICIT, _F.MISSING, _F.LOSSLESS, _F.LIKED})
IDS = frozenset({_F.LIBRARY, _F.PLAYLIST})
SCALES: Mapping[SmartField, int] = {_F.DURATION: 1_000, _F.BITRATE: 1_000}
"""Fields that people say in larger units than the catalogue keeps."""
HEARD = frozenset({_F.PLAYS, _F.LAST_PLAYED})
"""What the owner heard."""
MINE = HEARD | {_F.LIKED, _F.LIKED_AT, _F.RATING, _F.PLAYLIST}
"""What the catalogue does not know: what the owner did."""

EITHER = frozenset({_O.IS, _O.IS_NOT})
_OPERATORS: Mapping[frozenset[SmartField], frozenset[SmartOperator]] = {
    TEXTS: EITHER | {_O.CONTAINS, _O.LACKS, _O.STARTS, _O.ENDS},
    NUMBERS: EITHER | {_O.ABOVE, _O.BELOW, _O.AT_LEAST, _O.AT_MOST, _O.BETWEEN},
    DATES: frozenset({_O.BEFORE, _O.AFTER, _O.BETWEEN, _O.WITHIN_DAYS, _O.BEYOND_DAYS}),
    FLAGS: EITHER,
    IDS: EITHER,
}


def check_rules(rules: SmartRules) -> None:
    """Raises: BadRules, in words for a person."""
    every = [*rules.rules, *(rule for group in rules.groups for rule in group.rules)]
    if len(every) > MOST_RULES or len(rules.groups) > MOST_RULES:
        raise BadRules(f"a smart playlist has at most {MOST_RULES} rules")
    if not 1 <= rules.limit <= MOST_TRACKS:
        raise BadRules(f"a smart playlist holds 1 to {MOST_TRACKS} tracks")
    for rule in every:
        _check_rule(rule)


def _check_rule(rule: SmartRule) -> None:
    kind = next(kind for kind in _OPERATORS if rule.field in kind)
    if rule.operator not in _OPERATORS[kind]:
        raise BadRules(f"{rule.field.value} cannot be compared with {rule.operator.value}")
    count = len(rule.values)
    if rule.operator is _O.BETWEEN:
        fits = count == 2
    elif rule.operator in EITHER and rule.field not in FLAGS:
        fits = 1 <= count <= (1 if rule.field in SCALES else MOST_VALUES)
    else:
        fits = count == 1
    if not fits:
        raise BadRules(f"{rule.field.value} {rule.operator.value} has the wrong number of values")
    for value in rule.values:
        _check_value(rule, value)


def _check_value(rule: SmartRule, value: str) -> None:
    if len(value) > LONGEST or "\0" in value:
        raise BadRules(f"a value has at most {LONGEST} characters")
    days = rule.operator in {_O.WITHIN_DAYS, _O.BEYOND_DAYS}
    if rule.field in FLAGS:
        if value not in {"true", "false"}:
            raise BadRules(f"{rule.field.value} is true or false")
    elif rule.field in NUMBERS or days:
        if not _NUMBER.fullmatch(value) or (days and not 0 < int(value) <= _MOST_DAYS):
            raise BadRules(f"{value[:30]!r} is no number for {rule.field.value}")
    elif rule.field in DATES:
        period(value)
    elif not value:
        raise BadRules(f"{rule.field.value} needs a value")


def period(date: str) -> tuple[int, int]:
    """The first and the last millisecond of a year, a month or a day, UTC.

    Raises:
        BadRules: it is none.
    """
    match = _DATE.fullmatch(date)
    parts = (None, None, None) if match is None else match.groups()
    year, month, day = (None if part is None else int(part) for part in parts)
    try:
        start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if month is None:
            end = start.replace(year=start.year + 1)
        elif day is None:
            end = (start + timedelta(days=32)).replace(day=1)
        else:
            end = start + timedelta(days=1)
    except (ValueError, OverflowError):
        raise BadRules(f"{date[:30]!r} is no date like 2024, 2024-05 or 2024-05-31") from None
    return round(start.timestamp() * 1000), round(end.timestamp() * 1000) - 1


def span(rule: SmartRule, now: int) -> tuple[int | None, int | None]:
    """The first and last instants that a rule about a date accepts; None without a bound."""
    first = rule.values[0]
    match rule.operator:
        case _O.BEFORE:
            return None, period(first)[0] - 1
        case _O.AFTER:
            return period(first)[1] + 1, None
        case _O.WITHIN_DAYS:
            return now - int(first) * DAY_MS, None
        case _O.BEYOND_DAYS:
            return None, now - int(first) * DAY_MS - 1
        case _:
            return period(first)[0], period(rule.values[1])[1]


def bounds(rule: SmartRule, scale: int = 1) -> tuple[int | None, int | None]:
    """The smallest and largest number that a rule accepts; of IS_NOT, those it refuses.

    Args:
        rule: of a number.
        scale: how many of the kept units are one of the rule's.
    """
    first, end = int(rule.values[0]) * scale, scale - 1
    match rule.operator:
        case _O.ABOVE:
            return first + end + 1, None
        case _O.BELOW:
            return None, first - 1
        case _O.AT_LEAST:
            return first, None
        case _O.AT_MOST:
            return None, first + end
        case _O.BETWEEN:
            return first, int(rule.values[1]) * scale + end
        case _:
            return first, first + end


def fits_number(rule: SmartRule, number: int) -> bool:
    """Whether a number is one that the rule accepts."""
    if rule.operator in EITHER:
        return (number in map(int, rule.values)) is (rule.operator is _O.IS)
    low, high = bounds(rule)
    return (low is None or number >= low) and (high is None or number <= high)


def looks_at_plays(rules: SmartRules) -> bool:
    """Whether a rule or the order is about what the owner heard."""
    every = [*rules.rules, *(rule for group in rules.groups for rule in group.rules)]
    by_plays = rules.sort in {SmartSort.PLAYS, SmartSort.LAST_PLAYED}
    return by_plays or any(rule.field in HEARD for rule in every)


def in_brackets(rules: SmartRules) -> Iterable[SmartGroup]:
    """All rules as groups: those outside of any stand alone."""
    for rule in rules.rules:
        yield SmartGroup(SmartMatch.ALL, (rule,))
    yield from rules.groups
