"""The blobs port: bytes under keys, on disk, in S3, or being made right now.

Keys are bytes because file names are. A store may be read-only (a music library),
hold what Philomel makes (covers, later rungs of the ladder), or make its blobs while
they are read (a transcode): then the size is not known.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol, TypeVar

from msgspec import Struct

from philomel.kernel.errors import Unavailable

T = TypeVar("T")


class Entry(Struct, frozen=True):
    """A blob as a listing shows it.

    Attributes:
        key: path below the store's root, "/" between folders, no "." or ".." parts.
        size: bytes.
        modified_ns: nanoseconds since the Unix epoch.
        inode: identity of the file on its device where the store knows one, else 0.
    """

    key: bytes
    size: int
    modified_ns: int
    inode: int = 0


class Away(Unavailable):
    """The store itself is not there, or does not answer."""

    code = "blobs.away"


class LinkRefused(OSError):
    """A symbolic link that a walk does not follow; nothing lies behind it for the store."""


class Blob(Protocol):
    """An open blob: what it is stays the same until it is closed."""

    @property
    def size(self) -> int | None:
        """Bytes, or None while it is being made."""
        ...

    @property
    def etag(self) -> str:
        """Changes when the bytes change; without quotes."""
        ...

    @property
    def modified_ns(self) -> int: ...

    def fileno(self) -> int | None:
        """A file descriptor of the whole blob, if there is one: for `pread` and workers."""
        ...

    def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes [start, stop). Closing the iterator ends whatever makes them."""
        ...

    async def close(self) -> None: ...


class Blobs(Protocol):
    """A store of blobs.

    Raises: `NotFound` for a key that is not there or would lead out of the store;
    `Unavailable` when the store is away (an unmounted disk, a server down);
    `FailedPrecondition` for a change to a read-only store.
    """

    async def open(self, key: bytes) -> Blob: ...

    async def get(self, key: bytes) -> bytes:
        """All bytes of a small blob."""
        ...

    async def put(self, key: bytes, data: bytes) -> None:
        """Durable, and all or nothing: a reader sees the old bytes or the new ones."""
        ...

    async def delete(self, key: bytes) -> None:
        """Gone afterwards; no error if it was not there."""
        ...

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        """Every blob below a folder, in byte order of the keys. Blocks: call in a thread.

        Symbolic links are followed only to places inside the store, and never in a circle;
        others go to `on_error` as `LinkRefused`. So does a folder that cannot be read, with
        its error, and the walk goes on.

        Raises:
            Unavailable: the store itself is not there.
        """
        ...

    async def close(self) -> None: ...


class Draft(Protocol):
    """A blob in the making: nobody sees it before it is published.

    A process that dies leaves nothing of it that could be taken for a blob.
    """

    @property
    def size(self) -> int:
        """Bytes so far."""
        ...

    def fileno(self) -> int:
        """Of a file of this machine with what was written so far, for `pread`."""
        ...

    async def write(self, data: bytes, at: int | None = None) -> None:
        """Append, or write over what is at `at`."""
        ...

    async def publish(self) -> None:
        """Give it its key: durable, and all or nothing, like `Blobs.put`."""
        ...

    async def close(self) -> None:
        """Let go of it; what was not published is gone."""
        ...


class DraftBlobs(Blobs, Protocol):
    """A store that also takes blobs too large to be held in memory."""

    async def draft(self, key: bytes) -> Draft: ...


class Folder(Blobs, Protocol):
    """A read-only store that belongs to somebody else: it may hang, vanish and come back."""

    async def look(self, work: Callable[[], T], /) -> T:
        """What `work` returns: a step of `walk`, or whatever else waits for this store.

        It runs in a thread that only this store can hold up.

        Raises:
            Away: the store does not answer.
        """
        ...

    async def check(self) -> None:
        """Raises: Away, when the store is not there or does not answer."""
        ...

    async def open_file(self, key: bytes) -> Blob:
        """A blob that has a file descriptor, for decoders; a store elsewhere is copied from."""
        ...

    async def place(self) -> bytes:
        """Where the store really is, whatever links lead to it; ends with "/"."""
        ...


class Folders(Protocol):
    """Opens music libraries as read-only stores."""

    def open(self, root: bytes) -> Folder:
        """The store at an absolute path or a URL; nothing outside it can be reached."""
        ...


async def unless_away(store: Folder, work: Awaitable[T], every: float = 10.0) -> T:
    """What `work` returns, as long as the store that it reads from answers.

    For work in other processes, which a disk that hangs holds up for as long as it likes.

    Raises:
        Away: the store does not answer; the work is cancelled.
    """
    doing = asyncio.ensure_future(work)
    # Nobody looks at its failure when the store was away first.
    doing.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        while not (await asyncio.wait((doing,), timeout=every))[0]:
            await store.check()
        return doing.result()
    finally:
        doing.cancel()
