"""Files for decoders of what lies elsewhere: copies without a name, within a bound.

A sealed worker reads a descriptor, and S3 has none. The copy is a file that was never given
a name: it is gone with its last descriptor, also when the process is killed.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from philomel.engines.blobs import Blob
from philomel.kernel.errors import Unavailable

_MOST_FILES = 128
_WAIT = 60.0
_CHUNK = 256 << 10


class Spool:
    """Whole copies, the least recently used of which make room.

    Args:
        folder: on a disk with room for them.
        limit: bytes of all copies together.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._copies: dict[tuple[bytes, str], _Copy] = {}
        self._freed = asyncio.Condition()

    @property
    def size(self) -> int:
        """Bytes of all copies."""
        return sum(copy.size for copy in self._copies.values())

    async def whole(self, name: bytes, blob: Blob) -> Blob:
        """A blob with a descriptor that holds what `blob` does.

        Raises:
            Unavailable: there is no room for it, or it cannot be had.
        """
        key = (name, blob.etag)
        copy = self._copies.get(key)
        if copy is None:
            copy = await self._begin(key, blob)
        self._copies[key] = self._copies.pop(key)  # the most recently used is last
        copy.users += 1
        try:
            await asyncio.shield(copy.filling)
        except BaseException:
            await self._release(copy)
            raise
        return _Spooled(self, copy, blob)

    async def sample(self, blob: Blob, head: int, tail: int) -> tuple[int, tuple[int, int]]:
        """A descriptor of a file as long as `blob` with only its beginning and its end.

        Returns:
            The descriptor, for the caller to close, and the [start, stop) of what is missing.
        """
        size = blob.size or 0
        hole = (head, size - tail) if size > head + tail else (size, size)
        descriptor = self._make(size)  # here: one made in a thread is lost to who is cancelled
        try:
            await _fill(descriptor, blob, 0, hole[0])
            await _fill(descriptor, blob, hole[1], size)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor, hole

    async def close(self) -> None:
        """Let go of every copy."""
        for key in list(self._copies):
            await self._abandon(key)

    async def _begin(self, key: tuple[bytes, str], blob: Blob) -> "_Copy":
        size = blob.size or 0
        if size > self._limit:
            raise Unavailable("the file is larger than the setting s3.spool_mb allows")
        try:
            async with self._freed, asyncio.timeout(_WAIT):
                while not self._make_room(size):
                    await self._freed.wait()
        except TimeoutError:
            raise Unavailable("too many files of the bucket are in use", retry_after=10) from None
        if (copy := self._copies.get(key)) is not None:
            return copy
        descriptor = self._make(size)
        filling = asyncio.ensure_future(_fill(descriptor, blob, 0, size))
        copy = self._copies[key] = _Copy(key, descriptor, size, filling)
        filling.add_done_callback(lambda done: self._filled(key, done))
        return copy

    def _filled(self, key: tuple[bytes, str], done: "asyncio.Task[None]") -> None:
        copy = self._copies.get(key)
        failed = done.cancelled() or done.exception() is not None
        if failed and copy is not None and copy.filling is done:
            del self._copies[key]
            copy.dropped = True
            self._drop(copy)

    def _make(self, size: int) -> int:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC
            descriptor = os.open(self._folder, flags, 0o600)
            os.ftruncate(descriptor, size)
        except OSError as error:
            raise Unavailable(f"no copy can be kept: {os.strerror(error.errno or 5)}") from error
        return descriptor

    def _make_room(self, size: int) -> bool:
        for key, copy in list(self._copies.items()):
            fits = self.size + size <= self._limit and len(self._copies) < _MOST_FILES
            if fits:
                return True
            if not copy.users and copy.filling.done():
                del self._copies[key]
                os.close(copy.descriptor)
        return self.size + size <= self._limit and len(self._copies) < _MOST_FILES

    async def _abandon(self, key: tuple[bytes, str]) -> None:
        """Forget a copy; its file goes with its last reader."""
        copy = self._copies.pop(key)
        copy.dropped = True
        if not copy.filling.done():
            copy.filling.cancel()
            await asyncio.wait((copy.filling,))
        self._drop(copy)

    async def _release(self, copy: "_Copy") -> None:
        copy.users -= 1
        if copy.dropped:
            self._drop(copy)
        elif not copy.users and not copy.filling.done():
            await asyncio.shield(self._abandon(copy.key))  # nobody waits for the rest of it
        async with self._freed:
            self._freed.notify_all()

    @staticmethod
    def _drop(copy: "_Copy") -> None:
        if not copy.users and not copy.closed:
            copy.closed = True
            os.close(copy.descriptor)


class _Copy:
    def __init__(
        self,
        key: tuple[bytes, str],
        descriptor: int,
        size: int,
        filling: "asyncio.Task[None]",
    ) -> None:
        self.key = key
        self.descriptor = descriptor
        self.size = size
        self.filling = filling
        self.users = 0
        self.dropped = self.closed = False


class _Spooled:
    def __init__(self, spool: Spool, copy: _Copy, blob: Blob) -> None:
        self._spool = spool
        self._copy = copy
        self._blob = blob
        self._open = True

    @property
    def size(self) -> int:
        return self._copy.size

    @property
    def etag(self) -> str:
        return self._blob.etag

    @property
    def modified_ns(self) -> int:
        return self._blob.modified_ns

    def fileno(self) -> int:
        return self._copy.descriptor

    async def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        end = self.size if stop is None else min(stop, self.size)
        while start < end:
            count = min(_CHUNK, end - start)
            data = await asyncio.to_thread(os.pread, self._copy.descriptor, count, start)
            start += len(data)
            yield data

    async def close(self) -> None:
        if self._open:
            self._open = False
            await self._spool._release(self._copy)  # noqa: SLF001 - the two are one
            await self._blob.close()


async def _fill(descriptor: int, blob: Blob, start: int, stop: int) -> None:
    if start >= stop:
        return
    position = start
    try:
        async for chunk in blob.stream(start, stop):
            await _in_thread(_write, descriptor, chunk, position)
            position += len(chunk)
    except OSError as error:
        raise Unavailable(f"no copy can be kept: {os.strerror(error.errno or 5)}") from error
    if position != stop:
        raise Unavailable("the file became shorter while it was read")


async def _in_thread(work: Callable[..., None], *args: object) -> None:
    """A task that is cancelled goes only when its thread does: whoever cancelled it closes the
    descriptor, and its number may be another file's a moment later.
    """
    working = asyncio.get_running_loop().run_in_executor(None, work, *args)
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait((working,))
        working.exception()
        raise


def _write(descriptor: int, data: bytes, position: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, position)
        view, position = view[count:], position + count
