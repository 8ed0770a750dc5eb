"""How the Python text of a contract is read: messages, enums, methods and their names in proto.

philomel.services.catalog.contract.Track   philomel.catalog.v1.Track
philomel.engines.log.contract.LogService   philomel.log.v1.LogService
philomel.kernel.caller.Caller              philomel.kernel.v1.Caller
AlbumType.SINGLE                           ALBUM_TYPE_SINGLE
get_tracks                                 GetTracks
"""

import re
import typing
from collections.abc import AsyncIterator
from enum import Enum
from types import NoneType, UnionType
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct

SCALARS: dict[type, str] = {
    str: "string",
    int: "int64",
    bool: "bool",
    float: "double",
    bytes: "bytes",
}
_ZEROS: dict[str, object] = {"string": "", "int64": 0, "bool": False, "double": 0.0, "bytes": b""}


class Field(Struct, frozen=True):
    """One field of a message.

    Attributes:
        type: a key of SCALARS, an enum, or a message.
        kind: a value of SCALARS, "enum" or "message".
        nullable: `X | None`; None is absence on the wire.
        default: what an absent field means; NODEFAULT if absence is an error.
        explicit: `optional` in proto: zero values are written, too. So it is where None or
            a default that is not zero has to be told from zero.
    """

    name: str
    type: type
    kind: str
    repeated: bool
    nullable: bool
    default: Any
    explicit: bool


class Method(Struct, frozen=True):
    """One method of a contract. A reply of NoneType is google.protobuf.Empty.

    Attributes:
        path: of the gRPC method, "/philomel.catalog.v1.Catalog/GetTracks".
    """

    name: str
    path: str
    request: type[Struct]
    reply: type
    streaming: bool


def full_name(cls: type) -> str:
    """The name of a message, enum or service in proto."""
    _, floor, *rest = cls.__module__.split(".")
    owner = "kernel" if floor == "kernel" else rest[0]
    return f"philomel.{owner}.v1.{cls.__name__}"


def enum_prefix(cls: type) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).upper() + "_"


def enum_name(member: Enum) -> str:
    """The name of an enum's value in proto."""
    return enum_prefix(type(member)) + member.name


def fields_of(cls: type[Struct]) -> tuple[Field, ...]:
    """The fields of a message.

    Raises:
        TypeError: a field is of a type that contracts do not have.
    """
    return tuple(_field(cls, info) for info in msgspec.structs.fields(cls))


def _field(owner: type[Struct], info: msgspec.structs.FieldInfo) -> Field:
    plain, nullable, repeated = _unwrap(info.type)
    where = f"{owner.__name__}.{info.name}"
    kind = _kind(plain, where)
    zero = () if repeated else _ZEROS.get(kind)
    default = info.default
    if repeated:
        if nullable or default not in {NODEFAULT, ()}:
            raise TypeError(f"{where}: a tuple is neither optional nor has it a default but ()")
        default = ()
    explicit = nullable or (default is not NODEFAULT and default != zero)
    if nullable and default not in {NODEFAULT, None}:
        raise TypeError(f"{where}: None would be read as its default")
    if nullable:
        default = None
    elif default is NODEFAULT and zero is not None:
        default = zero
    return Field(info.name, plain, kind, repeated, nullable, default, explicit)


def _unwrap(annotation: Any) -> tuple[Any, bool, bool]:
    if isinstance(annotation, UnionType) or typing.get_origin(annotation) is typing.Union:
        inner = [part for part in typing.get_args(annotation) if part is not NoneType]
        if len(inner) == 1:
            return inner[0], True, False
    if typing.get_origin(annotation) is tuple:
        inner = list(typing.get_args(annotation))
        if len(inner) == 2 and inner[1] is Ellipsis:
            return inner[0], False, True
    return annotation, False, False


def _kind(plain: Any, where: str) -> str:
    if plain in SCALARS:
        return SCALARS[plain]
    if isinstance(plain, type) and issubclass(plain, Enum):
        return "enum"
    if isinstance(plain, type) and issubclass(plain, Struct):
        return "message"
    raise TypeError(f"{where}: contracts have no fields of type {plain!r}")


def methods_of(contract: type) -> tuple[Method, ...]:
    """The methods of a contract and of the parts it is made of, each in the order of its text."""
    return tuple(
        _method(contract, name)
        for part in contract.__mro__
        for name, member in vars(part).items()
        if not name.startswith("_") and callable(member)
    )


def _method(contract: type, name: str) -> Method:
    hints = typing.get_type_hints(getattr(contract, name))
    reply = hints.pop("return")
    (request,) = hints.values()
    streaming = typing.get_origin(reply) is AsyncIterator
    if streaming:
        (reply,) = typing.get_args(reply)
    pascal = "".join(word.capitalize() for word in name.split("_"))
    return Method(name, f"/{full_name(contract)}/{pascal}", request, reply, streaming)


def messages_of(*roots: type) -> tuple[type[Struct], ...]:
    """These messages and all they hold, each once."""
    found: dict[type[Struct], None] = {}
    waiting = [root for root in roots if issubclass(root, Struct)]
    while waiting:
        cls = waiting.pop(0)
        if cls not in found:
            found[cls] = None
            waiting += [f.type for f in fields_of(cls) if f.kind == "message"]
    return tuple(found)


def contract_messages(contract: type, events: tuple[type[Struct], ...] = ()) -> tuple[Any, ...]:
    """Every message that a contract's methods and events use."""
    roots: list[type] = []
    for method in methods_of(contract):
        roots += [method.request, method.reply]
    return messages_of(*roots, *events)
