"""The blobs port: bytes under keys, on disk, in S3, or being made right now.

Keys are bytes because file names are. A store may be read-only (a music library),
hold what Philomel makes (covers, later rungs of the ladder), or make its blobs while
they are read (a transcode): then the size is not known.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from msgspec import Struct

from philomel.kernel.errors import FailedPrecondition, Unavailable

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


class Full(FailedPrecondition):
    """The disk, or what one may use of it, has no room left."""

    code = "blobs.full"


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


UNFINISHED = b".philomel"
"""The folder, at the top of a store of somebody else's, for what is written and not complete."""


class Mark(Struct, frozen=True):
    """What a file was when it was looked at."""

    inode: int
    size: int
    modified_ns: int


class Annex(Protocol):
    """The only way to write into a folder of somebody else's.

    What is in the making has a name of its own, in `UNFINISHED`, until it is whole and durable;
    then it gets a key by one step of the file system. Everything blocks: call it by
    `Folder.look`.

    Raises (from everything): Full; FailedPrecondition where Philomel may not write, or a link
    is in the way; Unavailable when the store is away.
    """

    def check(self) -> None:
        """Whether anything can be written at all."""
        ...

    def require_room(self, size: int) -> None:
        """Raises: Full, if so many bytes have no room."""
        ...

    def size(self, name: bytes) -> int:
        """Bytes of what is in the making; 0 if nothing came yet."""
        ...

    def append(self, name: bytes, offset: int, data: bytes) -> int:
        """Bytes of it, with these; they are taken only if they are the next ones."""
        ...

    def open(self, name: bytes) -> int:
        """A descriptor, for reading and writing, of what is in the making."""
        ...

    def copy(self, key: bytes, name: bytes) -> Mark:
        """Begin with the bytes, and the rights, of the file at `key`."""
        ...

    def bring_back(self, key: bytes, name: bytes, pieces: Iterable[bytes | tuple[int, int]]) -> str:
        """Make what the pieces say: bytes, or (from, how many) of those at `key`.

        Returns:
            The SHA-256 of that, in hex.
        """
        ...

    def place(self, name: bytes, key: bytes) -> bool:
        """Give it the name `key`, durably; False if that is taken, and nothing is written over."""
        ...

    def replace(self, name: bytes, key: bytes, before: Mark) -> None:
        """Let it take the place of the file at `key`, durably.

        Raises: Conflict, if that is another one than it was.
        """
        ...

    def digest(self, key: bytes) -> tuple[str, Mark]:
        """The SHA-256 of a file, in hex. Raises: NotFound."""
        ...

    def remove(self, name: bytes) -> None:
        """Forget what is in the making; no error if there is nothing."""
        ...

    def sweep(self, seconds: float) -> int:
        """Forget what nobody wrote to for so long; how much that was."""
        ...


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

    def annex(self) -> Annex:
        """The way to write into it.

        Raises: FailedPrecondition, for a store that is no folder of this machine.
        """
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
