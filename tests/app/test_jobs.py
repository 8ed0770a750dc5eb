"""Background jobs end when they are told to, also in the very moment they are woken."""

import asyncio
import contextlib

import pytest

from philomel.app.jobs import JobRunner
from philomel.services.catalog.service.signals import rest


class Resting:
    """Sleeps until its bell rings, again and again."""

    name = "resting"

    def __init__(self) -> None:
        self.bell = asyncio.Event()

    async def run(self) -> None:
        while True:
            await rest(self.bell, 600)


class Overhearing:
    """Does not hear the first time that it should end."""

    name = "overhearing"

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def run(self) -> None:
        self.begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(600)
        await asyncio.sleep(600)


@pytest.mark.parametrize("steps", range(5))
async def test_a_bell_does_not_drown_the_word_to_end(steps: int) -> None:
    """What `asyncio.wait_for` of Python 3.11 gets wrong."""
    job = Resting()
    running = asyncio.create_task(job.run())
    for _ in range(3):
        await asyncio.sleep(0)
    job.bell.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    ended, _ = await asyncio.wait((running,), timeout=1)
    running.cancel()
    assert ended


async def test_a_job_that_overhears_is_told_again() -> None:
    runner, job = JobRunner(), Overhearing()
    runner.start((job,))
    await job.begun.wait()
    async with asyncio.timeout(10):
        await runner.stop()
    assert runner.running == 0
