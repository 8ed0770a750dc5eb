"""The chunks of WAV and AIFF files."""

import io
import struct
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from philomel.engines.audio.decoding.reading import FileReader

_MAX_CHUNKS: Final = 1000


class Chunk(NamedTuple):
    """Attributes:
    start: where its data begins.
    size: what of it the file holds.
    claimed: what its header says.
    """

    kind: bytes
    start: int
    size: int
    claimed: int


def chunks(file: FileReader, order: str) -> Iterator[Chunk]:
    """The chunks of a RIFF ("<") or IFF (">") file."""
    position = 12
    for _ in range(_MAX_CHUNKS):
        head = file.at(position, 8)
        if len(head) < 8:
            return
        kind, claimed = struct.unpack(f"{order}4sI", head)
        start = position + 8
        yield Chunk(kind, start, min(claimed, max(file.size - start, 0)), claimed)
        position = start + claimed + claimed % 2


def find_chunk(
    file: FileReader, order: str, kinds: Collection[bytes], limit: int
) -> io.BytesIO | None:
    """The data of the first chunk of one of some kinds, if it is not too large."""
    for chunk in chunks(file, order):
        if chunk.kind in kinds:
            return io.BytesIO(file.at(chunk.start, min(chunk.size, limit)))
    return None
