"""Files that mean harm, or that a broken disk made."""

import struct
import zlib
from collections.abc import Callable
from typing import Final

from mutagen.ogg import OggPage
from tests.media.templates import encode


def hls(target: str) -> bytes:
    """A playlist that FFmpeg's own probing would follow."""
    return (
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n"
        f"#EXTINF:10.0,\n{target}\n#EXT-X-ENDLIST\n"
    ).encode()


def concat(target: str) -> bytes:
    return f"ffconcat version 1.0\nfile '{target}'\n".encode()


def wav(*, channels: int = 2, rate: int = 44_100, claimed: int = 0xFFFFFFF0, data: bytes) -> bytes:
    """A WAV file whose header may lie."""
    layout = struct.pack(
        "<HHIIHH",
        1,
        channels & 0xFFFF,
        rate,
        (channels * rate * 2) & 0xFFFFFFFF,
        (channels * 2) & 0xFFFF,
        16,
    )
    riff = b"WAVEfmt " + struct.pack("<I", 16) + layout + b"data" + struct.pack("<I", claimed)
    return b"RIFF" + struct.pack("<I", 0xFFFFFFF0) + riff + data


def id3_with_picture_of(claimed: int) -> bytes:
    """An MP3 whose tag holds a picture of a claimed length and little else."""
    frame = b"APIC" + _syncsafe(claimed) + b"\0\0" + b"\0image/png\0\x03\0" + b"x" * 100
    tag = b"ID3\x04\0\0" + _syncsafe(min(claimed + 10, (1 << 28) - 1)) + frame
    return tag + encode("mp3")


def id3_with_frame_of(claimed: int) -> bytes:
    """An MP3 whose small tag holds a picture's frame that claims any 32-bit length."""
    frame = b"APIC" + struct.pack(">IH", claimed, 0) + b"\0image/png\0\x03\0" + bytes(200)
    return b"ID3\x03\0\0" + _syncsafe(len(frame)) + frame + encode("mp3")


def mp4_with_table_of(kind: bytes, claimed: int) -> bytes:
    """An M4A file one of whose sample tables claims any number of entries."""
    data = bytearray(encode("m4a"))
    place = data.index(kind) + 4
    count = place + (8 if kind == b"stsz" else 4)
    data[count : count + 4] = struct.pack(">I", claimed)
    return bytes(data)


def gif_with_frames(count: int) -> bytes:
    """A GIF of one pixel and many pictures."""
    palette = b"\0\xc8\0" + bytes(3)
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<2H3B", 1, 1, 0x80, 0, 0) + palette + frame * count + b";"


def id3_with_compressed(size: int) -> bytes:
    """An MP3 whose tag holds a text frame that is `size` bytes when unpacked."""
    packed = zlib.compress(b"\0" + b"A" * size, 9)
    body = _syncsafe(min(size + 1, (1 << 28) - 1)) + packed
    frame = b"TIT2" + _syncsafe(len(body)) + b"\0\x09" + body
    return b"ID3\x04\0\0" + _syncsafe(len(frame)) + frame + encode("mp3")


def ogg_with_comments(count: int) -> bytes:
    """An Ogg Vorbis file that claims to have `count` comments."""
    return _ogg_with_comments(struct.pack("<I", 4) + b"evil" + struct.pack("<I", count))


def _ogg_with_comments(comments: bytes) -> bytes:
    from io import BytesIO

    source = BytesIO(encode("ogg"))
    pages = []
    while source.tell() < len(source.getvalue()):
        pages.append(OggPage(source))
    pages[1].packets[0] = b"\x03vorbis" + comments + b"\x01"
    return b"".join(page.write() for page in pages)


def flac_with_comments(count: int) -> bytes:
    """A FLAC file that claims to have `count` comments."""
    comments = struct.pack("<I", 0) + struct.pack("<I", count)
    header = b"\x84" + len(comments).to_bytes(3, "big")
    original = encode("flac")
    info = bytearray(original[4:42])
    info[0] &= 0x7F
    audio = original.index(b"\xff\xf8", 42)
    return b"fLaC" + bytes(info) + header + comments + original[audio:]


def png_flood(edge: int) -> bytes:
    """A PNG of edge x edge pixels in a few kilobytes, valid up to its first rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
        )

    head = struct.pack("!IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG: Final = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">
<script>alert(1)</script><image href="file:///etc/passwd"/></svg>"""

HTML: Final = b"<!doctype html><html><body><script>alert(1)</script></body></html>"


def flac_of_silence(hours: float, *, kilohertz: int = 1) -> bytes:
    """A FLAC file of hours of nothing: about 15 bytes for every 65,535 samples."""
    block, rate = 65_535, kilohertz * 1000
    frames = int(hours * 3600 * rate) // block
    info = struct.pack(">HHxxxxxx", block, block)
    info += ((rate << 44) | (0 << 41) | (15 << 36) | frames * block).to_bytes(8) + bytes(16)
    made = [b"fLaC\x80" + len(info).to_bytes(3) + info]
    for number in range(frames):
        # Fixed blocks; length and rate follow the number; one channel of 16 bits.
        head = b"\xff\xf8\x7c\x08" + _number(number) + struct.pack(">HB", block - 1, kilohertz)
        frame = head + bytes([_crc(head, 8, 0x07)]) + b"\0\0\0"  # one value for all samples
        made.append(frame + _crc(frame, 16, 0x8005).to_bytes(2))
    return b"".join(made)


def opus_of_silence(hours: float, *, claimed: float = 0.0) -> bytes:
    """An Ogg Opus file of hours of nothing: a byte and its length for every 60 ms.

    Args:
        claimed: hours that its last time stamp says; as many as there are if left out.
    """
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<II", 0, 0)
    made = [_ogg_page(2, 0, 0, [head]), _ogg_page(0, 0, 1, [tags])]
    packets, number, at = int(hours * 3600 / 0.06), 1, 0
    while packets:
        count = min(packets, 255)
        packets, number, at = packets - count, number + 1, at + count * 2880
        stamp = at if packets or not claimed else int(claimed * 3600 * 48_000)
        # SILK, 60 ms, mono, and no frame: what a caller sends who says nothing.
        made.append(_ogg_page(0 if packets else 4, stamp, number, [b"\x18"] * count))
    return b"".join(made)


def _ogg_page(kind: int, stamp: int, number: int, packets: list[bytes]) -> bytes:
    """A page of whole packets that are shorter than 255 bytes."""
    lengths = bytes(map(len, packets))
    fixed = struct.pack("<4sBBqII", b"OggS", 0, kind, stamp, 77, number)
    rest = bytes([len(packets)]) + lengths + b"".join(packets)
    summed = _crc(fixed + bytes(4) + rest, 32, 0x04C11DB7)
    return fixed + struct.pack("<I", summed) + rest


def alac_with_frames_of(samples: int) -> bytes:
    """An M4A file whose decoder is told to make room for frames of so many samples."""
    data = bytearray(encode("alac", channels=2))
    place = data.index(b"alac", data.index(b"alac", data.index(b"stsd")) + 4) + 8
    data[place : place + 4] = struct.pack(">I", samples)
    return bytes(data)


def _number(number: int) -> bytes:
    """As UTF-8 would write it, and further."""
    return chr(number).encode("utf-8", "surrogatepass")


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    remainder, top = 0, 1 << (bits - 1)
    for byte in data:
        remainder ^= byte << (bits - 8)
        for _ in range(8):
            carried = remainder & top
            remainder = (remainder << 1 & (top * 2 - 1)) ^ (polynomial if carried else 0)
    return remainder


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


UNPLAYABLE: Final[dict[str, Callable[[], bytes]]] = {
    "empty.mp3": lambda: b"",
    "zeros.mp3": lambda: bytes(50_000),
    "text.mp3": lambda: b"This is no music at all.\n" * 1000,
    "hls-file.mp3": lambda: hls("file:///etc/passwd"),
    "hls-http.mp3": lambda: hls("http://127.0.0.1:1/a.ts"),
    "hls-concat.flac": lambda: hls("concat:/etc/passwd|/etc/hosts"),
    "hls-subfile.ogg": lambda: hls("subfile,,start,0,end,64,,:/etc/passwd"),
    "concat.mp3": lambda: concat("/etc/passwd"),
    "head.flac": lambda: encode("flac")[:30],
    "head.ogg": lambda: encode("ogg")[:40],
    "head.m4a": lambda: encode("m4a")[:200],
    "head.wav": lambda: encode("wav")[:30],
    "head.aiff": lambda: encode("aiff")[:20],
    "head.wv": lambda: encode("wv")[:20],
    "channels.wav": lambda: wav(channels=65_535, data=bytes(4000)),
    "no-channels.wav": lambda: wav(channels=0, data=bytes(4000)),
    "picture.mp3": lambda: b"\x89PNG\r\n\x1a\n" + bytes(5000),
    "page.mp3": lambda: HTML * 100,
}
"""By a name for the file: none of these may play, whatever its name says."""
