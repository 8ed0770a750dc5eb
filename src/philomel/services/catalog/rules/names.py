"""Several names in one tag value, and where they part."""

import re
from functools import lru_cache

from philomel.services.catalog.rules.values import clean

CREDITS = 100
"""More names than these in one tag are left out."""


class Splitter:
    """Parts names at separators, but never inside the names it is told to keep.

    Args:
        separators: as they stand between names: " / ", "; ", " feat. ".
        exceptions: names that hold a separator: "AC/DC", "Earth, Wind & Fire".
    """

    def __init__(self, separators: tuple[str, ...], exceptions: tuple[str, ...] = ()) -> None:
        longest = sorted((s for s in separators if s.strip()), key=len, reverse=True)
        self._at = _any_of(longest)
        # A whole name only: "Earth" must not be kept inside "Earthling".
        kept = [name for name in sorted(exceptions, key=len, reverse=True) if name]
        self._keep = re.compile(
            r"(?<!\w)(?:" + "|".join(map(re.escape, kept)) + r")(?!\w)", re.IGNORECASE
        ) if kept else None  # fmt: skip
        self.split = lru_cache(maxsize=4096)(self._split)

    def _split(self, value: str) -> tuple[str, ...]:
        if self._at is None or not self._at.search(value):
            return (value,)
        kept: list[str] = []
        if self._keep is not None:
            value = self._keep.sub(lambda found: _stand_in(kept, found[0]), value)
        parts = (_restore(part, kept).strip() for part in self._at.split(value))
        return tuple(part for part in parts if part) or (value,)

    def names(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """The names in a tag: several values are taken as they are, one is parted."""
        if len(values) == 1:
            values = self.split(values[0][:20_000])
        unique = dict.fromkeys(name for name in map(clean, values[:1_000]) if name)
        return tuple(unique)[:CREDITS]


def _any_of(separators: list[str]) -> re.Pattern[str] | None:
    if not separators:
        return None
    return re.compile("|".join(map(re.escape, separators)), re.IGNORECASE)


def _stand_in(kept: list[str], name: str) -> str:
    kept.append(name)
    return f"\ue000{len(kept) - 1}\ue001"


def _restore(part: str, kept: list[str]) -> str:
    for place, name in enumerate(kept):
        part = part.replace(f"\ue000{place}\ue001", name)
    return part
