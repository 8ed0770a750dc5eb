"""The process that workers are forked from: `python -m philomel.engines.workers.zygote FD`.

It imports a task's module once and forks a child per job: a fork takes about 2 ms and
shares the imported code. It reads nothing but orders and never touches a job's input, and
it lives by its control socket: when the main process is gone, so are the socket, the
zygote and (by the parent-death signal) every child.
"""

import ctypes
import errno
import gc
import importlib
import os
import resource
import selectors
import signal
import socket
import sys
from typing import Any, Final, NoReturn

from msgspec import msgpack

from philomel.engines.workers import Job, Limits
from philomel.engines.workers.protocol import (
    ARGUMENT,
    CHUNK,
    END,
    ERROR,
    MAX_DESCRIPTORS,
    MAX_PACKET,
    ORDERS,
    RESULT,
    Ended,
    Kill,
    Start,
    receive_frame,
    send_frame,
)
from philomel.engines.workers.seal import refuse_system_calls

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_OUT_OF_MEMORY: Final = b"it needs more memory than it may have"

# A sealed child cannot open files any more, so what Python loads late is loaded here.
_LATE: Final = ("ascii", "cp1252", "idna", "latin_1", "utf_16", "utf_16_be", "utf_16_le", "utf_8")


class Zygote:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, int] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)
        for name in _LATE:
            importlib.import_module(f"encodings.{name}")

    def serve(self) -> None:
        """Carry out orders until the main process is gone."""
        self._selector.register(self._control, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    if not self._obey():
                        return
                else:
                    self._reap(int(key.fd), *key.data)

    def end(self) -> None:
        """Kill what still runs, and see it go."""
        for pidfd in self._children.values():
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        for pidfd in self._children.values():
            os.waitid(os.P_PIDFD, pidfd, os.WEXITED)

    def _obey(self) -> bool:
        try:
            packet, descriptors, _, _ = socket.recv_fds(
                self._control, MAX_PACKET, MAX_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except ConnectionError:
            return False
        if not packet:
            return False
        match ORDERS.decode(packet):
            case Kill(job=job):
                # The child may have ended by itself, with the news still on its way.
                if (pidfd := self._children.get(job)) is not None:
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            case Start() as order:
                self._fork(order, descriptors)
        return True

    def _fork(self, order: Start, descriptors: list[int]) -> None:
        _import(order.task)
        gc.freeze()  # keeps the collector from writing to, and so copying, shared pages
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_worker(order, descriptors, zygote)
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(pid)
        self._children[order.job] = pidfd
        self._selector.register(pidfd, selectors.EVENT_READ, (order.job, pid))

    def _reap(self, pidfd: int, job: int, pid: int) -> None:
        _, status = os.waitpid(pid, 0)
        self._selector.unregister(pidfd)
        os.close(pidfd)
        del self._children[job]
        news = Ended(job, os.waitstatus_to_exitcode(status))
        try:
            self._control.send(msgpack.encode(news))
        except OSError:
            # The main process is gone; the end of the control socket says so in a moment.
            return

    def _become_worker(self, order: Start, descriptors: list[int], zygote: int) -> NoReturn:
        try:
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != zygote:
                os._exit(1)
            self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            os.dup2(0, 2)  # FFmpeg's remarks about broken files are of no use to anyone
            _close_all_but({0, 1, 2, *descriptors})
            connection = socket.socket(fileno=descriptors[0])
            try:
                _work(connection, order, tuple(descriptors[1:]), self._libc)
            except MemoryError:
                send_frame(connection, ERROR, _OUT_OF_MEMORY)
            except Exception as error:
                send_frame(connection, ERROR, _describe(error))
            os._exit(0)
        finally:
            os._exit(1)


def _work(
    connection: socket.socket, order: Start, descriptors: tuple[int, ...], libc: ctypes.CDLL
) -> None:
    task = _import(order.task, strict=True)
    kind, argument = receive_frame(connection)
    if kind != ARGUMENT:
        raise ValueError("no argument came")
    _limit(order.limits)
    if order.limits.sealed:
        refuse_system_calls(libc)
    outcome = task(Job(argument, descriptors))
    if isinstance(outcome, bytes):
        send_frame(connection, RESULT, outcome)
        return
    for chunk in outcome:
        send_frame(connection, CHUNK, chunk)
    send_frame(connection, END)


def _import(task: str, *, strict: bool = False) -> Any:
    module, _, function = task.partition(":")
    try:
        return getattr(importlib.import_module(module), function)
    except Exception:
        # In the zygote the defect is left to the child, which can report it.
        if strict:
            raise
        return None


def _limit(limits: Limits) -> None:
    if limits.nice:
        os.nice(limits.nice)
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - pathlib is not loaded here
        pages = int(statm.read().split()[0])
    space = pages * resource.getpagesize() + limits.memory
    for kind, soft, hard in (
        (resource.RLIMIT_AS, space, space),
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + 1),
        (resource.RLIMIT_FSIZE, limits.file, limits.file),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))
    if limits.sealed:
        # Numbers below the limit are all that open, socket, dup and accept may hand out.
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _close_all_but(kept: set[int]) -> None:
    start = 0
    for descriptor in sorted(kept):
        if start < descriptor:  # closerange(0, 0) would close everything
            os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _describe(error: Exception) -> bytes:
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return _OUT_OF_MEMORY
    if isinstance(error, ValueError) and str(error):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    return text[:500].encode("utf-8", "replace")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    zygote = Zygote(control)
    try:
        zygote.serve()
    finally:
        zygote.end()


if __name__ == "__main__":
    main()
