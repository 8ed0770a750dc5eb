"""Stream hash, loudness and true peak."""

import contextlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from mutagen.apev2 import APEv2
from numpy.typing import NDArray
from tests.media import hostile
from tests.media.files import FORMATS, SUFFIX, make
from tests.media.tagging import write_tags
from tests.media.templates import encode_samples, png, tone

from philomel.engines.audio import Analysis, Codec, Encoding, GaplessData
from philomel.engines.audio.analyzer import WorkerAnalyzer
from philomel.engines.audio.encoder import WorkerEncoder
from philomel.engines.audio.families import families
from philomel.engines.workers import TaskFailed
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.services.media.rules import recordings

# one set of workers for all tests of the module: starting it takes longer than most of them
pytestmark = pytest.mark.asyncio(loop_scope="module")


WESNOTH = Path("/usr/share/games/wesnoth/1.16/data/core/music")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def analyzer() -> AsyncIterator[WorkerAnalyzer]:
    workers = ForkWorkers(families())
    yield WorkerAnalyzer(workers)
    await workers.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def encoder() -> AsyncIterator[WorkerEncoder]:
    workers = ForkWorkers(families())
    yield WorkerEncoder(workers)
    await workers.close()


async def analyze(analyzer: WorkerAnalyzer, path: Path) -> Analysis:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return await analyzer.analyze(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("name", FORMATS)
async def test_the_hash_survives_a_retag(
    analyzer: WorkerAnalyzer, tmp_path: Path, name: str
) -> None:
    path = make(tmp_path / f"a{SUFFIX[name]}", {"title": "Before"}, name=name)
    before = await analyze(analyzer, path)
    write_tags(path, name, {"title": "After", "comment": "x" * 5000}, png(64, 64, (1, 2, 3)))
    assert await analyze(analyzer, path) == before
    other = make(tmp_path / f"b{SUFFIX[name]}", {"title": "Before"}, name=name, frequency=523.0)
    assert (await analyze(analyzer, other)).stream_hash != before.stream_hash


async def test_the_hash_survives_tags_behind_an_mp3(
    analyzer: WorkerAnalyzer, tmp_path: Path
) -> None:
    path = make(tmp_path / "a.mp3")
    before = await analyze(analyzer, path)
    tag = APEv2()
    tag["Title"] = "Behind"
    tag.save(path)
    assert await analyze(analyzer, path) == before
    path.write_bytes(path.read_bytes() + b"TAG" + b"An old tag".ljust(125, b"\0"))
    assert await analyze(analyzer, path) == before


async def test_lossless_formats_agree(analyzer: WorkerAnalyzer, tmp_path: Path) -> None:
    found = {
        name: await analyze(analyzer, make(tmp_path / f"{name}{SUFFIX[name]}", name=name))
        for name in ("flac", "alac", "wav", "aiff", "wv")
    }
    assert {(each.loudness, each.duration_ms) for each in found.values()} == {(-9.64, 1000)}
    for each in found.values():
        assert each.true_peak == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
async def test_loudness_of_the_reference_tone(
    analyzer: WorkerAnalyzer, tmp_path: Path, rate: int
) -> None:
    # EBU Tech 3341, case 1: a stereo sine of 1000 Hz at -23.0 dBFS measures -23.0 LUFS
    path = tmp_path / "a.wav"
    path.write_bytes(encode_samples("wav", tone(20.0, 1000, 2, rate, 10 ** (-23 / 20)), rate))
    found = await analyze(analyzer, path)
    assert found.loudness == pytest.approx(-23.0, abs=0.1)
    assert found.true_peak == pytest.approx(-23.0, abs=0.3)
    assert found.duration_ms == 20_000


async def test_true_peak_is_found_between_samples(analyzer: WorkerAnalyzer, tmp_path: Path) -> None:
    # a quarter of the rate, sampled 45 degrees off its peaks: 3 dB more than any sample
    angle = np.arange(48_000) * np.pi / 2 + np.pi / 4
    samples = np.round(0.5 * 32767 * np.sin(angle)).astype(np.int16)[:, None]
    path = tmp_path / "a.wav"
    path.write_bytes(encode_samples("wav", np.repeat(samples, 2, axis=1), 48_000))
    assert (await analyze(analyzer, path)).true_peak == pytest.approx(-6.0, abs=0.7)


@pytest.mark.parametrize("name", FORMATS)
async def test_silence_has_no_loudness(analyzer: WorkerAnalyzer, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"a{SUFFIX[name]}"
    path.write_bytes(encode_samples(name, np.zeros((48_000, 1), np.int16), 48_000))
    found = await analyze(analyzer, path)
    assert found.loudness is None
    assert found.true_peak is None or found.true_peak < -60
    assert abs(found.duration_ms - 1000) < 60


async def test_what_is_too_short_has_no_loudness(analyzer: WorkerAnalyzer, tmp_path: Path) -> None:
    found = await analyze(analyzer, make(tmp_path / "a.wav", seconds=0.3))
    assert found.loudness is None
    assert found.true_peak == pytest.approx(-6.0, abs=0.3)


@pytest.mark.parametrize("sample", sorted(hostile.UNPLAYABLE))
async def test_hostile_files_are_refused(
    analyzer: WorkerAnalyzer, tmp_path: Path, sample: str
) -> None:
    path = tmp_path / sample
    path.write_bytes(hostile.UNPLAYABLE[sample]())
    with pytest.raises(TaskFailed):
        await analyze(analyzer, path)


async def test_a_wav_that_claims_four_gigabytes_is_what_it_is(
    analyzer: WorkerAnalyzer, tmp_path: Path
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(hostile.wav(data=tone(1.0, 440, 2, 44_100).tobytes()))
    assert (await analyze(analyzer, path)).duration_ms == 1000


@pytest.mark.parametrize("kind", ["stts", "stsc", "stsz", "stco"])
async def test_a_table_that_claims_too_much_harms_nobody(
    analyzer: WorkerAnalyzer, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(hostile.mp4_with_table_of(kind.encode(), 0xFFFFFFF0))
    with contextlib.suppress(TaskFailed):
        found = await analyze(analyzer, path)
        assert found.duration_ms < 10_000
    assert (await analyze(analyzer, make(tmp_path / "b.mp3"))).duration_ms > 900


async def test_a_frame_that_claims_two_gigabytes_is_skipped(
    analyzer: WorkerAnalyzer, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(hostile.id3_with_frame_of(0x7FFFFFFF))
    assert (await analyze(analyzer, path)).duration_ms > 900


async def test_the_ends_of_a_track_are_known_to_the_sample(
    analyzer: WorkerAnalyzer, tmp_path: Path
) -> None:
    """What every decoder leaves out is told, and what is left is as long as the source."""
    for name in ("flac", "wav", "ogg", "opus", "m4a", "mp3"):
        path = make(tmp_path / f"a{SUFFIX[name]}", name=name, seconds=6.0)
        found = await analyze(analyzer, path)
        assert found.gapless, name
        rate = found.gapless.sample_rate
        assert round(found.gapless.samples / rate * 1000) == found.duration_ms
        assert (found.gapless.delay > 0) == (name in {"opus", "m4a", "mp3"}), name
        if name in {"flac", "wav", "ogg", "opus"}:
            assert found.gapless.samples == 6 * rate, name


async def test_vorbis_that_begins_before_its_start(analyzer: WorkerAnalyzer) -> None:
    """Its first page counts 128 samples less than its packets hold."""
    found = await analyze(analyzer, WESNOTH / "battle-epic.ogg")
    assert found.gapless == GaplessData(44_100, 3_267_072, 128, 832)


async def test_the_outline_has_a_point_for_every_part(
    analyzer: WorkerAnalyzer, tmp_path: Path
) -> None:
    rate = 8_000
    samples = np.concatenate([tone(5, 200, 1, rate, 0.5), tone(5, 200, 1, rate, 0.125)])
    path = tmp_path / "a.flac"
    path.write_bytes(encode_samples("flac", samples, rate))
    found = await analyze(analyzer, path)
    peaks, powers = found.outline[::2], found.outline[1::2]
    assert 10 < len(peaks) <= 1000
    assert peaks[len(peaks) // 4] == pytest.approx(128, abs=2)
    assert powers[len(peaks) // 4] == pytest.approx(90, abs=2)
    assert peaks[-len(peaks) // 4] == pytest.approx(32, abs=2)
    assert found.clipped == 0


async def test_clipping_is_counted(analyzer: WorkerAnalyzer, tmp_path: Path) -> None:
    rate = 44_100
    loud = np.clip(tone(1, 100, 2, rate, 0.99).astype(int) * 3, -32768, 32767).astype(np.int16)
    path = tmp_path / "a.flac"
    path.write_bytes(encode_samples("flac", loud, rate))
    assert (await analyze(analyzer, path)).clipped == pytest.approx(400, rel=0.05)


async def test_a_recording_is_known_again(
    analyzer: WorkerAnalyzer, tmp_path: Path, encoder: WorkerEncoder
) -> None:
    """In another encoding, softer and without its first two seconds; its neighbours are not."""
    rate = 44_100
    prints = {}
    for seed in (1, 2):
        source = tmp_path / f"{seed}.flac"
        source.write_bytes(encode_samples("flac", melody(seed, 14, rate), rate))
        found = await analyze(analyzer, source)
        assert len(found.print) > 4 * 60
        assert len(found.landmarks) == 32
        prints[seed] = found
        with source.open("rb") as file:
            encoding = Encoding(Codec.MP3, 96, offset_ms=2013, gain_db=-6.0)
            chunks = [chunk async for chunk in encoder.stream(file.fileno(), encoding)]
        path = tmp_path / "again.mp3"
        path.write_bytes(b"".join(chunks))
        again = await analyze(analyzer, path)
        assert alike(found, again)
        assert set(found.landmarks) & set(again.landmarks)
    assert not alike(prints[1], prints[2])
    assert not set(prints[1].landmarks) & set(prints[2].landmarks)


async def test_silence_and_noise_floors_have_no_print(
    analyzer: WorkerAnalyzer, tmp_path: Path
) -> None:
    rate = 44_100
    rng = np.random.default_rng(1)
    dither = rng.integers(-2, 3, (rate * 8, 1)).astype(np.int16)
    for samples in (np.zeros((rate * 8, 1), np.int16), dither, tone(3, 440, 1, rate)):
        path = tmp_path / "a.flac"
        path.write_bytes(encode_samples("flac", samples, rate))
        found = await analyze(analyzer, path)
        assert (found.print, found.landmarks) == (b"", ())


def alike(one: Analysis, other: Analysis) -> bool:
    sounds = (recordings.sound(each.print, each.duration_ms) for each in (one, other))
    return recordings.compare(*sounds).same


def melody(seed: int, seconds: int, rate: int) -> NDArray[np.int16]:
    """Two voices of random notes."""
    rng = np.random.default_rng(seed)
    out = np.zeros(seconds * rate)
    for length in (0.35, 0.8):
        size = round(length * rate)
        for start in range(0, len(out) - size, size):
            hertz = 220 * 2 ** (rng.integers(0, 30) / 12)
            time_ = np.arange(size) / rate
            voice = sum(np.sin(2 * np.pi * hertz * n * time_) / n for n in range(1, 8))
            out[start : start + size] += voice * np.exp(-3 * time_)
    loudest = float(np.abs(out).max())
    samples: NDArray[np.int16] = np.round(out / loudest * 20_000).astype(np.int16)
    return samples[:, None]


async def test_long_silence_is_within_the_limits(analyzer: WorkerAnalyzer, tmp_path: Path) -> None:
    rate = 8_000
    path = tmp_path / "a.flac"
    path.write_bytes(encode_samples("flac", np.zeros((rate * 1200, 1), np.int16), rate))
    started = time.monotonic()
    found = await analyze(analyzer, path)
    assert found.loudness is None
    assert found.duration_ms == 1_200_000
    assert time.monotonic() - started < 60
