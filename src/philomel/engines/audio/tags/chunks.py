"""WAV and AIFF: chunks that are read here, because their headers lie more often than not."""

import io
import struct
from typing import Final

from philomel.engines.audio import AudioFormat
from philomel.engines.audio.decoding.chunks import Chunk, chunks
from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.tags import names as tag_names
from philomel.engines.audio.tags.cleaning import Raw, add
from philomel.engines.audio.tags.formats import TAG_ERRORS, Found, Unplayable
from philomel.engines.audio.tags.id3 import Mark, read_id3

_MAX_TEXT: Final = 1 << 16
_MAX_ID3: Final = 64 << 20
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


def read_wav(file: FileReader) -> Found:
    raw: Raw = {}
    warnings: list[str] = []
    marks: list[Mark] = []
    layout, samples, picture = None, None, False
    for chunk in chunks(file, "<"):
        match chunk.kind:
            case b"fmt " if layout is None:
                layout = _wav_layout(file.at(chunk.start, min(chunk.size, 40)))
            case b"data" if samples is None:
                samples = chunk
            case b"LIST" if file.at(chunk.start, 4) == b"INFO":
                _read_info(file, chunk, raw)
            case b"id3 " | b"ID3 ":
                picture |= _read_id3_chunk(file, chunk, raw, warnings, marks)
    if layout is None or samples is None:
        raise Unplayable("This WAV file has no audio in it.")
    channels, rate, depth = layout
    return _found("wav", samples, channels, rate, depth, raw, picture, warnings, marks)


def _wav_layout(head: bytes) -> tuple[int, int, int]:
    if len(head) < 16:
        raise Unplayable("This WAV file's header is cut short.")
    kind, channels, rate, _, _, depth = struct.unpack_from("<HHIIHH", head)
    if kind == _EXTENSIBLE and len(head) >= 26:
        (kind,) = struct.unpack_from("<H", head, 24)
    if kind not in (_PCM, _FLOAT):
        raise Unplayable("This WAV file does not hold plain samples (PCM).")
    return channels, rate, depth


def read_aiff(file: FileReader) -> Found:
    raw: Raw = {}
    warnings: list[str] = []
    marks: list[Mark] = []
    layout, samples, picture = None, None, False
    for chunk in chunks(file, ">"):
        match chunk.kind:
            case b"COMM" if layout is None:
                layout = _aiff_layout(file.at(chunk.start, min(chunk.size, 22)))
            case b"SSND" if samples is None:
                # offset and block size stand before the samples
                samples = chunk._replace(size=max(chunk.size - 8, 0), claimed=chunk.claimed - 8)
            case b"ID3 " | b"id3 ":
                picture |= _read_id3_chunk(file, chunk, raw, warnings, marks)
            case b"NAME" | b"AUTH" | b"(c) " | b"ANNO":
                name = tag_names.AIFF[chunk.kind]
                raw.setdefault(name, [_text(file.at(chunk.start, min(chunk.size, _MAX_TEXT)))])
    if layout is None or samples is None:
        raise Unplayable("This AIFF file has no audio in it.")
    channels, rate, depth = layout
    return _found("aiff", samples, channels, rate, depth, raw, picture, warnings, marks)


def _aiff_layout(head: bytes) -> tuple[int, int, int]:
    if len(head) < 18:
        raise Unplayable("This AIFF file's header is cut short.")
    channels, _, depth, exponent, mantissa = struct.unpack_from(">HIHHQ", head)
    if len(head) >= 22 and head[18:22] not in (b"NONE", b"sowt", b"twos", b"fl32", b"FL32"):
        raise Unplayable("This AIFF file does not hold plain samples (PCM).")
    shift = 16383 + 63 - (exponent & 0x7FFF)  # an 80-bit float, a whole number in fact
    rate = mantissa >> shift if 0 <= shift < 64 else 0
    return channels, rate, depth


def _found(
    container: str,
    samples: Chunk,
    channels: int,
    rate: int,
    depth: int,
    raw: Raw,
    picture: bool,
    warnings: list[str],
    marks: list[Mark],
) -> Found:
    frame = channels * ((depth + 7) // 8)
    if frame == 0 or rate == 0:
        raise Unplayable("Its header says neither how many channels nor how fast.")
    if samples.claimed > samples.size + 8:
        warnings.append("It is shorter than its header says.")
    return Found(
        AudioFormat(
            container=container,
            codec="pcm",
            duration_ms=samples.size // frame * 1000 // rate,
            bitrate=frame * rate * 8,
            sample_rate=rate,
            channels=channels,
            bit_depth=depth,
        ),
        raw,
        picture,
        warnings,
        marks,
    )


def _read_info(file: FileReader, chunk: Chunk, raw: Raw) -> None:
    data = file.at(chunk.start + 4, min(chunk.size - 4, 1 << 20)) if chunk.size > 4 else b""
    position = 0
    while position + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, position)
        name = tag_names.INFO.get(kind)
        if name is not None and name not in raw:
            add(raw, name, (_text(data[position + 8 : position + 8 + min(size, _MAX_TEXT)]),))
        position += 8 + size + size % 2


def _read_id3_chunk(
    file: FileReader, chunk: Chunk, raw: Raw, warnings: list[str], marks: list[Mark]
) -> bool:
    try:
        found = read_id3(io.BytesIO(file.at(chunk.start, min(chunk.size, _MAX_ID3))))
    except TAG_ERRORS:
        warnings.append("The ID3 tag is broken and was left out.")
        return False
    if found is None:
        return False
    raw.update(found.raw)  # it says more, and more exactly, than the older chunks
    marks.extend(found.chapters)
    return found.picture


def _text(data: bytes) -> str:
    data = data.split(b"\0", 1)[0]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
