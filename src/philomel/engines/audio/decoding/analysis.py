"""The task that analyses a whole file: runs in a worker, sealed."""

import hashlib
from collections.abc import Iterable, Iterator
from fractions import Fraction

from av.audio.frame import AudioFrame
from msgspec import msgpack

from philomel.engines.audio import Analysis
from philomel.engines.audio.decoding.filtering import Target, convert, layout_name
from philomel.engines.audio.decoding.loudness import Meter
from philomel.engines.audio.decoding.source import Source
from philomel.engines.workers import Job


def analyze(job: Job) -> bytes:
    """An Analysis, made in one pass: packets are hashed, decoded and measured."""
    source = Source(job.descriptors[0])
    context = source.stream.codec_context
    target = Target("dbl", context.sample_rate, layout_name(context.layout))
    digest, clock, meter = hashlib.sha256(), _Clock(), Meter()
    frames = clock.count(source.frames(digest.update))
    meter.measure(_timed(convert(frames, target)))
    return msgpack.encode(
        Analysis(
            stream_hash=digest.hexdigest(),
            loudness=meter.loudness,
            true_peak=meter.true_peak,
            duration_ms=round(clock.seconds * 1000),
        )
    )


class _Clock:
    """Counts what is decoded; a stream may change its sample rate on the way."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def count(self, frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
        for frame in frames:
            self.seconds += frame.samples / frame.sample_rate
            yield frame


def _timed(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    for frame in frames:
        frame.time_base = Fraction(1, frame.sample_rate)
        yield frame
