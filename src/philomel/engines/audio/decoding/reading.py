"""A descriptor as a file object for mutagen, PyAV and soundfile, in the worker."""

import io
import os
from typing import Final

_CHUNK: Final = 1 << 14


class FileReader(io.RawIOBase):
    """Reads by position: a descriptor that came from another process shares its offset.

    Args:
        descriptor: of a regular file; it stays open.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._position = 0
        self.size = os.fstat(descriptor).st_size  # may be made smaller by who knows better
        self._window = b""
        self._window_start = 0

    def at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; fewer only at the end of the file."""
        # a header may claim any length: memory is taken for what the file holds
        size = min(size, max(self.size - offset, 0))
        start = offset - self._window_start
        if start >= 0 and start + size <= len(self._window):
            return self._window[start : start + size]
        if size >= _CHUNK:
            return self._read_fully(offset, size)
        self._window_start = offset
        self._window = os.pread(self._descriptor, _CHUNK, offset)
        return self._window[:size]

    def _read_fully(self, offset: int, size: int) -> bytes:
        parts = []
        while size > 0 and (part := os.pread(self._descriptor, size, offset)):
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return b"".join(parts)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = max(self.size - self._position, 0)
        data = self.at(self._position, size)
        self._position += len(data)
        return data

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any writable buffer
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise OSError(22, "Invalid argument")
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
