"""Threads of its own for each disk: one that hangs holds up nobody else.

A call to a disk that is gone (a network mount whose server is away) may never return, and
nothing can end it. So it runs in a daemon thread that belongs to that disk alone; whoever
waits for it gives up after a while, and once threads hang, others give up sooner. When the
disk answers again, its threads come back by themselves.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from philomel.engines.blobs import Away

T = TypeVar("T")

PATIENCE = 15.0
"""Seconds without a sign of life: disks that must spin up first take ten."""

_THREADS = 8
_IDLE = 10.0
_SILENT = "the disk does not answer"
_here = threading.local()


def alive() -> None:
    """Say that the work in this thread goes on, however long it takes as a whole."""
    job = getattr(_here, "job", None)
    if job is not None:
        job.alive_at = time.monotonic()


class Lane:
    """Runs what blocks on one disk.

    Args:
        patience: seconds without a sign of life after which a caller gives up.
        threads: at most so many.
    """

    def __init__(self, patience: float = PATIENCE, threads: int = _THREADS) -> None:
        self._patience = patience
        self._most = threads
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = self._idle = self._stuck = self._waiting = 0

    async def run(
        self,
        work: Callable[[], T],
        *,
        ended: Callable[[], None] | None = None,
        discard: Callable[[T], None] | None = None,
    ) -> T:
        """What `work` returns.

        Args:
            ended: called on the event loop once the work is really over.
            discard: takes a result for which nobody waits any more.

        Raises:
            Away: it shows no sign of life. It may go on in its thread.
        """
        if self._stuck >= self._most:
            raise Away(_SILENT)
        job = _Job(work, ended, cast("Callable[[Any], None] | None", discard))
        self._hand(job)
        try:
            await self._until_done(job)
        except BaseException:
            job.leave()
            raise
        return cast("T", job.future.result())

    async def _until_done(self, job: "_Job") -> None:
        while not job.future.done():
            # Where threads hang already, there is little hope for the next one.
            patience = self._patience / 4 if self._stuck else self._patience
            left = job.alive_at + patience - time.monotonic()
            if left <= 0:
                self._give_up(job)
                raise Away(_SILENT)
            await asyncio.wait((job.future,), timeout=left)

    def _hand(self, job: "_Job") -> None:
        with self._lock:
            self._waiting += 1
            self._jobs.put(job)
            # A thread counts as idle until it has a job: who is handed one may not be free.
            if self._waiting <= self._idle or self._threads >= self._most:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="disk", daemon=True).start()

    def _give_up(self, job: "_Job") -> None:
        with self._lock:
            if not job.over:
                job.stuck = True
                self._stuck += 1

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            try:
                job = self._jobs.get(timeout=_IDLE)
            except Empty:
                job = None
            with self._lock:
                self._idle -= 1
                if job is None:
                    if not self._jobs.empty():
                        continue
                    self._threads -= 1
                    return
                self._waiting -= 1
            _here.job = job
            job.run()
            _here.job = None
            with self._lock:
                job.over = True
                self._stuck -= job.stuck
            job = None  # an idle thread holds no result


class _Job:
    def __init__(
        self,
        work: Callable[[], Any],
        ended: Callable[[], None] | None,
        discard: Callable[[Any], None] | None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._work = work
        self._ended = ended
        self._discard = discard
        self.future: asyncio.Future[Any] = self._loop.create_future()
        self.alive_at = time.monotonic()
        self.left = self.stuck = self.over = False

    def leave(self) -> None:
        """Nobody waits for it any more, perhaps since the very moment in which it was done."""
        self.left = True
        if self.future.done() and self.future.exception() is None and self._discard is not None:
            self._discard(self.future.result())

    def run(self) -> None:
        self.alive_at = time.monotonic()
        result, error = None, None
        try:
            result = self._work()
        except BaseException as raised:
            error = raised
        try:
            self._loop.call_soon_threadsafe(self._finish, result, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            if error is None and self._discard is not None:
                self._discard(result)

    def _finish(self, result: Any, error: BaseException | None) -> None:
        if self._ended is not None:
            self._ended()
        if self.left or self.future.done():
            if error is None and self._discard is not None:
                self._discard(result)
        elif error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)
