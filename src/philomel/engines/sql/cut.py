"""One moment of several SQLite files, while others go on writing to them.

The write locks of all files are taken in a fixed order, a read snapshot of each is opened, and
the locks are let go of: writers wait for as long as that takes, a few milliseconds. What is
copied afterwards is the snapshots. Any process of the machine can do that, because the files'
locks are SQLite's own.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from philomel.engines.sql.sqlite import connect
from philomel.engines.sql.writer import is_busy, unavailable
from philomel.kernel.errors import Unavailable

PATIENCE_SECONDS = 60.0
FIRST_HOLD_SECONDS = 0.02
LONGEST_HOLD_SECONDS = 1.0
_POLL_SECONDS = 0.0002
_PAGES = 1_024
_LONGEST_PAUSE_SECONDS = 0.1


class Snapshots:
    """Read transactions over files, all of one moment.

    Attributes:
        held_seconds: how long writers had to wait for it.
    """

    def __init__(self, readers: Mapping[str, sqlite3.Connection]) -> None:
        self._readers = dict(readers)
        self.held_seconds = 0.0

    def __getitem__(self, name: str) -> sqlite3.Connection:
        return self._readers[name]

    def copy(self, name: str, target: Path) -> None:
        """Write this moment of one file to a new one, durably.

        Raises:
            Unavailable: the target's disk is full, or cannot be written.
        """
        copy_file(self._readers[name], target)

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()


@contextmanager
def hold(files: Mapping[str, Path]) -> Iterator[Snapshots]:
    """Hold the write locks of all `files` in their order; gives snapshots opened under them.

    Whatever must be of the same moment is to be opened inside the block. The snapshots outlive it
    and are the caller's to close.

    Raises:
        Unavailable: somebody else holds a lock for too long, or a file cannot be read.
    """
    opened: list[sqlite3.Connection] = []
    readers: dict[str, sqlite3.Connection] = {}
    try:
        for path in files.values():
            opened.append(connect(path))
            opened[-1].execute("PRAGMA busy_timeout = 0")
        for name, path in files.items():
            readers[name] = connect(path)
            readers[name].execute("PRAGMA query_only = ON")
        snapshots = Snapshots(readers)
        started = _lock_all(opened)
        for reader in readers.values():
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield snapshots
        _let_go(opened)
        snapshots.held_seconds = time.monotonic() - started
    except BaseException as error:
        for reader in readers.values():
            reader.close()
        if isinstance(error, sqlite3.Error):
            raise unavailable(error) or Unavailable(f"a database cannot be read: {error}") from None
        raise
    finally:
        for lock in opened:
            lock.close()


def copy_file(source: sqlite3.Connection, target: Path) -> None:
    """Write what `source` sees to a new file, durably and for this user alone.

    Raises:
        Unavailable: the target's disk is full, or cannot be written.
    """
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            copy.execute("PRAGMA synchronous = OFF")  # made durable once, below
            source.backup(copy, pages=_PAGES, progress=_Gentle(target), sleep=0)
            # A file of its own, without a -wal beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            target.unlink()
        raise Unavailable(f"{target} cannot be written: {_reason(error)}") from None


class _Gentle:
    """Lets others to the disk: each few megabytes are written out, and a pause follows.

    Left to the end, all of it would be written at once, and whoever wants one page written
    durably meanwhile would wait behind it.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._since = time.monotonic()

    def __call__(self, _status: int, remaining: int, _total: int) -> None:
        if not remaining:
            return
        descriptor = os.open(self._target, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        time.sleep(min(time.monotonic() - self._since, _LONGEST_PAUSE_SECONDS))
        self._since = time.monotonic()


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    away = unavailable(error)
    return away.message if away is not None else str(error)


def _lock_all(locks: list[sqlite3.Connection]) -> float:
    """Take all, in order; since when the first one is held.

    The first one is waited for with nothing in hand. If another cannot be had soon after, all
    are let go of: somebody who writes for long must not stop those who write elsewhere.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    longest = FIRST_HOLD_SECONDS
    while True:
        _take(locks[0], give_up)
        started = time.monotonic()
        try:
            for lock in locks[1:]:
                _take(lock, min(started + longest, give_up))
        except sqlite3.OperationalError as error:
            _let_go(locks)
            if not is_busy(error) or time.monotonic() >= give_up:
                raise
            time.sleep(longest)
            longest = min(longest * 2, LONGEST_HOLD_SECONDS)
        else:
            return started


def _take(lock: sqlite3.Connection, until: float) -> None:
    while True:
        try:
            lock.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= until:
                raise
            # Shorter than SQLite's own pauses: writers leave only short gaps.
            time.sleep(_POLL_SECONDS)
        else:
            return


def _let_go(locks: list[sqlite3.Connection]) -> None:
    for lock in reversed(locks):
        if lock.in_transaction:
            lock.execute("ROLLBACK")
