"""Tags as they stand in a file made fit to be kept: names mapped, text mended, sizes bound."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from philomel.engines.audio import TagValue
from philomel.engines.audio.tags.names import FREE, IGNORED, PICTURES

MAX_VALUE: Final = 32 << 10
MAX_LYRICS: Final = 256 << 10
MAX_VALUES: Final = 1000
MAX_NAMES: Final = 300
MAX_TOTAL: Final = 2 << 20

_NAME = re.compile(r"[a-z0-9][a-z0-9 _.:/-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_LONG: Final = ("lyrics", "comment")
_PAIRS: Final = (
    ("tracknumber", "tracktotal"),
    ("discnumber", "disctotal"),
    ("movementnumber", "movementtotal"),
)
_REFERENCE_SHIFT_DB: Final = 5.0
"""R128 gains aim at -23 LUFS, ReplayGain 2 at -18."""

Raw = dict[str, list[str]]


def free_name(name: str) -> str | None:
    """The normalised form of a name that people made up, or None if it is to be left out."""
    name = name.strip().lower()
    if name in FREE:
        return FREE[name]
    if name in PICTURES or _NAME.fullmatch(name) is None:
        return None
    if name.startswith(IGNORED) and name != "itunesadvisory":
        return None
    return name


def add(raw: Raw, name: str, values: Iterable[str]) -> None:
    raw.setdefault(name, []).extend(values)


def clean(raw: Raw) -> tuple[tuple[TagValue, ...], tuple[str, ...]]:
    """Tags sorted by name, and warnings."""
    _split_totals(raw)
    _convert_r128(raw)
    for name in [name for name in raw if name.startswith("syncedlyrics")]:
        plain = name.removeprefix("synced")
        raw[plain] = raw.pop(name) + raw.get(plain, [])
    warnings: list[str] = []
    tags: list[TagValue] = []
    total = 0
    for name in sorted(raw):
        values = _values(name, raw[name], warnings)
        size = sum(map(len, values))
        if len(tags) == MAX_NAMES or total + size > MAX_TOTAL:
            warnings.append("There are too many tags; some were left out.")
            break
        if values:
            tags.append(TagValue(name, values))
            total += size
    return tuple(tags), tuple(warnings)


def _values(name: str, raw: list[str], warnings: list[str]) -> tuple[str, ...]:
    values: dict[str, None] = {}
    limit = MAX_LYRICS if name.startswith("lyrics") else MAX_VALUE
    if len(raw) > MAX_VALUES:
        warnings.append(f"The tag {name} has {len(raw)} values; {MAX_VALUES} were kept.")
    for value in raw[:MAX_VALUES]:
        if not value.isprintable():
            value = _mend(name, value)  # noqa: PLW2901 - the mended text takes its place
        value = value.strip()  # noqa: PLW2901 - as above
        if 4 * len(value) > limit and len(data := value.encode()) > limit:
            value = data[:limit].decode("utf-8", "ignore")  # noqa: PLW2901 - as above
            warnings.append(f"The tag {name} was cut to {limit >> 10} kB.")
        if value:
            values[value] = None
    return tuple(values)


def clean_text(text: str) -> str:
    """One line of a text that was not a tag."""
    return _mend("", text).strip()


def _mend(name: str, value: str) -> str:
    """Without control characters; line breaks are for texts only."""
    if name.startswith(_LONG):
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    else:
        value = _SPACE.sub(" ", value)
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", value))


def _split_totals(raw: Raw) -> None:
    """A number may come with its total: "3/12"."""
    for number, total in _PAIRS:
        for value in raw.get(number, ())[:1]:
            first, slash, second = value.partition("/")
            if slash:
                raw[number] = [first]
                if second.strip(" 0"):
                    raw.setdefault(total, [second])


def _convert_r128(raw: Raw) -> None:
    for kind in ("track", "album"):
        values = raw.pop(f"r128_{kind}_gain", None)
        if not values or f"replaygain_{kind}_gain" in raw:
            continue
        try:
            gain = int(values[0]) / 256 + _REFERENCE_SHIFT_DB
        except ValueError:
            continue
        if abs(gain) < 150:
            raw[f"replaygain_{kind}_gain"] = [f"{gain:.2f} dB"]


def free_tags(items: Mapping[str, Iterable[str]], raw: Raw) -> None:
    """Take over tags whose names people made up."""
    for key, values in items.items():
        if (name := free_name(key)) is not None:
            add(raw, name, values)
