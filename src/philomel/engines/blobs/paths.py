"""Opening files below a root without ever leaving it.

A key is opened relative to a descriptor of the root, first as a mere handle (`O_PATH`:
nothing is read, a FIFO does not block, a device does nothing). Only when the handle turns
out to be a regular file whose real place is below the root's real place is it opened for
reading, through the handle: whoever swaps a link in between gains nothing.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from philomel.engines.blobs import Away
from philomel.kernel.errors import NotFound, PermissionDenied, PhilomelError, Unavailable

_HANDLE = os.O_PATH | os.O_CLOEXEC
_AWAY = {errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ENODEV, errno.ETIMEDOUT}
_DENIED = {errno.EACCES, errno.EPERM}
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
MAX_KEY = 4096


def check_key(key: bytes) -> list[bytes]:
    """The folders and the name in a key.

    Raises:
        NotFound: it is no key, or it would lead out of the store.
    """
    parts = key.split(b"/")
    if len(key) > MAX_KEY or b"\0" in key or any(part in {b"", b".", b".."} for part in parts):
        raise NotFound("there is no such blob")
    return parts


def translate(error: OSError) -> PhilomelError:
    """What a failure to reach a file means to whoever asked for it."""
    if error.errno in _AWAY:
        return Away("the disk does not answer")
    if error.errno in _EXHAUSTED:
        return Unavailable("too many files are open", retry_after=1)
    if error.errno in _DENIED:
        return PermissionDenied("the file system does not let Philomel read this")
    return NotFound("there is no such blob")


def _unusable(error: OSError) -> str:
    if isinstance(error, NotADirectoryError):
        return "it is not a folder"
    return "the folder is not there"


@contextmanager
def root_handle(root: bytes) -> Iterator[int]:
    """A descriptor of the root.

    Raises:
        Unavailable: it is not there.
    """
    try:
        handle = os.open(root, _HANDLE | os.O_DIRECTORY)
    except OSError as error:
        raise Away(_unusable(error)) from error
    try:
        yield handle
    finally:
        os.close(handle)


def real_path(descriptor: int) -> bytes:
    """Where the file behind a descriptor really is."""
    return os.readlink(b"/proc/self/fd/%d" % descriptor)


def is_below(path: bytes, root: bytes) -> bool:
    """Whether a real path is `root` or lies below it."""
    return path == root or path.startswith(root if root.endswith(b"/") else root + b"/")


def open_file(root: bytes, key: bytes) -> tuple[int, os.stat_result]:
    """A descriptor for reading a regular file below `root`, and its status.

    Raises:
        NotFound: no regular file is there, or it lies outside.
        PermissionDenied: it is there, but must not be read.
        Unavailable: the root is not there, or the disk fails.
    """
    check_key(key)
    with root_handle(root) as top:
        try:
            handle = os.open(key, _HANDLE, dir_fd=top)
        except OSError as error:
            raise translate(error) from None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or not is_below(real_path(handle), real_path(top)):
                raise NotFound("there is no such blob")
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            return os.open(b"/proc/self/fd/%d" % handle, flags), status
        except OSError as error:
            raise translate(error) from None
        finally:
            os.close(handle)


@contextmanager
def folder_handle(top: int, folders: list[bytes], *, make: bool) -> Iterator[int]:
    """A descriptor of a folder below `top`, reached without following any link.

    Args:
        top: descriptor to start from.
        folders: names, outermost first.
        make: make folders that are missing, durably.
    """
    here = os.dup(top)
    try:
        for name in folders:
            below = _enter(here, name, make=make)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _enter(here: int, name: bytes, *, make: bool) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=here)
    except FileNotFoundError:
        if not make:
            raise
    try:
        os.mkdir(name, 0o755, dir_fd=here)
        sync_folder(here)
    except FileExistsError:
        pass
    return os.open(name, flags, dir_fd=here)


def sync_folder(handle: int) -> None:
    """Make names in a folder durable, whatever kind of descriptor it is known by."""
    readable = os.open(b"/proc/self/fd/%d" % handle, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(readable)
    finally:
        os.close(readable)
