"""The protobuf wire format: varints, lengths and tags, to and from Python values.

https://protobuf.dev/programming-guides/encoding/. A writer makes the bytes of one field,
tag included; a reader takes `(data, position, end)` and gives the value and the position
after it. Whatever is malformed raises ValueError, IndexError or struct.error. Each has a
quick way for values under 128, which most lengths and numbers are.
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


def integer(value: int) -> bytes:
    """A signed varint of 64 bits, negative numbers as their two's complement."""
    if not -_MAX <= value < _MAX:
        raise ValueError("a number has 64 bits")
    return varint(value & _MASK)


def double(value: float) -> bytes:
    return _DOUBLE.pack(value)


def write_integers(tag: bytes) -> Write:
    heads = tuple(tag + one for one in _ONE)
    return lambda value: heads[value] if 0 <= value < 128 else tag + integer(value)


def write_bools(tag: bytes) -> Write:
    false, true = tag + b"\0", tag + b"\1"
    return lambda value: true if value else false


def write_doubles(tag: bytes) -> Write:
    return lambda value: tag + _DOUBLE.pack(value)


def write_strings(tag: bytes) -> Write:
    write = write_lengths(tag)
    return lambda value: write(value.encode())


def write_lengths(tag: bytes) -> Write:
    """For bytes, and for whatever has been made into bytes."""
    heads = tuple(tag + one for one in _ONE)

    def write(data: bytes) -> bytes:
        length = len(data)
        return heads[length] + data if length < 128 else tag + varint(length) + data

    return write


def read_varint(data: bytes, position: int, _end: int = 0) -> tuple[int, int]:
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


def read_integer(data: bytes, position: int, _end: int) -> tuple[int, int]:
    byte = data[position]
    if byte < 128:
        return byte, position + 1
    number, position = read_varint(data, position)
    return (number if number < _MAX else number - (1 << 64)), position


def read_bool(data: bytes, position: int, _end: int) -> tuple[bool, int]:
    number, position = read_varint(data, position)
    return number != 0, position


def read_double(data: bytes, position: int, end: int) -> tuple[float, int]:
    if position + 8 > end:
        raise ValueError("the data ends in a number")
    return _DOUBLE.unpack_from(data, position)[0], position + 8


def read_span(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Where a value with a length in front starts and stops."""
    length = data[position]
    position += 1
    if length > 127:
        length, position = read_varint(data, position - 1)
    stop = position + length
    if stop > end:
        raise ValueError("the data ends in a field")
    return position, stop


def read_bytes(data: bytes, position: int, end: int) -> tuple[bytes, int]:
    start, stop = read_span(data, position, end)
    return data[start:stop], stop


def read_string(data: bytes, position: int, end: int) -> tuple[str, int]:
    length = data[position]
    position += 1
    if length > 127:
        length, position = read_varint(data, position - 1)
    stop = position + length
    if stop > end:
        raise ValueError("the data ends in a text")
    return str(data[position:stop], "utf-8"), stop


def skip(data: bytes, position: int, end: int, tag: int) -> int:
    """The position after a field that is not known here."""
    if not 8 <= tag < 1 << 32:
        raise ValueError("no field has this number")
    match tag & 7:
        case 0:
            return read_varint(data, position)[1]
        case 1:
            return position + 8
        case 2:
            return read_span(data, position, end)[1]
        case 5:
            return position + 4
        case _:
            raise ValueError("a wire type that is not in use")


WRITERS: dict[str, Callable[[bytes], Write]] = {
    "string": write_strings,
    "bytes": write_lengths,
    "int64": write_integers,
    "bool": write_bools,
    "double": write_doubles,
}
ITEMS: dict[str, Write] = {
    "int64": integer,
    "bool": lambda value: b"\1" if value else b"\0",
    "double": double,
}
"""Values without a tag, for packed fields."""
READERS: dict[str, Read] = {
    "string": read_string,
    "bytes": read_bytes,
    "int64": read_integer,
    "bool": read_bool,
    "double": read_double,
}
