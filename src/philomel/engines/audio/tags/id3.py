"""ID3 tags of every version. Imported in workers only."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from mutagen._util import decode_terminated
from mutagen.id3 import ID3, ID3NoHeaderError, _specs

from philomel.engines.audio.tags import names as tag_names
from philomel.engines.audio.tags.chapters import from_id3
from philomel.engines.audio.tags.cleaning import Raw, add, free_name

_MAX_SYNCED_LINES = 10_000

Mark = tuple[int, int, str]
"""Start and end of a chapter in milliseconds, and its title."""


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


class Tagged(NamedTuple):
    """What an ID3 tag holds.

    Attributes:
        size: the tag's length.
        chapters: start, end and title.
    """

    raw: Raw
    picture: bool
    size: int
    chapters: list[Mark]


def read_id3(file: Any) -> Tagged | None:
    """None without a tag."""
    file.seek(0)
    try:
        tag: Any = ID3(file)
    except ID3NoHeaderError:
        return None
    raw: Raw = {}
    picture = False
    marks: list[Any] = []
    for frame in tag.values():
        kind = frame.FrameID
        if (name := tag_names.ID3.get(kind)) is not None:
            add(raw, name, map(str, frame.text))
        elif kind == "APIC":
            picture = True
        elif kind in ("TIPL", "TMCL"):
            # The one list of ID3v2.3 has the musicians too.
            _read_people(raw, frame, musicians=kind == "TMCL" or tag.version < (2, 4))
        elif kind == "CHAP":
            marks.append(frame)
        elif (read := _FRAMES.get(kind)) is not None:
            read(raw, frame)
    size = tag.size if tag._header else 0  # noqa: SLF001 - mutagen tells it no other way
    return Tagged(raw, picture, size, from_id3(marks) if marks else [])


def _read_text(raw: Raw, frame: Any) -> None:
    if (name := free_name(frame.desc)) is not None:
        add(raw, name, map(str, frame.text))


def _read_comment(raw: Raw, frame: Any) -> None:
    if not frame.desc.startswith(("iTun", "ID3v1")):
        add(raw, "comment", map(str, frame.text))


def _read_identifier(raw: Raw, frame: Any) -> None:
    if frame.owner == "http://musicbrainz.org":
        add(raw, "musicbrainz_trackid", (frame.data.decode("latin-1"),))


def _read_people(raw: Raw, frame: Any, *, musicians: bool) -> None:
    for role, person in (pair for pair in frame.people if len(pair) == 2):
        name = tag_names.PEOPLE.get(role.strip().lower())
        if name is not None:
            add(raw, name, (person,))
        elif musicians and person.strip():
            add(raw, "performer", (f"{person} ({role})" if role.strip() else person,))


def _read_lyrics(raw: Raw, frame: Any) -> None:
    add(raw, _in_language("lyrics", frame), (frame.text,))


def _read_synced(raw: Raw, frame: Any) -> None:
    if frame.type == 1:  # lyrics, not chords or events
        add(raw, _in_language("syncedlyrics", frame), _lrc(frame))


def _in_language(name: str, frame: Any) -> str:
    language = str(frame.lang).strip("\0 ").lower()
    known = len(language) == 3 and language.isascii() and language.isalpha()
    return name if not known or language in ("xxx", "und") else f"{name}:{language}"


def _read_link(raw: Raw, frame: Any) -> None:
    add(raw, "license" if frame.FrameID == "WCOP" else "website", (str(frame.url),))


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
    "USLT": _read_lyrics,
    "SYLT": _read_synced,
    "WCOP": _read_link,
    "WOAR": _read_link,
    "COMM": _read_comment,
    "RVA2": _read_gain,
}


def _lrc(frame: Any) -> list[str]:
    """Synchronised lyrics as LRC, if their times are milliseconds.

    Where line breaks stand in the texts, the pieces between them are words of one line.
    """
    if frame.format != 2:
        return []
    pieces = [(str(text), int(time)) for text, time in frame.text[:_MAX_SYNCED_LINES]]
    texts = "".join(text for text, _ in pieces).strip()
    broken = "\n" in texts or "\r" in texts
    lines: list[str] = []
    ended = True
    for text, time in pieces:
        words, stamp = " ".join(text.split()), _stamp(time)
        if not broken or ended or text.startswith(("\n", "\r")):
            lines.append(f"[{stamp}]")
        if broken and words:
            words = f"<{stamp}>{words}" + (" " if text[-1:].isspace() else "")
        lines[-1] += words
        ended = len(text) > 1 and text.endswith(("\n", "\r"))
    return ["\n".join(lines)] if lines else []


def _stamp(time: int) -> str:
    minutes, rest = divmod(time, 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
