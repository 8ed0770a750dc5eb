"""The workers port: what a task may do, and how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest

from philomel.engines.workers import Limits, TaskFailed
from philomel.engines.workers.forkserver import Family, ForkWorkers
from philomel.kernel.errors import Unavailable

TASKS = "tests.engines.workers.tasks:"


@pytest.fixture
async def workers() -> AsyncIterator[ForkWorkers]:
    workers = ForkWorkers()
    yield workers
    await workers.close()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # A dead process that nobody reaped yet is still a leak.
    return False


async def until_gone(pid: int, seconds: float = 5.0) -> bool:
    for _ in range(int(seconds * 100)):
        if gone(pid):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_run_returns_what_the_task_returns(workers: ForkWorkers) -> None:
    assert await workers.run(TASKS + "echo", b"hello") == b"hello"
    assert await workers.run(TASKS + "echo", bytes(5 << 20)) == bytes(5 << 20)
    assert await workers.run(TASKS + "echo", b"") == b""


async def test_every_job_has_its_own_process(workers: ForkWorkers) -> None:
    pids = {await workers.run(TASKS + "pid", b"") for _ in range(5)}
    assert len(pids) == 5
    assert str(os.getpid()).encode() not in pids


async def test_descriptors_are_readable_in_a_sealed_task(
    workers: ForkWorkers, tmp_path: Path
) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"the one input")
    with path.open("rb") as file:
        assert (
            await workers.run(TASKS + "read_descriptor", b"", [file.fileno()]) == b"the one input"
        )


async def test_a_raised_error_is_reported(workers: ForkWorkers) -> None:
    with pytest.raises(TaskFailed, match="this is no music"):
        await workers.run(TASKS + "refuse", b"")
    with pytest.raises(TaskFailed):
        await workers.run(TASKS + "no_such_task", b"")
    with pytest.raises(TaskFailed):
        await workers.run("no.such.module:task", b"")


async def test_a_memory_bomb_ends_only_its_worker(workers: ForkWorkers) -> None:
    limits = Limits(memory=128 << 20)
    bomb = asyncio.create_task(workers.run(TASKS + "bomb", b"", (), limits))
    assert await workers.run(TASKS + "echo", b"alive") == b"alive"
    with pytest.raises(TaskFailed, match="memory"):
        await bomb
    assert await workers.run(TASKS + "echo", b"alive") == b"alive"


async def test_an_endless_loop_ends_at_the_processor_limit(workers: ForkWorkers) -> None:
    with pytest.raises(TaskFailed, match="processor time"):
        await workers.run(TASKS + "spin", b"", (), Limits(cpu=1))


@pytest.mark.parametrize("task", ["sleep", "spin"])
async def test_a_slow_task_ends_at_the_wall_limit(workers: ForkWorkers, task: str) -> None:
    with pytest.raises(TaskFailed, match=r"longer than 0\.2 s"):
        await workers.run(TASKS + task, b"", (), Limits(wall=0.2))


@pytest.mark.parametrize("task", ["crash", "segfault"])
async def test_a_crash_ends_only_its_worker(workers: ForkWorkers, task: str) -> None:
    with pytest.raises(TaskFailed, match=r"SIG(ABRT|SEGV)"):
        await workers.run(TASKS + task, b"")
    assert await workers.run(TASKS + "echo", b"alive") == b"alive"


async def test_a_sealed_task_can_open_no_file(workers: ForkWorkers, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_bytes(b"sings")
    name = os.fsencode(canary)
    for task in ("open_file", "open_file_for_writing"):
        with pytest.raises(TaskFailed):
            await workers.run(TASKS + task, name)
    assert canary.read_bytes() == b"sings"
    opened = await workers.run(TASKS + "open_file", name, (), Limits(sealed=False))
    assert opened == b"sings"


async def test_no_task_can_write_to_files(workers: ForkWorkers, tmp_path: Path) -> None:
    with pytest.raises(TaskFailed):
        await workers.run(
            TASKS + "open_file_for_writing",
            os.fsencode(tmp_path / "new"),
            (),
            Limits(sealed=False),
        )
    assert not (tmp_path / "new").exists() or (tmp_path / "new").read_bytes() == b""


async def test_a_sealed_task_can_open_no_socket(workers: ForkWorkers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = str(server.getsockname()[1]).encode()
        with pytest.raises(TaskFailed):
            await workers.run(TASKS + "connect", port)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("task", ["unlink", "execute", "signal_parent", "raise_limits"])
async def test_a_sealed_task_can_harm_nothing_around_it(
    workers: ForkWorkers, tmp_path: Path, task: str
) -> None:
    canary = tmp_path / "canary"
    canary.write_bytes(b"sings")
    with subprocess.Popen(["sleep", "60"]) as other:
        argument = os.fsencode(canary) if task == "unlink" else str(other.pid).encode()
        with pytest.raises(TaskFailed, match=r"not (permitted|allowed)"):
            await workers.run(TASKS + task, argument)
        assert canary.read_bytes() == b"sings"
        assert other.poll() is None
        other.kill()


async def test_a_task_sees_no_settings_and_no_other_descriptors(
    workers: ForkWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHILOMEL_SECRET", "canary")
    with tempfile.TemporaryFile() as other:
        os.set_inheritable(other.fileno(), True)
        assert b"canary" not in await workers.run(TASKS + "environment", b"")
        listed = await workers.run(TASKS + "open_descriptors", b"", (), Limits(sealed=False))
        # null three times, the job's socket, and the folder being listed
        assert len(listed.split()) == 5


async def test_a_stream_arrives_in_order(workers: ForkWorkers) -> None:
    chunks = [chunk async for chunk in workers.stream(TASKS + "count", b"1000")]
    assert chunks == [str(number).encode() for number in range(1000)]


async def test_a_stream_that_breaks_says_so_after_its_first_chunks(workers: ForkWorkers) -> None:
    async with aclosing(_generator(workers, "half")) as stream:
        assert await anext(stream) == b"first"
        with pytest.raises(TaskFailed, match="the rest is broken"):
            await anext(stream)


@pytest.mark.parametrize("task", ["endless", "stall"])
async def test_closing_a_stream_ends_its_process(workers: ForkWorkers, task: str) -> None:
    async with aclosing(_generator(workers, task)) as stream:
        pid = int(await anext(stream))
        assert not gone(pid)
    assert await until_gone(pid, 1.0)


async def test_a_cancelled_reader_ends_its_process(workers: ForkWorkers) -> None:
    pid: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def listen() -> None:
        async for chunk in workers.stream(TASKS + "stall", b""):
            pid.set_result(int(chunk))

    listener = asyncio.create_task(listen())
    child = await pid
    listener.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listener
    assert await until_gone(child, 1.0)


async def test_the_time_a_reader_takes_is_not_counted(workers: ForkWorkers) -> None:
    async with aclosing(_generator(workers, "count", b"3", Limits(wall=0.5))) as stream:
        async for _ in stream:
            await asyncio.sleep(0.3)
    async with aclosing(_generator(workers, "stall", b"", Limits(wall=0.3))) as stream:
        await anext(stream)
        with pytest.raises(TaskFailed, match="longer"):
            await anext(stream)


async def test_two_hundred_jobs_wait_their_turn() -> None:
    module = TASKS.rstrip(":")
    workers = ForkWorkers([Family("tests", {module: 3})])
    try:
        order: list[int] = []

        async def job(number: int) -> None:
            await workers.run(TASKS + "echo", b"")
            order.append(number)

        await asyncio.gather(*(job(number) for number in range(200)))
        assert sorted(order) == list(range(200))
        # A worker that the machine lets wait is overtaken by the two others, not by everybody.
        assert all(abs(place - number) < 60 for place, number in enumerate(order))
        assert len(await workers.pids()) == 1
    finally:
        await workers.close()


async def test_a_zygote_that_died_is_replaced(workers: ForkWorkers) -> None:
    await workers.run(TASKS + "echo", b"")
    waiting = asyncio.create_task(workers.run(TASKS + "sleep", b""))
    await workers.run(TASKS + "echo", b"")
    [pid] = await workers.pids()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(TaskFailed, match="died"):
        await waiting
    assert await workers.run(TASKS + "echo", b"again") == b"again"
    assert await workers.pids() != [pid]


async def test_an_idle_zygote_goes() -> None:
    workers = ForkWorkers(idle=0.05)
    await workers.run(TASKS + "echo", b"")
    [pid] = await workers.pids()
    assert await until_gone(pid)
    assert await workers.run(TASKS + "echo", b"again") == b"again"
    await workers.close()


async def test_closing_ends_everything() -> None:
    workers = ForkWorkers()
    stream = _generator(workers, "stall")
    pid = int(await anext(stream))
    [zygote] = await workers.pids()
    await workers.close()
    assert await until_gone(pid)
    assert gone(zygote)
    with pytest.raises(TaskFailed):
        await anext(stream)
    with pytest.raises(Unavailable):
        await workers.run(TASKS + "echo", b"")


async def test_no_descriptor_is_leaked(workers: ForkWorkers) -> None:
    await workers.run(TASKS + "echo", b"")
    before = sorted(path.name for path in Path("/proc/self/fd").iterdir())
    for _ in range(20):
        await workers.run(TASKS + "echo", b"")
        with pytest.raises(TaskFailed):
            await workers.run(TASKS + "crash", b"")
        async with aclosing(_generator(workers, "endless")) as stream:
            await anext(stream)
    assert sorted(path.name for path in Path("/proc/self/fd").iterdir()) == before


PARENT = """
import asyncio
from philomel.engines.workers.forkserver import ForkWorkers

async def main():
    workers = ForkWorkers()
    stream = workers.stream("tests.engines.workers.tasks:stall", b"")
    child = (await anext(stream)).decode()
    [zygote] = await workers.pids()
    print(child, zygote, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_nothing_outlives_a_killed_server() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment
    ) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        assert len(pids) == 2
        assert not any(gone(pid) for pid in pids)
        server.kill()
    for pid in pids:
        assert await until_gone(pid)


def _generator(
    workers: ForkWorkers, task: str, argument: bytes = b"", limits: Limits | None = None
) -> AsyncGenerator[bytes, None]:
    stream = workers.stream(TASKS + task, argument, (), limits)
    return cast("AsyncGenerator[bytes, None]", stream)
