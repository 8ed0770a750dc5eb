"""One writer per SQLite file: a thread that lets queued work share a commit.

SQLite admits one writing transaction at a time, and a durable commit costs an fsync.
So all work on a file goes through one thread. What is queued when a transaction opens, or
arrives while it runs, shares its commit; a savepoint for each piece of work makes
its failure its own. Results are handed to the event loop after the commit, never before.
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from philomel.engines.sql import UNFIT
from philomel.kernel.errors import InvalidArgument, Unavailable

_log = logging.getLogger(__name__)

C = TypeVar("C")
T = TypeVar("T")

SHARED_SECONDS = 0.05
SHARED_WORKS = 500
LOCK_SECONDS = 10.0
LOCK_SECONDS_ALONE = 600.0
LOCK_SECONDS_CLOSING = 2.0
TOLD_AGAIN_SECONDS = 60.0


class DiskFull(Unavailable):
    """Nothing can be written until there is room again."""

    code = "disk_full"


_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


def error_code(error: BaseException) -> int | None:
    """SQLite's primary result code behind an error of the driver or of SQLAlchemy."""
    origin = getattr(error, "orig", None) or error
    code = getattr(origin, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def is_busy(error: BaseException | None) -> bool:
    """Whether a lock that someone else holds was in the way."""
    return error is not None and error_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def unavailable(error: BaseException) -> Unavailable | None:
    """What to tell the caller when the engine and not the work failed."""
    code = error_code(error)
    if code not in _AWAY:
        return None
    if is_busy(error):
        away = Unavailable("the database is busy", retry_after=1)
    elif code == sqlite3.SQLITE_FULL:
        away = DiskFull("the disk that holds the database is full", retry_after=30)
    else:
        away = Unavailable("the database cannot be read or written")
    away.__cause__ = error
    return away


def unfit(error: BaseException) -> InvalidArgument | None:
    """What to tell the caller whose value the driver cannot pass on."""
    if isinstance(error, OverflowError | UnicodeEncodeError):
        return InvalidArgument(UNFIT)
    return None


class _Work(Generic[C]):
    """A piece of queued work and, later, what came of it."""

    __slots__ = ("alone", "call", "error", "future", "loop", "queued_at", "result")

    def __init__(
        self,
        call: Callable[[C], Any],
        alone: bool,
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Any],
    ) -> None:
        self.call = call
        self.alone = alone
        self.loop = loop
        self.future = future
        self.queued_at = time.monotonic()
        self.result: Any = None
        self.error: BaseException | None = None


class Writer(Generic[C]):
    """Runs work on one connection, in its own thread, which starts with the first work.

    Args:
        name: of the thread.
        driver: in autocommit mode (`isolation_level=None`) and without thread check.
        connection: what the work is given; the driver's connection or something around it.
    """

    def __init__(self, name: str, driver: sqlite3.Connection, connection: C) -> None:
        self._name = name
        self._driver = driver
        self._connection = connection
        self._queue: queue.SimpleQueue[_Work[C] | None] = queue.SimpleQueue()
        self._held: _Work[C] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self._stop_after = False
        self._told_at = float("-inf")

    @property
    def waiting(self) -> int:
        """How much work is in the queue."""
        return self._queue.qsize()

    async def run(self, work: Callable[[C], T], *, alone: bool = False) -> T:
        """The result of `work`, once it is durable.

        An awaiter that is cancelled before its work began takes it out of the queue; later
        the work goes on without it.

        Args:
            work: runs in the writer's thread.
            alone: in a transaction of its own with foreign keys checked at its end, for
                migrations; waits minutes, not seconds, for the write lock.
        """
        if self._closing:
            raise Unavailable("the database is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            self._thread.start()
        self._queue.put(_Work(work, alone, loop, future))
        return await future

    async def close(self) -> None:
        """Finish what is queued. The connection is the owner's to close."""
        self._closing = True
        thread = self._thread
        if thread is not None:
            self._queue.put(None)
            await asyncio.get_running_loop().run_in_executor(None, thread.join)
            self._thread = None

    def _serve(self) -> None:
        while not self._stop_after:
            work = self._held or self._queue.get()
            self._held = None
            if work is None:
                return
            if not work.future.cancelled():
                done = self._transaction(work)
                self._tell_of_full_disk(done)
                _deliver(done)
                done = []
            work = None  # what came of it belongs to the awaiters: keep none of it while waiting

    def _tell_of_full_disk(self, done: list[_Work[C]]) -> None:
        """The callers are told each time, whoever reads the log once in a while."""
        if any(isinstance(work.error, DiskFull) for work in done):
            now = time.monotonic()
            if now - self._told_at >= TOLD_AGAIN_SECONDS:
                self._told_at = now
                _log.warning("%s: the disk is full, nothing can be written", self._name)

    def _transaction(self, first: _Work[C]) -> list[_Work[C]]:
        """Run `first` and what may share its transaction; all of it has come to an end."""
        done = [first]
        try:
            if first.alone:
                self._driver.execute("PRAGMA foreign_keys = OFF")
            self._begin(first)
            self._perform_all(done)
            if not self._driver.in_transaction:
                # A full disk or a failed read makes SQLite undo the transaction by itself.
                _fail(done, Unavailable("the change could not be made durable"))
            else:
                self._driver.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            _fail(done, unavailable(error) or error)
        finally:
            if first.alone:
                self._driver.execute("PRAGMA foreign_keys = ON")
        return done

    def _roll_back(self) -> None:
        """Give the transaction up. Where even that fails, the next one tries it again."""
        if self._driver.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._driver.execute("ROLLBACK")

    def _begin(self, first: _Work[C]) -> None:
        """Take the write lock, which another process may hold for a while."""
        self._roll_back()
        patience = LOCK_SECONDS_ALONE if first.alone else LOCK_SECONDS
        while True:
            limit = LOCK_SECONDS_CLOSING if self._closing else patience
            left = limit - (time.monotonic() - first.queued_at)
            try:
                # Short waits, so that closing is noticed; SQLite waits without the GIL.
                self._driver.execute(f"PRAGMA busy_timeout = {max(0, min(int(left * 1000), 500))}")
                self._driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not is_busy(error) or left <= 0:
                    raise
            else:
                return

    def _perform_all(self, done: list[_Work[C]]) -> None:
        """Perform the first work, which is in `done`, and then what else is queued."""
        end = time.monotonic() + SHARED_SECONDS
        work = done[0]
        while True:
            self._perform(work)
            full = len(done) >= SHARED_WORKS or time.monotonic() >= end
            if work.alone or full or not self._driver.in_transaction:
                return
            another = self._another()
            if another is None:
                return
            work = another
            done.append(work)

    def _another(self) -> _Work[C] | None:
        """The next work that may share the transaction."""
        while True:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                return None
            if work is None:
                self._stop_after = True
                return None
            if work.future.cancelled():
                continue
            if work.alone:
                self._held = work
                return None
            return work

    def _perform(self, work: _Work[C]) -> None:
        execute = self._driver.execute
        execute("SAVEPOINT work")
        try:
            work.result = work.call(self._connection)
            if work.alone:
                self._check_foreign_keys()
        except BaseException as error:  # whatever the work raises is its awaiter's
            work.error = unavailable(error) or unfit(error) or error
            if self._driver.in_transaction:
                execute("ROLLBACK TO work")
        if self._driver.in_transaction:
            execute("RELEASE work")

    def _check_foreign_keys(self) -> None:
        if self._driver.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise sqlite3.IntegrityError("FOREIGN KEY constraint failed")


def _fail(works: list[_Work[C]], error: Exception) -> None:
    for work in works:
        if work.error is None:
            work.error = error


def _deliver(done: list[_Work[C]]) -> None:
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[_Work[C]]] = defaultdict(list)
    for work in done:
        by_loop[work.loop].append(work)
    for loop, works in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, works)
        except RuntimeError:
            continue  # the loop is closed: nobody waits any more


def _resolve(works: list[_Work[C]]) -> None:
    for work in works:
        if work.future.done():
            continue
        if work.error is None:
            work.future.set_result(work.result)
        else:
            work.future.set_exception(work.error)
