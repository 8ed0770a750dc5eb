"""What every cache promises."""

import asyncio
import itertools

import pytest
from tests.servers.ports import free_port

from philomel.engines.cache import Cache
from philomel.engines.cache.memory import MemoryCache
from philomel.engines.cache.redis import RedisCache
from philomel.kernel.clock import FixedClock

_numbers = itertools.count()


class Under:
    """A cache, and a way to let its entries of a short life end."""

    def __init__(self, cache: Cache, clock: FixedClock | None) -> None:
        self.cache = cache
        self._clock = clock
        self._prefix = f"{next(_numbers)}:"

    def key(self, name: str) -> str:
        return self._prefix + name

    async def until_gone(self, key: str) -> None:
        if self._clock is not None:
            self._clock.advance(100)
        async with asyncio.timeout(5):
            while await self.cache.get(key) is not None:
                await asyncio.sleep(0.01)  # Redis has a clock of its own


@pytest.fixture(params=["memory", "redis"])
async def under(request: pytest.FixtureRequest) -> Under:
    clock = FixedClock()
    if request.param == "memory":
        return Under(MemoryCache(clock), clock)
    cache = RedisCache(request.getfixturevalue("redis_url"), clock)
    return Under(cache, None)


async def test_values_are_kept_until_their_time(under: Under) -> None:
    cache, key = under.cache, under.key("a")
    assert await cache.get(key) is None
    await cache.set(key, b"\0\xffvalue", 60)
    assert await cache.get(key) == b"\0\xffvalue"
    await cache.set(key, b"other", 0.05)
    await under.until_gone(key)
    await cache.set(key, b"", 60)
    assert await cache.get(key) == b""
    await cache.set(key, b"x", 0)
    assert await cache.get(key) is None
    await cache.close()


async def test_deleting(under: Under) -> None:
    cache, key = under.cache, under.key("a")
    await cache.set(key, b"x", 60)
    await cache.delete(key)
    await cache.delete(key)
    assert await cache.get(key) is None
    await cache.close()


async def test_counters_run_from_their_first_use(under: Under) -> None:
    cache, key = under.cache, under.key("n")
    assert [await cache.add(key, 2, 60) for _ in range(3)] == [2, 4, 6]
    assert await cache.add(key, -1, 60) == 5
    assert await cache.get(key) == b"5"
    await cache.delete(key)
    assert await cache.add(key, 1, 0.05) == 1
    await under.until_gone(key)
    assert await cache.add(key, 1, 60) == 1
    await cache.close()


async def test_counting_at_once_loses_nothing(under: Under) -> None:
    counts = await asyncio.gather(*(under.cache.add(under.key("n"), 1, 60) for _ in range(50)))
    assert sorted(counts) == list(range(1, 51))
    await under.cache.close()


async def test_a_redis_that_is_away_misses_and_is_asked_again_later() -> None:
    port = free_port()
    clock = FixedClock()
    cache = RedisCache(f"redis://127.0.0.1:{port}/0", clock)
    await cache.set("a", b"x", 60)
    assert await cache.get("a") is None
    assert await cache.add("n", 3, 60) == 3
    await cache.delete("a")
    knocked = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal knocked
        knocked += 1
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    assert await cache.get("a") is None
    assert knocked == 0  # the pause is not over
    clock.advance(1001)
    assert await cache.get("a") is None
    assert knocked > 0
    await cache.close()
    server.close()
    await server.wait_closed()


async def test_memory_is_bounded_by_entries_and_keeps_what_is_used() -> None:
    cache = MemoryCache(FixedClock(), max_entries=3)
    for name in "abc":
        await cache.set(name, name.encode(), 60)
    await cache.get("a")
    await cache.set("d", b"d", 60)
    assert [await cache.get(name) for name in "abcd"] == [b"a", None, b"c", b"d"]


async def test_memory_is_bounded_by_bytes() -> None:
    cache = MemoryCache(FixedClock(), max_bytes=10_000)
    for number in range(100):
        await cache.set(str(number), bytes(1000), 60)
    kept = [number for number in range(100) if await cache.get(str(number)) is not None]
    assert kept == list(range(100 - len(kept), 100))
    assert 5 <= len(kept) <= 9
    await cache.set("huge", bytes(20_000), 60)
    assert await cache.get("huge") is None
