"""Renditions as blobs."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.media.files import make

from philomel.engines.audio import Encoding
from philomel.engines.audio.encoder import WorkerEncoder
from philomel.engines.audio.families import families
from philomel.engines.audio.transcode import TranscodeBlobs
from philomel.engines.blobs import Away
from philomel.engines.blobs.disk import DiskFolders
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.errors import FailedPrecondition, NotFound


@pytest.fixture
async def blobs() -> AsyncIterator[TranscodeBlobs]:
    workers = ForkWorkers(families())
    blobs = TranscodeBlobs(DiskFolders(), WorkerEncoder(workers))
    yield blobs
    await blobs.close()
    await workers.close()


def key(root: Path, name: str, recipe: bytes = b"opus:96:0:0.0") -> bytes:
    return recipe + b"\0" + os.fsencode(root) + b"\0" + name.encode()


async def test_a_rendition_is_read_like_any_blob(blobs: TranscodeBlobs, tmp_path: Path) -> None:
    make(tmp_path / "Ä b" / "a.mp3")
    blob = await blobs.open(key(tmp_path, "Ä b/a.mp3"))
    assert blob.size is None
    assert blob.fileno() is None
    assert blob.modified_ns == (tmp_path / "Ä b" / "a.mp3").stat().st_mtime_ns
    data = b"".join([chunk async for chunk in blob.stream()])
    await blob.close()
    assert data.startswith(b"OggS")
    assert b"OpusHead" in data[:100]
    assert await blobs.get(key(tmp_path, "Ä b/a.mp3", b"mp3:128:200:-3.5"))


async def test_the_etag_tells_renditions_and_originals_apart(
    blobs: TranscodeBlobs, tmp_path: Path
) -> None:
    make(tmp_path / "a.mp3")
    make(tmp_path / "b.mp3", {"title": "B"})
    tags = set()
    for name in ("a.mp3", "b.mp3"):
        for recipe in (b"opus:96:0:0", b"opus:128:0:0", b"opus:96:10:0", b"mp3:96:0:0"):
            blob = await blobs.open(key(tmp_path, name, recipe))
            tags.add(blob.etag)
            await blob.close()
    assert len(tags) == 8


class Stuck:
    """Gives its first bytes, and then waits for a disk that hangs."""

    closed = False

    async def stream(self, descriptor: int, encoding: Encoding) -> AsyncIterator[bytes]:
        assert os.fstat(descriptor).st_size
        try:
            yield encoding.codec.encode()
            await asyncio.Event().wait()
        finally:
            self.closed = True


async def test_a_library_that_goes_away_meanwhile_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("philomel.engines.audio.transcode.LOOK", 0.05)
    root, stuck = tmp_path / "music", Stuck()
    make(root / "a.mp3")
    blobs = TranscodeBlobs(DiskFolders(), stuck)
    blob = await blobs.open(key(root, "a.mp3"))
    chunks = blob.stream()
    assert await anext(chunks) == b"opus"
    # As long as its library is there, a worker that thinks for long is waited for.
    coming = asyncio.ensure_future(anext(chunks))
    assert not (await asyncio.wait((coming,), timeout=0.3))[0]
    root.rename(tmp_path / "unmounted")
    async with asyncio.timeout(20):
        with pytest.raises(Away):
            await coming
    assert stuck.closed
    await blob.close()
    await blobs.close()


async def test_only_the_start_can_be_asked_for(blobs: TranscodeBlobs, tmp_path: Path) -> None:
    make(tmp_path / "a.mp3")
    blob = await blobs.open(key(tmp_path, "a.mp3"))
    with pytest.raises(FailedPrecondition):
        blob.stream(1)
    await blob.close()


@pytest.mark.parametrize(
    "recipe",
    [
        b"",
        b"opus",
        b"flac:96:0:0",
        b"opus:96:0:0:-i",
        b"-i:96:0:0",
        b"opus:100000:0:0",
        b"opus:96:-1:0",
        b"opus:96:0:nan",
        b"opus:96:0:1e9",
        b"opus:96:0:0,lavfi",
    ],
)
async def test_impossible_renditions_are_not_there(
    blobs: TranscodeBlobs, tmp_path: Path, recipe: bytes
) -> None:
    make(tmp_path / "a.mp3")
    with pytest.raises(NotFound):
        await blobs.open(key(tmp_path, "a.mp3", recipe))


@pytest.mark.parametrize("name", ["../a.mp3", "missing.mp3", "", "/etc/passwd", "link.mp3"])
async def test_nothing_outside_the_folder_is_encoded(
    blobs: TranscodeBlobs, tmp_path: Path, name: str
) -> None:
    make(tmp_path / "a.mp3")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link.mp3").symlink_to(tmp_path / "a.mp3")
    with pytest.raises(NotFound):
        await blobs.open(key(tmp_path / "root", name))
    with pytest.raises(FailedPrecondition):
        await blobs.put(b"", b"")
