"""LRC: times in brackets before lines, and in angle brackets before words (enhanced LRC).

There is no standard; this reads what players and editors agree on:
https://en.wikipedia.org/wiki/LRC_(file_format).
"""

import re
from collections.abc import Iterable

from philomel.services.catalog.contract import LyricAgent, LyricLine, LyricWord
from philomel.services.catalog.rules.lyrics.model import LATEST_MS, LINES, WORDS, Parsed

_TIME = r"(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?"
_LINE_TIME = re.compile(rf"\s*\[{_TIME}\]", re.ASCII)
_WORD_TIME = re.compile(rf"<{_TIME}>", re.ASCII)
_HEAD = re.compile(r"\s*\[([A-Za-z#]{1,10}):([^\]\n]{0,500})\]\s*\Z", re.ASCII)
_OFFSET = re.compile(r"\s*[+-]?\d{1,7}\s*\Z", re.ASCII)
_VOICE = re.compile(r"\s*(v\d{1,2}|F|M|D):\s?", re.ASCII)
_BACKGROUND = re.compile(r"\s*\[bg:(.*)\]\s*\Z", re.ASCII)
_REPEATS = 100
"""A line that is sung more often than this is listed so often only."""


class _Reader:
    """Takes the lines of an LRC text, one after the other."""

    def __init__(self) -> None:
        self.lines: list[LyricLine] = []
        self.voices: dict[str, None] = {}
        self.offset = 0
        self.language = ""

    def take(self, raw: str) -> None:
        if (around := _BACKGROUND.match(raw)) is not None:
            line = _line(around[1], None)
            if line.words and self.lines:
                self.lines.append(_with(line, background=True))
            return
        starts, rest = _starts(raw)
        if not starts:
            self._head(raw)
            return
        voice = _VOICE.match(rest)
        agent = voice[1] if voice else ""
        if voice:
            self.voices[agent] = None
            rest = rest[voice.end() :]
        for start in starts[:_REPEATS]:
            line = _line(rest, start)
            self.lines.append(_with(line, agent=agent) if agent else line)

    def _head(self, raw: str) -> None:
        head = _HEAD.match(raw)
        if head is None:
            return
        name, value = head[1].lower(), head[2]
        if name == "offset" and _OFFSET.match(value):
            self.offset = int(value)
        elif name in ("la", "lang", "language"):
            self.language = value


def parse_lrc(text: str) -> Parsed | None:
    """The timed lines of an LRC text; None if it has none."""
    reader = _Reader()
    for raw in text.splitlines():
        if len(reader.lines) >= LINES:
            break
        reader.take(raw)
    lines = reader.lines
    if not lines:
        return None
    if reader.offset:
        lines = [_earlier(line, reader.offset) for line in lines]
    lines.sort(key=lambda line: line.start_ms or 0)
    agents = [LyricAgent(id=voice, group=voice == "D") for voice in reader.voices]
    return Parsed(lines=lines, language=reader.language, agents=agents)


def to_lrc(lines: Iterable[LyricLine]) -> str:
    """Lines as LRC, without the times of words."""
    return "\n".join(f"[{_stamp(line.start_ms or 0)}]{line.text}" for line in lines)


def _starts(raw: str) -> tuple[list[int], str]:
    starts, at = [], 0
    while (found := _LINE_TIME.match(raw, at)) is not None:
        starts.append(_milliseconds(found))
        at = found.end()
    return starts, raw[at:]


def _line(text: str, start: int | None) -> LyricLine:
    """A line, with its words if they are timed."""
    marks = list(_WORD_TIME.finditer(text))[: WORDS + 1]
    if not marks:
        return LyricLine(text=text.strip(), start_ms=start)
    first = text[: marks[0].start()].strip()
    words: list[LyricWord] = []
    if first and start is not None:
        words.append(LyricWord(start, first + " ", _milliseconds(marks[0])))
    for place, mark in enumerate(marks):
        follows = marks[place + 1] if place + 1 < len(marks) else None
        piece = text[mark.end() : follows.start() if follows else len(text)]
        if not piece.strip():
            continue
        end = _milliseconds(follows) if follows else None
        words.append(LyricWord(_milliseconds(mark), piece.lstrip() if not words else piece, end))
    if words:
        last = words[-1]
        words[-1] = LyricWord(last.start_ms, last.text.rstrip(), last.end_ms)
    return LyricLine(
        text="".join(word.text for word in words),
        start_ms=start if start is not None or not words else words[0].start_ms,
        end_ms=words[-1].end_ms if words else None,
        words=tuple(words),
    )


def _with(line: LyricLine, *, agent: str = "", background: bool = False) -> LyricLine:
    return LyricLine(line.text, line.start_ms, line.end_ms, line.words, agent, background)


def _earlier(line: LyricLine, by: int) -> LyricLine:
    """A positive offset lets the lyrics come earlier."""
    return LyricLine(
        text=line.text,
        start_ms=_shift(line.start_ms, by),
        end_ms=_shift(line.end_ms, by),
        words=tuple(
            LyricWord(max(0, word.start_ms - by), word.text, _shift(word.end_ms, by))
            for word in line.words
        ),
        agent=line.agent,
        background=line.background,
    )


def _shift(at: int | None, by: int) -> int | None:
    return None if at is None else max(0, at - by)


def _milliseconds(found: re.Match[str]) -> int:
    fraction = (found[3] or "0").ljust(3, "0")
    return min((int(found[1]) * 60 + int(found[2])) * 1000 + int(fraction), LATEST_MS)


def _stamp(at: int) -> str:
    minutes, rest = divmod(at, 60_000)
    return f"{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
