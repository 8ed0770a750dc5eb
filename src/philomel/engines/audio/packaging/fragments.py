"""The task that makes a rendition in parts: one encoder from end to end, cut between packets."""

from collections.abc import Iterator
from typing import Final

from msgspec import msgpack

from philomel.engines.audio import Order, Piece
from philomel.engines.audio.decoding.source import Source
from philomel.engines.audio.packaging import boxes
from philomel.engines.audio.packaging.encoders import Setup, audio, open_encoder, setup
from philomel.engines.workers import Job

_MAX_BYTES: Final = 16 << 20
"""Of one fragment: who lies about the length of a file does not make us hold it in memory."""


def ready(_job: Job) -> bytes:
    """Nothing; by then everything is imported."""
    return b""


def make(job: Job) -> Iterator[bytes]:
    """The pieces of an MP4 file in fragments."""
    order = msgpack.decode(job.argument, type=Order)
    source = Source(job.descriptors[0])
    made = setup(source, order)
    rate = source.stream.codec_context.sample_rate
    samples = -(-order.samples * made.rate // rate)
    for piece in _Parts(made, order, samples).pieces(source):
        yield msgpack.encode(piece)


class _Parts:
    """Collects packets and hands them out part by part."""

    def __init__(self, made: Setup, order: Order, samples: int) -> None:
        self._made = made
        self._samples = samples
        self._cuts = [ms * made.rate // 1000 // made.grain * made.grain for ms in order.starts_ms]
        self._packets: list[boxes.Packet] = []
        self._held = 0  # bytes of them
        self._count = 0  # packets so far
        self._began = 0  # packets before the fragment being collected
        self._fragments = 0
        self._sizes: list[tuple[int, int]] = []
        self._length = 0  # bytes so far
        self._start = 0  # bytes before the part being collected
        self._samples_of_part = 0

    def pieces(self, source: Source) -> Iterator[Piece]:
        made = self._made
        encoder = open_encoder(made)
        track = boxes.Track(
            entry=made.entry,
            private=bytes(encoder.extradata or b""),
            rate=made.rate,
            channels=made.channels,
            frame=made.frame,
            priming=made.priming,
            bitrate=made.bitrate,
            bits=24 if made.sample_format == "s32" else 16,
            samples=self._samples,
        )
        head = boxes.header(track)
        room = boxes.index_size(len(self._cuts))
        self._length = self._start = len(head) + room
        yield Piece(head + boxes.gap(room), parts=((0, len(head)),))
        heard = 0
        for frame in audio(source, made):
            heard += frame.samples
            for packet in encoder.encode(frame):
                yield from self._take(bytes(packet), made.frame)
        last = list(encoder.encode(None))
        for packet in last:
            # Packets behind the end of the audio hold nothing of it.
            left = heard + made.priming - self._count * made.frame
            if packet.size and left > 0:
                yield from self._take(bytes(packet), min(left, made.frame))
        if self._packets:
            yield self._fragment(ends=True)
        yield Piece(boxes.index(made.rate, self._sizes, room), at=len(head))

    def _take(self, data: bytes, duration: int) -> Iterator[Piece]:
        begins = self._count * self._made.frame - self._made.priming
        following = len(self._sizes) + 1
        is_cut = following < len(self._cuts) and begins >= self._cuts[following]
        if self._packets and is_cut:
            yield self._fragment(ends=True)
        elif self._held >= _MAX_BYTES:
            yield self._fragment(ends=False)
        self._packets.append(boxes.Packet(data, duration))
        self._held += len(data)
        self._count += 1

    def _fragment(self, *, ends: bool) -> Piece:
        """What was collected; with `ends` the part is complete."""
        made, packets = self._made, self._packets
        self._fragments += 1
        data = boxes.fragment(self._fragments, self._began * made.frame, made.frame, packets)
        self._length += len(data)
        self._samples_of_part += sum(packet.duration for packet in packets)
        self._began, self._packets, self._held = self._count, [], 0
        heard = max(self._count * made.frame - made.priming, 0)
        ms = heard * 1000 // made.rate
        if not ends:
            return Piece(data, ms=ms)
        part = (self._start, self._length)
        self._sizes.append((self._length - self._start, self._samples_of_part))
        self._start, self._samples_of_part = self._length, 0
        return Piece(data, parts=(part,), ms=ms)
