"""The `fields` parameter: which parts of an answer somebody wants.

`name,tracks.items(track(name,album(!images,href)))`: names after a comma, what is wanted inside
in brackets or after a dot; in brackets that begin with `!`, everything but what is named.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from philomel.gateway.webapi.objects import Object
from philomel.kernel.errors import InvalidArgument

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[(),.!])")
_DEEPEST, _LONGEST = 10, 2_000


@dataclass
class Selection:
    """Attributes:
    names: what is wanted, or with `but` what is not, and what of it; None for all of it.
    """

    names: dict[str, "Selection | None"] = field(default_factory=dict)
    but: bool = False


def parse_fields(text: str) -> Selection:
    """Raises:
    InvalidArgument: it is not written like that.
    """
    if len(text) > _LONGEST:
        raise _wrong()
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at:].strip():
                raise _wrong()
            break
        tokens.append(match[1])
        at = match.end()
    parser = _Parser(tokens)
    found = parser.names(0)
    if parser.tokens:
        raise _wrong()
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def names(self, depth: int) -> Selection:
        if depth > _DEEPEST:
            raise _wrong()
        found = Selection()
        while True:
            if self._take("!"):
                found.but = True
            name = self._name()
            inside = self._inside(depth)
            before = found.names.get(name)
            if name in found.names and (before is None or inside is None):
                inside = None
            elif before is not None and inside is not None:
                inside = Selection({**before.names, **inside.names}, inside.but)
            found.names[name] = inside
            if not self._take(","):
                return found

    def _inside(self, depth: int) -> Selection | None:
        if self._take("."):
            if depth > _DEEPEST:
                raise _wrong()
            name = self._name()
            return Selection({name: self._inside(depth + 1)})
        if not self._take("("):
            return None
        found = self.names(depth + 1)
        if not self._take(")"):
            raise _wrong()
        return found

    def _name(self) -> str:
        if not self.tokens or not self.tokens[-1][0].isidentifier():
            raise _wrong()
        return self.tokens.pop()

    def _take(self, token: str) -> bool:
        if self.tokens and self.tokens[-1] == token:
            self.tokens.pop()
            return True
        return False


def only(answer: Object, query: Mapping[str, str]) -> Object:
    """The answer, or what the `fields` parameter wants of it."""
    text = query.get("fields", "")
    if not text.strip():
        return answer
    chosen = _choose(answer, parse_fields(text))
    assert isinstance(chosen, dict)
    return chosen


def _choose(value: object, selection: Selection) -> object:
    if isinstance(value, (list, tuple)):
        return [_choose(each, selection) for each in value]
    if not isinstance(value, dict):
        return value
    chosen: Object = {}
    for name, content in value.items():
        named = name in selection.names
        inside = selection.names.get(name)
        if selection.but:
            if not named:
                chosen[name] = content
            elif inside is not None:
                chosen[name] = _choose(content, inside)
        elif named:
            chosen[name] = content if inside is None else _choose(content, inside)
    return chosen


def _wrong() -> InvalidArgument:
    return InvalidArgument("Invalid fields")
