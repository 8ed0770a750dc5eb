"""A contract is one Python text and one proto text, and they say the same."""

from enum import Enum
from types import NoneType
from typing import Any

import pytest
from msgspec import Struct
from tests.architecture.contracts import CONTRACTS, Contract
from tools.draft_proto import field_options
from tools.wire import COMPILED, compile_tree, pool_of

from philomel import wire
from philomel.kernel.caller import Caller
from philomel.kernel.errors import PhilomelError
from philomel.rpc import shapes

POOL = pool_of(wire.compiled())
BY_NAME = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)


def test_the_compiled_descriptors_are_what_proto_says() -> None:
    assert compile_tree() == COMPILED.read_bytes(), "run `make wire`"


def test_there_are_contracts() -> None:
    assert {contract.name for contract in CONTRACTS} >= {
        *("accounts", "catalog", "media", "playlists", "plays", "search"),
    }


@BY_NAME
def test_methods_are_the_same(contract: Contract) -> None:
    service = POOL.FindServiceByName(shapes.full_name(contract.protocol))
    proto = {m.name: (m.input_type.full_name, m.output_type.full_name) for m in service.methods}
    python = {}
    for method in shapes.methods_of(contract.protocol):
        name = method.path.rpartition("/")[2]
        python[name] = (shapes.full_name(method.request), reply_name(method.reply))
        assert service.methods_by_name[name].server_streaming == method.streaming
        assert not service.methods_by_name[name].client_streaming
    assert python == proto


def reply_name(cls: type) -> str:
    return "google.protobuf.Empty" if cls is NoneType else shapes.full_name(cls)


@BY_NAME
def test_no_side_has_messages_or_enums_of_its_own(contract: Contract) -> None:
    file = POOL.FindFileByName(f"{contract.package.replace('.', '/')}/{contract.name}.proto")
    enums = {
        shapes.full_name(field.type)
        for message in contract.messages
        for field in shapes.fields_of(message)
        if field.kind == "enum"
    }
    messages = {shapes.full_name(message) for message in contract.messages}
    home = contract.package + "."
    assert {m.full_name for m in file.message_types_by_name.values()} == own(messages, home)
    assert {e.full_name for e in file.enum_types_by_name.values()} == own(enums, home)


def own(names: set[str], home: str) -> set[str]:
    return {name for name in names if name.startswith(home)}


@BY_NAME
def test_fields_have_the_same_names_types_and_presence(contract: Contract) -> None:
    for message in shapes.messages_of(*contract.messages, Caller):
        descriptor = POOL.FindMessageTypeByName(shapes.full_name(message))
        python = {field.name: python_field(field) for field in shapes.fields_of(message)}
        proto = {field.name: proto_field(field) for field in descriptor.fields}
        assert python == proto, shapes.full_name(message)


def python_field(field: shapes.Field) -> tuple[str, str]:
    label = "repeated" if field.repeated else "optional" if field.explicit else "plain"
    named = field.kind in {"enum", "message"}
    return label, shapes.full_name(field.type) if named else field.kind


def proto_field(field: Any) -> tuple[str, str]:
    # `optional` in proto3 is a oneof of its own, which tells it from a plain message field.
    label = "repeated" if field.is_repeated else "optional" if field.containing_oneof else "plain"
    if field.message_type is not None:
        return label, field.message_type.full_name
    if field.enum_type is not None:
        return label, field.enum_type.full_name
    names = {
        field.TYPE_STRING: "string",
        field.TYPE_INT64: "int64",
        field.TYPE_BOOL: "bool",
        field.TYPE_DOUBLE: "double",
        field.TYPE_BYTES: "bytes",
    }
    return label, names[field.type]


@BY_NAME
def test_enums_have_the_same_values(contract: Contract) -> None:
    for message in contract.messages:
        for field in shapes.fields_of(message):
            if field.kind == "enum":
                check_enum(field.type)


def check_enum(cls: type[Enum] | Any) -> None:
    descriptor = POOL.FindEnumTypeByName(shapes.full_name(cls))
    proto = {value.name: value.number for value in descriptor.values}
    unspecified = shapes.enum_prefix(cls) + "UNSPECIFIED"
    assert proto.pop(unspecified) == 0
    assert set(proto) == {shapes.enum_name(member) for member in cls}


@BY_NAME
def test_every_field_of_an_event_has_a_class_of_personal_data(contract: Contract) -> None:
    """Messages inside an event are classed field by field, like the event itself."""
    for event in shapes.messages_of(*contract.events):
        fields = shapes.fields_of(event)
        for field in fields:
            if field.kind == "message":
                continue
            where = f"{shapes.full_name(event)}.{field.name}"
            data = field_options(POOL, shapes.full_name(event), field.name)
            assert data is not None, f"{where} needs (philomel.options.v1.data)"
            assert data.personal, where
            assert data.retention, where
            assert data.owner, where
            if data.personal != PERSONAL_NONE:
                assert data.key in {each.name for each in fields}, where
            else:
                assert not data.key, where


PERSONAL_NONE = (
    POOL.FindEnumTypeByName("philomel.options.v1.Personal").values_by_name["PERSONAL_NONE"].number
)


@BY_NAME
def test_contracts_promise_in_words(contract: Contract) -> None:
    for method in shapes.methods_of(contract.protocol):
        assert getattr(contract.protocol, method.name).__doc__, method.path


@BY_NAME
def test_error_codes_are_their_own(contract: Contract) -> None:
    codes = [
        cls.code
        for cls in vars(contract.module).values()
        if isinstance(cls, type)
        and issubclass(cls, PhilomelError)
        and cls.__module__.startswith(contract.module.__name__)
    ]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("bad", ["dict[str, str]", "tuple[str, int]", "str | int", "list[str]"])
def test_contracts_have_no_other_types(bad: str) -> None:
    space: dict[str, Any] = {"Struct": Struct}
    exec(f"class Bad(Struct):\n    x: {bad}\n", space)
    with pytest.raises(TypeError):
        shapes.fields_of(space["Bad"])
