"""On-the-fly encoding, judged by FFmpeg's decoders."""

import asyncio
import io
import os
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
import pytest_asyncio
from av.audio.frame import AudioFrame
from tests.media import hostile
from tests.media.files import FORMATS, SUFFIX, make
from tests.media.templates import encode_samples, tone

from philomel.engines.audio import Codec, Encoding
from philomel.engines.audio.encoder import WorkerEncoder
from philomel.engines.audio.families import families
from philomel.engines.workers import TaskFailed
from philomel.engines.workers.forkserver import ForkWorkers

# one set of workers for all tests of the module: starting it takes longer than most of them
pytestmark = pytest.mark.asyncio(loop_scope="module")
PROBED = {
    Codec.VORBIS: ("ogg", "vorbis"),
    Codec.OPUS: ("ogg", "opus"),
    Codec.AAC: ("aac", "aac"),
    Codec.MP3: ("mp3", "mp3"),
}
# How much of a codec's own delay its stream cannot declare: ADTS and bare MP3 have no field.
DELAY_MS = {Codec.VORBIS: 3, Codec.OPUS: 3, Codec.AAC: 50, Codec.MP3: 60}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers() -> AsyncIterator[ForkWorkers]:
    workers = ForkWorkers(families())
    yield workers
    await workers.close()


@pytest.fixture(scope="module")
def encoder(workers: ForkWorkers) -> WorkerEncoder:
    return WorkerEncoder(workers)


async def rendition(encoder: WorkerEncoder, path: Path, encoding: Encoding) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return b"".join([chunk async for chunk in encoder.stream(descriptor, encoding)])
    finally:
        os.close(descriptor)


def probe(data: bytes) -> tuple[str, str, int]:
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        return container.format.name, stream.codec_context.name, stream.codec_context.channels


def decode(data: bytes, rate: int = 48_000) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Mono samples."""
    with av.open(io.BytesIO(data), "r") as container:
        resampler = av.AudioResampler("flt", "mono", rate)
        frames: list[AudioFrame] = []
        for frame in container.decode(audio=0):
            frames += resampler.resample(frame)
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def click(name: str, at: float, seconds: float = 3.0) -> bytes:
    """Silence, and from one moment on a tone."""
    rate = 48_000 if name == "opus" else 44_100
    samples = tone(seconds, 1000, 2, rate)
    samples[: round(at * rate)] = 0
    return encode_samples(name, samples, rate)


def onset_ms(data: bytes) -> float:
    samples = np.abs(decode(data))
    return float(np.argmax(samples > 0.15)) / 48


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("name", FORMATS)
async def test_every_format_becomes_every_codec(
    encoder: WorkerEncoder, tmp_path: Path, name: str, codec: Codec
) -> None:
    path = make(tmp_path / f"a{SUFFIX[name]}", {"title": "A"}, name=name, seconds=2.0, channels=2)
    data = await rendition(encoder, path, Encoding(codec, 96))
    container, coded, channels = probe(data)
    assert (container, coded.removesuffix("float"), channels) == (*PROBED[codec], 2)
    assert abs(len(decode(data)) / 48_000 - 2.0) < 0.15


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("name", FORMATS)
async def test_an_offset_is_exact(
    encoder: WorkerEncoder, tmp_path: Path, name: str, codec: Codec
) -> None:
    path = tmp_path / f"a{SUFFIX[name]}"
    path.write_bytes(click(name, at=1.5))
    whole = onset_ms(await rendition(encoder, path, Encoding(codec, 160)))
    assert 1499 - 5 <= whole <= 1500 + DELAY_MS[codec]
    for offset in (100, 1400):
        part = onset_ms(await rendition(encoder, path, Encoding(codec, 160, offset)))
        assert abs(whole - part - offset) < 3, offset


@pytest.mark.parametrize("codec", [Codec.VORBIS, Codec.OPUS])
async def test_ogg_tells_its_length_and_starts_at_zero(
    encoder: WorkerEncoder, tmp_path: Path, codec: Codec
) -> None:
    path = make(tmp_path / "a.flac", seconds=3.0, rate=44_100)
    (tmp_path / "b.ogg").write_bytes(await rendition(encoder, path, Encoding(codec, 96, 1000)))
    shown = subprocess.run(
        [
            *("ffprobe", "-v", "error", "-show_entries", "format=duration,start_time"),
            *("-of", "csv=p=0", tmp_path / "b.ogg"),
        ],
        capture_output=True,
        check=True,
    ).stdout.split(b",")
    assert abs(float(shown[0])) < 0.01
    assert abs(float(shown[1]) - 2.0) < 0.02


@pytest.mark.parametrize("codec", list(Codec))
async def test_gain_and_bit_rate_are_obeyed(
    encoder: WorkerEncoder, tmp_path: Path, codec: Codec
) -> None:
    chance = np.random.default_rng(1)
    noise = (chance.normal(0, 3000, (44_100 * 4, 2))).clip(-32768, 32767).astype(np.int16)
    path = tmp_path / "noise.wav"
    path.write_bytes(encode_samples("wav", noise, 44_100))
    sizes = {rate: await rendition(encoder, path, Encoding(codec, rate)) for rate in (96, 256)}
    for rate, data in sizes.items():
        assert 0.6 * rate < len(data) * 8 / 4000 < 1.7 * rate
    quiet = await rendition(encoder, path, Encoding(codec, 256, gain_db=-12.0))
    level = float(np.std(decode(quiet)) / np.std(decode(sizes[256])))
    assert abs(20 * np.log10(level) + 12) < 1.0


async def test_an_offset_behind_the_end_is_an_empty_rendition(
    encoder: WorkerEncoder, tmp_path: Path
) -> None:
    path = make(tmp_path / "a.mp3")
    assert len(await rendition(encoder, path, Encoding(Codec.MP3, 96, 60_000))) < 2000


async def test_a_listener_who_leaves_stops_the_encoder(
    workers: ForkWorkers, encoder: WorkerEncoder, tmp_path: Path
) -> None:
    path = make(tmp_path / "a.flac", seconds=600.0)
    descriptor = os.open(path, os.O_RDONLY)
    stream = cast(
        "AsyncGenerator[bytes, None]", encoder.stream(descriptor, Encoding(Codec.OPUS, 320))
    )
    async with aclosing(stream):
        await anext(stream)
        [zygote] = await workers.pids()
        assert len(_children(zygote)) == 1
    os.close(descriptor)
    for _ in range(100):
        if not _children(zygote):
            break
        await asyncio.sleep(0.01)
    assert not _children(zygote)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


@pytest.mark.parametrize("codec", [Codec.VORBIS, Codec.OPUS])
@pytest.mark.parametrize("sample", sorted(hostile.UNPLAYABLE))
async def test_hostile_files_are_refused(
    encoder: WorkerEncoder, tmp_path: Path, sample: str, codec: Codec
) -> None:
    path = tmp_path / sample
    path.write_bytes(hostile.UNPLAYABLE[sample]())
    with pytest.raises(TaskFailed):
        await rendition(encoder, path, Encoding(codec, 96))


async def test_a_file_cut_short_plays_up_to_the_cut(encoder: WorkerEncoder, tmp_path: Path) -> None:
    path = make(tmp_path / "a.flac", seconds=4.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    data = await rendition(encoder, path, Encoding(Codec.OPUS, 96))
    assert 1.0 < len(decode(data)) / 48_000 < 3.0
