"""The tasks that encode on the fly with FFmpeg's encoders. Run in a worker, sealed."""

import secrets
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, cast

import av
from av.audio.stream import AudioStream
from msgspec import msgpack

from philomel.engines.audio import Codec, Encoding
from philomel.engines.audio.decoding.filtering import Target, convert
from philomel.engines.audio.decoding.sink import Sink
from philomel.engines.audio.decoding.source import Source
from philomel.engines.workers import Job

# FFmpeg draws an Ogg stream's serial number at random, and where no device can be opened it
# waits for its clock to jitter: a third of a second. One stream needs no random number.
_OGG: Final = {"page_duration": "200000", "fflags": "+bitexact", "serial_offset": "1"}
_FORMATS: Final = {
    # muxer, encoder, sample format, muxer options
    Codec.OPUS: ("ogg", "libopus", "flt", _OGG),
    Codec.AAC: ("adts", "aac", "fltp", {}),
    Codec.MP3: ("mp3", "libmp3lame", "fltp", {"write_xing": "0", "id3v2_version": "0"}),
}
_MAX_OPUS_PER_CHANNEL: Final = 256
_MUSICAL_RATES: Final = (44_100, 48_000)


def ready(_job: Job) -> bytes:
    """Nothing; by then everything is imported."""
    return b""


def encode(job: Job) -> Iterator[bytes]:
    """The pieces of a rendition."""
    encoding = msgpack.decode(job.argument, type=Encoding)
    source = Source(job.descriptors[0])
    context = source.stream.codec_context
    layout = "mono" if context.channels == 1 else "stereo"
    muxer, encoder, sample_format, options = _FORMATS[encoding.codec]
    rate = sample_rate(encoding.codec, context.sample_rate)
    sink = Sink()
    options = {"flush_packets": "1", **options}
    if encoding.codec is Codec.OPUS:
        options["serial_offset"] = str(secrets.randbits(31))
    with av.open(sink, "w", format=muxer, options=options) as output:
        stream = cast("AudioStream", output.add_stream(encoder, rate=rate, layout=layout))
        target = stream.codec_context
        target.format = av.AudioFormat(sample_format)
        target.bit_rate = _bitrate(encoding, context.channels)
        target.thread_count = 1
        target.time_base = Fraction(1, rate)
        target.open(strict=False)
        output.start_encoding()
        yield from sink.take()
        start = source.seek(encoding.offset_ms) if encoding.offset_ms else None
        frames = convert(
            source.frames(),
            Target(sample_format, rate, layout, target.frame_size, encoding.gain_db),
            start,
        )
        for frame in frames:
            frame.time_base = Fraction(1, rate)
            output.mux(stream.encode(frame))
            yield from sink.ready()
        output.mux(stream.encode(None))
    yield from sink.take()


def sample_rate(codec: Codec, source: int) -> int:
    """Opus knows 48 kHz only; the others keep the family of rates that the source is of."""
    if codec is Codec.OPUS or source in _MUSICAL_RATES:
        return 48_000 if codec is Codec.OPUS else source
    return 44_100 if source % 11_025 == 0 else 48_000


def _bitrate(encoding: Encoding, channels: int) -> int:
    bitrate = encoding.bitrate
    if encoding.codec is Codec.OPUS:
        bitrate = min(bitrate, _MAX_OPUS_PER_CHANNEL * min(channels, 2))
    return bitrate * 1000
