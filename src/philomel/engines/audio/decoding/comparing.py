"""The task that compares a file with a copy whose tags were changed. Runs in a worker, sealed."""

import hashlib
import os
from collections.abc import Iterator
from typing import Final

import numpy as np
from msgspec import msgpack
from numpy.typing import NDArray

from philomel.engines.audio import Comparison, Part
from philomel.engines.audio.decoding.source import Source
from philomel.engines.workers import Job

_BLOCK: Final = 1 << 20
_SHORTEST: Final = 32
"""Bytes that are the same by chance come in shorter runs."""
_FRAMES: Final = 100
_MOST: Final = 48 << 20


def compare(job: Job) -> bytes:
    """How the first file follows from the second.

    Raises:
        ValueError: both do not play the same.
    """
    old, new = job.descriptors
    if _sound(old) != _sound(new):
        raise ValueError("the copy would not play as the file does")
    pieces = list(_joined(_pieces(old, new)))
    if sum(len(piece) for piece in pieces if isinstance(piece, bytes)) > _MOST:
        raise ValueError("too much of the file would change")
    return msgpack.encode(Comparison(_digest(old), _digest(new), tuple(pieces)))


def _sound(descriptor: int) -> tuple[object, ...]:
    """All packets as they are encoded, the length they have, and how they begin to sound."""
    source = Source(descriptor)
    context = source.stream.codec_context
    packets, begins = hashlib.sha256(), hashlib.sha256()
    for frames, frame in enumerate(source.frames()):
        for plane in frame.planes:
            begins.update(memoryview(plane))
        if frames == _FRAMES:
            break
    source.close()
    source = Source(descriptor)
    count = 0
    for packet in source.packets():
        count += 1
        packets.update(b"%d " % (packet.duration or 0))
        packets.update(bytes(packet))
    source.close()
    return (
        context.name, context.sample_rate, context.channels, count, source.delay, source.padding,
        packets.digest(), begins.digest(),
    )  # fmt: skip


def _digest(descriptor: int) -> str:
    digest, place = hashlib.sha256(), 0
    while data := os.pread(descriptor, _BLOCK, place):
        digest.update(data)
        place += len(data)
    return digest.hexdigest()


def _pieces(old: int, new: int) -> Iterator[Part]:
    """Bytes of the old file, or where they stand in the new one: at their place, or moved."""
    size, other = os.fstat(old).st_size, os.fstat(new).st_size
    moved = other - size
    for start in range(0, size, _BLOCK):
        data = np.frombuffer(os.pread(old, _BLOCK, start), np.uint8)
        here = _same(data, new, start)
        there = _same(data, new, start + moved) & ~here
        kinds = here.astype(np.int8) + 2 * there.astype(np.int8)
        edges = np.flatnonzero(np.diff(kinds)) + 1
        for first, last in zip((0, *edges), (*edges, len(data)), strict=True):
            first, last = int(first), int(last)  # noqa: PLW2901 - no numbers of numpy's
            if kinds[first] == 0:
                yield data[first:last].tobytes()
            else:
                shift = 0 if kinds[first] == 1 else moved
                yield (start + first + shift, last - first)


def _same(data: NDArray[np.uint8], new: int, place: int) -> NDArray[np.bool_]:
    """Where runs of the data stand in the new file from a place on."""
    skipped = min(max(-place, 0), len(data))
    found = np.frombuffer(os.pread(new, len(data) - skipped, max(place, 0)), np.uint8)
    same = np.zeros(len(data) + 2, np.bool_)
    ours = data[skipped : skipped + len(found)]
    same[1 + skipped : 1 + skipped + len(ours)] = ours == found[: len(ours)]
    edges = np.flatnonzero(same[1:] != same[:-1])
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first < _SHORTEST:
            same[first + 1 : last + 1] = False
    return same[1:-1]


def _joined(pieces: Iterator[Part]) -> Iterator[Part]:
    held: Part | None = None
    for piece in pieces:
        if isinstance(held, bytes) and isinstance(piece, bytes):
            held += piece
        elif isinstance(held, tuple) and isinstance(piece, tuple) and sum(held) == piece[0]:
            held = (held[0], held[1] + piece[1])
        else:
            if held is not None:
                yield held
            held = piece
    if held is not None:
        yield held
