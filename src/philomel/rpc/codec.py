"""Contract messages to protobuf bytes and back, by plans compiled from the descriptors.

Protobuf's own message objects stand between neither: a Struct is written field by field
and made in one call. Presence is exact: what is sent arrives equal. A field whose absence
would not mean zero (`X | None`, or a default that is not zero) is `optional` in proto and
always written unless it is None.
"""

import struct
from enum import Enum
from functools import cache, partial
from types import NoneType
from typing import Any, Literal, TypeVar, cast

from msgspec import NODEFAULT, Struct

from philomel.kernel.errors import InvalidArgument
from philomel.rpc import wireformat
from philomel.rpc.shapes import Field, enum_name, fields_of, full_name
from philomel.rpc.wireformat import Read, Write
from philomel.wire import descriptors

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
        return cast("S", plan.read(data, 0, len(data))[0])
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
        self._writers: list[tuple[str, bool, bool, bytes, Write]] = []
        self._readers: dict[int, tuple[int, Take, Read]] = {}
        self._absent: list[Any] = []
        self._required: list[int] = []
        self._repeated: list[int] = []

    def compile(self) -> None:
        entries = descriptors().FindMessageTypeByName(full_name(self._cls)).fields_by_name
        for index, field in enumerate(fields_of(self._cls)):
            self._absent.append(field.default)
            if field.repeated:
                self._repeated.append(index)
            elif field.default is NODEFAULT:
                self._required.append(index)
            self._add(index, field, entries[field.name].number)

    def _add(self, index: int, field: Field, number: int) -> None:
        write, read = _value_codec(field)
        wire_type = wireformat.WIRE_TYPES[field.kind]
        packed = field.repeated and wire_type != wireformat.LENGTH
        always = field.explicit or field.kind in {"enum", "message"}
        lead = wireformat.tag(number, wireformat.LENGTH if packed else wire_type)
        if packed:
            write, many = partial(_write_packed, write), partial(_read_packed, read)
            # Repeated numbers may come in either way.
            self._readers[number << 3 | wireformat.LENGTH] = (index, "extend", many)
        elif field.kind == "double" and not field.explicit:
            # -0.0 is falsy, and yet not the zero that absence means.
            always, lead, write = True, b"", partial(_write_double_but_zero, lead)
        each = field.repeated and not packed
        self._writers.append((field.name, always and not field.repeated, each, lead, write))
        take: Take = "append" if field.repeated else "set"
        self._readers[number << 3 | wire_type] = (index, take, read)

    def write(self, message: Struct) -> bytes:
        out: list[bytes] = []
        for name, always, each, lead, write in self._writers:
            value = getattr(message, name)
            if each:
                for item in value:
                    out += (lead, write(item))
            elif value or (always and value is not None):
                out += (lead, write(value))
        return b"".join(out)

    def write_nested(self, message: Struct) -> bytes:
        data = self.write(message)
        return wireformat.varint(len(data)) + data

    def read(self, data: bytes, position: int, end: int) -> tuple[Struct, int]:
        values = self._absent.copy()
        for index in self._repeated:
            values[index] = []
        known = self._readers
        while position < end:
            number = data[position]
            position += 1
            if number > 127:
                number, position = wireformat.read_varint(data, position - 1, end)
            reader = known.get(number)
            if reader is None:
                position = wireformat.skip(data, position, end, number)
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
        return self._made(values), position

    def _made(self, values: list[Any]) -> Struct:
        for index in self._required:
            if values[index] is NODEFAULT:
                raise ValueError("a field is missing that has to be there")
        for index in self._repeated:
            values[index] = tuple(values[index])
        return self._cls(*values)

    def read_nested(self, data: bytes, position: int, end: int) -> tuple[Struct, int]:
        length, position = wireformat.read_varint(data, position, end)
        if position + length > end:
            raise ValueError("the data ends in a message")
        return self.read(data, position, position + length)


@cache
def _plan(cls: type[Struct]) -> _Plan:
    plan = _Plan(cls)
    plan.compile()
    return plan


def _value_codec(field: Field) -> tuple[Write, Read]:
    if field.kind == "message":
        plan = _plan(cast("type[Struct]", field.type))
        return plan.write_nested, plan.read_nested
    if field.kind == "enum":
        return _enum_codec(cast("type[Enum]", field.type))
    return wireformat.WRITERS[field.kind], wireformat.READERS[field.kind]


def _enum_codec(cls: type[Enum]) -> tuple[Write, Read]:
    values = descriptors().FindEnumTypeByName(full_name(cls)).values_by_name
    numbers = {member: wireformat.varint(values[enum_name(member)].number) for member in cls}
    members: dict[int, Any] = {values[enum_name(member)].number: member for member in cls}

    def read(data: bytes, position: int, end: int) -> tuple[Any, int]:
        number, position = wireformat.read_varint(data, position, end)
        return members[number], position

    return numbers.__getitem__, read


def _write_packed(write: Write, values: tuple[Any, ...]) -> bytes:
    data = b"".join(map(write, values))
    return wireformat.varint(len(data)) + data


def _read_packed(read: Read, data: bytes, position: int, end: int) -> tuple[list[Any], int]:
    length, position = wireformat.read_varint(data, position, end)
    stop = position + length
    if stop > end:
        raise ValueError("the data ends in a field")
    values = []
    while position < stop:
        value, position = read(data, position, stop)
        values.append(value)
    if position != stop:
        raise ValueError("a field ends in a number")
    return values, position


def _write_double_but_zero(lead: bytes, value: float) -> bytes:
    data = wireformat.write_double(value)
    return lead + data if any(data) else b""
