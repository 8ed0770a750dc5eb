"""Blobs in the making: written bit by bit, read meanwhile by their maker, seen when done."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from philomel.engines.blobs.paths import folder_handle, root_handle, sync_folder

_CHUNK = 8 << 20


class _File:
    """The file of a draft."""

    def __init__(self, descriptor: int, refuse: Callable[[OSError], Exception]) -> None:
        self._descriptor = descriptor
        self._refuse = refuse
        self._size = 0
        self._closed = False
        self._busy: asyncio.Future[None] | None = None

    def fileno(self) -> int:
        return self._descriptor

    @property
    def size(self) -> int:
        return self._size

    async def write(self, data: bytes, at: int | None = None) -> None:
        place = self._size if at is None else at
        try:
            await self._in_thread(_write, self._descriptor, data, place)
        except OSError as error:
            raise self._refuse(error) from error
        self._size = max(self._size, place + len(data))

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            if self._busy is None or self._busy.done():
                os.close(self._descriptor)
                return
            # Also when whoever closes it is cancelled while the thread goes on.
            self._busy.add_done_callback(lambda _: os.close(self._descriptor))
            await asyncio.wait([self._busy])

    async def _in_thread(self, work: Callable[..., None], *args: object) -> None:
        """As a task that is cancelled goes and the thread stays, `close` waits for the thread."""
        self._busy = asyncio.get_running_loop().run_in_executor(None, work, *args)
        self._busy.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(self._busy)


class DiskDraft(_File):
    """A file without a name until it is published, so a killed process leaves nothing.

    Args:
        root: of the store.
        parts: of the key.
        partial: the folder, below the root, for what is not complete.
    """

    def __init__(
        self,
        root: bytes,
        parts: list[bytes],
        partial: bytes,
        refuse: Callable[[OSError], Exception],
    ) -> None:
        self._root, self._parts, self._partial = root, parts, partial
        self._name: bytes | None = None
        super().__init__(self._open(refuse), refuse)

    def _open(self, refuse: Callable[[OSError], Exception]) -> int:
        with root_handle(self._root) as top:
            try:
                with folder_handle(top, [self._partial], make=True) as partial:
                    try:
                        flags = os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC
                        return os.open(b".", flags, 0o644, dir_fd=partial)
                    except OSError:
                        # Not every file system knows files without names; what is left of a
                        # killed process is swept with the others.
                        self._name = secrets.token_hex(16).encode()
                        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
                        return os.open(self._name, flags, 0o644, dir_fd=partial)
            except OSError as error:
                raise refuse(error) from error

    async def publish(self) -> None:
        await self._in_thread(self._publish)

    def _publish(self) -> None:
        with root_handle(self._root) as top:
            try:
                os.fsync(self._descriptor)
                with (
                    folder_handle(top, [self._partial], make=True) as partial,
                    folder_handle(top, self._parts[:-1], make=True) as folder,
                ):
                    if self._name is None:
                        self._name = secrets.token_hex(16).encode()
                        mine = f"/proc/self/fd/{self._descriptor}"
                        os.link(mine, self._name, dst_dir_fd=partial, follow_symlinks=True)
                    os.replace(self._name, self._parts[-1], src_dir_fd=partial, dst_dir_fd=folder)
                    self._name = None
                    sync_folder(folder)
            except OSError as error:
                raise self._refuse(error) from error

    async def close(self) -> None:
        await super().close()
        if self._name is not None:
            await asyncio.to_thread(self._remove, self._name)

    def _remove(self, name: bytes) -> None:
        with (
            suppress(OSError),
            root_handle(self._root) as top,
            folder_handle(top, [self._partial], make=False) as partial,
        ):
            os.unlink(name, dir_fd=partial)


class SpooledDraft(_File):
    """A nameless file of this machine that is uploaded when it is published.

    Args:
        upload: takes the bytes in order; all or nothing.
    """

    def __init__(
        self,
        upload: Callable[[AsyncIterator[bytes]], Awaitable[None]],
        refuse: Callable[[OSError], Exception],
    ) -> None:
        try:
            with tempfile.TemporaryFile(prefix="philomel-") as file:
                descriptor = os.dup(file.fileno())
        except OSError as error:
            raise refuse(error) from error
        super().__init__(descriptor, refuse)
        self._upload = upload

    async def publish(self) -> None:
        await self._upload(self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        position = 0
        while data := await asyncio.to_thread(os.pread, self._descriptor, _CHUNK, position):
            position += len(data)
            yield data


def _write(descriptor: int, data: bytes, place: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, place)
        place += count
        view = view[count:]
