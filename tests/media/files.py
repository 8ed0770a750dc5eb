"""Music files for tests: `make(folder / "song.mp3", {"title": "Song"})`."""

from pathlib import Path
from typing import Final

from tests.media.tagging import Tags, write_tags
from tests.media.templates import FORMATS, SUFFIX, encode

__all__ = ["FORMATS", "SUFFIX", "make"]

_BY_SUFFIX: Final = {suffix: name for name, suffix in SUFFIX.items() if name != "alac"} | {
    ".aif": "aiff"
}


def make(
    path: Path,
    tags: Tags | None = None,
    *,
    name: str | None = None,
    seconds: float = 1.0,
    frequency: float = 440.0,
    channels: int = 1,
    rate: int = 16_000,
    cover: bytes | None = None,
) -> Path:
    """Write a valid file that plays a tone; its folders are made too.

    Args:
        path: where; its suffix says the format unless `name` does.
        tags: normalised names to a value or values, as the audio port lists them.
        name: one of FORMATS, for a suffix that lies or for "alac".
        frequency: another tone is another recording: it changes the stream's hash.
        cover: bytes of a PNG or JPEG to embed.
    """
    name = name or _BY_SUFFIX[path.suffix.lower()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(name, seconds, frequency, channels=channels, rate=rate))
    if tags or cover is not None:
        write_tags(path, name, tags or {}, cover)
    return path
