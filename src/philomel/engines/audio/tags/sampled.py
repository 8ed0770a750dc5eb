"""The task that reads tags of a file of which only the beginning and the end are there."""

from typing import Final

from msgspec import Struct, msgpack

from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.tags.id3 import mend_text
from philomel.engines.audio.tags.task import read_open
from philomel.engines.workers import Job

WANTED: Final = b""
"""The answer when the tags lie in what is missing."""


class ReadSampled(Struct, frozen=True, array_like=True):
    """What `read` is asked; nothing is there in [start, stop)."""

    key: bytes
    start: int
    stop: int


def read(job: Job) -> bytes:
    """Tags, or WANTED if they need what is missing."""
    request = msgpack.decode(job.argument, type=ReadSampled)
    mend_text()
    file = _Sampled(job.descriptors[0], request.start, request.stop)
    try:
        tags = read_open(file, request.key)
    except _Missing:
        return WANTED
    # Parsers forgive much: one that swallowed the failure read less than there is.
    return WANTED if file.missed else msgpack.encode(tags)


class _Missing(BaseException):
    """No `except Exception` of a parser is to take it for a damaged file."""


class _Sampled(FileReader):
    def __init__(self, descriptor: int, start: int, stop: int) -> None:
        super().__init__(descriptor)
        self._hole = (start, stop)
        self.missed = False

    def at(self, offset: int, size: int) -> bytes:
        size = min(size, max(self.size - offset, 0))
        if size and offset < self._hole[1] and offset + size > self._hole[0]:
            self.missed = True
            raise _Missing
        return self._read_fully(offset, size)
