"""What was looked up a moment ago, for credentials that come with every request."""

from collections import OrderedDict
from typing import Generic, TypeVar

V = TypeVar("V")
_TTL_MS = 5000
_MOST = 4096


class Recent(Generic[V]):
    """Remembers for five seconds, and forgets everything when something is revoked here.

    The five seconds are for a revocation by another process on the same database.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, V]] = OrderedDict()
        self._generation = 0

    @property
    def generation(self) -> int:
        """Ask before looking up, and hand it to `put`."""
        return self._generation

    def get(self, key: str, now: int) -> V | None:
        found = self._kept.get(key)
        if found is None or not 0 <= now - found[0] < _TTL_MS:
            return None
        return found[1]

    def put(self, key: str, value: V, now: int, generation: int) -> None:
        """Remember, unless something was revoked since the look-up began."""
        if generation != self._generation:
            return
        self._kept[key] = (now, value)
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        self._generation += 1
        self._kept.clear()
