"""A process that is killed while it makes renditions leaves none that is half made."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
import soundfile
from tests.databases import sqlite_at
from tests.engines.audio.test_packaging import signal as sound

from philomel.engines.audio.families import families
from philomel.engines.audio.packager import WorkerPackager
from philomel.engines.audio.renditions.ledger import SCHEMA, Ledger
from philomel.engines.audio.renditions.making import FOLDER
from philomel.engines.audio.renditions.store import RenditionBlobs
from philomel.engines.blobs.disk import DiskBlobs, DiskFolders
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.clock import SystemClock
from philomel.kernel.errors import Unavailable

SECONDS = 40
ROOT = Path(__file__).parents[3]


def key(folder: Path, part: str) -> bytes:
    status = (folder / "song.flac").stat()
    lead = "c" * 40 + f":aac:96:mp4:{part}:1000:4000:{SECONDS // 4}:{SECONDS * 1000}:0"
    text = f"{lead}:{status.st_size}:{status.st_mtime_ns}:anna"
    return text.encode() + b"\0" + os.fsencode(folder) + b"\0song.flac"


async def make(folder: Path, parts: list[str]) -> list[bytes]:
    database = await sqlite_at(folder / "renditions.sqlite", SCHEMA)
    workers = ForkWorkers(families())
    store = RenditionBlobs(
        RootedBlobs(DiskFolders()),
        DiskBlobs(os.fsencode(folder / "blobs")),
        Ledger(database),
        WorkerPackager(workers),
        SystemClock(),
        encodes=1,
    )
    try:
        found = []
        for part in parts:
            found.append(await store.get(key(folder, part)))
            print(part, flush=True)
        return found
    finally:
        await store.close()
        await workers.close()
        await database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "blobs").mkdir()
    samples = sound(SECONDS * 44_100, 2, 44_100, 16)
    soundfile.write(tmp_path / "song.flac", samples, 44_100, subtype="PCM_16")
    return tmp_path


async def test_a_killed_process_leaves_nothing_half_made(folder: Path) -> None:
    for heard in ("init", "0", "2"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, __file__, str(folder), "init", "0", "1", "2", "3"),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        )
        assert process.stdout is not None
        while (line := await process.stdout.readline()).decode().strip() != heard:
            assert line, "it ended too early"
        process.send_signal(signal.SIGKILL)
        await process.wait()
        left = [path for path in (folder / "blobs").rglob("*") if path.is_file()]
        assert left == [] or [path.name for path in left] == ["aac-96.mp4"]
    parts = ["init", *map(str, range(3))]
    again = await make(folder, parts)
    other = folder / "other"
    other.mkdir()
    (other / "blobs").mkdir()
    (folder / "song.flac").rename(other / "song.flac")
    assert await make(other, parts) == again


async def test_a_full_disk_is_said_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes, place: int) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("philomel.engines.blobs.drafts.os.pwrite", full)
    with pytest.raises(Unavailable, match="cannot be written"):
        await make(folder, ["0"])
    monkeypatch.undo()
    assert [*DiskBlobs(os.fsencode(folder / "blobs")).walk(FOLDER)] == []
    assert await make(folder, ["init"])


if __name__ == "__main__":
    asyncio.run(make(Path(sys.argv[1]), sys.argv[2:]))
