"""Jobs that run for the length of a block, and waiting for what they do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from msgspec import Struct

from philomel.engines.log import Log, Record
from philomel.engines.outbox import Job
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes


@asynccontextmanager
async def running(jobs: Sequence[Job]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(job.run()) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.01)


async def say(log: Log, service: str, event: Struct, key: str = "k") -> None:
    """Append an event as `service` would announce it."""
    name = f"{service}.{type(event).__name__}"
    await log.append(f"philomel.{service}", [Record(new_event_id(1), key, name, to_bytes(event))])


async def told(log: Log, topic: str, count: int) -> list[Record]:
    """The first `count` records of a topic."""
    subscription = log.subscribe("listening", [topic])
    try:
        records: list[Record] = []
        async with asyncio.timeout(20):
            while len(records) < count:
                records += [message.record for message in await subscription.poll(wait=1)]
        return records
    finally:
        await subscription.close()
