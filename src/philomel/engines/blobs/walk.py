"""Listing a folder tree in byte order of the keys, one folder in memory at a time."""

import errno
import os
import stat
from collections.abc import Callable, Iterator

from philomel.engines.blobs import Away, Entry, LinkRefused
from philomel.engines.blobs.lane import alive
from philomel.engines.blobs.paths import is_below

OnError = Callable[[bytes, OSError], None]
MAX_LINKS = 2
"""Linked folders inside linked folders that are followed.

A hundred folders that all link to each other have 100! paths and no circle among them: a
limit is the only thing that bounds the walk and still lists a part of the tree exactly as
the whole is listed.
"""

LEADS_OUT = "the link leads out of the folder"

_Found = tuple[bytes, os.DirEntry[bytes] | None]


class _Folder:
    """A folder that is being listed: `rest` counts down, sorted backwards."""

    __slots__ = ("key", "links", "path", "rest")

    def __init__(self, path: bytes, key: bytes, links: int) -> None:
        self.path = path
        self.key = key
        self.links = links
        self.rest: list[_Found] = []


def walk(root: bytes, below: bytes, on_error: OnError | None) -> Iterator[Entry]:
    """Regular files below `root`/`below`; see `Blobs.walk`."""
    return _Walk(root, on_error).run(below)


class _Walk:
    def __init__(self, root: bytes, on_error: OnError | None) -> None:
        self._root = root
        self._on_error = on_error
        self._stack: list[_Folder] = []

    def run(self, below: bytes) -> Iterator[Entry]:
        if not os.path.isdir(self._root):
            there = os.path.exists(self._root)
            raise Away("it is not a folder" if there else "the folder is not there")
        self._real_root = os.path.realpath(self._root)
        start = os.path.join(self._root, below) if below else self._root
        if not is_below(os.path.realpath(start), self._real_root):
            return
        if below and not os.path.isdir(start):
            yield from self._single(start, below)
            return
        self._enter(start, below + b"/" if below else b"", self._links_in(below))
        stack = self._stack
        while stack:
            folder = stack[-1]
            key, rest = folder.key, folder.rest
            while rest:
                name, entry = rest.pop()
                if name.endswith(b"/"):
                    links = folder.links + (entry is not None)
                    self._enter(folder.path + b"/" + name[:-1], key + name, links)
                    break
                if entry is not None and (found := self._file(entry, key + name)) is not None:
                    yield found
            else:
                stack.pop()

    def _single(self, path: bytes, key: bytes) -> Iterator[Entry]:
        try:
            status = os.stat(path)
        except OSError:
            return
        if stat.S_ISREG(status.st_mode):
            yield Entry(key, status.st_size, status.st_mtime_ns, status.st_ino)

    def _links_in(self, below: bytes) -> int:
        """How many links lie on the way to where the walk begins."""
        count, path = 0, self._root
        for part in below.split(b"/"):
            path += b"/" + part
            count += os.path.islink(path)
        return count

    def _enter(self, path: bytes, key: bytes, links: int) -> None:
        folder = _Folder(path, key, links)
        alive()
        try:
            with os.scandir(path) as entries:
                folder.rest = [self._sorting(entry, folder) for entry in entries]
        except FileNotFoundError:
            return  # gone since it was listed
        except OSError as error:
            self._report(key[:-1], error)
            if not key:
                raise Away("the folder cannot be read") from error
            return
        folder.rest.sort(key=_by_name, reverse=True)
        self._stack.append(folder)

    def _sorting(self, entry: os.DirEntry[bytes], folder: _Folder) -> _Found:
        """The name as it sorts: a folder as it stands in the keys below it, with "/".

        The entry comes along for files and for linked folders.
        """
        if entry.is_dir(follow_symlinks=False):
            return entry.name + b"/", None
        if entry.is_symlink():
            try:
                if entry.is_dir():
                    self._check_link(entry.path, folder)
                    return entry.name + b"/", entry
            except LinkRefused as refused:
                self._report(folder.key + entry.name, refused)
                return entry.name, None
            except OSError:
                return entry.name, entry
        return entry.name, entry

    def _check_link(self, path: bytes, folder: _Folder) -> None:
        if not is_below(os.path.realpath(path), self._real_root):
            raise LinkRefused(errno.EXDEV, LEADS_OUT)
        target = os.stat(path)
        above = [*(one.path for one in self._stack), folder.path]
        if any(os.path.samestat(target, os.stat(one)) for one in above):
            raise LinkRefused(errno.ELOOP, "the link leads to a folder that it lies in")
        if folder.links >= MAX_LINKS:
            raise LinkRefused(errno.ELOOP, "the link lies too deep inside linked folders")

    def _file(self, entry: os.DirEntry[bytes], key: bytes) -> Entry | None:
        alive()
        try:
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                if not is_below(os.path.realpath(entry.path), self._real_root):
                    self._report(key, LinkRefused(errno.EXDEV, LEADS_OUT))
                    return None
                status = entry.stat()
        except FileNotFoundError:
            return None  # a dangling link, or gone since it was listed
        except OSError as error:
            self._report(key, error)
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return Entry(key, status.st_size, status.st_mtime_ns, status.st_ino)

    def _report(self, key: bytes, error: OSError) -> None:
        if self._on_error is not None:
            self._on_error(key, error)


def _by_name(found: _Found) -> bytes:
    return found[0]
