"""Instants as other programs write them."""

import re
from datetime import UTC, datetime

_LATEST_MS = 1 << 48
_ZONE = re.compile(r" ([+-]\d{2}:?\d{2})(?: [A-Z]{1,5})?$")


def milliseconds(value: object) -> int:
    """Milliseconds since the Unix epoch of a date or a number of seconds; 0 if it is none."""
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, int | float):
        return _bounded(value * 1000)
    if not isinstance(value, str) or not value:
        return 0
    try:
        read = datetime.fromisoformat(_ZONE.sub(r"\1", value.strip()))
    except ValueError:
        return 0
    if read.tzinfo is None:
        read = read.replace(tzinfo=UTC)
    try:
        return _bounded(read.timestamp() * 1000)
    except (OverflowError, ValueError):
        return 0


def _bounded(number: float) -> int:
    return round(number) if 0 < number < _LATEST_MS else 0
