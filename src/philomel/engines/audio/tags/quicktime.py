"""Chapters of MP4 files that are a text track, as iTunes and audio books have them."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.tags.chapters import MAX_CHAPTERS, Start

_ATOMS: Final = 2_000
_TABLE: Final = 4 << 20
_TEXT: Final = 2_000


class _Atom(NamedTuple):
    kind: bytes
    start: int
    end: int


def chapter_track(file: FileReader) -> list[Start]:
    """The samples of the track that a sound track names as its chapters."""
    moov = next((atom for atom in _atoms(file, 0, file.size) if atom.kind == b"moov"), None)
    if moov is None:
        return []
    tracks = [atom for atom in _atoms(file, moov.start, moov.end) if atom.kind == b"trak"]
    if len(tracks) < 2:
        return []
    wanted = {id_ for track in tracks for id_ in _chapter_ids(file, track)}
    for track in tracks:
        if wanted and _track_id(file, track) in wanted:
            return _samples(file, track)
    return []


def _atoms(file: FileReader, start: int, end: int) -> Iterator[_Atom]:
    position = start
    for _ in range(_ATOMS):
        head = file.at(position, 16) if position + 8 <= end else b""
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        inside = position + 8
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
            inside = position + 16
        elif size == 0:
            size = end - position
        if size < inside - position or position + size > end:
            return
        yield _Atom(kind, inside, position + size)
        position += size


def _inside(file: FileReader, atom: _Atom, *path: bytes) -> _Atom | None:
    found: _Atom | None = atom
    for kind in path:
        assert found is not None
        found = next((a for a in _atoms(file, found.start, found.end) if a.kind == kind), None)
        if found is None:
            return None
    return found


def _bytes(file: FileReader, atom: _Atom | None) -> bytes:
    return b"" if atom is None else file.at(atom.start, min(atom.end - atom.start, _TABLE))


def _chapter_ids(file: FileReader, track: _Atom) -> tuple[int, ...]:
    data = _bytes(file, _inside(file, track, b"tref", b"chap"))[:64]
    return struct.unpack_from(f">{len(data) // 4}I", data)


def _track_id(file: FileReader, track: _Atom) -> int:
    data = _bytes(file, _inside(file, track, b"tkhd"))
    at = 20 if data[:1] == b"\x01" else 12
    return int.from_bytes(data[at : at + 4], "big")


def _samples(file: FileReader, track: _Atom) -> list[Start]:
    media = _inside(file, track, b"mdia")
    table = _inside(file, media, b"minf", b"stbl") if media else None
    if media is None or table is None:
        return []
    header = _bytes(file, _inside(file, media, b"mdhd"))
    at = 20 if header[:1] == b"\x01" else 12
    scale = int.from_bytes(header[at : at + 4], "big")
    if scale == 0:
        return []
    starts: list[Start] = []
    clock = 0
    for duration, (offset, size) in zip(
        _durations(_bytes(file, _inside(file, table, b"stts"))),
        _places(file, table),
        strict=False,
    ):
        starts.append((clock * 1000 // scale, _text(file.at(offset, min(size, _TEXT)))))
        clock += duration
    return starts


def _durations(data: bytes) -> Iterator[int]:
    """Of each sample, from runs of equal ones."""
    given = 0
    for at in range(8, len(data) - 7, 8):
        count, duration = struct.unpack_from(">II", data, at)
        for _ in range(min(count, MAX_CHAPTERS - given)):
            yield duration
        given = min(given + count, MAX_CHAPTERS)


def _places(file: FileReader, table: _Atom) -> Iterator[tuple[int, int]]:
    """Where each sample lies, and its size; samples of a chunk follow each other."""
    sizes = _sizes(_bytes(file, _inside(file, table, b"stsz")))
    offsets = _offsets(file, table)
    runs = _runs(_bytes(file, _inside(file, table, b"stsc")))
    place = 0
    for number, offset in enumerate(offsets, start=1):
        count = next((each for first, each in reversed(runs) if first <= number), 1)
        for size in sizes[place : place + count]:
            yield offset, size
            offset += size  # noqa: PLW2901 - it walks through the chunk
        place += count
        if place >= len(sizes):
            return


def _sizes(data: bytes) -> list[int]:
    if len(data) < 12:
        return []
    same, count = struct.unpack_from(">II", data, 4)
    if same:
        return [same] * min(count, MAX_CHAPTERS)
    count = min(count, (len(data) - 12) // 4, MAX_CHAPTERS)
    return list(struct.unpack_from(f">{count}I", data, 12))


def _offsets(file: FileReader, table: _Atom) -> list[int]:
    for kind, letter, width in ((b"stco", "I", 4), (b"co64", "Q", 8)):
        data = _bytes(file, _inside(file, table, kind))
        if len(data) >= 8:
            count = min(int.from_bytes(data[4:8], "big"), (len(data) - 8) // width, MAX_CHAPTERS)
            return list(struct.unpack_from(f">{count}{letter}", data, 8))
    return []


def _runs(data: bytes) -> list[tuple[int, int]]:
    """(first chunk, samples in each chunk from there on)."""
    count = min(int.from_bytes(data[4:8], "big"), max(len(data) - 8, 0) // 12, MAX_CHAPTERS)
    return [struct.unpack_from(">II", data, 8 + 12 * place) for place in range(count)]


def _text(sample: bytes) -> str:
    length = int.from_bytes(sample[:2], "big")
    text = sample[2 : 2 + length]
    if text.startswith((b"\xfe\xff", b"\xff\xfe")):
        return text.decode("utf-16", "replace")
    return text.decode("utf-8", "replace")
