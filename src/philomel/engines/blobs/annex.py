"""Writing into somebody's folder: beside the music first, then into its place at once.

What is not complete lies in the folder `.philomel` below the root, which nothing reads as
music. From there a whole, durable file gets its name by one step of the file system: whatever
happens, there is the old file, the new one, or none. Everything here blocks; `Folder.look`
runs it where only this disk can hold it up.
"""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from philomel.engines.blobs import UNFINISHED, Full, Mark
from philomel.engines.blobs.lane import alive
from philomel.engines.blobs.paths import (
    check_key,
    folder_handle,
    root_handle,
    sync_folder,
    translate,
)
from philomel.kernel.errors import Conflict, FailedPrecondition, NotFound

_PROBE = b"probe"
_CHUNK = 8 << 20
_RESERVE = 64 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_UNFIT = {errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL, errno.EXDEV}
_NEW = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class DiskAnnex:
    """What is written below one root.

    Args:
        root: an absolute path.
    """

    def __init__(self, root: bytes) -> None:
        self._root = root

    def check(self) -> None:
        """Whether anything can be written at all."""
        with self._inside(make=True) as inside, _said():
            os.close(os.open(_PROBE, _NEW, 0o600, dir_fd=inside))
            os.unlink(_PROBE, dir_fd=inside)

    def require_room(self, size: int) -> None:
        """Refuse what the disk has no room for."""
        with root_handle(self._root) as top, _said():
            free = os.fstatvfs(top)
            room = free.f_bavail * free.f_frsize - _RESERVE
        if size > room:
            raise Full(f"the disk of this library has room for {max(room, 0) >> 20} MB only")

    def size(self, name: bytes) -> int:
        """Bytes of what is in the making; 0 if nothing came yet."""
        try:
            with self._inside(make=False) as inside:
                return os.stat(name, dir_fd=inside, follow_symlinks=False).st_size
        except FileNotFoundError:
            return 0

    def append(self, name: bytes, offset: int, data: bytes) -> int:
        """Bytes of it, with these; they are taken only if they are the next ones."""
        with self._inside(make=True) as inside, _said():
            descriptor = os.open(name, _NEW, 0o644, dir_fd=inside)
            try:
                if os.fstat(descriptor).st_size != offset:
                    return os.fstat(descriptor).st_size
                try:
                    _write(descriptor, data, offset)
                except OSError:
                    os.ftruncate(descriptor, offset)
                    raise
                return offset + len(data)
            finally:
                os.close(descriptor)

    def open(self, name: bytes) -> int:
        """A descriptor, for reading and writing, of what is in the making."""
        with self._inside(make=True) as inside, _said():
            return os.open(name, _NEW, 0o644, dir_fd=inside)

    def copy(self, key: bytes, name: bytes) -> Mark:
        """Begin with the bytes, and the rights, of the file at `key`."""
        with self._file(key) as source, self._inside(make=True) as inside, _said():
            status = os.fstat(source)
            target = os.open(name, _NEW | os.O_TRUNC, 0o644, dir_fd=inside)
            try:
                os.fchmod(target, stat.S_IMODE(status.st_mode) & 0o777)
                with suppress(OSError):  # only root gives files away
                    os.fchown(target, status.st_uid, status.st_gid)
                place = 0
                while data := os.pread(source, _CHUNK, place):
                    alive()
                    _write(target, data, place)
                    place += len(data)
            finally:
                os.close(target)
            return _mark(status)

    def bring_back(self, key: bytes, name: bytes, pieces: Iterable[bytes | tuple[int, int]]) -> str:
        """Make what the pieces say of the file at `key`; the SHA-256 of that, in hex."""
        self.copy(key, name)
        digest, place = hashlib.sha256(), 0
        with self._file(key) as source, self._inside(make=True) as inside, _said():
            target = os.open(name, _NEW | os.O_TRUNC, dir_fd=inside)
            try:
                for data in _said_by(pieces, source):
                    digest.update(data)
                    _write(target, data, place)
                    place += len(data)
            finally:
                os.close(target)
        return digest.hexdigest()

    def place(self, name: bytes, key: bytes) -> bool:
        """Give it the name `key`, durably; False if that is taken, and nothing is written over."""
        parts = check_key(key)
        with self._inside(make=True) as inside, self._at(parts[:-1], make=True) as folder, _said():
            _sync(inside, name)
            try:
                os.link(name, parts[-1], src_dir_fd=inside, dst_dir_fd=folder)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
                    raise
                # A file system without links: the name is taken first, and filled at once.
                try:
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                    os.close(os.open(parts[-1], flags, 0o644, dir_fd=folder))
                except FileExistsError:
                    return False
                os.replace(name, parts[-1], src_dir_fd=inside, dst_dir_fd=folder)
            else:
                os.unlink(name, dir_fd=inside)
            sync_folder(folder)
            return True

    def replace(self, name: bytes, key: bytes, before: Mark) -> None:
        """Let it take the place of the file at `key`, durably.

        Raises: Conflict, if that is another one than it was.
        """
        parts = check_key(key)
        with self._inside(make=True) as inside, self._at(parts[:-1], make=False) as folder, _said():
            _sync(inside, name)
            if _mark(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)) != before:
                raise Conflict("the file changed meanwhile; try again")
            os.replace(name, parts[-1], src_dir_fd=inside, dst_dir_fd=folder)
            sync_folder(folder)

    def digest(self, key: bytes) -> tuple[str, Mark]:
        """The SHA-256 of a file, in hex."""
        digest, place = hashlib.sha256(), 0
        with self._file(key) as source, _said():
            status = os.fstat(source)
            while data := os.pread(source, _CHUNK, place):
                alive()
                digest.update(data)
                place += len(data)
        return digest.hexdigest(), _mark(status)

    def remove(self, name: bytes) -> None:
        """Forget what is in the making; no error if there is nothing."""
        with suppress(FileNotFoundError), self._inside(make=False) as inside:
            os.unlink(name, dir_fd=inside)

    def sweep(self, seconds: float) -> int:
        """Forget what nobody wrote to for so long; how much that was."""
        gone = 0
        with suppress(FileNotFoundError), self._inside(make=False) as inside:
            readable = os.open(b".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=inside)
            try:
                names = [os.fsencode(name) for name in os.listdir(readable)]
            finally:
                os.close(readable)
            for name in names:
                with suppress(OSError):
                    if time.time() - os.stat(name, dir_fd=inside).st_mtime >= seconds:
                        os.unlink(name, dir_fd=inside)
                        gone += 1
        return gone

    @contextmanager
    def _inside(self, *, make: bool) -> Iterator[int]:
        with self._at([UNFINISHED], make=make) as inside:
            yield inside

    @contextmanager
    def _at(self, folders: list[bytes], *, make: bool) -> Iterator[int]:
        with root_handle(self._root) as top, _said(), folder_handle(top, folders, make=make) as at:
            yield at

    @contextmanager
    def _file(self, key: bytes) -> Iterator[int]:
        """A regular file that no link leads to."""
        parts = check_key(key)
        with self._at(parts[:-1], make=False) as folder, _said():
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                descriptor = os.open(parts[-1], flags, dir_fd=folder)
            except FileNotFoundError:
                raise NotFound("there is no such file") from None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FailedPrecondition("it is not a regular file")
            yield descriptor
        finally:
            os.close(descriptor)


@contextmanager
def _said() -> Iterator[None]:
    """What goes wrong on a disk, in words; that nothing is there stays an OSError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise Full("there is no room left on the disk of this library") from error
        if error.errno in _REFUSED:
            raise FailedPrecondition("Philomel may not write into this library") from error
        if error.errno in _UNFIT:
            raise FailedPrecondition(
                "a link, another disk or a name that is too long is in the way"
            ) from error
        raise translate(error) from error


def _said_by(pieces: Iterable[bytes | tuple[int, int]], source: int) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        place, left = piece
        while left and (data := os.pread(source, min(left, _CHUNK), place)):
            alive()
            yield data
            place += len(data)
            left -= len(data)


def _write(descriptor: int, data: bytes, place: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, place)
        place += count
        view = view[count:]


def _sync(inside: int, name: bytes) -> None:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=inside)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mark(status: os.stat_result) -> Mark:
    return Mark(status.st_ino, status.st_size, status.st_mtime_ns)
