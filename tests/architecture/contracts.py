"""Every contract there is, found by walking the tree."""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

import philomel
from philomel.rpc import shapes

ROOT = Path(philomel.__file__).parent


class Contract(Struct, frozen=True):
    """Attributes:
    package: in proto.
    messages: all that methods and events use, those of the kernel included.
    """

    name: str
    module: Any
    protocol: type
    package: str
    events: tuple[type[Struct], ...]
    messages: tuple[type[Struct], ...]


def _find() -> Iterator[Contract]:
    for floor in ("services", "engines"):
        for path in sorted((ROOT / floor).glob("*/contract*")):
            name = path.parent.name
            module = importlib.import_module(f"philomel.{floor}.{name}.contract")
            (protocol,) = (
                cls
                for cls in vars(module).values()
                if inspect.isclass(cls)
                and getattr(cls, "_is_protocol", False)
                and cls.__module__ == module.__name__
            )
            events = getattr(module, "EVENTS", ())
            messages = shapes.contract_messages(protocol, events)
            yield Contract(name, module, protocol, f"philomel.{name}.v1", events, messages)


CONTRACTS = tuple(_find())
