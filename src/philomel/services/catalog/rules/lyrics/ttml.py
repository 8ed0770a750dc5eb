"""TTML as music services use it: paragraphs are lines, spans with times are words.

https://www.w3.org/TR/ttml2/ and, for voices and words, what Apple Music writes. Read by a
small reader of its own: no entities besides the five of XML, no document types, nothing
fetched, a bounded depth.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from philomel.services.catalog.contract import LyricAgent, LyricLine, LyricWord
from philomel.services.catalog.rules.lyrics.model import LATEST_MS, LINES, WORDS, Parsed

_DEPTH = 64
_ATTRIBUTES = 50
_AGENTS = 50
_TOKEN = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![A-Za-z]|</?[A-Za-z_][^<>]{0,4000}>|[^<]+",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z_][\w.:-]*")
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w.:-]{0,60})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)')""")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w{1,10}));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CLOCK = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})(?:[.,](\d{1,9}))?(?::(\d{1,2}))?", re.ASCII
)
_OFFSET = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|f|t)?", re.ASCII)
_UNITS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "": 1000.0, "ms": 1.0, "f": 1000 / 30}
_SPACE = re.compile(r"\s+")


class BadLyrics(Exception):
    """Why lyrics cannot be read, in a sentence for the administrator."""


def is_ttml(text: str) -> bool:
    return text.startswith("<") and re.search(r"<(?:\w+:)?tt[\s>]", text[:4096]) is not None


@dataclass
class _Element:
    name: str
    attributes: dict[str, str]
    children: list["_Element | str"] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute, whatever its prefix."""
        return self.attributes.get(name, "")


@dataclass
class _Pieces:
    """A line while it is put together."""

    words: list[LyricWord] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    behind: list["_Pieces"] = field(default_factory=list)


def parse_ttml(text: str) -> Parsed:
    """The lines of a TTML document.

    Raises:
        BadLyrics: it is no document, or one that wants more than is safe.
    """
    root = _read(text)
    parsed = Parsed(lines=[], language=root.get("lang"))
    for element in _walk(root):
        if len(parsed.lines) >= LINES:
            break
        if element.name == "agent" and len(parsed.agents) < _AGENTS:
            parsed.agents.append(_agent(element))
        elif element.name == "p":
            parsed.lines.extend(_lines(element))
    if all(line.start_ms is not None for line in parsed.lines):
        parsed.lines.sort(key=lambda line: line.start_ms or 0)
    elif any(line.start_ms is not None for line in parsed.lines):
        # Half timed is not timed: there is no order to show such lines in.
        parsed.lines = [LyricLine(text=line.text) for line in parsed.lines]
    return parsed


def _agent(element: _Element) -> LyricAgent:
    names = [_text(child) for child in element.children if isinstance(child, _Element)]
    name = next((name for name in names if name), "")[:200]
    return LyricAgent(id=element.get("id")[:50], name=name, group=element.get("type") == "group")


def _lines(element: _Element) -> list[LyricLine]:
    pieces = _Pieces()
    _gather(element, pieces)
    start, end = _time(element.get("begin")), _time(element.get("end"))
    agent = element.get("agent")[:50]
    main = _line(pieces, start, end, agent)
    return [
        line
        for line in (
            main,
            *(_line(one, start, end, agent, background=True) for one in pieces.behind),
        )
        if line.text
    ]


def _line(
    pieces: _Pieces, start: int | None, end: int | None, agent: str, *, background: bool = False
) -> LyricLine:
    words = pieces.words[:WORDS]
    if words:
        last = words[-1]
        words[-1] = LyricWord(last.start_ms, last.text.rstrip(), last.end_ms)
        text = "".join(word.text for word in words)
        start = words[0].start_ms if start is None or background else start
        end = (words[-1].end_ms or end) if end is None or background else end
    else:
        text = _SPACE.sub(" ", "".join(pieces.texts)).strip()
    return LyricLine(text, start, end, tuple(words), agent, background)


def _gather(element: _Element, into: _Pieces) -> None:
    for child in element.children:
        if isinstance(child, str):
            into.texts.append(child)
            if into.words and child[:1].isspace():
                last = into.words[-1]
                if not last.text.endswith(" "):
                    into.words[-1] = LyricWord(last.start_ms, last.text + " ", last.end_ms)
            continue
        role = child.get("role")
        if child.name == "br":
            into.texts.append(" ")
        elif role == "x-bg":
            into.behind.append(_Pieces())
            _gather(child, into.behind[-1])
        elif role in ("x-translation", "x-roman") or child.name == "metadata":
            continue
        elif (start := _time(child.get("begin"))) is not None and (text := _text(child)).strip():
            spaced = _SPACE.sub(" ", text)
            into.words.append(LyricWord(start, spaced, _time(child.get("end"))))
            into.texts.append(text)
        else:
            _gather(child, into)


def _text(element: _Element) -> str:
    return "".join(child if isinstance(child, str) else _text(child) for child in element.children)


def _time(text: str) -> int | None:
    """Milliseconds of "1:02.5", "00:01:02.5", "62.5s", "62500ms"; None without a time."""
    text = text.strip()
    if (found := _CLOCK.fullmatch(text)) is not None:
        hours, minutes, seconds = int(found[1] or 0), int(found[2]), int(found[3])
        rest = int((found[4] or "0").ljust(3, "0")[:3]) + int(found[5] or 0) * 1000 // 30
        at = (hours * 3600 + minutes * 60 + seconds) * 1000 + rest
    elif (found := _OFFSET.fullmatch(text)) is not None and found[2] != "t":
        at = round(float(found[1]) * _UNITS[found[2] or ""])
    else:
        return None
    return min(at, LATEST_MS)


def _read(text: str) -> _Element:
    root = _Element("", {})
    open_: list[_Element] = [root]
    position = 0
    while (found := _TOKEN.match(text, position)) is not None:
        position = found.end()
        _take(found[0], open_)
    if position != len(text) or len(open_) != 1:
        raise BadLyrics("its XML is damaged")
    return next((each for each in root.children if isinstance(each, _Element)), root)


def _take(token: str, open_: list[_Element]) -> None:
    """One token, inside the elements that are open."""
    if token.startswith("</"):
        if len(open_) < 2 or open_[-1].name != _local(token[2:-1]):
            raise BadLyrics("its XML is damaged")
        open_.pop()
    elif token.startswith("<!["):
        open_[-1].children.append(token[9:-3])
    elif token.startswith(("<!--", "<?")):
        return
    elif token.startswith("<!"):
        raise BadLyrics("it declares a document type, which lyrics do not need")
    elif token.startswith("<"):
        element = _start(token)
        open_[-1].children.append(element)
        if not token.endswith("/>"):
            open_.append(element)
            if len(open_) > _DEPTH:
                raise BadLyrics("its elements are nested too deeply")
    else:
        open_[-1].children.append(_ENTITY.sub(_character, token))


def _start(token: str) -> _Element:
    attributes: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(token):
        if len(attributes) >= _ATTRIBUTES:
            break
        value = found[2] if found[2] is not None else found[3]
        attributes[_local(found[1])] = _ENTITY.sub(_character, value)
    return _Element(_local(token[1:]), attributes)


def _local(name: str) -> str:
    found = _NAME.match(name)
    return found[0].rpartition(":")[2] if found else ""


def _character(found: re.Match[str]) -> str:
    if found[3] is not None:
        if found[3] not in _ENTITIES:
            raise BadLyrics("it uses an entity that XML does not have")
        return _ENTITIES[found[3]]
    number = int(found[1]) if found[1] is not None else int(found[2], 16)
    good = 32 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF or number in (9, 10, 13)
    return chr(number) if good else "\ufffd"


def _walk(element: _Element) -> Iterator[_Element]:
    """Every element in the order of the document."""
    left = [element]
    while left:
        one = left.pop()
        yield one
        if one.name != "p":
            left.extend(child for child in reversed(one.children) if isinstance(child, _Element))
