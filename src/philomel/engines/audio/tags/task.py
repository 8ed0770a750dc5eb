"""The task that reads tags: runs in a worker, over files below one root."""

import os
import stat
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct, msgpack

from philomel.engines.audio import AudioFormat, FileTags
from philomel.engines.audio.decoding.reading import FileReader
from philomel.engines.audio.decoding.sniff import sniff
from philomel.engines.audio.tags.chapters import settle
from philomel.engines.audio.tags.chunks import read_aiff, read_wav
from philomel.engines.audio.tags.cleaning import clean
from philomel.engines.audio.tags.formats import (
    TAG_ERRORS,
    Found,
    Unplayable,
    read_flac,
    read_mp3,
    read_mp4,
    read_ogg,
    read_wavpack,
)
from philomel.engines.audio.tags.id3 import mend_text
from philomel.engines.workers import Job

_READERS: Final[dict[str, Callable[[FileReader], Found]]] = {
    "mp3": read_mp3,
    "flac": read_flac,
    "ogg": read_ogg,
    "mp4": read_mp4,
    "wav": read_wav,
    "aiff": read_aiff,
    "wavpack": read_wavpack,
}
_NAMES: Final = {
    "mp3": "MP3",
    "flac": "FLAC",
    "ogg": "Ogg",
    "mp4": "MP4",
    "wav": "WAV",
    "aiff": "AIFF",
    "wavpack": "WavPack",
}
_BY_SUFFIX: Final = {
    b".mp3": "mp3",
    b".flac": "flac",
    b".ogg": "ogg",
    b".oga": "ogg",
    b".opus": "ogg",
    b".m4a": "mp4",
    b".mp4": "mp4",
    b".m4b": "mp4",
    b".wav": "wav",
    b".aif": "aiff",
    b".aiff": "aiff",
    b".aifc": "aiff",
    b".wv": "wavpack",
}
_MAX_DURATION_MS: Final = 14 * 24 * 3_600_000
_MAX_CHANNELS: Final = 64
_MAX_SAMPLE_RATE: Final = 6_000_000
_OPEN: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class ReadTags(Struct, frozen=True, array_like=True):
    """What `read` and `read_each` are asked."""

    root: bytes
    keys: tuple[bytes, ...]


def read(job: Job) -> bytes:
    """All files of a batch at once."""
    return msgpack.encode(list(_read_all(job)))


def read_each(job: Job) -> Iterator[bytes]:
    """One by one, so that the reader knows which file ended the worker."""
    return (msgpack.encode(tags) for tags in _read_all(job))


def _read_all(job: Job) -> Iterator[FileTags]:
    request = msgpack.decode(job.argument, type=ReadTags)
    mend_text()
    root = os.path.realpath(request.root)
    for key in request.keys:
        yield read_file(root, key)


def read_file(root: bytes, key: bytes) -> FileTags:
    """Tags of one file. `root` is a real path."""
    try:
        descriptor = _open(root, key)
    except Unplayable as error:
        return FileTags(key, error=str(error))
    try:
        return read_open(FileReader(descriptor), key)
    finally:
        os.close(descriptor)


def read_open(file: FileReader, key: bytes) -> FileTags:
    """Tags of an open file."""
    try:
        return _read(file, key)
    except Unplayable as error:
        return FileTags(key, error=str(error))
    except (MemoryError, RecursionError):
        return FileTags(key, error="Its tags are too large to be read.")
    except OSError as error:
        return FileTags(key, error=f"It cannot be read: {os.strerror(error.errno or 5)}.")
    except Exception:
        # mutagen meets broken files with whatever its parsers run into
        return FileTags(key, error="It is damaged or cut short.")


def _open(root: bytes, key: bytes) -> int:
    try:
        descriptor = os.open(os.path.join(root, key), _OPEN)  # noqa: PTH118 - paths are bytes
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 5) if isinstance(error, OSError) else "Bad name"
        raise Unplayable(f"It cannot be opened: {reason}.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        problem = "It is not a regular file."
    # What was opened counts, not what the path may be a moment later.
    elif not _real_path(descriptor).startswith(root.rstrip(b"/") + b"/"):
        problem = "It leads to a place outside the library."
    else:
        return descriptor
    os.close(descriptor)
    raise Unplayable(problem)


def _real_path(descriptor: int) -> bytes:
    return os.readlink(b"/proc/self/fd/%d" % descriptor)  # noqa: PTH115 - paths are bytes


def _read(file: FileReader, key: bytes) -> FileTags:
    if file.size == 0:
        raise Unplayable("It is empty.")
    dot = key.rfind(b".")
    expected = _BY_SUFFIX.get(key[dot:].lower()) if dot >= 0 else None
    container = sniff(file) or expected
    if container is None:
        raise Unplayable("It is not an audio file of a known format.")
    try:
        found = _READERS[container](file)
    except TAG_ERRORS:
        raise Unplayable(f"It is no {_NAMES[container]} file, or it is damaged.") from None
    _check(found.format)
    tags, warnings = clean(found.raw)
    if expected is not None and expected != container:
        ending = key[dot:].decode("ascii")
        found.warnings.append(f"It is named {ending} but holds {_NAMES[container]}.")
    return FileTags(
        key,
        found.format,
        tags,
        found.picture,
        warnings=(*found.warnings, *warnings),
        chapters=settle(found.chapters, found.format.duration_ms) if found.chapters else (),
    )


def _check(audio: AudioFormat) -> None:
    if audio.duration_ms <= 0:
        raise Unplayable("There is no audio in it.")
    if audio.duration_ms > _MAX_DURATION_MS:
        raise Unplayable("Its header claims an impossible length.")
    if not 0 < audio.channels <= _MAX_CHANNELS:
        raise Unplayable(f"Its header claims {audio.channels} channels.")
    if not 0 < audio.sample_rate <= _MAX_SAMPLE_RATE:
        raise Unplayable(f"Its header claims a sample rate of {audio.sample_rate} Hz.")
