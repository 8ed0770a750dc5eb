"""The numbers in the compiled descriptors: all that the codec needs of them.

Read with the codec's own wire format. Importing google.protobuf costs every process 17 MB
and 100 ms; only the tools and tests do so.
"""

from collections.abc import Iterator
from functools import cache

from philomel import wire
from philomel.rpc import wireformat

# Field numbers of google/protobuf/descriptor.proto.
_SET_FILE = 1
_FILE_PACKAGE, _FILE_MESSAGE, _FILE_ENUM = 2, 4, 5
_MESSAGE_NAME, _MESSAGE_FIELD = 1, 2
_FIELD_NAME, _FIELD_NUMBER = 1, 3
_ENUM_NAME, _ENUM_VALUE = 1, 2
_VALUE_NAME, _VALUE_NUMBER = 1, 2

Numbers = dict[str, int]


def field_numbers(message: str) -> Numbers:
    """The numbers of a message's fields by name.

    Raises:
        KeyError: proto/ has no such message.
    """
    return _read()[message]


def value_numbers(enum: str) -> Numbers:
    """The numbers of an enum's values by name.

    Raises:
        KeyError: proto/ has no such enum.
    """
    return _read()[enum]


@cache
def _read() -> dict[str, Numbers]:
    found = {}
    for file in _all(wire.compiled(), _SET_FILE):
        package = _text(file, _FILE_PACKAGE)
        for message in _all(file, _FILE_MESSAGE):
            name = f"{package}.{_text(message, _MESSAGE_NAME)}"
            found[name] = _numbers(message, _MESSAGE_FIELD, _FIELD_NAME, _FIELD_NUMBER)
        for enum in _all(file, _FILE_ENUM):
            name = f"{package}.{_text(enum, _ENUM_NAME)}"
            found[name] = _numbers(enum, _ENUM_VALUE, _VALUE_NAME, _VALUE_NUMBER)
    return found


def _numbers(data: bytes, entry: int, name: int, number: int) -> Numbers:
    return {_text(each, name): next(_ints(each, number)) for each in _all(data, entry)}


def _text(data: bytes, field: int) -> str:
    return next(_all(data, field)).decode()


def _all(data: bytes, field: int) -> Iterator[bytes]:
    for tag, position in _fields(data):
        if tag == field << 3 | wireformat.LENGTH:
            yield wireformat.read_bytes(data, position, len(data))[0]


def _ints(data: bytes, field: int) -> Iterator[int]:
    for tag, position in _fields(data):
        if tag == field << 3 | wireformat.VARINT:
            yield wireformat.read_varint(data, position)[0]


def _fields(data: bytes) -> Iterator[tuple[int, int]]:
    """The tag of each field and where its value starts."""
    position = 0
    while position < len(data):
        tag, position = wireformat.read_varint(data, position)
        yield tag, position
        position = wireformat.skip(data, position, len(data), tag)
