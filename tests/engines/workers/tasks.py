"""Tasks that behave, and tasks that do not."""

import ctypes
import os
import resource
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from philomel.engines.workers import Job


def echo(job: Job) -> bytes:
    return job.argument


def pid(_job: Job) -> bytes:
    return str(os.getpid()).encode()


def read_descriptor(job: Job) -> bytes:
    return os.pread(job.descriptors[0], 1 << 16, 0)


def large(job: Job) -> bytes:
    return bytes(int(job.argument))


def refuse(_job: Job) -> bytes:
    raise ValueError("this is no music")


def bomb(_job: Job) -> bytes:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def spin(_job: Job) -> bytes:
    while True:
        pass


def sleep(_job: Job) -> bytes:
    time.sleep(600)
    return b""


def crash(_job: Job) -> bytes:
    os.abort()


def segfault(_job: Job) -> bytes:
    ctypes.string_at(0)
    return b""


def open_file(job: Job) -> bytes:
    return Path(os.fsdecode(job.argument)).read_bytes()


def open_file_for_writing(job: Job) -> bytes:
    Path(os.fsdecode(job.argument)).write_bytes(b"overwritten")
    return b""


def unlink(job: Job) -> bytes:
    Path(os.fsdecode(job.argument)).unlink()
    return b""


def execute(_job: Job) -> bytes:
    os.execv("/bin/true", ["true"])


def signal_parent(job: Job) -> bytes:
    os.kill(int(job.argument), signal.SIGTERM)
    return b""


def raise_limits(_job: Job) -> bytes:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    return b""


def connect(job: Job) -> bytes:
    with socket.create_connection(("127.0.0.1", int(job.argument)), timeout=5):
        return b"connected"


def environment(_job: Job) -> bytes:
    return repr(sorted(os.environ.items())).encode()


def open_descriptors(_job: Job) -> bytes:
    return " ".join(path.name for path in Path("/proc/self/fd").iterdir()).encode()


def count(job: Job) -> Iterator[bytes]:
    for number in range(int(job.argument)):
        yield str(number).encode()


def endless(_job: Job) -> Iterator[bytes]:
    yield str(os.getpid()).encode()
    while True:
        yield bytes(1 << 15)


def half(_job: Job) -> Iterator[bytes]:
    yield b"first"
    raise ValueError("the rest is broken")


def stall(_job: Job) -> Iterator[bytes]:
    yield str(os.getpid()).encode()
    time.sleep(600)
