"""The task that writes tags into a copy of a file, by mutagen. Runs in a worker, sealed.

Only what is named is changed; other tags, and the sound, stay as they are.
"""

import base64
import io
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, msgpack
from mutagen import MutagenError
from mutagen.apev2 import APENoHeaderError, APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TXXX, Encoding, Frames, ID3NoHeaderError
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.decoding.sniff import sniff
from philomel.engines.audio.tags import names as tag_names
from philomel.engines.audio.tags.cleaning import free_name
from philomel.engines.workers import Job

Tags = Mapping[str, Sequence[str]]
_ERRORS: Final = (MutagenError, ValueError, KeyError, IndexError, TypeError, OverflowError)
_FRONT, _OTHER = 3, 0
_UTF8: Final = Encoding.UTF8
_UTF16: Final = Encoding.UTF16
_PAIRS: Final = {"track": ("TRCK", "trkn"), "disc": ("TPOS", "disk")}
_ID3: Final = {name: frame for frame, name in reversed(tag_names.ID3.items())} | {"genre": "TCON"}
_MP4: Final = {name: atom for atom, name in reversed(tag_names.MP4.items())}
_NUMBERS: Final = ("number", "total")
_DATES: Final = ("TYER", "TDAT", "TIME")


class WriteTags(Struct, frozen=True, array_like=True):
    """What `write` is asked.

    Attributes:
        tags: by the names of the audio port; no values take a tag out.
        cover: None leaves the pictures, b"" takes them out, else a new front cover.
    """

    tags: dict[str, tuple[str, ...]]
    cover: bytes | None = None


class _Editor(FileReader):
    """Reads and writes by position, without a name."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._to = descriptor

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        written = 0
        while written < len(view):
            written += os.pwrite(self._to, view[written:], self._position + written)
        self._position += written
        self.size = max(self.size, self._position)
        self._window = b""
        return written

    def truncate(self, size: int | None = None, /) -> int:
        size = self._position if size is None else size
        os.ftruncate(self._to, size)
        self.size, self._window = size, b""
        return size

    def writable(self) -> bool:
        return True


def write(job: Job) -> bytes:
    """Change the tags of the open file.

    Raises:
        ValueError: it cannot be done, in a sentence.
    """
    request = msgpack.decode(job.argument, type=WriteTags)
    file = _Editor(job.descriptors[0])
    writer = _WRITERS.get(sniff(file) or "")
    if writer is None:
        raise ValueError("tags are written into MP3, FLAC, Ogg and M4A files only")
    file.seek(0)
    try:
        writer(file, request)
    except (io.UnsupportedOperation, *_ERRORS) as error:
        if isinstance(error, _Refused):
            raise
        raise ValueError("its tags are damaged and cannot be written") from error
    return b""


class _Refused(ValueError):
    pass


def _mp3(file: _Editor, request: WriteTags) -> None:
    tags = _id3(file)
    version = 3 if tags.version[:2] == (2, 3) else 4
    encoding = _UTF8 if version == 4 else _UTF16
    for frame in [frame for frame in tags.values() if _id3_name(frame) in request.tags]:
        del tags[frame.HashKey]
    if "date" in request.tags:
        for old in _DATES:
            tags.delall(old)
    for name, values in request.tags.items():
        if values and (kind := _ID3.get(name)) is not None:
            tags.add(Frames[kind](encoding=encoding, text=list(values)))
        elif values and not name.endswith(_NUMBERS):
            tags.add(TXXX(encoding=encoding, desc=name, text=list(values)))
    _id3_numbers(tags, request.tags, encoding)
    if request.cover is not None:
        kept = [p for p in tags.getall("APIC") if request.cover and p.type not in (_FRONT, _OTHER)]
        tags.setall("APIC", kept)
        if request.cover:
            mime = _mime(request.cover)
            tags.add(APIC(encoding=encoding, mime=mime, type=_FRONT, desc="", data=request.cover))
    if version == 3:
        tags.update_to_v23()
    file.seek(0)
    tags.save(file, v2_version=version, v23_sep=None)


def _id3(file: _Editor) -> Any:
    try:
        return ID3(file)
    except ID3NoHeaderError:
        pass
    file.seek(0)
    try:
        APEv2(file)
    except APENoHeaderError:
        return ID3()
    raise _Refused("its tags are APEv2, which are not written in MP3 files")


def _id3_numbers(tags: Any, asked: Tags, encoding: int) -> None:
    for kind, (frame_id, _) in _PAIRS.items():
        pair = _pair(asked, kind, _id3_pair(tags, frame_id))
        if pair is not None:
            tags.delall(frame_id)
        if pair is not None and any(pair):
            text = f"{pair[0] or ''}/{pair[1]}" if pair[1] else str(pair[0])
            tags.add(Frames[frame_id](encoding=encoding, text=[text]))


def _id3_name(frame: Any) -> str | None:
    if frame.FrameID == "TXXX":
        return free_name(frame.desc.lower())
    return "genre" if frame.FrameID == "TCON" else tag_names.ID3.get(frame.FrameID)


def _id3_pair(tags: Any, frame_id: str) -> tuple[int, int]:
    for frame in tags.getall(frame_id):
        first, _, second = str(frame).partition("/")
        return _number(first), _number(second)
    return 0, 0


def _comments(tags: Any, asked: Tags) -> None:
    """Vorbis comments, which FLAC and Ogg have."""
    asked = dict(asked)
    for kind in _PAIRS:
        number, total = f"{kind}number", f"{kind}total"
        # "3/12" holds both: the half that is not asked for stays, in a place of its own.
        held = next((value for key, value in tags if free_name(key.lower()) == number), "")
        first, slash, second = held.partition("/")
        if slash and number in asked:
            asked.setdefault(total, (second,) if second.strip() else ())
        elif slash and total in asked:
            asked[number] = (first,)
    for key in {key for key, _ in tags if free_name(key.lower()) in asked}:
        del tags[key]
    for name, values in asked.items():
        if values:
            tags[name.upper()] = list(values)


def _flac(file: _Editor, request: WriteTags) -> None:
    parsed: Any = FLAC(file)
    if parsed.tags is None:
        parsed.add_tags()
    _comments(parsed.tags, request.tags)
    if request.cover is not None:
        others = [p for p in parsed.pictures if request.cover and p.type not in (_FRONT, _OTHER)]
        parsed.clear_pictures()
        for picture in (*others, *([_picture(request.cover)] if request.cover else ())):
            parsed.add_picture(picture)
    file.seek(0)
    parsed.save(file)


def _ogg(file: _Editor, request: WriteTags) -> None:
    head = file.at(0, 256)
    opener: Any = OggVorbis
    if b"OpusHead" in head:
        opener = OggOpus
    elif b"\x7fFLAC" in head:
        opener = OggFLAC
    parsed: Any = opener(file)
    if parsed.tags is None:
        parsed.add_tags()
    _comments(parsed.tags, request.tags)
    if request.cover is not None:
        for key in {key for key, _ in parsed.tags if key.lower() in tag_names.PICTURES}:
            del parsed.tags[key]
        if request.cover:
            text = base64.b64encode(_picture(request.cover).write()).decode("ascii")
            parsed.tags["METADATA_BLOCK_PICTURE"] = [text]
    file.seek(0)
    parsed.save(file)


def _mp4(file: _Editor, request: WriteTags) -> None:
    parsed: Any = MP4(file)
    if parsed.tags is None:
        parsed.add_tags()
    tags = parsed.tags
    for key in [key for key in tags if _mp4_name(key) in request.tags]:
        del tags[key]
    for name, values in request.tags.items():
        if values and (atom := _MP4.get(name)) is not None:
            tags[atom] = list(values)
        elif values and not name.endswith(_NUMBERS):
            free = [MP4FreeForm(value.encode()) for value in values]
            tags[f"----:com.apple.iTunes:{name.upper()}"] = free
    _mp4_numbers(tags, request.tags)
    if request.cover is not None:
        tags.pop("covr", None)
    if request.cover:
        png = _mime(request.cover) == "image/png"
        form = MP4Cover.FORMAT_PNG if png else MP4Cover.FORMAT_JPEG
        tags["covr"] = [MP4Cover(request.cover, imageformat=form)]
    file.seek(0)
    parsed.save(file)


def _mp4_numbers(tags: Any, asked: Tags) -> None:
    for kind, (_, atom) in _PAIRS.items():
        before = (tags.get(atom) or [(0, 0)])[0]
        pair = _pair(asked, kind, (before[0], before[1]))
        if pair is not None:
            tags[atom] = [pair]
        if pair == (0, 0):
            del tags[atom]


def _mp4_name(key: str) -> str | None:
    if key.startswith("----:"):
        return free_name(key.rpartition(":")[2].lower())
    return tag_names.MP4.get(key)


def _pair(tags: Tags, kind: str, before: tuple[int, int]) -> tuple[int, int] | None:
    """A number with its total as both are to stand; None if neither is to change."""
    number, total = tags.get(f"{kind}number"), tags.get(f"{kind}total")
    if number is None and total is None:
        return None
    return (
        before[0] if number is None else _number(*number[:1]),
        before[1] if total is None else _number(*total[:1]),
    )


def _number(text: str = "") -> int:
    text = text.strip()
    return min(int(text), 65_535) if text.isascii() and text.isdigit() else 0


def _picture(data: bytes) -> Any:
    picture: Any = Picture()
    picture.type, picture.mime, picture.data = _FRONT, _mime(data), data
    return picture


def _mime(data: bytes) -> str:
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"


_WRITERS: Final[dict[str, Callable[[_Editor, WriteTags], None]]] = {
    "mp3": _mp3,
    "flac": _flac,
    "ogg": _ogg,
    "mp4": _mp4,
}
