"""Workers that outlive a test: a zygote takes longer to come up than most tests run."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Sequence

from philomel.engines.audio.families import families
from philomel.engines.workers import Limits
from philomel.engines.workers.forkserver import ForkWorkers


class SharedWorkers:
    """`Workers` on a loop of their own, for tests that each have another one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="shared workers")
        self._thread.start()
        self._workers = ForkWorkers(families())

    async def run(
        self,
        task: str,
        argument: bytes,
        descriptors: Sequence[int] = (),
        limits: Limits | None = None,
    ) -> bytes:
        # Of its own: who gives up waiting closes theirs, perhaps before they were sent.
        own = [os.dup(descriptor) for descriptor in descriptors]

        async def run() -> bytes:
            try:
                return await self._workers.run(task, argument, own, limits)
            finally:
                for descriptor in own:
                    os.close(descriptor)

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self._loop))

    def stream(
        self,
        task: str,
        argument: bytes,
        descriptors: Sequence[int] = (),
        limits: Limits | None = None,
    ) -> AsyncIterator[bytes]:
        raise AssertionError("what streams has workers of its own")

    async def close(self) -> None:
        """They stay for the next test."""

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._workers.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
