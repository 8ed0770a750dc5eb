"""Looking for changes, and what could not be read."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class StartScan(Struct, frozen=True):
    """Attributes:
    full: read every file again, changed or not.
    path: only this file or folder (absolute); all libraries if left out.
    """

    full: bool = False
    path: bytes | None = None


class ScanPhase(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    """Walking the folders and reading tags."""
    INDEXING = "indexing"
    """All tags are committed; search catches up."""
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ScanStatus(Struct, frozen=True):
    """Attributes:
    found: audio files seen so far; the final number once `walked`.
    read: files whose tags were read.
    added, changed, moved, missing, unchanged: files, by what became of them.
    errors: files that could not be read, and folders.
    error: why the scan as a whole failed, or which library was not there.
    analysed, to_analyse: files, of the background analysis.
    """

    id: str
    phase: ScanPhase
    started_at: int
    finished_at: int | None = None
    walked: bool = False
    found: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    unchanged: int = 0
    errors: int = 0
    error: str | None = None
    analysed: int = 0
    to_analyse: int = 0


class WatchScan(Struct, frozen=True):
    """Attributes:
    id: the scan; the latest one if left out.
    analysis: go on until the analysis is done as well.
    follow: go on with every later scan, without end; before the first scan it waits.
    """

    id: str | None = None
    analysis: bool = False
    follow: bool = False


class CancelScan(Struct, frozen=True):
    pass


class ListFileErrors(Struct, frozen=True):
    limit: int = 100
    cursor: str | None = None


class FileError(Struct, frozen=True):
    """Attributes:
    path: below the library, for display.
    fatal: the file cannot be played; otherwise something in its tags was left out.
    """

    library: str
    path: str
    message: str
    fatal: bool


class FileErrors(Struct, frozen=True):
    items: tuple[FileError, ...]
    next: str | None = None


class ScanCalls(Protocol):
    """Reading libraries."""

    async def start_scan(self, request: StartScan, /) -> ScanStatus:
        """Start looking for changes; returns at once. Administrators and operators.

        Raises: ScanRunning, BadLibraryPath if `path` is in no library.
        """
        ...

    def watch_scan(self, request: WatchScan, /) -> AsyncIterator[ScanStatus]:
        """The state of a scan now and at every change (at most ten a second) until it ends.

        Raises: ScanNotFound.
        """
        ...

    async def cancel_scan(self, request: CancelScan, /) -> ScanStatus:
        """Stop the running scan; what it committed stays.

        Raises: ScanNotFound if none is running.
        """
        ...

    async def list_file_errors(self, request: ListFileErrors, /) -> FileErrors:
        """What could not be read in libraries that are not hidden. Administrators and operators."""
        ...
