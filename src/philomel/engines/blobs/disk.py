"""Blobs in folders of this machine."""

import asyncio
import errno
import os
import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TypeVar

from philomel.engines.blobs import Annex, Blob, Draft, Entry, Folder
from philomel.engines.blobs.annex import DiskAnnex
from philomel.engines.blobs.drafts import DiskDraft
from philomel.engines.blobs.lane import PATIENCE, Lane
from philomel.engines.blobs.paths import (
    check_key,
    folder_handle,
    open_file,
    root_handle,
    sync_folder,
    translate,
)
from philomel.engines.blobs.walk import walk
from philomel.kernel.errors import FailedPrecondition, InvalidArgument, NotFound, Unavailable

T = TypeVar("T")

CHUNK = 256 << 10
_FIRST = 64 << 10
_INLINE = 64 << 10
_PARTIAL = b".partial"
_ABANDONED = 24 * 3600


class DiskBlob:
    """An open file."""

    def __init__(self, descriptor: int, status: os.stat_result, lane: Lane) -> None:
        self._descriptor = descriptor
        self._lane = lane
        self._size = status.st_size
        self._modified_ns = status.st_mtime_ns
        self._etag = f"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"
        self._readers = 0
        self._closed = False

    @property
    def size(self) -> int:
        return self._size

    @property
    def etag(self) -> str:
        return self._etag

    @property
    def modified_ns(self) -> int:
        return self._modified_ns

    def fileno(self) -> int:
        return self._descriptor

    async def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        end = self._size if stop is None else min(stop, self._size)
        position = start
        chunk = _FIRST  # the first bytes leave early, the rest in few large reads
        while position < end:
            data = await self._read(min(chunk, end - position), position)
            if not data:
                raise Unavailable("the file became shorter while it was read")
            position += len(data)
            chunk = CHUNK
            yield data

    async def _read(self, size: int, position: int) -> bytes:
        if self._closed:
            raise ValueError("the blob is closed")
        if size <= _INLINE:
            data = _read_cached(self._descriptor, size, position)
            if data is not None:
                return data
        # A thread may still read when the task that waits for it is cancelled and closes
        # the blob: the descriptor must not be closed, and its number reused, under it.
        self._readers += 1
        try:
            return await self._lane.run(
                partial(os.pread, self._descriptor, size, position), ended=self._read_done
            )
        except OSError as error:
            raise translate(error) from None

    def _read_done(self) -> None:
        self._readers -= 1
        if self._closed and not self._readers:
            os.close(self._descriptor)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            if not self._readers:
                os.close(self._descriptor)


def _read_cached(descriptor: int, size: int, position: int) -> bytes | None:
    """What the page cache holds at once: the event loop never waits for a disk."""
    buffer = bytearray(size)
    try:
        count = os.preadv(descriptor, [buffer], position, os.RWF_NOWAIT)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EOPNOTSUPP, errno.EINVAL}:
            return None
        raise translate(error) from None
    return bytes(memoryview(buffer)[:count])


class _Folder:
    """What writable and read-only stores have in common."""

    def __init__(self, root: bytes, lane: Lane | None = None) -> None:
        if not root.startswith(b"/") or b"\0" in root:
            raise InvalidArgument("a folder is named by an absolute path")
        self._root = root
        self._lane = lane or Lane()

    async def open(self, key: bytes) -> Blob:
        opened = await self._lane.run(partial(open_file, self._root, key), discard=_let_go)
        return DiskBlob(*opened, self._lane)

    async def get(self, key: bytes) -> bytes:
        return await self._lane.run(partial(_read_all, self._root, key))

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        below = below.rstrip(b"/")
        if below:
            check_key(below)
        return walk(self._root, below, on_error)

    async def close(self) -> None:
        pass


def _let_go(opened: tuple[int, os.stat_result]) -> None:
    os.close(opened[0])


def _check(root: bytes) -> None:
    with root_handle(root) as top:
        try:
            os.stat(top)
        except OSError as error:
            raise translate(error) from None


def _read_all(root: bytes, key: bytes) -> bytes:
    descriptor, _ = open_file(root, key)
    with open(descriptor, "rb", buffering=0) as file:
        try:
            return file.read()
        except OSError as error:
            raise translate(error) from None


class FolderBlobs(_Folder):
    """A folder that belongs to somebody else: nothing in it is changed but by its annex."""

    async def look(self, work: Callable[[], T], /) -> T:
        return await self._lane.run(work)

    async def check(self) -> None:
        await self._lane.run(partial(_check, self._root))

    async def open_file(self, key: bytes) -> Blob:
        return await self.open(key)

    def annex(self) -> Annex:
        return DiskAnnex(self._root)

    async def place(self) -> bytes:
        real: bytes = await self._lane.run(lambda: os.path.realpath(self._root))
        return real + b"/"

    async def put(self, key: bytes, data: bytes) -> None:
        raise FailedPrecondition("this store is read-only")

    async def delete(self, key: bytes) -> None:
        raise FailedPrecondition("this store is read-only")


class DiskFolders:
    """Opens folders of this machine, each with threads of its own.

    Args:
        patience: seconds without a sign of life after which a disk does not answer.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lanes: dict[bytes, Lane] = {}

    def open(self, root: bytes) -> Folder:
        return FolderBlobs(root, self._lanes.setdefault(root, Lane(self._patience)))


class DiskBlobs(_Folder):
    """A folder of Philomel's own.

    Bytes are written beside the store's names, made durable, and only then given their
    name: whatever happens, a reader finds the old bytes or the new ones.
    """

    def __init__(self, root: bytes) -> None:
        super().__init__(root)
        self._swept = False

    async def put(self, key: bytes, data: bytes) -> None:
        parts = self._own(key)
        await asyncio.to_thread(self._put, parts, data)

    async def draft(self, key: bytes) -> Draft:
        parts = self._own(key)
        return await asyncio.to_thread(DiskDraft, self._root, parts, _PARTIAL, _refusal)

    async def delete(self, key: bytes) -> None:
        parts = self._own(key)
        await asyncio.to_thread(self._delete, parts)

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        for entry in super().walk(below, on_error):
            if not entry.key.startswith(_PARTIAL + b"/"):
                yield entry

    @staticmethod
    def _own(key: bytes) -> list[bytes]:
        parts = check_key(key)
        if parts[0] == _PARTIAL:
            raise NotFound("there is no such blob")
        return parts

    def _put(self, parts: list[bytes], data: bytes) -> None:
        with root_handle(self._root) as top:
            try:
                with (
                    folder_handle(top, [_PARTIAL], make=True) as partial,
                    folder_handle(top, parts[:-1], make=True) as folder,
                ):
                    self._sweep(partial)
                    _write(partial, folder, parts[-1], data)
            except OSError as error:
                raise _refusal(error) from error

    def _sweep(self, partial: int) -> None:
        """Once a process: remove what a killed one left unfinished long ago."""
        if self._swept:
            return
        self._swept = True
        for name in os.listdir(partial):
            with suppress(OSError):
                if time.time() - os.stat(name, dir_fd=partial).st_mtime > _ABANDONED:
                    os.unlink(name, dir_fd=partial)

    def _delete(self, parts: list[bytes]) -> None:
        with root_handle(self._root) as top:
            try:
                with folder_handle(top, parts[:-1], make=False) as folder:
                    os.unlink(parts[-1], dir_fd=folder)
                    sync_folder(folder)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return
            except OSError as error:
                raise _refusal(error) from error


def _write(partial: int, folder: int, name: bytes, data: bytes) -> None:
    unfinished = secrets.token_hex(16).encode()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(unfinished, flags, 0o644, dir_fd=partial)
    try:
        with open(descriptor, "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            os.fsync(descriptor)
        _refuse_folder(folder, name)
        os.replace(unfinished, name, src_dir_fd=partial, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished, dir_fd=partial)
        raise
    sync_folder(folder)


def _refuse_folder(folder: int, name: bytes) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise IsADirectoryError(errno.EISDIR, "a folder has this name")


def _refusal(error: OSError) -> Exception:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}:
        return Unavailable(f"the store cannot be written: {os.strerror(error.errno or 0)}")
    if error.errno in {errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}:
        return NotFound("this key cannot be kept")
    return Unavailable("the disk does not answer")
