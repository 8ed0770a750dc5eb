"""Fills constructors by type: what a part needs stands in its own annotations."""

import dataclasses
import inspect
import types
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Provide = Callable[[Any], Awaitable[object]]


def needs(kind: type) -> dict[str, Any]:
    """The types that `kind` asks for, by the name of its field or argument."""
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
    else:
        hints = get_type_hints(kind.__init__)  # type: ignore[misc]  # of the class itself
        names = list(inspect.signature(kind).parameters)
    return {name: _present(hints[name]) for name in names}


async def fill(kind: type[T], provide: Provide) -> T:
    """An instance of `kind` with every need provided."""
    return kind(**{name: await provide(need) for name, need in needs(kind).items()})


def _present(hint: Any) -> Any:
    """The type itself, of one that may be None as well."""
    if get_origin(hint) in {Union, types.UnionType}:
        rest = [each for each in get_args(hint) if each is not type(None)]
        if len(rest) == 1:
            return rest[0]
    return hint
