"""The cache in the memory of one process."""

from collections import OrderedDict

from msgspec import Struct

from philomel.kernel.clock import Clock

MAX_ENTRIES = 50_000
MAX_BYTES = 64 << 20
_OVERHEAD = 300  # bytes that an entry costs beside its key and value, roughly


class _Entry(Struct):
    value: bytes | int
    expires_at: float
    ttl_ms: float
    cost: int


class MemoryCache:
    """Keeps what was used last, within a number of entries and bytes."""

    def __init__(
        self, clock: Clock, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES
    ) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def get(self, key: str) -> bytes | None:
        entry = self._find(key)
        if entry is None:
            return None
        return b"%d" % entry.value if isinstance(entry.value, int) else entry.value

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        self._drop(key)
        if ttl > 0:
            self._keep(key, value, ttl * 1000)

    async def delete(self, key: str) -> None:
        self._drop(key)

    async def add(self, key: str, amount: int, ttl: float) -> int:
        entry = self._find(key)
        if entry is not None and isinstance(entry.value, int):
            entry.value += amount
            return entry.value
        self._drop(key)
        self._keep(key, amount, ttl * 1000)
        return amount

    async def close(self) -> None:
        self._entries.clear()
        self._bytes = 0

    def _find(self, key: str) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        # What has longer to live than it was given is from before the clock was set back.
        if not 0 < entry.expires_at - self._clock.now() <= entry.ttl_ms:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _keep(self, key: str, value: bytes | int, ttl_ms: float) -> None:
        cost = _OVERHEAD + len(key) + (8 if isinstance(value, int) else len(value))
        if cost > self._max_bytes:
            return
        self._entries[key] = _Entry(value, self._clock.now() + ttl_ms, ttl_ms, cost)
        self._bytes += cost
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.cost
