"""The cache in Redis, shared by every process that is given the same address."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from philomel.kernel.clock import Clock

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")
_PREFIX = "philomel:"
_TIMEOUT = 0.25
_PAUSE_MS = 1000

# One round trip, and a counter can never be left without an end.
_ADD = """
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return value
"""


class RedisCache:
    """Misses while Redis is away, and asks it again only after a second.

    Args:
        url: "redis://[user:password@]host:port/database", "rediss://" or "unix://".
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._client: Redis | None = None
        self._away_until = 0

    async def get(self, key: str) -> bytes | None:
        async def work(client: "Redis") -> bytes | None:
            value = await client.get(_PREFIX + key)
            return value.encode() if isinstance(value, str) else value

        return await self._ask(work, None)

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        if ttl <= 0:
            await self.delete(key)
            return

        async def work(client: "Redis") -> None:
            await client.set(_PREFIX + key, value, px=max(1, round(ttl * 1000)))

        await self._ask(work, None)

    async def delete(self, key: str) -> None:
        async def work(client: "Redis") -> None:
            await client.delete(_PREFIX + key)

        await self._ask(work, None)

    async def add(self, key: str, amount: int, ttl: float) -> int:
        async def work(client: "Redis") -> int:
            milliseconds = max(1, round(ttl * 1000))
            return int(await client.eval(_ADD, 1, _PREFIX + key, amount, milliseconds))

        return await self._ask(work, amount)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _ask(self, work: Callable[["Redis"], Awaitable[T]], away: T) -> T:
        # Imported here: only who configures Redis pays for its client.
        from redis.asyncio import Redis
        from redis.exceptions import RedisError

        if 0 < self._away_until - self._clock.now() <= _PAUSE_MS:
            return away
        if self._client is None:
            self._client = Redis.from_url(
                self._url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT
            )
        try:
            return await work(self._client)
        except (RedisError, OSError, TimeoutError):
            self._away_until = self._clock.now() + _PAUSE_MS
            return away
