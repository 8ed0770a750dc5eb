"""Everything a player needs to play one asset."""

from msgspec import Struct


class GetPlayback(Struct, frozen=True):
    """Ask for the addresses and forms in which the caller can play an asset."""

    asset_id: str


class PlaybackFile(Struct, frozen=True):
    """A form of the asset as one file, with exact ranges once it was made.

    Attributes:
        name: of the rung, such as "aac-160"; "original" for the bytes as they are.
        path: signed, from the server's root.
        content_type: with the codec where a browser can make use of it.
        bitrate: kbit/s, about.
        lossless: every sample is the original's.
        adaptive: it is also a rung of `Playback.hls`.
    """

    name: str
    path: str
    content_type: str
    codec: str
    bitrate: int
    lossless: bool = False
    adaptive: bool = False


class Playback(Struct, frozen=True):
    """The same addresses for the same listener within an hour; all end together.

    Attributes:
        expires_at: milliseconds since the Unix epoch: long after a paused track.
        hls: master playlist of all adaptive rungs, the untouched signal on top where the
            original is lossless.
        hls_aac, hls_opus: with the rungs of one codec below it, for players that adapt
            within one codec only.
        files: the original first, then the ladder, low bit rates first.
    """

    asset_id: str
    duration_ms: int
    expires_at: int
    hls: str
    hls_aac: str
    hls_opus: str
    files: tuple[PlaybackFile, ...]
