"""What formats are called, and which transcode may be asked for."""

import unicodedata

from philomel.services.media.contract import BadStream, StreamFormat

MIN_BITRATE, MAX_BITRATE = 32, 320
MAX_DOWNLOAD_NAME = 200
CLIPPED = 20
"""Places where the signal stays at full scale; a few are a loud drum."""

_SILENT_DBTP = -60.0

_UNKNOWN = ("application/octet-stream", "bin")
_BY_CONTAINER = {
    "mp3": ("audio/mpeg", "mp3"),
    "flac": ("audio/flac", "flac"),
    "mp4": ("audio/mp4", "m4a"),
    "wav": ("audio/wav", "wav"),
    "aiff": ("audio/aiff", "aiff"),
    "wavpack": ("audio/x-wavpack", "wv"),
}
_OGG_SUFFIXES = {"opus": "opus", "flac": "oga"}

_TRANSCODES = {
    StreamFormat.VORBIS: ("audio/ogg", "ogg", 192),
    StreamFormat.OPUS: ("audio/ogg", "opus", 128),
    StreamFormat.AAC: ("audio/aac", "aac", 192),
    StreamFormat.MP3: ("audio/mpeg", "mp3", 192),
}


def content_type(container: str, codec: str) -> str:
    """The MIME type of a file as it stands on disk."""
    return _name(container, codec)[0]


def suffix(container: str, codec: str) -> str:
    """The usual file name extension of a file as it stands on disk."""
    return _name(container, codec)[1]


def _name(container: str, codec: str) -> tuple[str, str]:
    if container == "ogg":
        return "audio/ogg", _OGG_SUFFIXES.get(codec, "ogg")
    return _BY_CONTAINER.get(container, _UNKNOWN)


def is_silent(true_peak: float | None) -> bool:
    """Whether nothing in a file that was analysed can be heard."""
    return true_peak is None or true_peak <= _SILENT_DBTP


def transcode_content_type(wanted: StreamFormat) -> str:
    return _TRANSCODES[wanted][0]


def transcode_suffix(wanted: StreamFormat) -> str:
    return _TRANSCODES[wanted][1]


def rung_file(wanted: StreamFormat, bitrate: int) -> str | None:
    """The file of the ladder that a transcode is the same as, if there is one of that rate."""
    suffix = {
        StreamFormat.VORBIS: "ogg",
        StreamFormat.OPUS: "ogg",
        StreamFormat.MP3: "mp3",
    }.get(wanted)
    return None if suffix is None else f"{wanted.value}-{bitrate}.{suffix}"


def check_transcode(
    wanted: StreamFormat, bitrate: int | None, offset_ms: int, duration_ms: int
) -> int:
    """The bitrate of a transcode in kbit/s.

    Raises:
        BadStream: it cannot be made like that.
    """
    if bitrate is not None and not MIN_BITRATE <= bitrate <= MAX_BITRATE:
        raise BadStream(f"the bitrate must be between {MIN_BITRATE} and {MAX_BITRATE} kbit/s")
    if offset_ms < 0 or offset_ms >= max(duration_ms, 1):
        raise BadStream("the offset lies outside the track")
    return _TRANSCODES[wanted][2] if bitrate is None else bitrate


def check_original(bitrate: int | None, offset_ms: int) -> None:
    """Refuse what only a transcode can do.

    Raises:
        BadStream: a bitrate or an offset was asked for.
    """
    if bitrate is not None or offset_ms:
        raise BadStream("the original has one bitrate and starts at its beginning")


def clean_download_name(name: str) -> str:
    """A file name that no system takes for a path or a command."""
    kept = "".join("_" if character in '/\\:*?"<>|' else character for character in name)
    kept = "".join(one for one in kept if unicodedata.category(one)[0] != "C")
    kept = kept.strip(" .")[:MAX_DOWNLOAD_NAME].rstrip(" .")
    return kept or "download"


def transcode_key(bitrate: int, wanted: StreamFormat, offset_ms: int, place: bytes) -> bytes:
    """The key of a transcode in its store; `place` is the key of the original in its own."""
    return f"{wanted.value}:{bitrate}:{offset_ms}:0.0".encode() + b"\0" + place
