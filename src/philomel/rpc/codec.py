"""Contract messages to protobuf bytes and back, by plans compiled from the descriptors.

Protobuf's own message objects stand between neither: a Struct is written field by field
and made in one call. Presence is exact: what is sent arrives equal. A field whose absence
would not mean zero (`X | None`, or a default that is not zero) is `optional` in proto and
always written unless it is None.
"""

import struct
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Literal, TypeVar, cast

from msgspec import NODEFAULT, Struct
from msgspec.structs import astuple

from philomel.kernel.errors import InvalidArgument
from philomel.rpc import wireformat
from philomel.rpc.descriptors import field_numbers, value_numbers
from philomel.rpc.shapes import Field, enum_name, fields_of, full_name
from philomel.rpc.wireformat import LENGTH, Read, Write, read_span, read_varint, varint

S = TypeVar("S", bound=Struct)
Take = Literal["set", "append", "extend"]

_MALFORMED = (ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error)


def to_bytes(message: Struct) -> bytes:
    """`message` as protobuf bytes.

    Raises:
        InvalidArgument: a value does not fit its type (lone surrogates, more than 64 bits).
    """
    plan = _plan(type(message))
    try:
        return plan.write(message)
    except _MALFORMED:
        raise InvalidArgument(f"this {type(message).__name__} cannot be sent") from None


def from_bytes(cls: type[S], data: bytes) -> S:
    """The message that `data` stands for. Fields that are not known here are skipped.

    Raises:
        InvalidArgument: malformed, or without a field that `cls` cannot be without.
    """
    plan = _plan(cls)
    try:
        return cast("S", plan.read(data, 0, len(data)))
    except _MALFORMED:
        raise InvalidArgument(f"this is no {cls.__name__}") from None


def reply_to_bytes(reply: Struct | None) -> bytes:
    """As `to_bytes`; None is google.protobuf.Empty."""
    return b"" if reply is None else to_bytes(reply)


def reply_from_bytes(cls: type, data: bytes) -> Any:
    """As `from_bytes`, for replies."""
    return None if cls is NoneType else from_bytes(cls, data)


class _Plan:
    """How one message type is written and read."""

    def __init__(self, cls: type[Struct]) -> None:
        self._cls = cls
        self._writers: list[tuple[bool, bool, Write]] = []
        self._readers: dict[int, tuple[int, Take, Read]] = {}
        self._absent: list[Any] = []
        self._required: list[int] = []
        self._repeated: list[int] = []

    def compile(self) -> None:
        numbers = field_numbers(full_name(self._cls))
        for index, field in enumerate(fields_of(self._cls)):
            self._absent.append(field.default)
            if field.repeated:
                self._repeated.append(index)
            elif field.default is NODEFAULT:
                self._required.append(index)
            number = numbers[field.name] << 3
            if field.repeated and wireformat.WIRE_TYPES[field.kind] != LENGTH:
                self._add_packed(index, field, number)
            else:
                self._add(index, field, number | wireformat.WIRE_TYPES[field.kind])

    def _add(self, index: int, field: Field, tag: int) -> None:
        always = field.explicit or field.kind in {"enum", "message"}
        write = _writer(field, varint(tag))
        if field.kind == "double" and not always:
            # -0.0 is falsy, and yet not the zero that absence means.
            always, write = True, _but_zero(write)
        self._writers.append((always and not field.repeated, field.repeated, write))
        self._readers[tag] = (index, "append" if field.repeated else "set", _reader(field))

    def _add_packed(self, index: int, field: Field, number: int) -> None:
        write = wireformat.write_lengths(varint(number | LENGTH))
        item = _enum_items(field.type) if field.kind == "enum" else wireformat.ITEMS[field.kind]
        read = _reader(field)
        self._writers.append((False, False, lambda values: write(b"".join(map(item, values)))))
        # Repeated numbers may come in either way.
        self._readers[number | LENGTH] = (index, "extend", _packed(read))
        self._readers[number | wireformat.WIRE_TYPES[field.kind]] = (index, "append", read)

    def write(self, message: Struct) -> bytes:
        out: list[bytes] = []
        for value, (always, each, write) in zip(astuple(message), self._writers, strict=True):
            if value:
                if each:
                    out.extend(map(write, value))
                else:
                    out.append(write(value))
            elif always and value is not None:
                out.append(write(value))
        return b"".join(out)

    def read(self, data: bytes, position: int, end: int) -> Struct:
        values = self._absent.copy()
        for index in self._repeated:
            values[index] = []
        known = self._readers
        while position < end:
            tag = data[position]
            position += 1
            if tag > 127:
                tag, position = read_varint(data, position - 1)
            reader = known.get(tag)
            if reader is None:
                position = wireformat.skip(data, position, end, tag)
                continue
            index, take, read = reader
            value, position = read(data, position, end)
            if take == "set":
                values[index] = value
            elif take == "append":
                values[index].append(value)
            else:
                values[index] += value
        if position != end:
            raise ValueError("the data ends in a field")
        return self._made(values)

    def _made(self, values: list[Any]) -> Struct:
        for index in self._required:
            if values[index] is NODEFAULT:
                raise ValueError("a field is missing that has to be there")
        for index in self._repeated:
            values[index] = tuple(values[index])
        return self._cls(*values)

    def read_nested(self, data: bytes, position: int, end: int) -> tuple[Struct, int]:
        position, stop = read_span(data, position, end)
        return self.read(data, position, stop), stop


@cache
def _plan(cls: type[Struct]) -> _Plan:
    plan = _Plan(cls)
    plan.compile()
    return plan


def _writer(field: Field, tag: bytes) -> Write:
    if field.kind == "message":
        plan, write = _plan(cast("type[Struct]", field.type)), wireformat.write_lengths(tag)
        return lambda message: write(plan.write(message))
    if field.kind == "enum":
        item = _enum_items(field.type)
        return {member: tag + item(member) for member in cast("type[Enum]", field.type)}.__getitem__
    return wireformat.WRITERS[field.kind](tag)


def _reader(field: Field) -> Read:
    if field.kind == "message":
        return _plan(cast("type[Struct]", field.type)).read_nested
    if field.kind == "enum":
        return _enum_reader(cast("type[Enum]", field.type))
    return wireformat.READERS[field.kind]


def _enum_items(cls: type) -> Write:
    numbers = value_numbers(full_name(cls))
    return {m: varint(numbers[enum_name(m)]) for m in cast("type[Enum]", cls)}.__getitem__


def _enum_reader(cls: type[Enum]) -> Read:
    numbers = value_numbers(full_name(cls))
    members = {numbers[enum_name(member)]: member for member in cls}

    def read(data: bytes, position: int, _end: int) -> tuple[Enum, int]:
        number, position = read_varint(data, position)
        return members[number], position

    return read


def _packed(read: Read) -> Read:
    def read_all(data: bytes, position: int, end: int) -> tuple[list[Any], int]:
        position, stop = read_span(data, position, end)
        values = []
        while position < stop:
            value, position = read(data, position, stop)
            values.append(value)
        if position != stop:
            raise ValueError("a field ends in a number")
        return values, stop

    return read_all


def _but_zero(write: Write) -> Write:
    return lambda value: write(value) if any(wireformat.double(value)) else b""
