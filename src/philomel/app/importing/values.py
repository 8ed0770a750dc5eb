"""Values out of other people's files and answers: of the right kind, or nothing."""

import unicodedata

_LONGEST = 4_096


def text(value: object) -> str:
    """A line of text: at most 4,096 characters, without controls and halves of characters."""
    return shown(value[:_LONGEST]).strip() if isinstance(value, str) else ""


def path(value: object) -> str:
    """As `text`, but for blanks at its ends, and cut at its start: its end names the file."""
    return shown(value[-_LONGEST:]) if isinstance(value, str) else ""


def shown(text: str) -> str:
    """`text` without what no database, no wire and no terminal should be given."""
    if text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})


def number(value: object, most: int = 1 << 62) -> int:
    """A whole number that is not negative, and below `most`; 0 for everything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:18])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 <= value < most else 0


def thousandths(value: object) -> int:
    """Seconds as milliseconds; 0 if it is no number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return round(value * 1000) if 0 <= value < 1 << 32 else 0
