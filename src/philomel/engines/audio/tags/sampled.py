"""The task that reads tags of a file of which only the beginning and the end are there."""

from msgspec import Struct, msgpack

from philomel.engines.audio import FileTags
from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.tags.id3 import mend_text
from philomel.engines.audio.tags.task import read_open
from philomel.engines.workers import Job

Answers = list[FileTags | None]
"""Of each file in turn; None when its tags lie in what is missing."""


class ReadSampled(Struct, frozen=True, array_like=True):
    """What `read` is asked; nothing is there in [start, stop)."""

    key: bytes
    start: int
    stop: int


def read(job: Job) -> bytes:
    """Answers for as many files as there are descriptors."""
    requests = msgpack.decode(job.argument, type=list[ReadSampled])
    mend_text()
    answers: Answers = [
        _read(descriptor, request)
        for descriptor, request in zip(job.descriptors, requests, strict=True)
    ]
    return msgpack.encode(answers)


def _read(descriptor: int, request: ReadSampled) -> FileTags | None:
    file = _Sampled(descriptor, request.start, request.stop)
    try:
        tags = read_open(file, request.key)
    except _Missing:
        return None
    # Parsers forgive much: one that swallowed the failure read less than there is.
    return None if file.missed else tags


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
