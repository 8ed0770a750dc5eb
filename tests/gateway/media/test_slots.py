import asyncio
from contextlib import AsyncExitStack

import pytest

from philomel.gateway.delivery.slots import Slots
from philomel.services.media.contract import TooManyStreams


async def test_one_listener_cannot_take_all_places() -> None:
    slots = Slots(total=3, each=2, patience=0.01)
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(slots.take("nina"))
        with pytest.raises(TooManyStreams) as refused:
            await stack.enter_async_context(slots.take("nina"))
        assert refused.value.retry_after
        await stack.enter_async_context(slots.take("omar"))
        with pytest.raises(TooManyStreams):
            await stack.enter_async_context(slots.take("olga"))
    async with slots.take("olga"):
        pass


async def test_who_waits_gets_the_place_that_becomes_free() -> None:
    slots = Slots(total=1, each=1, patience=20)
    order: list[str] = []

    async def listen(name: str) -> None:
        async with slots.take(name):
            order.append(name)

    async with slots.take("first"):
        waiting = [asyncio.create_task(listen(name)) for name in ("a", "b")]
        leaving = asyncio.create_task(listen("leaves"))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
    await asyncio.gather(*waiting)
    assert order == ["a", "b"]


async def test_an_error_inside_frees_the_place() -> None:
    slots = Slots(total=1, each=1, patience=0.01)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with slots.take("nina"):
                raise ZeroDivisionError
