"""The task that makes Ogg Vorbis files, with libsndfile: FFmpeg's own encoder ignores bit rates."""

from collections.abc import Iterator
from typing import Final

import soundfile
from msgspec import msgpack

from philomel.engines.audio import Codec, Order, Piece
from philomel.engines.audio.decoding.encode import sample_rate
from philomel.engines.audio.decoding.encode_vorbis import WriteOnly, quality
from philomel.engines.audio.decoding.filtering import Target, convert
from philomel.engines.audio.decoding.source import Source
from philomel.engines.audio.packaging.pages import Pages
from philomel.engines.workers import Job

_SERIAL: Final = 1
_PIECE: Final = 64 << 10
_FRAME: Final = 1024


def ready(_job: Job) -> bytes:
    """Nothing; by then everything is imported."""
    return b""


def make(job: Job) -> Iterator[bytes]:
    """The pieces of a file."""
    order = msgpack.decode(job.argument, type=Order)
    source = Source(job.descriptors[0])
    context = source.stream.codec_context
    channels = min(context.channels, 2)
    rate = sample_rate(Codec.VORBIS, context.sample_rate)
    layout = "mono" if channels == 1 else "stereo"
    sink, pages = WriteOnly(), Pages(_SERIAL)
    heard = 0
    data = bytearray()
    with soundfile.SoundFile(
        sink,
        "w",
        samplerate=rate,
        channels=channels,
        format="OGG",
        subtype="VORBIS",
        compression_level=1.0 - quality(order.bitrate),
    ) as output:
        for frame in convert(source.frames(), Target("flt", rate, layout, _FRAME)):
            size = frame.samples * channels * 4  # planes are padded
            output.buffer_write(memoryview(frame.planes[0])[:size], dtype="float32")
            heard += frame.samples
            for chunk in sink.take():
                data += pages.renumber(chunk)
            if len(data) >= _PIECE:
                yield msgpack.encode(Piece(bytes(data), ms=heard * 1000 // rate))
                data.clear()
    for chunk in sink.take():
        data += pages.renumber(chunk)
    yield msgpack.encode(Piece(bytes(data), ms=heard * 1000 // rate))
