"""The task that makes a rendition as one plain file: Ogg with Opus, MP3, FLAC."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from os import SEEK_CUR, SEEK_END, SEEK_SET
from typing import Final, cast

import av
from av.audio.stream import AudioStream
from msgspec import msgpack

from philomel.engines.audio import Order, Piece
from philomel.engines.audio.decoding.source import Source
from philomel.engines.audio.packaging.encoders import audio, setup
from philomel.engines.workers import Job

# FFmpeg writes its version and a random serial number unless told not to.
_COMMON: Final = {"fflags": "+bitexact", "flush_packets": "1"}
_MUXERS: Final = {
    "ogg": {"page_duration": "1000000", "serial_offset": "1"},
    "mp3": {"write_xing": "1", "id3v2_version": "0"},
    "flac": {},
}
_PIECE: Final = 64 << 10
_HEAD: Final = 512
_MP3_FRAME: Final = 1152


class Notes:
    """A file object that remembers what is appended and what is written over."""

    def __init__(self) -> None:
        self._end = 0
        self._position = 0
        self._appended = bytearray()
        self._over: list[Piece] = []
        self.head = bytearray()

    def write(self, data: bytes) -> int:
        data = bytes(data)
        inside = max(min(self._end - self._position, len(data)), 0)
        if inside:
            self._over.append(Piece(data[:inside], at=self._position))
        if self._position < _HEAD:
            self.head[self._position : self._position + len(data)] = data
            del self.head[_HEAD:]
        self._appended += data[inside:]
        self._position += len(data)
        self._end = max(self._end, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        origin = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: self._end}[whence]
        if not 0 <= origin + offset <= self._end:
            raise OSError(22, "Invalid argument")
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def take(self, ms: int, least: int = 1) -> Iterator[Piece]:
        """What came since the last time, if it is worth a piece."""
        if len(self._appended) >= least:
            data, self._appended = bytes(self._appended), bytearray()
            yield Piece(data, ms=ms)
            over, self._over = self._over, []
            yield from over


def ready(_job: Job) -> bytes:
    """Nothing; by then everything is imported."""
    return b""


def make(job: Job) -> Iterator[bytes]:
    """The pieces of a file. Only with the last ones its header tells its length."""
    order = msgpack.decode(job.argument, type=Order)
    source = Source(job.descriptors[0])
    made = setup(source, order)
    notes = Notes()
    options = _COMMON | _MUXERS[order.container]
    with av.open(notes, "w", format=order.container, options=options) as output:
        stream = cast(
            "AudioStream", output.add_stream(made.encoder, rate=made.rate, layout=made.layout)
        )
        context = stream.codec_context
        context.format = av.AudioFormat(made.sample_format)
        context.thread_count = 1
        context.time_base = Fraction(1, made.rate)
        if made.bitrate:
            context.bit_rate = made.bitrate
        context.options = {"flags": "+bitexact"}
        context.open(strict=False)
        output.start_encoding()
        heard = 0
        for frame in audio(source, made):
            heard += frame.samples
            output.mux(stream.encode(frame))
            for piece in notes.take(heard * 1000 // made.rate, _PIECE):
                yield msgpack.encode(piece)
        output.mux(stream.encode(None))
    if order.container == "mp3":
        _say_padding(notes, heard)
    for piece in notes.take(heard * 1000 // made.rate, 0):
        yield msgpack.encode(piece)


def _say_padding(notes: Notes, heard: int) -> None:
    """Correct what the Info tag says of the end: FFmpeg looks at the last packet only.

    The end of the audio may lie in the last packet but one. The tag is LAME's: 12 bits of
    delay and 12 of padding, and a check sum of all that stands before it.
    """
    head = notes.head
    tag = max(head.find(b"Info"), head.find(b"Xing"))
    if tag < 0 or len(head) < tag + 156:
        return
    (frames,) = struct.unpack_from(">I", head, tag + 8)
    lengths, total_at = tag + 141, tag + 154
    delay = int.from_bytes(head[lengths : lengths + 3], "big") >> 12
    padding = max(frames * _MP3_FRAME - delay - heard, 0) & 0xFFF
    notes.seek(lengths)
    notes.write((delay << 12 | padding).to_bytes(3, "big"))
    notes.seek(total_at)
    notes.write(struct.pack(">H", _crc16(notes.head[:total_at])))


def _crc16(data: bytearray) -> int:
    """CRC-16/ARC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
