"""Format and raw tags of each container, by mutagen. Imported in workers only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from mutagen import MutagenError
from mutagen.apev2 import APENoHeaderError, APEv2
from mutagen.flac import FLAC
from mutagen.mp3 import MPEGInfo
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wavpack import WavPackInfo

from philomel.engines.audio import AudioFormat
from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.tags import names as tag_names
from philomel.engines.audio.tags.chapters import Start, from_comments, from_cue, is_chapter
from philomel.engines.audio.tags.cleaning import Raw, add, free_name, free_tags
from philomel.engines.audio.tags.id3 import Tagged, read_id3
from philomel.engines.audio.tags.quicktime import chapter_track

TAG_ERRORS: Final = (MutagenError, ValueError, KeyError, IndexError, TypeError, OverflowError)


class Unplayable(Exception):
    """Why a file is no audio, in a sentence for the administrator."""


@dataclass
class Found:
    """What stands in a file, before it is cleaned."""

    format: AudioFormat
    raw: Raw = field(default_factory=dict)
    picture: bool = False
    warnings: list[str] = field(default_factory=list)
    chapters: list[Start] | list[tuple[int, int, str]] = field(default_factory=list)


def read_mp3(file: FileReader) -> Found:
    warnings: list[str] = []
    tagged: Tagged | None = None
    try:
        tagged = read_id3(file)
    except TAG_ERRORS:
        warnings.append("The ID3 tag is broken and was left out.")
    file.seek(0)
    try:
        info: Any = MPEGInfo(file, tagged.size if tagged else 0)
    except TAG_ERRORS:
        raise Unplayable("No MPEG audio is in it.") from None
    if info.sketchy:
        raise Unplayable("It does not look like MPEG audio.")
    raw = tagged.raw if tagged else {}
    if not raw:
        _read_ape(file, raw, warnings)
    format_ = _format("mp3", "mp3", info, file)
    if tagged is None:
        return Found(format_, raw, False, warnings)
    return Found(format_, raw, tagged.picture, warnings, tagged.chapters)


def read_flac(file: FileReader) -> Found:
    info_and_tags: Any = FLAC(file)
    found = _comments("flac", "flac", info_and_tags, file)
    found.picture = found.picture or bool(info_and_tags.pictures)
    return found


def read_ogg(file: FileReader) -> Found:
    head = file.at(0, 256)
    kinds: tuple[tuple[bytes, str, Callable[[FileReader], Any]], ...] = (
        (b"OpusHead", "opus", OggOpus),
        (b"\x01vorbis", "vorbis", OggVorbis),
        (b"\x7fFLAC", "flac", OggFLAC),
    )
    for magic, codec, opener in kinds:
        if magic in head:
            return _comments("ogg", codec, opener(file), file)
    raise Unplayable("This Ogg file holds no Vorbis, Opus or FLAC.")


def _comments(container: str, codec: str, parsed: Any, file: FileReader) -> Found:
    raw: Raw = {}
    picture = False
    marks: dict[str, str] = {}
    for key, value in parsed.tags or ():
        name = key.lower()
        if name in tag_names.PICTURES:
            picture = True
        elif is_chapter(name):
            marks.setdefault(name, value)
        elif (known := free_name(name)) is not None:
            add(raw, known, (value,))
    found = Found(_format(container, codec, parsed.info, file), raw, picture)
    found.chapters = from_comments(marks) or from_cue("".join(raw.pop("cuesheet", [])[:1]))
    return found


def read_mp4(file: FileReader) -> Found:
    parsed: Any = MP4(file)
    info = parsed.info
    raw: Raw = {}
    if info.codec.startswith("mp4a"):
        codec = "aac"
    elif info.codec == "alac":
        codec = "alac"
    elif info.codec in ("drms", "enca"):
        raise Unplayable("It is protected by DRM.")
    else:
        raise Unplayable("This MP4 file holds neither AAC nor Apple Lossless.")
    tags = parsed.tags or {}
    for key, values in tags.items():
        _mp4_tag(raw, key, values)
    for key, atoms in getattr(tags, "_failed_atoms", {}).items():
        # mutagen sets aside text that is not UTF-8: the data behind two headers of 8 bytes
        if key in tag_names.MP4:
            add(raw, tag_names.MP4[key], [a[16:].decode("utf-8", "replace") for a in atoms])
    found = Found(
        _format("mp4", codec, info, file, exact_depth=codec == "alac"), raw, "covr" in tags
    )
    found.chapters = _mp4_chapters(parsed, file)
    return found


def _mp4_chapters(parsed: Any, file: FileReader) -> list[Start]:
    """Nero's list, or the text track of others, which says more where both are."""
    try:
        track = chapter_track(file)
    except TAG_ERRORS:
        track = []
    listed = parsed.chapters or ()
    return track or [(round(mark.start * 1000), mark.title) for mark in listed]


def _mp4_tag(raw: Raw, key: str, values: Any) -> None:
    if key.startswith("----:"):
        if (name := free_name(key.rpartition(":")[2])) is not None:
            add(raw, name, (bytes(value).decode("utf-8", "replace") for value in values))
    elif key in ("trkn", "disk"):
        kind = "track" if key == "trkn" else "disc"
        for number, total in values[:1]:
            if number:
                add(raw, f"{kind}number", (str(number),))
            if total:
                add(raw, f"{kind}total", (str(total),))
    elif (known := tag_names.MP4.get(key)) is not None:
        if isinstance(values, bool | int):
            values = [str(int(values))] if values else []
        add(raw, known, map(str, values))


def read_wavpack(file: FileReader) -> Found:
    raw: Raw = {}
    warnings: list[str] = []
    info: Any = WavPackInfo(file)
    picture = _read_ape(file, raw, warnings)
    return Found(_format("wavpack", "wavpack", info, file), raw, picture, warnings)


def _read_ape(file: FileReader, raw: Raw, warnings: list[str]) -> bool:
    """Add the tags of an APEv2 tag, if there is one; whether it has a picture."""
    file.seek(0)
    try:
        tags: Any = APEv2(file)
    except APENoHeaderError:
        return False
    except TAG_ERRORS:
        warnings.append("The APEv2 tag is broken and was left out.")
        return False
    texts = {key: value for key, value in tags.items() if value.kind == 0}
    free_tags({key: str(value).split("\0") for key, value in texts.items()}, raw)
    return any(key.lower().startswith("cover art") for key in tags)


def _format(
    container: str, codec: str, info: Any, file: FileReader, *, exact_depth: bool = True
) -> AudioFormat:
    duration_ms = round(info.length * 1000)
    bitrate = int(getattr(info, "bitrate", 0) or 0)
    if codec != "mp3" and duration_ms > 0:
        # Vorbis names a wish, Opus and WavPack nothing; a few kB of tags do not matter
        bitrate = bitrate if container == "mp4" and bitrate else file.size * 8000 // duration_ms
    return AudioFormat(
        container=container,
        codec=codec,
        duration_ms=duration_ms,
        bitrate=bitrate,
        sample_rate=int(getattr(info, "sample_rate", 48_000)),
        channels=int(info.channels),
        bit_depth=(getattr(info, "bits_per_sample", None) or None) if exact_depth else None,
    )
