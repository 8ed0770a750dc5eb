"""Contract messages cross the wire unchanged, and protobuf itself agrees about the bytes."""

import math
from enum import Enum
from typing import Any

import pytest
from google.protobuf import message_factory
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from tests.architecture.contracts import CONTRACTS
from tools.wire import pool_of

from philomel import wire
from philomel.kernel.errors import InvalidArgument
from philomel.rpc import shapes
from philomel.rpc.codec import from_bytes, to_bytes
from philomel.services.catalog.contract import AlbumSort, Cover, ListAlbums, Lyrics
from philomel.services.media.contract import Loudness
from philomel.services.playlists.contract import ItemKind, ListSaved, Save

POOL = pool_of(wire.compiled())
MESSAGES = tuple(dict.fromkeys(message for contract in CONTRACTS for message in contract.messages))

_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=12),
    "int64": st.integers(-(2**63), 2**63 - 1) | st.integers(0, 200),
    "bool": st.booleans(),
    "double": st.floats(allow_nan=False),
    "bytes": st.binary(max_size=12),
}


def values_of(field: shapes.Field) -> st.SearchStrategy[Any]:
    if field.kind == "message":
        one = structs_of(field.type)
    elif field.kind == "enum":
        one = st.sampled_from(list(field.type))  # type: ignore[call-overload] # an Enum class
    else:
        one = _SCALARS[field.kind]
    if field.repeated:
        return st.lists(one, max_size=3).map(tuple)
    return st.none() | one if field.nullable else one


def structs_of(cls: type[Struct]) -> st.SearchStrategy[Any]:
    return st.builds(cls, **{field.name: values_of(field) for field in shapes.fields_of(cls)})


@pytest.mark.parametrize("cls", MESSAGES, ids=shapes.full_name)
def test_every_message_arrives_equal_and_as_protobuf_reads_it(cls: type[Struct]) -> None:
    dynamic = message_factory.GetMessageClass(POOL.FindMessageTypeByName(shapes.full_name(cls)))

    @settings(max_examples=15, deadline=None, derandomize=True, database=None)
    @given(structs_of(cls))
    def check(message: Struct) -> None:
        data = to_bytes(message)
        assert from_bytes(cls, data) == message
        theirs = dynamic.FromString(data)
        assert_same(message, theirs)
        assert from_bytes(cls, theirs.SerializeToString()) == message
        assert theirs.SerializeToString(deterministic=True) == data

    check()


def assert_same(message: Struct, theirs: Any) -> None:
    for field in shapes.fields_of(type(message)):
        mine, other = getattr(message, field.name), getattr(theirs, field.name)
        if field.repeated:
            assert len(mine) == len(other)
            for a, b in zip(mine, other, strict=True):
                assert_value(field, a, b)
        elif mine is None:
            assert not theirs.HasField(field.name)
        else:
            assert not field.explicit or theirs.HasField(field.name)
            assert_value(field, mine, other)


def assert_value(field: shapes.Field, mine: Any, other: Any) -> None:
    if field.kind == "message":
        assert_same(mine, other)
    elif isinstance(mine, Enum):
        numbers = POOL.FindEnumTypeByName(shapes.full_name(field.type)).values_by_name
        assert numbers[shapes.enum_name(mine)].number == other
    else:
        assert mine == other
        assert type(mine) is type(other)


@pytest.mark.parametrize("cls", MESSAGES, ids=shapes.full_name)
def test_any_bytes_are_a_message_or_an_invalid_argument(cls: type[Struct]) -> None:
    @settings(max_examples=15, deadline=None, derandomize=True, database=None)
    @given(st.binary(max_size=40) | structs_of(cls).map(to_bytes).map(lambda data: data[:-1]))
    def check(data: bytes) -> None:
        try:
            found = from_bytes(cls, data)
        except InvalidArgument:
            return
        assert from_bytes(cls, to_bytes(found)) == found

    check()


def test_a_default_that_is_not_zero_is_told_from_zero() -> None:
    assert from_bytes(ListSaved, to_bytes(ListSaved(ItemKind.TRACK, limit=0))).limit == 0
    assert from_bytes(ListSaved, b"\x08\x01") == ListSaved(ItemKind.TRACK)
    assert from_bytes(ListAlbums, b"") == ListAlbums(sort=AlbumSort.NAME)
    assert from_bytes(Lyrics, to_bytes(Lyrics("", False, ""))).language == ""


def test_negative_zero_and_nan_survive() -> None:
    back = from_bytes(Loudness, to_bytes(Loudness(-0.0, math.nan)))
    assert math.copysign(1, back.integrated) == -1
    assert math.isnan(back.true_peak)
    assert to_bytes(Loudness(0.0, 0.0)) == b""


def test_fields_of_a_newer_peer_are_skipped() -> None:
    newer = to_bytes(Cover("x", (64, 300))) + b"\x98\x06\x07" + b"\xa2\x06\x02hi"
    newer += b"\xa9\x06" + bytes(8) + b"\xad\x06" + bytes(4)
    assert from_bytes(Cover, newer) == Cover("x", (64, 300))


def test_repeated_numbers_are_read_packed_or_not() -> None:
    assert from_bytes(Cover, b"\x10\x40\x12\x03\x40\xac\x02") == Cover("", (64, 64, 300))


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",  # a tag and no value
        b"\x08\x63",  # an enum value of nobody
        b"",  # an enum without default is missing
        b"\x08\x01\x12\x05ab",  # a string that ends early
        b"\x08\x01\x12\x02\xff\xfe",  # not UTF-8
        b"\x08" + b"\xff" * 10 + b"\x01",  # a varint without end
        b"\x08\x01\x1b",  # a group
        b"\x08\x01\x00\x00",  # field number 0
        b"\x08\x01\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f",  # a length beyond all memory
    ],
)
def test_bad_data_is_an_invalid_argument(data: bytes) -> None:
    with pytest.raises(InvalidArgument):
        from_bytes(Save, data)


@pytest.mark.parametrize(
    "message",
    [
        Save(ItemKind.TRACK, ("\ud800",)),
        ListSaved(ItemKind.TRACK, limit=2**63),
        ListSaved(ItemKind.TRACK, limit=-(2**63) - 1),
    ],
)
def test_what_does_not_fit_is_not_sent(message: Struct) -> None:
    with pytest.raises(InvalidArgument):
        to_bytes(message)
