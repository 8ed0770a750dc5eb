"""Single tag values: cleaned, parsed, or left out."""

import re

NAME_LENGTH = 1_000
TEXT_LENGTH = 4_000

_DATE = re.compile(r"^\s*(\d{4})(?:[-./]?(\d{2})(?:[-./]?(\d{2}))?)?")
_NUMBER = re.compile(r"^\s*(\d{1,6})(?:\s*(?:/|of|von)\s*(\d{1,6}))?")
_DECIMAL = re.compile(r"^\s*([+-]?\d{1,4}(?:[.,]\d{1,12})?)")
_UUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_ISRC = re.compile(r"^[A-Z]{2}[A-Z0-9]{3}\d{7}$")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
_UNTIDY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str, length: int = NAME_LENGTH) -> str:
    """One line that every database and protocol can carry, at most `length` characters."""
    return " ".join(clean_lines(text, length).splitlines())


def clean_lines(text: str, length: int) -> str:
    """As `clean`, with its line ends."""
    text = text[: length * 2]
    if _UNTIDY.search(text):
        text = text.translate(_CONTROLS).encode("utf-8", "replace").decode()
    return text.strip()[:length]


def number(text: str) -> tuple[int | None, int | None]:
    """A number and its total: "3", "3/12", "03 of 12"."""
    found = _NUMBER.match(text)
    if not found:
        return None, None
    first, total = int(found[1]), int(found[2] or 0)
    return (first if 0 < first < 100_000 else None), (total if 0 < total < 100_000 else None)


def date(text: str) -> str | None:
    """A date as "1994", "1994-03" or "1994-03-08", from what taggers write."""
    found = _DATE.match(text)
    if not found or not 1000 <= int(found[1]) <= 2999:
        return None
    year, month, day = found[1], int(found[2] or 0), int(found[3] or 0)
    if not 1 <= month <= 12:
        return year
    return f"{year}-{month:02}-{day:02}" if 1 <= day <= 31 else f"{year}-{month:02}"


def decimal(text: str, limit: float) -> float | None:
    """A number such as "-6.48 dB", if it is within plus or minus `limit`."""
    found = _DECIMAL.match(text.replace("\u2212", "-"))
    if not found:
        return None
    value = float(found[1].replace(",", "."))
    return value if -limit <= value <= limit else None


def opus_gain(text: str) -> float | None:
    """An R128 gain of Opus (RFC 7845: Q7.8, reference -23 LUFS) as ReplayGain (-18 LUFS)."""
    try:
        value = int(text.strip()[:8])
    except ValueError:
        return None
    return value / 256 + 5 if -32768 <= value <= 32767 else None


def mbid(text: str) -> str | None:
    """A MusicBrainz id; anything but a UUID is none."""
    text = text.strip().lower()
    return text if _UUID.match(text) else None


def isrc(text: str) -> str | None:
    text = text.replace("-", "").replace(" ", "").upper()
    return text if _ISRC.match(text) else None


def is_yes(text: str) -> bool:
    return text.strip().casefold() in ("1", "true", "yes")
