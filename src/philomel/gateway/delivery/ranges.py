"""The Range header of RFC 9110, section 14: which bytes of how many were asked for."""

import re
from enum import Enum

MAX_HEADER = 4096
MAX_PARTS = 16
_GAP = 80
"""Ranges nearer to each other than a part of a multipart answer costs are sent as one."""

_SPEC = re.compile(r"([0-9]*)-([0-9]*)", re.ASCII)
_HUGE = 10**18

Range = tuple[int, int]
"""Bytes [start, stop)."""


class Unsatisfiable(Enum):
    """None of the ranges lies inside: 416."""

    UNSATISFIABLE = "unsatisfiable"


def parse(header: str, size: int) -> tuple[Range, ...] | Unsatisfiable | None:
    """What to send of `size` bytes; None is everything, as if nothing had been asked.

    The header is ignored if its unit is unknown or it is malformed in any part (14.2 lets
    a server ignore it then), and if more than 16 separate ranges are left once overlapping
    and neighbouring ones are joined: nobody who plays music asks like that, and the whole
    file costs less than the answer would.
    """
    unit, equals, text = header.partition("=")
    if not equals or unit.strip().lower() != "bytes" or len(header) > MAX_HEADER:
        return None
    asked = [one.strip(" \t") for one in text.split(",")]
    specs = [_spec(one) for one in asked if one]
    if not specs:
        return None
    ranges: list[Range] = []
    for spec in specs:
        if spec is None:
            return None
        found = _within(spec, size)
        if found is not None:
            ranges.append(found)
    if not ranges:
        # A suffix of nothing is the whole of it, which no Content-Range can express.
        only_suffixes = all(first is None and last for first, last in filter(None, specs))
        return None if size == 0 and only_suffixes else Unsatisfiable.UNSATISFIABLE
    joined = _join(ranges)
    return joined if len(joined) <= MAX_PARTS else None


def _spec(text: str) -> tuple[int | None, int | None] | None:
    """First and last position, or None if that is no range."""
    found = _SPEC.fullmatch(text)
    if found is None or text == "-":
        return None
    first, last = _number(found[1]), _number(found[2])
    if first is not None and last is not None and last < first:
        return None
    return first, last


def _number(digits: str) -> int | None:
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= 18 else _HUGE


def _within(spec: tuple[int | None, int | None], size: int) -> Range | None:
    first, last = spec
    if first is None:
        length = min(last or 0, size)
        return (size - length, size) if length else None
    if first >= size:
        return None
    return first, size if last is None else min(last + 1, size)


def _join(ranges: list[Range]) -> tuple[Range, ...]:
    """Overlapping and neighbouring ranges as one, in the order they were asked for."""
    if len(ranges) == 1:
        return (ranges[0],)
    joined: list[tuple[int, int, int]] = []  # start, stop, place of the first asked
    for start, stop, place in sorted((*one, place) for place, one in enumerate(ranges)):
        if joined and start <= joined[-1][1] + _GAP:
            before = joined[-1]
            joined[-1] = (before[0], max(before[1], stop), min(before[2], place))
        else:
            joined.append((start, stop, place))
    return tuple((start, stop) for start, stop, _ in sorted(joined, key=lambda one: one[2]))
