"""What a file is, from its own first bytes: never from its name, and never by FFmpeg.

FFmpeg's probing would open playlists and other formats that lead to further files; what
is recognised here is opened as that and nothing else.
"""

from typing import Final

from philomel.engines.audio.decoding.reading import FileReader

HEAD: Final = 128

# FFmpeg's demuxers for our containers.
DEMUXERS: Final = {
    "mp3": "mp3",
    "flac": "flac",
    "ogg": "ogg",
    "mp4": "mp4",
    "wav": "wav",
    "aiff": "aiff",
    "wavpack": "wv",
}


def sniff(file: FileReader) -> str | None:
    """The container as the audio port names it, or None."""
    head = file.at(0, HEAD)
    if head.startswith(b"ID3") and len(head) >= 10:
        return _behind_id3(file, 10 + _syncsafe(head[6:10]))
    return _container(head)


def _behind_id3(file: FileReader, offset: int) -> str | None:
    """ID3 stands in front of MP3, and by mistake in front of anything else."""
    head = file.at(offset, HEAD)
    found = _container(head.lstrip(b"\0"))
    if found in (None, "mp3"):
        return "mp3"
    return found if found == "flac" else None


def _container(head: bytes) -> str | None:
    kind = head[8:12]
    match head[:4]:
        case b"fLaC":
            return "flac"
        case b"OggS":
            return "ogg"
        case b"RIFF" | b"RF64" if kind == b"WAVE":
            return "wav"
        case b"FORM" if kind in (b"AIFF", b"AIFC"):
            return "aiff"
        case b"wvpk":
            return "wavpack"
    if head[4:8] == b"ftyp":
        return "mp4"
    return "mp3" if _is_mpeg_audio(head) else None


def _is_mpeg_audio(head: bytes) -> bool:
    """A frame header: sync, a layer (ADTS has none), a bit rate and a sample rate."""
    return (
        len(head) >= 4
        and head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and head[1] & 0x18 != 0x08
        and head[1] & 0x06 != 0
        and head[2] & 0xF0 not in (0, 0xF0)
        and head[2] & 0x0C != 0x0C
    )


def _syncsafe(data: bytes) -> int:
    return (data[0] & 127) << 21 | (data[1] & 127) << 14 | (data[2] & 127) << 7 | data[3] & 127
