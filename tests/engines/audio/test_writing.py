"""Tags are written into a copy: only what was named changes, and the way back is exact."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.media.files import make
from tests.media.templates import png
from tests.services.workers import SharedWorkers

from philomel.engines.audio import Comparison
from philomel.engines.audio.reader import WorkerTagReader
from philomel.engines.audio.writer import WorkerTagWriter
from philomel.engines.workers import TaskFailed, Workers

BEFORE = {
    "title": "Old", "artist": "A", "album": "X", "tracknumber": "3", "tracktotal": "9",
    "composer": "C", "date": "1999", "artistsort": "A, the", "genre": "Folk",
}  # fmt: skip
SUFFIXES = ("mp3", "flac", "ogg", "opus", "m4a")


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    opened = SharedWorkers()
    yield opened
    opened.end()


def restored(new: bytes, found: Comparison) -> bytes:
    return b"".join(
        piece if isinstance(piece, bytes) else new[piece[0] : sum(piece)] for piece in found.pieces
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_only_what_is_named_changes(tmp_path: Path, workers: Workers, suffix: str) -> None:
    old = make(tmp_path / f"old.{suffix}", BEFORE, seconds=3, cover=png(20, 20, (1, 2, 3)))
    new = tmp_path / f"new.{suffix}"
    shutil.copy(old, new)
    writer, reader = WorkerTagWriter(workers), WorkerTagReader(workers)
    change = {
        "title": ("Neu ♫",), "artist": ("A", "B"), "tracknumber": ("4",), "date": ("2011-03",),
        "artistsort": (), "genre": ("Jazz", "Pop"), "albumartist": ("Various",),
    }  # fmt: skip
    cover = png(900, 900, (9, 9, 9)) + os.urandom(100_000)
    with new.open("rb+") as file, old.open("rb") as before:
        await writer.write(file.fileno(), old.stat().st_size, change, cover)
        found = await writer.compare(before.fileno(), file.fileno())
    [tags] = await reader.read(bytes(tmp_path), [os.fsencode(new.name)])
    assert tags.error is None
    assert tags.picture
    values = {tag.name: tag.values for tag in tags.tags}
    for name, value in change.items():
        assert values.get(name, ()) == value
    assert values["composer"] == ("C",)
    assert values["album"] == ("X",)
    assert values["tracktotal"] == ("9",)
    data = new.read_bytes()
    assert restored(data, found) == old.read_bytes()
    assert found.old == hashlib.sha256(old.read_bytes()).hexdigest()
    assert found.new == hashlib.sha256(data).hexdigest()
    with new.open("rb+") as file:
        await writer.write(file.fileno(), len(data), {"title": (), "tracknumber": ()}, b"")
    [tags] = await reader.read(bytes(tmp_path), [os.fsencode(new.name)])
    assert not tags.picture
    assert not {"title", "tracknumber"} & {tag.name for tag in tags.tags}


async def test_old_versions_of_id3_stay(tmp_path: Path, workers: Workers) -> None:
    import mutagen.id3

    path = make(tmp_path / "a.mp3", {"title": "Old"})
    mutagen.id3.ID3(path).save(path, v2_version=3)
    with path.open("rb+") as file:
        tags = {"artist": ("Ä", "AC/DC"), "date": ("2011-03-24",)}
        await WorkerTagWriter(workers).write(file.fileno(), path.stat().st_size, tags, None)
    assert path.read_bytes()[:4] == b"ID3\x03"
    [read] = await WorkerTagReader(workers).read(bytes(tmp_path), [b"a.mp3"])
    values = {tag.name: tag.values for tag in read.tags}
    assert values["artist"] == ("Ä", "AC/DC")
    assert values["date"] == ("2011-03-24",)
    assert values["title"] == ("Old",)


async def test_other_sound_is_refused(tmp_path: Path, workers: Workers) -> None:
    old = make(tmp_path / "a.flac", seconds=2)
    new = make(tmp_path / "b.flac", seconds=2, frequency=441)
    writer = WorkerTagWriter(workers)
    with old.open("rb") as a, new.open("rb") as b, pytest.raises(TaskFailed, match="would not"):
        await writer.compare(a.fileno(), b.fileno())


@pytest.mark.parametrize("suffix", ["wav", "wv"])
async def test_other_formats_are_not_written(tmp_path: Path, workers: Workers, suffix: str) -> None:
    path = make(tmp_path / f"a.{suffix}")
    before = path.read_bytes()
    with path.open("rb+") as file, pytest.raises(TaskFailed, match="MP3, FLAC, Ogg and M4A"):
        await WorkerTagWriter(workers).write(file.fileno(), len(before), {"title": ("T",)}, None)
    assert path.read_bytes() == before
