"""Values out of other people's files and answers: of the right kind, or nothing."""


def text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def number(value: object) -> int:
    """A whole number that is not negative; 0 for everything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:18])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 <= value < 1 << 62 else 0


def thousandths(value: object) -> int:
    """Seconds as milliseconds; 0 if it is no number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return round(value * 1000) if 0 <= value < 1 << 32 else 0
