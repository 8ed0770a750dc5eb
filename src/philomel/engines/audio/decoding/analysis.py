"""The task that analyses a whole file: runs in a worker, sealed."""

import hashlib
from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from msgspec import msgpack

from philomel.engines.audio import Analysis, GaplessData
from philomel.engines.audio.decoding.filtering import Target, convert, layout_name
from philomel.engines.audio.decoding.measures.fingerprint import RATE, Listener, Print
from philomel.engines.audio.decoding.measures.loudness import Meter
from philomel.engines.audio.decoding.measures.outline import Outline
from philomel.engines.audio.decoding.source import Source
from philomel.engines.workers import Job

_ENTRIES_PER_SECOND = 40


def analyze(job: Job) -> bytes:
    """An Analysis, made in one pass: packets are hashed, decoded and measured."""
    source = Source(job.descriptors[0])
    context = source.stream.codec_context
    rate, channels = context.sample_rate, context.channels
    target = Target("dbl", rate, layout_name(context.layout))
    digest, clock, meter = hashlib.sha256(), _Clock(), Meter()
    outline, ear = Outline(rate // _ENTRIES_PER_SECOND), _Ear()
    frames = convert(clock.count(source.frames(digest.update)), target)
    meter.measure(_seen(_timed(frames), outline, channels, ear))
    heard = ear.result()
    return msgpack.encode(
        Analysis(
            stream_hash=digest.hexdigest(),
            loudness=meter.loudness,
            true_peak=meter.true_peak,
            duration_ms=round(clock.seconds * 1000),
            blocks=meter.blocks,
            outline=outline.points(),
            clipped=outline.clipped,
            gapless=_gapless(source, clock),
            print=heard.words,
            landmarks=heard.landmarks,
        )
    )


class _Clock:
    """Counts what is decoded; a stream may change its sample rate on the way."""

    def __init__(self) -> None:
        self.samples: dict[int, int] = {}

    @property
    def seconds(self) -> float:
        return sum(count / rate for rate, count in self.samples.items())

    def count(self, frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
        for frame in frames:
            rate = frame.sample_rate
            self.samples[rate] = self.samples.get(rate, 0) + frame.samples
            yield frame


class _Ear:
    """Listens for the fingerprint."""

    def __init__(self) -> None:
        self._resampler = AudioResampler("flt", "mono", RATE)
        self._listener = Listener()

    def hear(self, frame: AudioFrame | None) -> None:
        if self._listener.full:
            return
        for part in self._resampler.resample(frame):
            samples = np.frombuffer(memoryview(part.planes[0]), np.float32, part.samples)
            self._listener.add(samples)

    def result(self) -> Print:
        self.hear(None)
        return self._listener.result()


def _gapless(source: Source, clock: _Clock) -> GaplessData | None:
    if len(clock.samples) != 1:
        return None
    [(rate, samples)] = clock.samples.items()
    return GaplessData(rate, samples, source.delay, source.padding)


def _seen(
    frames: Iterable[AudioFrame], outline: Outline, channels: int, ear: _Ear
) -> Iterator[AudioFrame]:
    for frame in frames:
        count = frame.samples * channels  # planes are padded
        samples = np.frombuffer(memoryview(frame.planes[0]), np.float64, count)
        outline.add(samples.reshape(-1, channels))
        ear.hear(frame)
        yield frame


def _timed(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    for frame in frames:
        frame.time_base = Fraction(1, frame.sample_rate)
        yield frame
