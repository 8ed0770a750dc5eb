"""Puts the sampler on a disk, file by file: what is there already is not made again."""

import base64
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TCON, TDRC, TIT2, TPE1, TPE2, TRCK, TSSE
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from philomel.app.sampler.albums import ALBUMS, Album
from philomel.app.sampler.covers import draw
from philomel.app.sampler.pieces import STYLES
from philomel.app.sampler.sound import RATE, Samples

MARKER: Final = ".complete"
VERSION: Final = "1"
_BLOCK: Final = 8192
_COMMENT: Final = "Made by Philomel itself; free for any use."

_ENCODINGS: Final[dict[str, dict[str, Any]]] = {
    ".ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.5},
    ".opus": {"format": "OGG", "subtype": "OPUS"},
    ".flac": {"format": "FLAC", "subtype": "PCM_16"},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "compression_level": 0.35},
}


def is_complete(folder: Path) -> bool:
    try:
        return (folder / MARKER).read_text(encoding="ascii").strip() == VERSION
    except OSError:
        return False


def write(folder: Path) -> None:
    """Write all albums; after an interruption, the rest of them."""
    if is_complete(folder):
        return
    for album in ALBUMS:
        place = folder / album.artist / album.title
        place.mkdir(parents=True, exist_ok=True)
        cover = draw(album.style)
        _put(place / "cover.jpg", partial(_cover, data=cover))
        for number, title in enumerate(album.tracks):
            path = place / f"{number + 1:02d} {title}{album.suffix}"
            _put(path, partial(_track, album=album, number=number))
    (folder / MARKER).write_text(VERSION, encoding="ascii")


def _put(path: Path, make: Callable[[Path], object]) -> None:
    """Make a file under another name first: a scanner sees it whole or not at all."""
    if path.exists():
        return
    unfinished = path.with_name(f".{path.name}.part")
    make(unfinished)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.replace(path)


def _cover(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _track(path: Path, album: Album, number: int) -> None:
    samples = STYLES[album.style](number)
    path.write_bytes(_encode(samples, album.suffix))
    tags = {
        "title": [album.tracks[number]],
        "artist": [album.artist],
        "album": [album.title],
        "albumartist": [album.artist],
        "genre": list(album.genres),
        "date": [str(album.year)],
        "tracknumber": [str(number + 1)],
        "tracktotal": [str(len(album.tracks))],
        "comment": [_COMMENT],
    }
    _tag(path, album, tags)


def _encode(samples: Samples, suffix: str) -> bytes:
    rate = RATE
    if suffix == ".opus":
        samples, rate = _resampled(samples, 48_000), 48_000
    sink = io.BytesIO()
    with soundfile.SoundFile(sink, "w", rate, samples.shape[1], **_ENCODINGS[suffix]) as file:
        # libsndfile's Vorbis encoder keeps a whole write on its stack
        for start in range(0, len(samples), _BLOCK):
            file.write(samples[start : start + _BLOCK])
    data = sink.getvalue()
    return _with_serial(data) if data.startswith(b"OggS") else data


def _resampled(samples: Samples, rate: int) -> Samples:
    """To another rate by way of the spectrum: exact, as the ends are silent."""
    length = round(len(samples) * rate / RATE)
    spectrum = np.fft.rfft(samples, axis=0)
    scaled: Samples = (np.fft.irfft(spectrum, length, axis=0) * (length / len(samples))).astype(
        np.float32
    )
    return scaled


def _with_serial(data: bytes) -> bytes:
    """Libsndfile numbers Ogg streams at random; two runs should write the same bytes."""
    source, pages = io.BytesIO(data), []
    while source.tell() < len(data):
        page: Any = OggPage(source)
        page.serial = 1
        pages.append(page.write())
    return b"".join(pages)


def _tag(path: Path, album: Album, tags: dict[str, list[str]]) -> None:
    cover = draw(album.style)
    if album.suffix == ".mp3":
        _tag_mp3(path, tags, cover)
        return
    picture: Any = Picture()
    picture.type, picture.mime, picture.data = 3, "image/jpeg", cover
    openers: dict[str, Any] = {".flac": FLAC, ".ogg": OggVorbis, ".opus": OggOpus}
    file: Any = openers[album.suffix](path)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for name, values in tags.items():
        file[name] = values
    if album.suffix == ".flac":
        file.add_picture(picture)
    else:
        file["metadata_block_picture"] = [base64.b64encode(picture.write()).decode("ascii")]
    file.save()


def _tag_mp3(path: Path, tags: dict[str, list[str]], cover: bytes) -> None:
    tag: Any = ID3()
    track = f"{tags['tracknumber'][0]}/{tags['tracktotal'][0]}"
    for frame, text in (
        (TIT2, tags["title"]),
        (TPE1, tags["artist"]),
        (TALB, tags["album"]),
        (TPE2, tags["albumartist"]),
        (TCON, tags["genre"]),
        (TDRC, tags["date"]),
        (TRCK, [track]),
        (TSSE, [_COMMENT]),
    ):
        tag.add(frame(encoding=3, text=text))
    tag.add(APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=cover))
    tag.save(path)
