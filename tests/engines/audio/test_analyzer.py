"""Stream hash, loudness and true peak."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from mutagen.apev2 import APEv2
from tests.media import hostile
from tests.media.files import FORMATS, SUFFIX, make
from tests.media.tagging import write_tags
from tests.media.templates import encode_samples, png, tone

from philomel.engines.audio import Analysis
from philomel.engines.audio.analyzer import WorkerAnalyzer
from philomel.engines.audio.families import families
from philomel.engines.workers import TaskFailed
from philomel.engines.workers.forkserver import ForkWorkers

# one set of workers for all tests of the module: starting it takes longer than most of them
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def analyzer() -> AsyncIterator[WorkerAnalyzer]:
    workers = ForkWorkers(families())
    yield WorkerAnalyzer(workers)
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


async def test_long_silence_is_within_the_limits(analyzer: WorkerAnalyzer, tmp_path: Path) -> None:
    rate = 8_000
    path = tmp_path / "a.flac"
    path.write_bytes(encode_samples("flac", np.zeros((rate * 1200, 1), np.int16), rate))
    started = time.monotonic()
    found = await analyze(analyzer, path)
    assert found.loudness is None
    assert found.duration_ms == 1_200_000
    assert time.monotonic() - started < 60
