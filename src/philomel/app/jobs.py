"""Keeps background jobs going, whatever befalls them."""

import asyncio
import logging
from collections.abc import Sequence

from philomel.engines.outbox import Job
from philomel.kernel.caller import SERVICE, acting

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_TOLD_AGAIN = 1.0
_log = logging.getLogger(__name__)


class JobRunner:
    """Runs jobs until it is stopped; one that fails is started again after a pause."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self.failures: dict[str, int] = {}

    @property
    def running(self) -> int:
        return sum(not task.done() for task in self._tasks)

    def start(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self.failures.setdefault(job.name, 0)
            self._tasks.append(asyncio.create_task(self._keep(job), name=job.name))

    async def stop(self) -> None:
        """End every job. One that overheard that is told again."""
        left = set(self._tasks)
        while left:
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=_TOLD_AGAIN)
        self._tasks.clear()

    async def _keep(self, job: Job) -> None:
        pause = _FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                with acting(SERVICE, timeout=None):
                    await job.run()
            except Exception:  # a job must outlive whatever it meets
                self.failures[job.name] += 1
                if loop.time() - started > _LONGEST_PAUSE:
                    pause = _FIRST_PAUSE
                _log.exception("%s failed; it goes on in %.0f s", job.name, pause)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
