"""Lyrics in all the forms people keep them in, as one model.

Everything here is plain Python over text of a bounded length: whatever stands in a file, it
takes time in proportion to it, and cannot reach anything else.
"""

import re

import msgspec

from philomel.services.catalog.contract import LyricLine, LyricSet
from philomel.services.catalog.rules.lyrics.lrc import parse_lrc, to_lrc
from philomel.services.catalog.rules.lyrics.model import LINES, Parsed
from philomel.services.catalog.rules.lyrics.ttml import BadLyrics, is_ttml, parse_ttml

__all__ = ["LENGTH", "SETS", "BadLyrics", "best_first", "decode", "language_of", "parse", "text_of"]

LENGTH = 512 * 1024
"""More of a text than this, in bytes of a file, is left out."""
SETS = 10
"""A track has at most so many."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.IGNORECASE | re.ASCII)


def decode(data: bytes) -> str:
    """The text of a file, whatever wrote it."""
    data = data[:LENGTH]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return _clean(text)


def language_of(text: str) -> str | None:
    """A language code as people write it; None if it is none."""
    text = text.strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(text) or text.casefold() in ("und", "xxx", "zxx", "mul"):
        return None
    first, dash, rest = text.partition("-")
    return first.lower() + dash + rest


def parse(text: str, language: str | None = None, source: str = "tag") -> LyricSet | None:
    """The lyrics in a text: TTML, LRC with or without word times, or plain. None without any.

    Raises:
        BadLyrics: it is TTML and damaged.
    """
    text = _clean(text[:LENGTH])
    parsed = parse_ttml(text) if is_ttml(text) else parse_lrc(text) or _plain(text)
    lines = parsed.lines[:LINES]
    if not any(line.text for line in lines):
        return None
    return LyricSet(
        language=language or language_of(parsed.language) or "und",
        synced=any(line.start_ms is not None for line in lines),
        worded=any(line.words for line in lines),
        source=source,
        lines=tuple(lines),
        agents=tuple(parsed.agents),
    )


def best_first(sets: list[LyricSet]) -> tuple[LyricSet, ...]:
    """Timed before plain; then what somebody put beside the file on purpose; each once."""
    unique: dict[tuple[str, bytes], LyricSet] = {}
    for one in sets:
        unique.setdefault((one.language, msgspec.json.encode(one.lines)), one)
    kept = sorted(
        unique.values(),
        key=lambda one: (not one.synced, one.source != "file", not one.worded),
    )
    return tuple(kept[:SETS])


def text_of(lyrics: LyricSet) -> str:
    """As plain text, or as LRC if the lines are timed."""
    if not lyrics.synced:
        return "\n".join(line.text for line in lyrics.lines)
    return to_lrc(lyrics.lines)


def _plain(text: str) -> Parsed:
    lines = [LyricLine(text=line.rstrip()) for line in text.splitlines()]
    return Parsed(lines=lines)


def _clean(text: str) -> str:
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    return text.strip().lstrip("\ufeff").strip()
