"""The encoders of the ladder and how they are set; and audio as they want it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from msgspec import Struct

from philomel.engines.audio import Codec, Order
from philomel.engines.audio.decoding.encode import sample_rate
from philomel.engines.audio.decoding.filtering import Target, convert, layout_name
from philomel.engines.audio.decoding.source import Source

_EXACT: Final = {"flags": "+bitexact"}
_OF_ENTRY: Final = {
    "fLaC": {"frame_size": "4096"},
    # Parts as large as playlists say: left alone, Opus takes twice as much for some music.
    "Opus": {"vbr": "constrained"},
}
_OF_16_BITS: Final = frozenset({"u8", "u8p", "s16", "s16p"})
_OPUS_PRE_SKIP: Final = 312
_AAC_PRIMING: Final = 1024
_GRAIN: Final = 4096
_MAX_FLAC_CHANNELS: Final = 8
_FLAC_LAYOUTS: Final = {
    3: ("3.0",),
    4: ("quad",),
    5: ("5.0", "5.0(side)"),
    6: ("5.1", "5.1(side)"),
    7: ("6.1",),
    8: ("7.1",),
}


class Setup(Struct, frozen=True):
    """How one source is encoded in one codec.

    Attributes:
        frame: samples in a packet.
        grain: parts begin at multiples of it, so that all rungs of a codec, and FLAC and AAC
            of one rate, are cut at the same samples.
        priming: samples that a decoder gives out before the audio begins.
        relabel: a layout that the encoder knows, channel for channel.
    """

    encoder: str
    entry: str
    sample_format: str
    rate: int
    layout: str
    channels: int
    frame: int
    grain: int
    priming: int = 0
    bitrate: int = 0
    relabel: bool = False


def setup(source: Source, order: Order) -> Setup:
    """How `source` is encoded as `order` says.

    Raises:
        ValueError: it cannot be.
    """
    context = source.stream.codec_context
    channels = min(context.channels, 2)
    layout = "mono" if channels == 1 else "stereo"
    match order.codec:
        case "flac":
            return _flac(context)
        case "opus":
            rate, bitrate = 48_000, _bitrate(order, channels)
            return Setup(
                "libopus", "Opus", "flt", rate, layout, channels, 960, 960, _OPUS_PRE_SKIP, bitrate
            )
        case "aac":
            rate, bitrate = sample_rate(Codec.AAC, context.sample_rate), _bitrate(order, channels)
            return Setup(
                "aac", "mp4a", "fltp", rate, layout, channels, 1024, _GRAIN, _AAC_PRIMING, bitrate
            )
        case "mp3":
            rate, bitrate = sample_rate(Codec.MP3, context.sample_rate), order.bitrate * 1000
            return Setup(
                "libmp3lame", "", "fltp", rate, layout, channels, 1152, 1152, bitrate=bitrate
            )
    raise ValueError("there is no such rung")


def _bitrate(order: Order, channels: int) -> int:
    """One channel needs half of what two need."""
    return order.bitrate * 1000 * channels // 2


def _flac(context: AudioCodecContext) -> Setup:
    """The signal as it is: its rate, its channels, and up to 24 of its bits."""
    rate, channels = context.sample_rate, context.channels
    sample_format = "s16" if context.format.name in _OF_16_BITS else "s32"
    layout, relabel = layout_name(context.layout), False
    if channels > _MAX_FLAC_CHANNELS:
        raise ValueError("it has more channels than FLAC holds")
    known = _FLAC_LAYOUTS.get(channels, ("mono", "stereo")[channels - 1 : channels])
    if layout not in known:
        layout, relabel = known[0], True
    # A power of two that grows with the rate, so that cuts are at the same times.
    grain = _GRAIN << max(0, (rate // 50_000).bit_length())
    if rate <= 24_000:
        grain = _GRAIN // 2
    return Setup(
        "flac", "fLaC", sample_format, rate, layout, channels, 4096, grain, relabel=relabel
    )


def open_encoder(made: Setup) -> AudioCodecContext:
    """The encoder, ready for frames."""
    context = cast("AudioCodecContext", av.CodecContext.create(made.encoder, "w"))
    context.sample_rate = made.rate
    context.layout = made.layout
    context.format = av.AudioFormat(made.sample_format)
    context.time_base = Fraction(1, made.rate)
    context.thread_count = 1
    if made.bitrate:
        context.bit_rate = made.bitrate
    context.options = _EXACT | _OF_ENTRY.get(made.entry, {})
    context.open(strict=False)
    return context


def audio(source: Source, made: Setup) -> Iterator[AudioFrame]:
    """The whole source in frames for the encoder, as long as the source to the sample."""
    target = Target(made.sample_format, made.rate, made.layout, made.frame)
    for frame in convert(source.frames(), target):
        frame.time_base = Fraction(1, made.rate)
        yield frame
