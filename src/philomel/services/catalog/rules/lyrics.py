"""Lyrics: plain or synchronised."""

import re

_LINE = re.compile(r"^\s*\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\]", re.MULTILINE)
_LENGTH = 256 * 1024


def is_synced(text: str) -> bool:
    """Whether the text is in LRC format."""
    return _LINE.search(text) is not None


def decode(data: bytes) -> str:
    """The text of an .lrc file, whatever wrote it."""
    data = data[:_LENGTH]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return text.replace("\0", "").strip()
