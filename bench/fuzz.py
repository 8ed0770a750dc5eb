"""Damaged files and nonsense texts for every parser of what strangers write, for as long as told.

python -m bench.fuzz --seconds 600
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from msgspec import msgpack
from PIL import Image
from tests.media.files import make

from philomel.engines.audio.decoding.pictures import render
from philomel.engines.audio.tags.chapters import from_comments, from_cue, settle
from philomel.engines.audio.tags.task import read_file
from philomel.engines.workers import Job
from philomel.gateway.delivery.ranges import parse as parse_range
from philomel.services.catalog.rules.lyrics import parse as parse_lyrics
from philomel.services.catalog.rules.lyrics.ttml import BadLyrics

SUFFIXES = ("mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff", "wv")
ALPHABET = "[]<>0123456789:.,-/= \n\r\tabegintrxp\"'&;#!TRACKINDEXbytes\0\u202e\ufeff😀"


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled or moved."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        at = chance.randrange(max(1, min(len(made), chance.choice((64, 1024, 1 << 20)))))
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = bytes((chance.randrange(256),))
            case 1:
                made[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
            case 2:
                del made[at : at + chance.randrange(64)]
            case _:
                made[at:at] = made[: chance.randrange(256)]
    return bytes(made)


def text(chance: random.Random) -> str:
    return "".join(chance.choices(ALPHABET, k=chance.randrange(400)))


class Targets:
    """Each takes one turn; what it raises is a defect."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance
        self._whole = [
            make(folder / f"whole.{suffix}", {"title": "T", "artist": "A", "lyrics": "[00:01]x"},
                 seconds=0.3).read_bytes() for suffix in SUFFIXES
        ]  # fmt: skip
        self._pictures = []
        for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
            made = BytesIO()
            Image.radial_gradient("L").convert("RGB").resize((90, 70)).save(made, kind)
            self._pictures.append(made.getvalue())

    def tags(self) -> None:
        (self._folder / "x.mp3").write_bytes(
            damaged(self._chance.choice(self._whole), self._chance)
        )
        read_file(bytes(self._folder), b"x.mp3")

    def cover(self) -> None:
        picture = damaged(self._chance.choice(self._pictures), self._chance)
        with suppress(Exception):  # a refusal: the worker tells whoever asked
            render(Job(msgpack.encode((picture, [64, 300]))))

    def lyrics(self) -> None:
        begin = self._chance.choice(("", "[00:01.00]", "<tt>", "<?xml version='1.0'?><tt><body>"))
        with suppress(BadLyrics):
            parse_lyrics(begin + text(self._chance))

    def chapters(self) -> None:
        settle(from_cue(text(self._chance)), 60_000)
        marks = {"chapter001": text(self._chance), "chapter001name": text(self._chance)}
        settle(from_comments(marks), 60_000)

    def ranges(self) -> None:
        found = parse_range("bytes=" + text(self._chance)[:80], self._chance.randrange(2000))
        assert not isinstance(found, tuple) or all(start < stop for start, stop in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parsed = parser.parse_args()
    print(run(parsed.seconds, parsed.seed))


def run(seconds: float, seed: int, turns: int = 1 << 60) -> dict[str, int]:
    """How often each was tried, until the time or the turns are over."""
    counted, chance = Counter[str](), random.Random(seed)
    with TemporaryDirectory() as folder:
        targets = Targets(Path(folder), chance)
        named: dict[str, Callable[[], None]] = {
            name: getattr(targets, name)
            for name in ("tags", "cover", "lyrics", "chapters", "ranges")
        }
        until = time.monotonic() + seconds
        while time.monotonic() < until and counted.total() < turns * len(named):
            for name, turn in named.items():
                try:
                    turn()
                except BaseException:
                    print(f"{name} failed: seed {seed}, turn {counted[name]}")
                    raise
                counted[name] += 1
    return dict(counted)


if __name__ == "__main__":
    main()
