"""Workers forked from zygotes, one per family of tasks. Linux only.

The main process only passes descriptors and reads frames; nothing here blocks the event
loop or needs a thread. A family's zygote starts with its first job and goes when it has
had nothing to do for a while, so an idle server holds no decoder in memory.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct, msgpack

from philomel.engines.workers import Limits, TaskFailed
from philomel.engines.workers.protocol import (
    ARGUMENT,
    CHUNK,
    END,
    ERROR,
    HEADER_SIZE,
    MAX_PACKET,
    NEWS,
    RESULT,
    Ended,
    Kill,
    Start,
    header,
    parse_header,
)
from philomel.kernel.caller import current
from philomel.kernel.errors import Unavailable
from philomel.kernel.spans import Kind, begin, end, span

_ENDED_UNHEARD: Final = 1
_INHERITED: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "VIRTUAL_ENV")


class Family(Struct, frozen=True):
    """Modules whose tasks are forked from one zygote.

    Attributes:
        lanes: module to how many of its tasks run at once; the rest wait in their order.
        idle: seconds after which its zygote, without jobs, ends; None for as the others.
    """

    name: str
    lanes: Mapping[str, int]
    idle: float | None = None


class ForkWorkers:
    """Runs every task in a fresh process.

    Args:
        families: who shares a zygote; a module in none of them gets one of its own.
        at_once: tasks at once of such a module.
        idle: seconds after which a zygote without jobs ends.
    """

    def __init__(
        self, families: Sequence[Family] = (), *, at_once: int = 4, idle: float = 60.0
    ) -> None:
        self._family = {module: family for family in families for module in family.lanes}
        self._at_once = at_once
        self._idle = idle
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self._zygotes: dict[str, _Zygote] = {}
        self._ending: list[_Zygote] = []
        self._last_job = 0
        self._closed = False

    async def run(
        self,
        task: str,
        argument: bytes,
        descriptors: Sequence[int] = (),
        limits: Limits | None = None,
    ) -> bytes:
        """See the port."""
        with span("worker", task=task):
            return await self._run(task, argument, descriptors, limits or Limits())

    async def _run(
        self, task: str, argument: bytes, descriptors: Sequence[int], limits: Limits
    ) -> bytes:
        child = await self._fork(task, descriptors, limits)
        try:
            async with asyncio.timeout(limits.wall):
                await child.send(argument)
                kind, data = await child.receive()
            if kind != RESULT:
                raise TaskFailed("The worker answered with something else than a result.")
            return bytes(data)
        except TimeoutError:
            raise _too_slow(limits) from None
        finally:
            child.abandon()

    async def stream(
        self,
        task: str,
        argument: bytes,
        descriptors: Sequence[int] = (),
        limits: Limits | None = None,
    ) -> AsyncIterator[bytes]:
        """See the port."""
        limits = limits or Limits()
        made, _ = begin("worker", Kind.INTERNAL, current())
        if made is not None:
            made.attributes["task"] = task
        child = await self._fork(task, descriptors, limits)
        clock, left = asyncio.get_running_loop().time, limits.wall
        try:
            asked = clock()
            async with asyncio.timeout(left):
                await child.send(argument)
            while True:
                async with asyncio.timeout(left - (clock() - asked)):
                    kind, data = await child.receive()
                if kind == END:
                    return
                if kind != CHUNK:
                    raise TaskFailed("The worker answered with something else than a stream.")
                left -= clock() - asked
                yield bytes(data)
                asked = clock()
        except TimeoutError:
            raise _too_slow(limits) from None
        finally:
            child.abandon()
            end(made)

    async def close(self) -> None:
        """End every worker and wait until it is gone."""
        self._closed = True
        zygotes = [*self._zygotes.values(), *self._ending]
        for zygote in zygotes:
            zygote.dismiss()
        for zygote in zygotes:
            await zygote.gone.wait()

    async def pids(self) -> Sequence[int]:
        """The zygotes that run now, for measurements."""
        return [zygote.pid for zygote in self._zygotes.values()]

    async def _fork(self, task: str, descriptors: Sequence[int], limits: Limits) -> "_Child":
        module = task.partition(":")[0]
        family = self._family.get(module) or Family(module, {module: self._at_once})
        lane = self._lanes.setdefault(module, asyncio.Semaphore(family.lanes[module]))
        await lane.acquire()
        self._last_job += 1
        order = Start(self._last_job, task, limits)
        try:
            return self._order(family, order, descriptors, lane)
        except BaseException:
            lane.release()
            raise

    def _order(
        self, family: Family, order: Start, descriptors: Sequence[int], lane: asyncio.Semaphore
    ) -> "_Child":
        ours, theirs = socket.socketpair()
        try:
            while True:
                zygote = self._zygote(family)
                child = _Child(order, zygote, ours, lane)
                try:
                    zygote.start(child, [theirs.fileno(), *descriptors])
                except ConnectionError:
                    zygote.forget()  # it died between two jobs; a new one takes its place
                else:
                    return child
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()

    def _zygote(self, family: Family) -> "_Zygote":
        if self._closed:
            raise Unavailable("The server is stopping.")
        zygote = self._zygotes.get(family.name)
        if zygote is None or not zygote.usable:
            self._ending = [each for each in self._ending if not each.gone.is_set()]
            if zygote is not None:
                self._ending.append(zygote)
            idle = self._idle if family.idle is None else family.idle
            zygote = self._zygotes[family.name] = _Zygote(idle)
        return zygote


class _Zygote:
    """The main process's end of a zygote."""

    def __init__(self, idle: float) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        self._idle = idle
        self._loop = asyncio.get_running_loop()
        self._children: dict[int, _Child] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.usable = True
        self.gone = asyncio.Event()
        with theirs:
            self._process = _spawn(theirs.fileno())
        self.pid = self._process.pid
        self._loop.add_reader(self._control.fileno(), self._hear)

    def start(self, child: "_Child", descriptors: Sequence[int]) -> None:
        """Order a child.

        Raises:
            ConnectionError: the zygote is gone.
        """
        if self._timer is not None:
            self._timer.cancel()
        try:
            socket.send_fds(self._control, [msgpack.encode(child.order)], list(descriptors))
        except BlockingIOError:
            raise Unavailable("The worker processes are overloaded.") from None
        self._children[child.order.job] = child

    def kill(self, job: int) -> None:
        if not self.usable or job not in self._children:
            return
        try:
            self._control.send(msgpack.encode(Kill(job)))
        except BlockingIOError:
            self._loop.call_later(0.05, self.kill, job)
        except OSError:
            return  # it died, and all its children with it

    def dismiss(self) -> None:
        """Let it end itself, and whatever still runs in it."""
        if self.usable:
            self.usable = False
            with suppress(OSError):
                self._control.shutdown(socket.SHUT_WR)

    def forget(self) -> None:
        """It is gone: so are its children, who die with their parent."""
        self.usable = False
        if self._timer is not None:
            self._timer.cancel()
        if self._control.fileno() >= 0:
            self._loop.remove_reader(self._control.fileno())
            self._control.close()
            self._process.kill()
            self._process.wait()
        for child in self._children.values():
            child.ended(_ENDED_UNHEARD)
        self._children.clear()
        self.gone.set()

    def _hear(self) -> None:
        try:
            packet = self._control.recv(MAX_PACKET)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if not packet:
            self.forget()
            return
        news: Ended = NEWS.decode(packet)
        child = self._children.pop(news.job, None)
        if child is not None:
            child.ended(news.status)
        if not self._children and self.usable:
            self._timer = self._loop.call_later(self._idle, self.dismiss)


@dataclass(eq=False)
class _Child:
    """A job's process, seen from here. Its lane is free again when it is reaped."""

    order: Start
    zygote: _Zygote
    connection: socket.socket
    lane: asyncio.Semaphore
    status: int | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.connection.setblocking(False)

    async def send(self, argument: bytes) -> None:
        loop = asyncio.get_running_loop()
        # the process may have ended by now: what it left in the socket says how
        with suppress(ConnectionError):
            await loop.sock_sendall(self.connection, header(ARGUMENT, len(argument)))
            if argument:  # an empty one is complete, and the answer may be there already
                await loop.sock_sendall(self.connection, argument)

    async def receive(self) -> tuple[bytes, bytearray]:
        """The next frame.

        Raises:
            TaskFailed: the task raised, or its process ended without a last word.
        """
        try:
            kind, size = parse_header(await self._exactly(HEADER_SIZE))
            data = await self._exactly(size)
        except ValueError:
            raise TaskFailed("The worker's answer is too large.") from None
        except (EOFError, ConnectionError):
            raise await self._failure() from None
        if kind == ERROR:
            raise TaskFailed(f"The task failed: {data.decode('utf-8', 'replace')}.")
        return kind, data

    def ended(self, status: int) -> None:
        if self.status is None:
            self.status = status
            self.lane.release()
            self.over.set()

    def abandon(self) -> None:
        """Nobody listens any more: the process ends now if it has not yet."""
        self.connection.close()
        if self.status is None:
            self.zygote.kill(self.order.job)

    async def _exactly(self, size: int) -> bytearray:
        loop, data, filled = asyncio.get_running_loop(), bytearray(size), 0
        with memoryview(data) as view:
            while filled < size:
                with view[filled:] as rest:
                    count = await loop.sock_recv_into(self.connection, rest)
                if count == 0:
                    raise EOFError
                filled += count
        return data

    async def _failure(self) -> TaskFailed:
        await self.over.wait()
        match self.status:
            case s if s == -signal.SIGXCPU:
                reason = f"it used more than {self.order.limits.cpu} s of processor time"
            case s if s is not None and s < 0:
                reason = f"its process was ended by {signal.Signals(-s).name}"
            case _:
                reason = "its process died"
        return TaskFailed(f"The task failed: {reason}.")


def _too_slow(limits: Limits) -> TaskFailed:
    return TaskFailed(f"The task failed: it took longer than {limits.wall:g} s.")


def _spawn(control: int) -> subprocess.Popen[bytes]:
    # Only what Python needs: settings and secrets in the environment stay here. The module
    # path is passed on so that a worker finds the same code however the server was started.
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    environment["OPENBLAS_NUM_THREADS"] = environment["OMP_NUM_THREADS"] = "1"
    environment["MALLOC_ARENA_MAX"] = "1"
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
        [sys.executable, "-P", "-m", "philomel.engines.workers.zygote", str(control)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(control,),
        start_new_session=True,  # Ctrl-C is for the main process, which ends us in order
    )
