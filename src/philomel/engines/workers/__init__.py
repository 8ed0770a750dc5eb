"""The workers port: untrusted input is read in processes that can do little harm.

A task is a module-level function `f(job: Job) -> bytes` or a generator
`f(job: Job) -> Iterator[bytes]`, named "module:function" and imported in the worker, never
in the main process. It runs under limits of memory, CPU and wall time; a sealed task has
just the descriptors it was given and can open neither files nor sockets.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from msgspec import Struct

from philomel.kernel.errors import PhilomelError


class Limits(Struct, frozen=True):
    """What one task may use.

    Attributes:
        memory: bytes of address space above what the worker starts with.
        cpu: seconds of CPU time.
        wall: seconds in all; for a stream, seconds without the reader taking a chunk
            do not count.
        sealed: no new file descriptor can be opened, so no file and no socket.
        nice: how far the task steps back behind others, 0 to 19.
        file: bytes that a file which it was given open for writing may have in the end.
    """

    memory: int = 512 << 20
    cpu: int = 60
    wall: float = 60.0
    sealed: bool = True
    nice: int = 0
    file: int = 0


class Job(Struct, frozen=True):
    """What a task is given.

    Attributes:
        argument: encoded by the caller as the task expects.
        descriptors: file descriptors, valid in the worker.
    """

    argument: bytes
    descriptors: tuple[int, ...] = ()


class TaskFailed(PhilomelError):
    """The task raised, ran into a limit, or its process died. The message says which."""

    code = "workers.task_failed"


class Workers(Protocol):
    """Runs tasks in worker processes. Busy workers make callers wait, not fail."""

    async def run(
        self,
        task: str,
        argument: bytes,
        descriptors: Sequence[int] = (),
        limits: Limits | None = None,
    ) -> bytes:
        """The task's result.

        Raises:
            TaskFailed: see there. Other tasks are not affected.
        """
        ...

    def stream(
        self,
        task: str,
        argument: bytes,
        descriptors: Sequence[int] = (),
        limits: Limits | None = None,
    ) -> AsyncIterator[bytes]:
        """What a generator task yields, with back-pressure.

        Closing the iterator ends the worker's task at once.
        """
        ...

    async def close(self) -> None:
        """End every worker."""
        ...
