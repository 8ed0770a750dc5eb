"""The boxes of an MP4 file with one audio track in fragments (ISO/IEC 14496-12, CMAF).

Written here and not by FFmpeg's muxer: the cuts are exact, nothing depends on a version or a
clock, and the header can be sent before the first packet is there.
"""

import struct
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_TRACK: Final = 1
_SYNC: Final = 0x02000000
"""Sample flags: depends on no other sample."""

_SIDX_FIXED: Final = 40
_SIDX_EACH: Final = 12
_LARGEST_16: Final = 0xFFFF


class Track(Struct, frozen=True):
    """Attributes:
    entry: the kind of sample entry: "mp4a", "Opus" or "fLaC".
    private: what the encoder calls extradata.
    rate: samples a second, and the track's clock.
    frame: samples in every packet but the last.
    priming: samples before the audio begins.
    bitrate: bits per second, for AAC's descriptor.
    bits: per sample.
    samples: of the audio; 0 if nobody knows yet.
    """

    entry: str
    private: bytes
    rate: int
    channels: int
    frame: int
    priming: int = 0
    bitrate: int = 0
    bits: int = 16
    samples: int = 0


class Packet(Struct, frozen=True):
    data: bytes
    duration: int


def box(kind: bytes, *content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, content)), kind) + b"".join(content)


def _full(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def header(track: Track) -> bytes:
    """`ftyp` and `moov`: what a decoder needs before any part."""
    brands = b"iso6" + struct.pack(">I", 0) + b"iso6iso5mp41cmfccmfa"
    return box(b"ftyp", brands) + box(
        b"moov",
        _full(
            b"mvhd",
            0,
            0,
            struct.pack(">4I", 0, 0, track.rate, 0),
            struct.pack(">IHH8x", 0x10000, 0x100, 0),
            _MATRIX,
            struct.pack(">24xI", _TRACK + 1),
        ),
        _track(track),
        box(
            b"mvex",
            *([_full(b"mehd", 1, 0, struct.pack(">Q", track.samples))] if track.samples else []),
            _full(b"trex", 0, 0, struct.pack(">5I", _TRACK, 1, track.frame, 0, _SYNC)),
        ),
    )


def _track(track: Track) -> bytes:
    tkhd = _full(
        b"tkhd",
        0,
        7,
        struct.pack(">5I8x", 0, 0, _TRACK, 0, 0),
        struct.pack(">4H", 0, 0, 0x100, 0),
        _MATRIX,
        struct.pack(">2I", 0, 0),
    )
    media = box(
        b"mdia",
        _full(b"mdhd", 0, 0, struct.pack(">4I2H", 0, 0, track.rate, 0, 0x55C4, 0)),
        _full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"soun"), b"\0"),
        box(
            b"minf",
            _full(b"smhd", 0, 0, bytes(4)),
            box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1))),
            box(
                b"stbl",
                _full(b"stsd", 0, 0, struct.pack(">I", 1), _entry(track)),
                _full(b"stts", 0, 0, bytes(4)),
                _full(b"stsc", 0, 0, bytes(4)),
                _full(b"stsz", 0, 0, bytes(8)),
                _full(b"stco", 0, 0, bytes(4)),
            ),
        ),
    )
    return box(b"trak", tkhd, *_edit(track), media)


def _edit(track: Track) -> Sequence[bytes]:
    """The priming is no part of the audio. A length of 0 means: up to the last fragment."""
    if not track.priming:
        return ()
    edit = struct.pack(">IIiHH", 1, track.samples, track.priming, 1, 0)
    return (box(b"edts", _full(b"elst", 0, 0, edit)),)


def _entry(track: Track) -> bytes:
    rate = track.rate if track.rate <= _LARGEST_16 else 0
    fixed = struct.pack(">6xH8xHHHHI", 1, track.channels, track.bits, 0, 0, rate << 16)
    private = {"mp4a": _esds, "Opus": _dops, "fLaC": _dfla}[track.entry](track)
    return box(track.entry.encode(), fixed, private)


def _esds(track: Track) -> bytes:
    specific = _descriptor(0x05, track.private)
    rates = struct.pack(">BB3sII", 0x40, 0x15, bytes(3), track.bitrate, track.bitrate)
    config = _descriptor(0x04, rates + specific)
    whole = _descriptor(0x03, struct.pack(">HB", 0, 0) + config + _descriptor(0x06, b"\x02"))
    return _full(b"esds", 0, 0, whole)


def _descriptor(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content


def _dops(track: Track) -> bytes:
    """The fields of OpusHead, in the other byte order (Opus in ISOBMFF, 4.3.2)."""
    channels, skip, rate, gain = struct.unpack_from("<xBHIh", track.private, 8)
    return box(b"dOps", struct.pack(">BBHIhB", 0, channels, skip, rate, gain, 0))


def _dfla(track: Track) -> bytes:
    return _full(b"dfLa", 0, 0, struct.pack(">BBH", 0x80, 0, len(track.private)), track.private)


PART_BEGINS: Final = box(b"styp", b"msdh" + struct.pack(">I", 0) + b"msdhmsixcmfs")
"""What every part begins with."""


def fragment(number: int, decode_time: int, frame: int, packets: Sequence[Packet]) -> bytes:
    """One part: `styp`, `moof`, `mdat`.

    Args:
        number: from 1.
        decode_time: samples before it, the priming counted.
        frame: the usual duration, see `Track`.
    """
    uneven = any(packet.duration != frame for packet in packets)
    flags = 0x201 | (0x100 if uneven else 0)
    each = b"".join(
        struct.pack(">II", packet.duration, len(packet.data))
        if uneven
        else struct.pack(">I", len(packet.data))
        for packet in packets
    )
    offset_at = 8 + 16 + 8 + 16 + 20 + 16  # to trun's data offset, then what follows it
    offset = offset_at + 4 + len(each) + 8
    run = _full(b"trun", 0, flags, struct.pack(">Ii", len(packets), offset), each)
    traf = box(
        b"traf",
        _full(b"tfhd", 0, 0x020000, struct.pack(">I", _TRACK)),
        _full(b"tfdt", 1, 0, struct.pack(">Q", decode_time)),
        run,
    )
    moof = box(b"moof", _full(b"mfhd", 0, 0, struct.pack(">I", number)), traf)
    data = box(b"mdat", *(packet.data for packet in packets))
    return PART_BEGINS + moof + data


def index_size(parts: int) -> int:
    """What `index` takes for so many parts; `free` stands there until all are made."""
    return _SIDX_FIXED + _SIDX_EACH * parts


def gap(size: int) -> bytes:
    return box(b"free", bytes(size - 8))


def index(rate: int, parts: Sequence[tuple[int, int]], size: int) -> bytes:
    """The table of parts by which players of the whole file seek, filled up to `size`.

    Args:
        parts: bytes and samples of each, in order.
    """
    filler = size - index_size(len(parts))
    body = struct.pack(">IIQQHH", _TRACK, rate, 0, filler, 0, len(parts))
    each = b"".join(struct.pack(">III", count, samples, 0x90000000) for count, samples in parts)
    return _full(b"sidx", 1, 0, body, each) + (gap(filler) if filler else b"")
