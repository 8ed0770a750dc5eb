"""Ogg pages with a serial number of ours (RFC 3533): libsndfile draws one at random.

The check sum of a page is linear: what changes it is the difference of the numbers, moved
through as many zero bytes as follow. No byte of the page is looked at.
"""

import struct
from functools import lru_cache
from typing import Final

_POLYNOMIAL: Final = 0x04C11DB7
_HEAD: Final = 27
_SERIAL_AT: Final = 14
_SUM_AT: Final = 22


class Pages:
    """Args:
    serial: of the one stream in the file.
    """

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self._pending = bytearray()

    def renumber(self, data: bytes) -> bytes:
        """All pages that are complete by now."""
        pending = self._pending
        pending += data
        done = 0
        while (size := _size(pending, done)) and done + size <= len(pending):
            self._mend(pending, done, size)
            done += size
        out = bytes(pending[:done])
        del pending[:done]
        return out

    def _mend(self, data: bytearray, start: int, size: int) -> None:
        (old,) = struct.unpack_from("<I", data, start + _SERIAL_AT)
        (total,) = struct.unpack_from("<I", data, start + _SUM_AT)
        difference = struct.pack("<I", old ^ self._serial)
        struct.pack_into("<I", data, start + _SERIAL_AT, self._serial)
        change = _effect(difference, size - _SERIAL_AT - 4)
        struct.pack_into("<I", data, start + _SUM_AT, total ^ change)


def _size(data: bytearray, start: int) -> int:
    """Of the page at `start`; 0 if its head is not complete."""
    if len(data) < start + _HEAD:
        return 0
    segments = data[start + _HEAD - 1]
    table = data[start + _HEAD : start + _HEAD + segments]
    return _HEAD + segments + sum(table) if len(table) == segments else 0


@lru_cache(maxsize=1024)
def _effect(difference: bytes, zeros: int) -> int:
    """The check sum of four bytes with `zeros` zero bytes behind them."""
    state = 0
    for byte in difference:
        state ^= byte << 24
        for _ in range(8):
            state = _step(state)
    power = 0
    while zeros:
        if zeros & 1:
            state = _apply(_powers()[power], state)
        zeros >>= 1
        power += 1
    return state


def _step(state: int) -> int:
    return ((state << 1) ^ (_POLYNOMIAL if state >> 31 else 0)) & 0xFFFFFFFF


@lru_cache(maxsize=1)
def _powers() -> tuple[tuple[int, ...], ...]:
    """What 1, 2, 4, 8 … zero bytes make of each single bit."""
    bits = [1 << place for place in range(32)]
    for _ in range(8):
        bits = [_step(bit) for bit in bits]
    found = [tuple(bits)]
    for _ in range(17):
        found.append(tuple(_apply(found[-1], bit) for bit in found[-1]))
    return tuple(found)


def _apply(images: tuple[int, ...], state: int) -> int:
    result = 0
    for place, image in enumerate(images):
        if state >> place & 1:
            result ^= image
    return result
