"""Stands in for the tag reading task, with file names that end the worker."""

import os
import signal
from collections.abc import Iterator

from msgspec import msgpack

from philomel.engines.audio import FileTags
from philomel.engines.audio.tags.task import ReadTags
from philomel.engines.workers import Job


def read(job: Job) -> bytes:
    return msgpack.encode([msgpack.decode(each, type=FileTags) for each in read_each(job)])


def read_each(job: Job) -> Iterator[bytes]:
    for key in msgpack.decode(job.argument, type=ReadTags).keys:
        if key == b"kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if key == b"abort":
            os.abort()
        yield msgpack.encode(FileTags(key, error="It is only a name."))
