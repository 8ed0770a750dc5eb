"""Pictures (PNG) for what has none: a plain one for covers, a drawn one for people."""

import hashlib
import struct
import zlib

_CELLS = 5
"""An avatar is five by five cells, its right half the mirror of its left."""


def placeholder(size: int = 300) -> bytes:
    """A soft fall from plum to ink."""
    rows = bytearray()
    for y in range(size):
        share = y / size
        pixel = bytes((round(92 - 56 * share), round(64 - 38 * share), round(110 - 54 * share)))
        rows += b"\0" + pixel * size
    return _png(size, bytes(rows))


def avatar(name: str, size: int = 250) -> bytes:
    """The same picture for the same name, whatever its case."""
    digest = hashlib.sha256(name.casefold().encode("utf-8", "replace")).digest()
    ink = bytes(64 + value % 128 for value in digest[:3])
    paper = bytes((244, 241, 247))
    half = (_CELLS + 1) // 2
    cell = size // _CELLS
    rows = bytearray()
    for row in range(_CELLS):
        left = [digest[3 + row * half + column] & 1 for column in range(half)]
        cells = left + left[-2::-1]
        line = b"\0" + b"".join((ink if dark else paper) * cell for dark in cells)
        rows += line * cell
    return _png(cell * _CELLS, bytes(rows))


def _png(size: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
