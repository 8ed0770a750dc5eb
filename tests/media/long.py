"""FLAC files of any length that are made in a moment: each frame is eight seconds of one level."""

from collections.abc import Iterable
from pathlib import Path

RATE = 8_000
_BLOCK = 65_535


def _table(polynomial: int, bits: int) -> list[int]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    table = []
    for byte in range(256):
        rest = byte << (bits - 8)
        for _ in range(8):
            rest = (rest << 1 ^ polynomial if rest & top else rest << 1) & mask
        table.append(rest)
    return table


_CRC8, _CRC16 = _table(0x07, 8), _table(0x8005, 16)


def _crc(table: list[int], bits: int, data: Iterable[int]) -> int:
    rest = 0
    for byte in data:
        rest = (rest << 8 ^ table[(rest >> (bits - 8)) ^ byte]) & ((1 << bits) - 1)
    return rest


def make_long(path: Path, seconds: int) -> int:
    """Write a file of about so many seconds; how many samples it has."""
    frames = -(-seconds * RATE // _BLOCK)
    samples = frames * _BLOCK
    told = (RATE << 44) | (0 << 41) | (15 << 36) | samples  # mono, 16 bits
    info = _BLOCK.to_bytes(2) * 2 + bytes(6) + told.to_bytes(8) + bytes(16)
    with path.open("wb") as file:
        file.write(b"fLaC" + bytes([0x80]) + len(info).to_bytes(3) + info)
        for number in range(frames):
            # A fixed size of 16 bits told here, 8 kHz, mono, 16 bits; then the frame's number.
            head = bytes([0xFF, 0xF8, 0x74, 0x08]) + _utf8(number) + (_BLOCK - 1).to_bytes(2)
            head += bytes([_crc(_CRC8, 8, head)])
            frame = head + b"\x00" + (number % 20_000).to_bytes(2)
            file.write(frame + _crc(_CRC16, 16, frame).to_bytes(2))
    return samples


def _utf8(number: int) -> bytes:
    return chr(number).encode()  # far from the surrogates
