"""The protobuf wire format: varints, lengths and tags, to and from Python values.

https://protobuf.dev/programming-guides/encoding/. A writer makes the bytes of one value
without its tag; a reader takes `(data, position, end)` and gives the value and the position
after it. Whatever is malformed raises ValueError or IndexError.
"""

import struct
from collections.abc import Callable
from typing import Any

Write = Callable[[Any], bytes]
Read = Callable[[bytes, int, int], tuple[Any, int]]

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
WIRE_TYPES = {
    "string": LENGTH,
    "bytes": LENGTH,
    "message": LENGTH,
    "int64": VARINT,
    "bool": VARINT,
    "enum": VARINT,
    "double": FIXED64,
}

_ONE = tuple(bytes((number,)) for number in range(128))
_DOUBLE = struct.Struct("<d")
_MAX = 1 << 63
_MASK = (1 << 64) - 1


def varint(number: int) -> bytes:
    """An unsigned varint."""
    if number < 128:
        return _ONE[number]
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def tag(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


def write_int(value: int) -> bytes:
    if 0 <= value < 128:
        return _ONE[value]
    if not -_MAX <= value < _MAX:
        raise ValueError("a number has 64 bits")
    return varint(value & _MASK)


def write_bool(value: bool) -> bytes:
    return b"\x01" if value else b"\x00"


def write_double(value: float) -> bytes:
    return _DOUBLE.pack(value)


def write_string(value: str) -> bytes:
    data = value.encode()
    return varint(len(data)) + data


def write_bytes(value: bytes) -> bytes:
    return varint(len(value)) + value


def read_varint(data: bytes, position: int, _end: int) -> tuple[int, int]:
    byte = data[position]
    position += 1
    if byte < 128:
        return byte, position
    number, shift = byte & 127, 7
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number & _MASK, position
        shift += 7
        if shift > 63:
            raise ValueError("a varint has ten bytes at most")


def read_int(data: bytes, position: int, end: int) -> tuple[int, int]:
    number, position = read_varint(data, position, end)
    return (number if number < _MAX else number - (1 << 64)), position


def read_bool(data: bytes, position: int, end: int) -> tuple[bool, int]:
    number, position = read_varint(data, position, end)
    return number != 0, position


def read_double(data: bytes, position: int, end: int) -> tuple[float, int]:
    if position + 8 > end:
        raise ValueError("the data ends in a number")
    return _DOUBLE.unpack_from(data, position)[0], position + 8


def read_bytes(data: bytes, position: int, end: int) -> tuple[bytes, int]:
    length, position = read_varint(data, position, end)
    stop = position + length
    if stop > end:
        raise ValueError("the data ends in a field")
    return data[position:stop], stop


def read_string(data: bytes, position: int, end: int) -> tuple[str, int]:
    found, position = read_bytes(data, position, end)
    return found.decode(), position


def skip(data: bytes, position: int, end: int, tag_number: int) -> int:
    """The position after a field that is not known here."""
    if not 8 <= tag_number < 1 << 32:
        raise ValueError("no field has this number")
    match tag_number & 7:
        case 0:
            return read_varint(data, position, end)[1]
        case 1:
            return position + 8
        case 2:
            return read_bytes(data, position, end)[1]
        case 5:
            return position + 4
        case _:
            raise ValueError("a wire type that is not in use")


WRITERS: dict[str, Write] = {
    "string": write_string,
    "bytes": write_bytes,
    "int64": write_int,
    "bool": write_bool,
    "double": write_double,
}
READERS: dict[str, Read] = {
    "string": read_string,
    "bytes": read_bytes,
    "int64": read_int,
    "bool": read_bool,
    "double": read_double,
}
