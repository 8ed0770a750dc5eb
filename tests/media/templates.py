"""Tiny real files in every format, encoded once a run from synthesised tones."""

import functools
import io
import math
import struct
import wave
from typing import Final, cast

import av
import numpy as np
import soundfile as sf
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from mutagen.ogg import OggPage

FORMATS: Final = ("mp3", "flac", "ogg", "opus", "m4a", "alac", "wav", "aiff", "wv")
"""What `encode` can write. "m4a" holds AAC and "alac" is an .m4a with Apple Lossless."""

SUFFIX: Final = {name: f".{name}" for name in FORMATS} | {"alac": ".m4a"}

_PYAV: Final = {
    # format: (muxer, encoder, sample format, bit rate)
    "mp3": ("mp3", "libmp3lame", "s16p", 64_000),
    "flac": ("flac", "flac", "s16", None),
    "opus": ("ogg", "libopus", "s16", 48_000),
    "m4a": ("ipod", "aac", "fltp", 64_000),
    "alac": ("ipod", "alac", "s16p", None),
    "aiff": ("aiff", "pcm_s16be", "s16", None),
    "wv": ("wv", "wavpack", "s16p", None),
}


@functools.cache
def encode(
    name: str,
    seconds: float = 1.0,
    frequency: float = 440.0,
    *,
    channels: int = 1,
    rate: int = 16_000,
    amplitude: float = 0.5,
) -> bytes:
    """A file without tags that plays a tone."""
    rate = 48_000 if name == "opus" else rate
    return encode_samples(name, tone(seconds, frequency, channels, rate, amplitude), rate)


def tone(
    seconds: float, frequency: float, channels: int, rate: int, amplitude: float = 0.5
) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
    """Samples of shape (length, channels)."""
    time = np.arange(round(seconds * rate)) / rate
    mono = np.round(amplitude * 32767 * np.sin(2 * math.pi * frequency * time)).astype(np.int16)
    return np.repeat(mono[:, None], channels, axis=1)


def encode_samples(
    name: str, samples: "np.ndarray[tuple[int, int], np.dtype[np.int16]]", rate: int
) -> bytes:
    """A file without tags that plays `samples`, of shape (length, channels)."""
    match name:
        case "wav":
            return _wav(samples, rate)
        case "ogg":
            sink = io.BytesIO()
            channels = samples.shape[1]
            with sf.SoundFile(sink, "w", rate, channels, format="OGG", subtype="VORBIS") as file:
                # libsndfile's Vorbis encoder keeps a whole write on its stack
                for start in range(0, len(samples), 8192):
                    file.write(samples[start : start + 8192])
            return _with_serial(sink.getvalue(), 1)
        case _:
            return _pyav(name, samples, rate)


def _with_serial(data: bytes, serial: int) -> bytes:
    """The Ogg stream with a serial number that is not random."""
    source, pages = io.BytesIO(data), []
    while source.tell() < len(data):
        page = OggPage(source)
        page.serial = serial
        pages.append(page.write())
    return b"".join(pages)


def _wav(samples: "np.ndarray[tuple[int, int], np.dtype[np.int16]]", rate: int) -> bytes:
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return sink.getvalue()


def _pyav(
    name: str, samples: "np.ndarray[tuple[int, int], np.dtype[np.int16]]", rate: int
) -> bytes:
    muxer, encoder, sample_format, bit_rate = _PYAV[name]
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    sink = io.BytesIO()
    with av.open(sink, "w", format=muxer) as container:
        container.flags |= 0x0400  # bit-exact: no encoder's name and no random serials
        stream = cast("AudioStream", container.add_stream(encoder, rate=rate, layout=layout))
        stream.codec_context.format = av.AudioFormat(sample_format)
        if bit_rate is not None:
            stream.codec_context.bit_rate = bit_rate
        resampler = av.AudioResampler(
            sample_format, layout, rate, frame_size=_frame_size(stream, len(samples))
        )
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        frame.pts = 0
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return sink.getvalue()


def _frame_size(stream: AudioStream, length: int) -> int:
    stream.codec_context.open(strict=False)
    return stream.codec_context.frame_size or length


def png(width: int, height: int, color: tuple[int, int, int]) -> bytes:
    """A picture of one colour, without any library."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack("!I", len(data)) + body + struct.pack("!I", zlib.crc32(body))

    rows = (b"\0" + bytes(color) * width) * height
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
