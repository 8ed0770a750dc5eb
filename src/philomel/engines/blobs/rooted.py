"""One store over many folders: a key is the root, a NUL byte, and the key below it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from philomel.engines.blobs import Blob, Entry, Folder, Folders
from philomel.kernel.errors import FailedPrecondition, NotFound

T = TypeVar("T")


class RootedBlobs:
    """What the media service names by library root and path (`Store.LIBRARY`)."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._open: dict[bytes, Folder] = {}

    async def open(self, key: bytes) -> Blob:
        folder, below = self._split(key)
        return await folder.open(below)

    async def open_file(self, key: bytes) -> Blob:
        """A blob that has a file descriptor, for decoders."""
        folder, below = self._split(key)
        return await folder.open_file(below)

    async def look(self, key: bytes, work: Callable[[], T]) -> T:
        """What `work` returns, which waits for the store that a key leads to; see `Folder.look`."""
        folder, _ = self._split(key)
        return await folder.look(work)

    async def check(self, key: bytes) -> None:
        """Raises: Away, when the store that a key leads to does not answer."""
        folder, _ = self._split(key)
        await folder.check()

    async def awaited(self, key: bytes, coming: Awaitable[T], every: float) -> T:
        """What comes of something that reads a blob elsewhere, however long that takes.

        A reader that waits for a disk that hangs cannot say so: after every `every` seconds of
        silence the store that a key leads to is asked whether it is there.

        Raises:
            Away: it does not answer.
        """
        reading = asyncio.ensure_future(coming)
        try:
            while not (await asyncio.wait((reading,), timeout=every))[0]:
                await self.check(key)
            return reading.result()
        finally:
            if not reading.done():
                reading.cancel()
                await asyncio.wait((reading,))
            _ = reading.cancelled() or reading.exception()  # whatever it was, it was looked at

    async def get(self, key: bytes) -> bytes:
        folder, below = self._split(key)
        return await folder.get(below)

    async def put(self, key: bytes, data: bytes) -> None:
        raise FailedPrecondition("this store is read-only")

    async def delete(self, key: bytes) -> None:
        raise FailedPrecondition("this store is read-only")

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        """Below one root; keys come back with it."""
        root, _, rest = below.partition(b"\0")
        folder, _ = self._split(root + b"\0")
        for entry in folder.walk(rest, on_error):
            yield Entry(root + b"\0" + entry.key, entry.size, entry.modified_ns, entry.inode)

    async def close(self) -> None:
        for folder in self._open.values():
            await folder.close()
        self._open.clear()

    def _split(self, key: bytes) -> tuple[Folder, bytes]:
        root, separator, below = key.partition(b"\0")
        if not separator or not root:
            raise NotFound("there is no such blob")
        folder = self._open.get(root)
        if folder is None:
            folder = self._open[root] = self._folders.open(root)
        return folder, below
