"""Write the proto text of a contract: `python -m tools.draft_proto playlists [--write]`.

Numbers of fields and enum values that exist stay; new ones get the next free number, and
gone ones are reserved. Options (the classes of personal data on events) are carried over;
those of new fields are for people to decide, and the checks fail until they have.
"""

import importlib
import inspect
import sys
import textwrap
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, cast

from google.protobuf import message_factory, text_format
from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from msgspec import Struct
from tools.wire import PROTO, compile_tree, pool_of

from philomel.rpc import shapes

PLACES = ("philomel.services.{}.contract", "philomel.engines.{}.contract", "philomel.kernel.{}")


def find_module(name: str) -> Any:
    for place in PLACES:
        try:
            return importlib.import_module(place.format(name))
        except ModuleNotFoundError as error:
            if error.name and not place.format(name).startswith(error.name):
                raise
    raise SystemExit(f"no contract is named {name}")


def contract_of(module: Any) -> type | None:
    """The one Protocol that a contract's module defines."""
    found = [
        cls
        for cls in vars(module).values()
        if inspect.isclass(cls)
        and getattr(cls, "_is_protocol", False)
        and cls.__module__ == module.__name__
    ]
    return found[0] if len(found) == 1 else None


class Known(Struct, frozen=True):
    """The numbers of a message or enum so far, by name, and those that are gone."""

    numbers: dict[str, int] = {}
    gone: tuple[int, ...] = ()
    gone_names: tuple[str, ...] = ()


class Draft:
    """The text of one proto file, with the numbers of the one before."""

    def __init__(self, module: Any, package: str, before: DescriptorPool) -> None:
        self.module = module
        self.package = package
        self.before = before
        self.imports: set[str] = set()

    def text(self) -> str:
        contract = contract_of(self.module)
        events = getattr(self.module, "EVENTS", ())
        if contract is None:
            stem = self.module.__name__.rpartition(".")[2]
            messages = shapes.messages_of(getattr(self.module, stem.capitalize()))
        else:
            messages = shapes.contract_messages(contract, events)
        home = [m for m in messages if self._belongs(m)]
        enums = {f.type: None for m in home for f in shapes.fields_of(m) if f.kind == "enum"}
        order = {name: place for place, name in enumerate(vars(self.module))}
        types = sorted(
            [*home, *(e for e in enums if self._belongs(e))],
            key=lambda cls: order.get(cls.__name__, len(order)),
        )
        blocks = [
            self._enum(t) if issubclass(t, Enum) else self._message(cast("Any", t)) for t in types
        ]
        if contract is not None:
            blocks.insert(0, self._service(contract))
        head = f'syntax = "proto3";\n\npackage {self.package};\n'
        if self.imports:
            head += "\n" + "".join(f'import "{path}";\n' for path in sorted(self.imports))
        return "\n".join([head, *blocks])

    def _belongs(self, cls: type) -> bool:
        return shapes.full_name(cls).rpartition(".")[0] == self.package

    def _name(self, cls: type) -> str:
        if cls is NoneType:
            self.imports.add("google/protobuf/empty.proto")
            return "google.protobuf.Empty"
        full = shapes.full_name(cls)
        if self._belongs(cls):
            return cls.__name__
        self.imports.add(proto_path(full.rpartition(".")[0], cls.__module__))
        return full

    def _rooted(self, cls: type) -> str:
        name = self._name(cls)
        return "." + (name if "." in name else f"{self.package}.{name}")

    def _service(self, contract: type) -> str:
        lines = [*_comment(contract), f"service {contract.__name__} {{"]
        for method in shapes.methods_of(contract):
            stream = "stream " if method.streaming else ""
            # Methods and messages share names (SetUp), so messages are named from the root.
            request = self._rooted(method.request)
            reply = f"{stream}{self._rooted(method.reply)}"
            call = method.path.rpartition("/")[2]
            lines += _comment(getattr(contract, method.name), "  ")
            lines.append(f"  rpc {call}({request}) returns ({reply});")
        return "\n".join([*lines, "}\n"])

    def _enum(self, cls: type[Enum]) -> str:
        known = self._known(self.before.FindEnumTypeByName, cls, "values")
        wanted = [shapes.enum_prefix(cls) + "UNSPECIFIED", *map(shapes.enum_name, cls)]
        numbers, gone = _assign(wanted, known, first=0)
        lines = [*_comment(cls), f"enum {cls.__name__} {{", *_reserved(gone)]
        lines += [f"  {name} = {numbers[name]};" for name in wanted]
        return "\n".join([*lines, "}\n"])

    def _message(self, cls: type[Struct]) -> str:
        known = self._known(self.before.FindMessageTypeByName, cls, "fields")
        fields = shapes.fields_of(cls)
        numbers, gone = _assign([f.name for f in fields], known, first=1)
        lines = [*_comment(cls), f"message {cls.__name__} {{", *_reserved(gone)]
        for field in fields:
            label = "repeated " if field.repeated else "optional " if field.explicit else ""
            kind = self._name(field.type) if field.kind in {"enum", "message"} else field.kind
            options = self._options(cls, field.name)
            lines.append(f"  {label}{kind} {field.name} = {numbers[field.name]}{options};")
        return "\n".join([*lines, "}\n"])

    def _known(self, find: Any, cls: type, what: str) -> "Known":
        try:
            descriptor = find(shapes.full_name(cls))
        except KeyError:
            return Known()
        said = DescriptorProto() if what == "fields" else EnumDescriptorProto()
        descriptor.CopyToProto(said)
        # A message's ranges end before `end`, an enum's with it.
        past = 0 if what == "fields" else 1
        return Known(
            {entry.name: entry.number for entry in getattr(descriptor, what)},
            tuple(n for r in said.reserved_range for n in range(r.start, r.end + past)),
            tuple(said.reserved_name),
        )

    def _options(self, cls: type, name: str) -> str:
        data = field_options(self.before, shapes.full_name(cls), name)
        if data is None:
            return ""
        self.imports.add("philomel/options/v1/options.proto")
        said = text_format.MessageToString(data, as_one_line=True)
        parts = ", ".join(said.replace(": ", ":").split()).replace(":", ": ")
        return f" [(philomel.options.v1.data) = {{{parts}}}]"


def field_options(pool: DescriptorPool, message: str, field: str) -> Any:
    """The class of personal data of a field, or None."""
    try:
        descriptor = pool.FindMessageTypeByName(message).fields_by_name[field]
    except KeyError:
        return None
    extension = pool.FindExtensionByName("philomel.options.v1.data")
    # The pool is not the default one, so the options are read again with a class that knows it.
    options = message_factory.GetMessageClass(
        pool.FindMessageTypeByName("google.protobuf.FieldOptions")
    ).FromString(descriptor.GetOptions().SerializeToString())
    return options.Extensions[extension] if options.HasExtension(extension) else None


def _assign(wanted: list[str], known: Known, first: int) -> tuple[dict[str, int], Known]:
    """Numbers for `wanted`, and what must never be used again."""
    numbers = {name: known.numbers[name] for name in wanted if name in known.numbers}
    following = max([*known.numbers.values(), *known.gone, first - 1]) + 1
    for name in wanted:
        if name not in numbers:
            numbers[name] = following
            following += 1
    gone = {name: number for name, number in known.numbers.items() if name not in numbers}
    return numbers, Known(
        gone=tuple(sorted({*known.gone, *gone.values()})),
        gone_names=tuple(sorted({*known.gone_names, *gone} - {*wanted})),
    )


def _reserved(known: Known) -> list[str]:
    lines = []
    if known.gone:
        lines.append(f"  reserved {', '.join(map(str, known.gone))};")
    if known.gone_names:
        quoted = (f'"{name}"' for name in known.gone_names)
        lines.append(f"  reserved {', '.join(quoted)};")
    return lines


def _comment(thing: Any, indent: str = "") -> list[str]:
    said = (vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__) or ""
    first = inspect.cleandoc(said).partition("\n\n")[0]
    if first.startswith("Attributes:"):
        return []
    text = " ".join(first.split())
    return textwrap.wrap(text, 96, initial_indent=f"{indent}// ", subsequent_indent=f"{indent}// ")


def proto_path(package: str, module: str) -> str:
    stem = module.rpartition(".")[2] if ".kernel." in module else package.split(".")[1]
    return package.replace(".", "/") + f"/{stem}.proto"


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    name = arguments[0]
    module = find_module(name)
    place = module.__name__.split(".")
    package = f"philomel.{'kernel' if place[1] == 'kernel' else place[2]}.v1"
    text = Draft(module, package, pool_of(compile_tree())).text()
    if "--write" not in arguments:
        print(text, end="")
        return 0
    target = PROTO / proto_path(package, module.__name__)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(Path(target).relative_to(PROTO.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
