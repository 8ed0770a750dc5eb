"""ID3 tags of every version. Imported in workers only."""

from collections.abc import Callable
from typing import Any, Final

from mutagen._util import decode_terminated
from mutagen.id3 import ID3, ID3NoHeaderError, _specs

from philomel.engines.audio.tags import names as tag_names
from philomel.engines.audio.tags.cleaning import Raw, add, free_name

_MAX_SYNCED_LINES = 10_000


def mend_text() -> None:
    """Make mutagen replace what is not UTF-8 instead of dropping the frame.

    It has no setting for that; the replacement is made in the worker process only.
    """
    specs: Any = _specs
    specs.decode_terminated = _decode_terminated


def _decode_terminated(data: bytes, encoding: str, strict: bool = True) -> tuple[str, bytes]:
    try:
        text, rest = decode_terminated(data, encoding, strict)
    except UnicodeDecodeError:
        end = data.find(b"\0") if encoding.startswith("utf8") else -1
        if end < 0:
            return data.decode(encoding, "replace"), b""
        return data[:end].decode(encoding, "replace"), data[end + 1 :]
    return text, rest


def read_id3(file: Any) -> tuple[Raw, bool, int] | None:
    """Raw tags, whether there is a picture, and the tag's length; None without a tag."""
    file.seek(0)
    try:
        tag: Any = ID3(file)
    except ID3NoHeaderError:
        return None
    raw: Raw = {}
    picture = False
    for frame in tag.values():
        kind = frame.FrameID
        if (name := tag_names.ID3.get(kind)) is not None:
            add(raw, name, map(str, frame.text))
        elif kind == "APIC":
            picture = True
        elif (read := _FRAMES.get(kind)) is not None:
            read(raw, frame)
    return raw, picture, tag.size if tag._header else 0  # noqa: SLF001 - mutagen tells it no other way


def _read_text(raw: Raw, frame: Any) -> None:
    if (name := free_name(frame.desc)) is not None:
        add(raw, name, map(str, frame.text))


def _read_comment(raw: Raw, frame: Any) -> None:
    if not frame.desc.startswith(("iTun", "ID3v1")):
        add(raw, "comment", map(str, frame.text))


def _read_identifier(raw: Raw, frame: Any) -> None:
    if frame.owner == "http://musicbrainz.org":
        add(raw, "musicbrainz_trackid", (frame.data.decode("latin-1"),))


def _read_people(raw: Raw, frame: Any) -> None:
    for role, person in (pair for pair in frame.people if len(pair) == 2):
        if (name := tag_names.ID3_PEOPLE.get(role.lower())) is not None:
            add(raw, name, (person,))
        elif frame.FrameID == "TMCL":
            add(raw, "performer", (f"{person} ({role})" if role else person,))


def _read_gain(raw: Raw, frame: Any) -> None:
    kind = frame.desc.lower()
    if kind in ("track", "album"):
        add(raw, f"replaygain_{kind}_gain", (f"{frame.gain:.2f} dB",))


_FRAMES: Final[dict[str, Callable[[Raw, Any], None]]] = {
    "TXXX": _read_text,
    "TCON": lambda raw, frame: add(raw, "genre", frame.genres),
    "TRCK": lambda raw, frame: add(raw, "tracknumber", map(str, frame.text)),
    "TPOS": lambda raw, frame: add(raw, "discnumber", map(str, frame.text)),
    "UFID": _read_identifier,
    "USLT": lambda raw, frame: add(raw, "lyrics", (frame.text,)),
    "SYLT": lambda raw, frame: add(raw, "syncedlyrics", _lrc(frame)),
    "COMM": _read_comment,
    "TIPL": _read_people,
    "TMCL": _read_people,
    "RVA2": _read_gain,
}


def _lrc(frame: Any) -> list[str]:
    """Synchronised lyrics as LRC, if their times are milliseconds."""
    if frame.format != 2:
        return []
    lines = []
    for text, time in frame.text[:_MAX_SYNCED_LINES]:
        minutes, rest = divmod(int(time), 60_000)
        line = " ".join(str(text).split())
        lines.append(f"[{minutes:02d}:{rest // 1000:02d}.{rest % 1000 // 10:02d}]{line}")
    return ["\n".join(lines)] if lines else []
