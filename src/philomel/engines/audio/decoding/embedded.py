"""The task that takes the cover out of an audio file, by mutagen. Runs in a worker, sealed."""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from mutagen import MutagenError
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from philomel.engines.audio.decoding.chunks import find_chunk
from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.decoding.sniff import sniff
from philomel.engines.workers import Job

MAX_PICTURE: Final = 32 << 20
_FRONT: Final = 3


class Found(NamedTuple):
    """Attributes:
    kind: as ID3 numbers them; 3 is the front cover.
    """

    kind: int
    data: bytes


def embedded(job: Job) -> bytes:
    """The front cover, or the first picture there is; nothing if there is none."""
    file = FileReader(job.descriptors[0])
    reader = _READERS.get(sniff(file) or "")
    if reader is None:
        return b""
    file.seek(0)
    try:
        pictures = [each for each in reader(file) if 0 < len(each.data) <= MAX_PICTURE]
    except (MutagenError, ValueError, KeyError, IndexError, TypeError, OSError):
        return b""
    # sorting is stable: among equals the first one in the file
    pictures.sort(key=lambda each: each.kind != _FRONT)
    return pictures[0].data if pictures else b""


def _id3(file: Any) -> Iterable[Found]:
    frames: Any = ID3(file).getall("APIC")
    return [Found(int(frame.type), bytes(frame.data)) for frame in frames]


def _flac(file: FileReader) -> Iterable[Found]:
    pictures: Any = FLAC(file).pictures
    return [Found(int(each.type), bytes(each.data)) for each in pictures]


def _ogg(file: FileReader) -> Iterator[Found]:
    head = file.at(0, 256)
    opener: Any = OggVorbis
    if b"OpusHead" in head:
        opener = OggOpus
    elif b"\x7fFLAC" in head:
        opener = OggFLAC
    for key, value in opener(file).tags or ():
        if key.lower() == "metadata_block_picture":
            picture: Any = Picture(_decode(value))
            yield Found(int(picture.type), bytes(picture.data))
        elif key.lower() == "coverart":
            yield Found(_FRONT, _decode(value))


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise ValueError("the picture is not in base 64") from error


def _mp4(file: FileReader) -> Iterable[Found]:
    tags: Any = MP4(file).tags
    return [Found(_FRONT, bytes(each)) for each in (tags or {}).get("covr", ())]


def _ape(file: FileReader) -> Iterator[Found]:
    tags: Any = APEv2(file)
    for key, value in tags.items():
        if key.lower().startswith("cover art"):
            kind = _FRONT if "front" in key.lower() else 0
            yield Found(kind, bytes(value.value).partition(b"\0")[2])


def _wav(file: FileReader) -> Iterable[Found]:
    return _chunk(file, "<")


def _aiff(file: FileReader) -> Iterable[Found]:
    return _chunk(file, ">")


def _chunk(file: FileReader, order: str) -> Iterable[Found]:
    data = find_chunk(file, order, (b"id3 ", b"ID3 "), 2 * MAX_PICTURE)
    return _id3(data) if data is not None else ()


_READERS: Final[dict[str, Callable[[FileReader], Iterable[Found]]]] = {
    "mp3": _id3,
    "flac": _flac,
    "ogg": _ogg,
    "mp4": _mp4,
    "wavpack": _ape,
    "wav": _wav,
    "aiff": _aiff,
}
