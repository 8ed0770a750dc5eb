"""Real workers encode what the door sends; ffmpeg's own tools judge the answer."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.databases import sqlite_at
from tests.gateway.media.conftest import door, serving
from tests.media.files import make
from tests.services.media.conftest import LISTENER, House, open_house

from philomel.engines.audio import Encoding, transcode
from philomel.engines.audio.encoder import WorkerEncoder
from philomel.engines.audio.families import families
from philomel.engines.audio.transcode import TranscodeBlobs
from philomel.engines.blobs import Blobs
from philomel.engines.blobs.disk import DiskFolders
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.gateway.delivery import MediaBytes
from philomel.gateway.public import Public
from philomel.kernel.caller import acting
from philomel.services.media.contract import Settings, SignStream, Store, StreamFormat
from philomel.services.media.store import SCHEMA

SECONDS = 180
DURATION_MS = SECONDS * 1000


@dataclass
class Radio:
    house: House
    url: str
    workers: ForkWorkers
    asset_id: str

    async def sign(
        self, wanted: StreamFormat, offset_ms: int = 0, bitrate: int | None = None
    ) -> str:
        with acting(LISTENER):
            request = SignStream(self.asset_id, wanted, bitrate, offset_ms)
            return self.url + (await self.house.media.sign_stream(request)).path

    async def jobs(self) -> set[int]:
        """Processes that are encoding now."""
        found: set[int] = set()
        for zygote in await self.workers.pids():
            for task in Path(f"/proc/{zygote}/task").iterdir():
                found |= {int(pid) for pid in (task / "children").read_text().split()}
        return found


@pytest.fixture
async def radio(tmp_path: Path) -> AsyncIterator[Radio]:
    async with AsyncExitStack() as stack:
        database = await sqlite_at(tmp_path / "media.sqlite", SCHEMA)
        stack.push_async_callback(database.close)
        house = await stack.enter_async_context(open_house(database, tmp_path, "local"))
        workers = ForkWorkers(families())
        stack.push_async_callback(workers.close)
        folders = DiskFolders()
        stores: dict[Store, Blobs] = {
            Store.LIBRARY: RootedBlobs(folders),
            Store.TRANSCODE: TranscodeBlobs(folders, WorkerEncoder(workers)),
        }
        media_bytes = MediaBytes(Public(), house.media, stores, Settings())
        running = await stack.enter_async_context(serving(door(media_bytes)))
        make(house.root / "song.flac", seconds=SECONDS)
        source = house.source("song.flac")
        await house.add(source)
        yield Radio(house, running.url, workers, source.asset_id)


async def probe(url: str) -> tuple[str, float]:
    """Codec and seconds, as a player finds them by reading all of it."""
    program = shutil.which("ffmpeg")
    assert program is not None, "ffmpeg is not installed: run tools/engines.py"
    copy = ("-v", "error", "-i", url, "-f", "null", "-progress", "-", "-")
    reading = await asyncio.create_subprocess_exec(
        program, *copy, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await reading.communicate()
    assert reading.returncode == 0, err
    lengths = [line for line in out.decode().split() if line.startswith("out_time_us=")]
    show = ("-v", "error", "-of", "json", "-show_entries", "stream=codec_name", url)
    asking = await asyncio.create_subprocess_exec("ffprobe", *show, stdout=subprocess.PIPE)
    streams, _ = await asking.communicate()
    codec: str = json.loads(streams)["streams"][0]["codec_name"]
    return codec, int(lengths[-1].partition("=")[2]) / 1e6


async def test_players_read_the_original(radio: Radio) -> None:
    codec, seconds = await probe(await radio.sign(StreamFormat.ORIGINAL))
    assert codec == "flac"
    assert seconds == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize(
    "wanted", [StreamFormat.VORBIS, StreamFormat.OPUS, StreamFormat.AAC, StreamFormat.MP3]
)
async def test_players_read_a_transcode_from_where_it_was_asked(
    radio: Radio, wanted: StreamFormat
) -> None:
    codec, seconds = await probe(await radio.sign(wanted, offset_ms=150_500))
    assert codec == wanted.value
    assert seconds == pytest.approx(SECONDS - 150.5, abs=0.2)


async def test_the_worker_ends_when_the_listener_leaves(radio: Radio) -> None:
    url = httpx.URL(await radio.sign(StreamFormat.MP3, bitrate=320))
    reader, writer = await asyncio.open_connection("127.0.0.1", url.port, limit=4096)
    writer.write(b"GET " + url.raw_path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.read(2048)).startswith(b"HTTP/1.1 200")
    assert len(await radio.jobs()) == 1
    left = time.monotonic()
    writer.close()
    async with asyncio.timeout(5):
        while await radio.jobs():
            await asyncio.sleep(0.01)  # processes tell their parents, not us
    assert time.monotonic() - left < 5


class Stuck:
    """An encoder whose source lies on a disk that hangs."""

    async def stream(self, descriptor: int, encoding: Encoding) -> AsyncIterator[bytes]:
        del descriptor, encoding
        await asyncio.Event().wait()
        yield b""


async def test_a_disk_that_hangs_is_told_soon(
    radio: Radio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcode, "LOOK", 0.05)
    folders = DiskFolders()
    stores: dict[Store, Blobs] = {Store.TRANSCODE: TranscodeBlobs(folders, Stuck())}
    own = MediaBytes(Public(), radio.house.media, stores, Settings())
    path = httpx.URL(await radio.sign(StreamFormat.OPUS)).raw_path.decode()
    async with (
        serving(door(own)) as running,
        httpx.AsyncClient(base_url=running.url, trust_env=False, verify=False) as client,
    ):
        asked = asyncio.create_task(client.get(path))
        await asyncio.wait((asked,), timeout=0.2)
        radio.house.root.rename(radio.house.root.with_name("unmounted"))
        answer = await asked
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "blobs.away"


async def test_a_file_that_is_no_music_is_refused_clearly(radio: Radio) -> None:
    song = radio.house.root / "song.flac"
    song.write_bytes(b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n" + os.urandom(1000))
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.get(await radio.sign(StreamFormat.OPUS))
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "media.undecodable"
