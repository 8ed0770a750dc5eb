"""The cache port: values that may be lost at any time, and counters."""

from typing import Protocol


class Cache(Protocol):
    """Keys to bytes with a time to live, in memory or in Redis.

    Never the only copy of anything. When the engine is away, reads miss, counters count
    from zero and writes are dropped: a cache that is down makes things slow, not wrong.
    """

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Keep `value` for `ttl` seconds."""
        ...

    async def delete(self, key: str) -> None: ...

    async def add(self, key: str, amount: int, ttl: float) -> int:
        """Add to a counter and return its new value; `ttl` seconds run from its first use."""
        ...

    async def close(self) -> None: ...
