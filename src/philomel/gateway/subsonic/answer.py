"""One structure, written as XML or JSON.

A dict is an element: its plain values are attributes, `value` is its text, and dicts and
lists (or tuples) are child elements; a list repeats its element. JSON is the same structure
as it is. Builders leave out what is not there: no None reaches this file.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from philomel.gateway.subsonic.errors import GENERIC, Failure

Node = Mapping[str, object]

PROTOCOL = "1.16.1"
LONG = 500
"""Entries of a list; so many songs are written in some 10 ms."""
_AN_ENTRY = 1 << 11
"""Bytes of what was written before that are sent as fast as an entry is written."""
_INDEXES = 100
_BLOCK = 128
"""Entries that are put together: so much is copied and sent while it is still near."""
_GAP = b"\0"
"""Where something prepared belongs; JSON itself never has this byte."""
_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.]{0,127}")
_SPECIAL = re.compile("[^ !#$%'()*+,\\-./0-9:;=?@A-Za-z\\[\\\\\\]^_`{|}~\u00a0-\ud7ff]")
_TEXTS = frozenset({"artistInfo", "artistInfo2", "albumInfo"})
"""Elements whose plain values are elements of their own, as the schema of Subsonic has it."""
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}


class Form(Struct, frozen=True):
    """How the answer is to be written.

    Attributes:
        name: "xml", "json" or "jsonp".
        callback: of jsonp; a name, checked.
    """

    name: str = "xml"
    callback: str = ""


class Prepared:
    """A list that was written before, in the form of the answer it stands in; see `prepared`.

    No Struct and no dataclass: msgspec would write those by itself.
    """

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts

    @property
    def text(self) -> bytes:
        return b"".join(self.parts)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))


class Written(Struct, frozen=True):
    """Attributes:
    parts: of the body, one after the other: a long one is never copied as a whole.
    """

    parts: tuple[bytes, ...]
    content_type: str

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))


def form_of(name: str | None, callback: str | None) -> Form:
    """The form a player asks for; XML without a word.

    Raises:
        Failure: no form of ours, or no callback that is a plain name.
    """
    if name is None or name in {"", "xml"}:
        return Form()
    if name == "json":
        return Form("json")
    if name == "jsonp":
        if callback is None or not _CALLBACK.fullmatch(callback):
            raise Failure(GENERIC, "jsonp needs a callback that is a plain name")
        return Form("jsonp", callback)
    raise Failure(GENERIC, "f must be xml, json or jsonp")


def write(form: Form, version: str, body: Node) -> Written:
    """A successful answer."""
    return _write(form, version, "ok", body)


def prepared(form: Form, name: str, found: list[object]) -> bytes:
    """A list as it stands in an answer under `name`, for a `Prepared`."""
    if form.name != "xml":
        return msgspec.json.encode(found)
    parts: list[str] = []
    _repeat(parts, name, found)
    return "".join(parts).encode("utf-8", "replace")


def entry(form: Form, item: Node) -> bytes:
    """An item of a list, whose first values may be replaced: see `attributes`."""
    if form.name != "xml":
        return msgspec.json.encode(item)
    parts: list[str] = []
    children, text = _attributes(parts, item)
    parts.append(f">{text}")
    _children(parts, children)
    return "".join(parts).encode("utf-8", "replace")


def attributes(form: Form, values: Node) -> bytes:
    """How an `entry` begins whose first values are these."""
    if form.name != "xml":
        begun = msgspec.json.encode(values).removesuffix(b"}")
        return begun + b"," if values else begun
    parts: list[str] = []
    _attributes(parts, values)
    return "".join(parts).encode()


def whole(form: Form, name: str, entries: Sequence[bytes]) -> Prepared:
    """A list of entries under `name`."""
    if form.name != "xml":
        return Prepared(b"[", *_blocks(b",", entries), b"]")
    if not entries:
        return Prepared(b"")
    first, last = f"<{name}".encode(), f"</{name}>".encode()
    return Prepared(first, *_blocks(last + first, entries), last)


def _blocks(between: bytes, entries: Sequence[bytes]) -> list[bytes]:
    """The entries with `between` them, some together."""
    first, *others = (entries[at : at + _BLOCK] for at in range(0, len(entries) or 1, _BLOCK))
    return [between.join(first), *(between.join((b"", *block)) for block in others)]


def write_failure(form: Form, version: str, failure: Failure) -> Written:
    error = {"code": failure.number, "message": failure.message}
    return _write(form, version, "failed", {"error": error})


def is_long(body: Node) -> bool:
    """Whether writing this takes so long that others must have their turn meanwhile."""
    return _entries(body, 3) > LONG


def _entries(node: Node, depth: int) -> int:
    """Entries of the lists in `node`, down to the artists of an index."""
    found = 0
    for value in node.values():
        if isinstance(value, dict):
            found += _entries(value, depth)
        elif isinstance(value, Prepared):
            found += value.size // _AN_ENTRY
        elif isinstance(value, list | tuple):
            found += len(value)
            if depth > 1 and found <= _INDEXES:
                inner = (item for item in value if isinstance(item, dict))
                found += sum(_entries(item, depth - 2) for item in inner)
    return found


def _write(form: Form, version: str, status: str, body: Node) -> Written:
    response: dict[str, object] = {
        "status": status,
        "version": PROTOCOL,
        "type": "philomel",
        "serverVersion": version,
        "openSubsonic": True,
        **body,
    }
    if form.name == "xml":
        return Written((_xml(response),), "application/xml; charset=utf-8")
    parts = _json({"subsonic-response": response})
    if form.name == "json":
        return Written(tuple(parts), "application/json; charset=utf-8")
    # The comment keeps the first bytes of the answer from being an attacker's choice.
    begun = b"/**/" + form.callback.encode() + b"("
    return Written((begun, *parts, b");"), "text/javascript; charset=utf-8")


def _json(response: Node) -> list[bytes]:
    found: list[Prepared] = []

    def left_out(value: object) -> msgspec.Raw:
        if not isinstance(value, Prepared):
            raise TypeError(type(value))
        found.append(value)
        return msgspec.Raw(_GAP)

    first, *others = msgspec.json.encode(response, enc_hook=left_out).split(_GAP)
    parts = [first]
    for prepared_one, after in zip(found, others, strict=True):
        parts += prepared_one.parts
        parts.append(after)
    return parts


def _xml(response: Node) -> bytes:
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    root = {"xmlns": "http://subsonic.org/restapi", **response}
    _element(parts, "subsonic-response", root)
    return "".join(parts).encode("utf-8", "replace")


def _element(parts: list[str], name: str, node: Node) -> None:
    parts.append(f"<{name}")
    if name in _TEXTS:
        node = {key: [text] if isinstance(text, str) else text for key, text in node.items()}
    children, text = _attributes(parts, node)
    if not children and not text:
        parts.append("/>")
        return
    parts.append(f">{text}")
    _children(parts, children)
    parts.append(f"</{name}>")


def _children(parts: list[str], children: Sequence[tuple[str, object]]) -> None:
    for key, child in children:
        if isinstance(child, dict):
            _element(parts, key, child)
        elif isinstance(child, list | tuple):
            _repeat(parts, key, child)
        elif isinstance(child, Prepared):
            parts.append(child.text.decode())


def _attributes(parts: list[str], node: Node) -> tuple[list[tuple[str, object]], str]:
    """Write the attributes; what is left are the children and the text."""
    add = parts.append
    children: list[tuple[str, object]] = []
    text = ""
    for key, value in node.items():
        # The commonest first: a list of 500 albums has some 20,000 attributes.
        if isinstance(value, str):
            shown = value if value.isalnum() and value.isascii() else escape(value)
            if key == "value" and "cue" not in node:
                text = shown
            else:
                add(f' {key}="{shown}"')
        elif isinstance(value, bool):
            add(f' {key}="{"true" if value else "false"}"')
        elif isinstance(value, int | float):
            add(f' {key}="{value}"')
        elif value or isinstance(value, dict):
            children.append((key, value))
    return children, text


def _repeat(parts: list[str], name: str, items: list[object] | tuple[object, ...]) -> None:
    for item in items:
        if isinstance(item, dict):
            _element(parts, name, item)
        else:
            parts.append(f"<{name}>{escape(str(item))}</{name}>")


def escape(text: str) -> str:
    """`text` as it may stand in XML; characters that no XML can hold are dropped."""
    if _SPECIAL.search(text) is None:
        return text
    return "".join([_escaped(character) for character in text])


def _escaped(character: str) -> str:
    known = _ESCAPES.get(character)
    if known is not None:
        return known
    allowed = (
        "\x20" <= character <= "\ud7ff"
        or "\ue000" <= character <= "\ufffd"
        or character >= "\U00010000"
    )
    return character if allowed else ""
