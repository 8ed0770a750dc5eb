"""The task that encodes Vorbis with libsndfile: FFmpeg's own encoder ignores the bit rate."""

import os
from collections.abc import Iterator
from typing import Final

import soundfile
from msgspec import msgpack

from philomel.engines.audio import Codec, Encoding
from philomel.engines.audio.decoding.encode import sample_rate
from philomel.engines.audio.decoding.filtering import Target, convert
from philomel.engines.audio.decoding.sink import Sink
from philomel.engines.audio.decoding.source import Source
from philomel.engines.workers import Job

_QUALITY: Final = (
    # kbit/s of a stereo file at 44.1 kHz, libvorbis quality
    (64, 0.0),
    (80, 0.1),
    (96, 0.2),
    (112, 0.3),
    (128, 0.4),
    (160, 0.5),
    (192, 0.6),
    (224, 0.7),
    (256, 0.8),
    (320, 0.9),
)


class WriteOnly(Sink):
    """libsndfile asks for the length by seeking, but only ever appends."""

    def seek(self, _offset: int, _whence: int = os.SEEK_SET) -> int:
        return self.tell()

    def read(self, _size: int = -1) -> bytes:
        return b""


def ready(_job: Job) -> bytes:
    """Nothing; by then everything is imported."""
    return b""


def encode(job: Job) -> Iterator[bytes]:
    """The pieces of a rendition."""
    encoding = msgpack.decode(job.argument, type=Encoding)
    source = Source(job.descriptors[0])
    context = source.stream.codec_context
    channels = min(context.channels, 2)
    rate = sample_rate(Codec.VORBIS, context.sample_rate)
    sink = WriteOnly()
    with soundfile.SoundFile(
        sink,
        "w",
        samplerate=rate,
        channels=channels,
        format="OGG",
        subtype="VORBIS",
        compression_level=1.0 - quality(encoding.bitrate),
    ) as output:
        start = source.seek(encoding.offset_ms) if encoding.offset_ms else None
        layout = "mono" if channels == 1 else "stereo"
        target = Target("flt", rate, layout, 1024, encoding.gain_db)
        for frame in convert(source.frames(), target, start):
            size = frame.samples * channels * 4  # planes are padded
            output.buffer_write(memoryview(frame.planes[0])[:size], dtype="float32")
            yield from sink.ready()
    yield from sink.take()


def quality(bitrate: int) -> float:
    """The quality whose usual bit rate is nearest."""
    return min(_QUALITY, key=lambda pair: abs(pair[0] - bitrate))[1]
