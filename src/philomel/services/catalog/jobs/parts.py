"""What a scan is made of: its tools, and one library of it at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.services.catalog.jobs.intake import IntakeLine, Source
from philomel.services.catalog.jobs.walking import Found, Walker
from philomel.services.catalog.store.libraries import Root
from philomel.services.catalog.store.scanning import Counters, Known

END = b"\xff" * 32


class Tools(Protocol):
    """What a scan is given by its job."""

    @property
    def database(self) -> Database: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def look(self) -> asyncio.Event: ...

    def told(self) -> None: ...

    def fence(self, connection: Connection) -> None: ...

    def source(self, root: Root) -> Source: ...

    def line(
        self,
        source: Source,
        scan_id: str,
        counters: Counters,
        check: Callable[[], Awaitable[None]],
    ) -> IntakeLine: ...


class Cancelled(Exception):
    """Somebody asked for the scan to stop."""


class Part:
    """One library of a scan, or what of it was asked for.

    Attributes:
        after, before: the paths of known files in question lie between these.
        known: files of it were known before this scan.
        fresh: files that were not known at their path.
        witness: a file that was there when it was last asked whether the library is.
        walker: of the walk that compared it with what is known, once that is done.
    """

    def __init__(self, root: Root, source: Source, below: bytes, *, is_file: bool) -> None:
        self.root, self.source, self.below = root, source, below
        self.is_file = is_file
        self.error: str | None = None
        self.known = False
        self.fresh = 0
        self.witness: bytes | None = None
        self.walker: Walker | None = None
        self.after, self.before = b"", END
        if below and is_file:
            self.after = below[:-1] + bytes((below[-1] - 1,)) + END
            self.before = below + b"\0"
        elif below:
            self.after, self.before = below + b"/", below + b"0"

    def holds(self, folder: bytes) -> bool:
        """Whether a folder of the library is in question."""
        below = self.below
        return not below or folder == below or folder.startswith(below + b"/")


async def is_file(source: Source, below: bytes) -> bool:
    if not below:
        return False
    try:
        blob = await source.blobs.open(below)
    except PhilomelError:
        return False
    await blob.close()
    return True


def is_as_it_was(found: Found, row: Known) -> bool:
    """Whether a file has the bytes and the lyrics that are known of it."""
    entry = found.entry
    return row[3:6] == (entry.size, entry.modified_ns, found.lyrics_ns)
