"""A disk that hangs holds up only those who wait for it, and only for a while."""

import asyncio
import gc
import threading
import time

import pytest

from philomel.engines.blobs import Away, unless_away
from philomel.engines.blobs.disk import DiskFolders
from philomel.engines.blobs.lane import Lane, alive


async def test_who_waits_for_a_disk_that_hangs_gives_up() -> None:
    lane, released, closed = Lane(patience=0.5, threads=2), threading.Event(), list[str]()

    def hang() -> str:
        released.wait()
        return "late"

    for _ in range(2):
        with pytest.raises(Away, match="does not answer"):
            await lane.run(hang, discard=closed.append)
    started = time.monotonic()
    with pytest.raises(Away):  # every thread hangs: nobody waits in vain
        await lane.run(lambda: 1)
    assert time.monotonic() - started < 0.5
    assert await Lane().run(lambda: 2) == 2
    released.set()
    async with asyncio.timeout(5):
        while len(closed) < 2:
            await asyncio.sleep(0.01)
    assert closed == ["late", "late"]  # what came too late was let go of
    assert await lane.run(lambda: 3) == 3


async def test_a_disk_that_is_slow_but_alive_is_waited_for() -> None:
    def work() -> int:
        for _ in range(8):
            time.sleep(0.2)  # a slow disk
            alive()
        return 1

    assert await Lane(patience=1.2).run(work) == 1


async def test_a_caller_who_leaves_leaves_nothing_open() -> None:
    lane, released, closed = Lane(patience=5, threads=1), threading.Event(), list[int]()
    running = asyncio.create_task(
        lane.run(lambda: 7 * released.wait(), discard=closed.append, ended=lambda: closed.append(0))
    )
    await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    released.set()
    assert await lane.run(lambda: 8) == 8  # it was no failure of the disk
    assert closed == [0, 7]


@pytest.mark.parametrize("fails", [False, True])
async def test_who_leaves_in_the_moment_it_is_done_leaves_nothing(*, fails: bool) -> None:
    loop, closed, complaints = asyncio.get_running_loop(), list[int](), list[object]()
    waiting = set[asyncio.Task[int]]()
    loop.set_exception_handler(lambda _, context: complaints.append(context))

    def work() -> int:
        if fails:
            raise FileNotFoundError
        return 7

    def ended() -> None:
        for task in waiting:  # the result is there, and it has not been told yet
            loop.call_soon(task.cancel)

    lane = Lane()
    waiting.add(asyncio.create_task(lane.run(work, discard=closed.append, ended=ended)))
    await asyncio.wait(waiting)
    assert waiting.pop().cancelled()
    await lane.run(lambda: 1)
    gc.collect()
    assert closed == ([] if fails else [7])
    assert complaints == []


async def test_a_job_that_hangs_does_not_keep_others_waiting() -> None:
    lane, released = Lane(patience=20), threading.Event()
    assert await lane.run(lambda: 1) == 1
    await asyncio.sleep(0.05)  # one thread is idle, for both of the next two
    hanging = asyncio.create_task(lane.run(released.wait))
    others = [asyncio.create_task(lane.run(lambda: 2)) for _ in range(3)]
    try:
        async with asyncio.timeout(5):
            assert await asyncio.gather(*others) == [2, 2, 2]
    finally:
        released.set()
    assert await hanging


async def test_errors_come_through() -> None:
    def work() -> None:
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        await Lane().run(work)


async def test_work_elsewhere_ends_when_the_disk_is_away() -> None:
    folder = DiskFolders().open(b"/nowhere/at/all")
    with pytest.raises(Away):
        await unless_away(folder, asyncio.Event().wait(), every=0.01)
    assert await unless_away(folder, asyncio.sleep(0, 5)) == 5
