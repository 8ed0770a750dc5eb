"""Who took part in a recording besides its artists and composers."""

import re
from collections.abc import Mapping
from typing import Final

from philomel.services.catalog.contract import CreditRole
from philomel.services.catalog.rules.names import CREDITS, Splitter
from philomel.services.catalog.rules.values import clean

ROLES: Final = {
    "conductor": CreditRole.CONDUCTOR,
    "performer": CreditRole.PERFORMER,
    "remixer": CreditRole.REMIXER,
    "lyricist": CreditRole.LYRICIST,
    "arranger": CreditRole.ARRANGER,
    "producer": CreditRole.PRODUCER,
    "engineer": CreditRole.ENGINEER,
    "mixer": CreditRole.MIXER,
    "djmixer": CreditRole.DJ_MIXER,
    "writer": CreditRole.WRITER,
    "director": CreditRole.DIRECTOR,
}
"""Tags that name people."""

NUMBERED: Final = (
    CreditRole.ARTIST,
    CreditRole.ALBUM_ARTIST,
    CreditRole.COMPOSER,
    CreditRole.CONDUCTOR,
    CreditRole.PERFORMER,
    CreditRole.REMIXER,
    CreditRole.LYRICIST,
    CreditRole.ARRANGER,
    CreditRole.PRODUCER,
    CreditRole.ENGINEER,
    CreditRole.MIXER,
    CreditRole.DJ_MIXER,
    CreditRole.WRITER,
    CreditRole.DIRECTOR,
)
"""The roles in credits in the order of their numbers, which are kept: add at the end only."""
ROLE_NUMBERS: Final = {role: number for number, role in enumerate(NUMBERED)}

_NAMES: Final = frozenset(ROLES)
_PLAYS = re.compile(r"(.{1,1000}?)\s*\(([^()]{1,200})\)")
_INSTRUMENTS: Final = 10
"""More of one person are left out."""

Part = tuple[CreditRole, str, str]
"""A role, a name, and an instrument or ""."""


def parts(found: Mapping[str, tuple[str, ...]], splitter: Splitter) -> tuple[Part, ...]:
    """The people that the tags name, each once in a role, in the order of `ROLES`."""
    if _NAMES.isdisjoint(found):
        return ()
    named: dict[tuple[CreditRole, str], dict[str, None]] = {}
    for tag, role in ROLES.items():
        for value in _values(found.get(tag, ()), role, splitter):
            name, instrument = value
            instruments = named.setdefault((role, name), {})
            if instrument:
                instruments[instrument] = None
    return tuple(
        (role, name, ", ".join([*instruments][:_INSTRUMENTS])[:200])
        for (role, name), instruments in named.items()
    )[:CREDITS]


def _values(values: tuple[str, ...], role: CreditRole, splitter: Splitter) -> list[tuple[str, str]]:
    if role is not CreditRole.PERFORMER:
        return [(name, "") for name in splitter.names(values)]
    if len(values) == 1:
        values = splitter.split(values[0][:20_000])
    people = []
    for value in values[:CREDITS]:
        text = clean(value)
        plays = _PLAYS.fullmatch(text)
        if plays is not None:
            people.append((plays[1], plays[2].strip()))
        elif text:
            people.append((text, ""))
    return people
