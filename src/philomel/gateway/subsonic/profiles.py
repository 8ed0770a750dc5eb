"""What a player can play, in its own words, and what it is given (extension `transcoding`).

A player names what it plays as it is (direct play profiles), what it would take instead
(transcoding profiles, the best first), and the limits of its decoders (codec profiles).
Bit rates are bits per second; some players count in kbit/s, which no stream could be in bits.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, field

from philomel.services.media.contract import StreamFormat

_KILO = 5_000
"""Below this a bit rate must be in kbit/s."""
_LOWEST, _HIGHEST = 32, 320
_PARAMS = re.compile(r"(http|hls)-(opus|vorbis|mp3|aac)-(\d{2,3})", re.ASCII)
_FORMATS: Mapping[tuple[str, str], StreamFormat] = {
    ("ogg", "opus"): StreamFormat.OPUS,
    ("ogg", "vorbis"): StreamFormat.VORBIS,
    ("mp3", "mp3"): StreamFormat.MP3,
    ("adts", "aac"): StreamFormat.AAC,
}
# What other programs call these containers and codecs.
_CONTAINERS = {
    "opus": "ogg", "oga": "ogg", "mpeg": "mp3", "aac": "adts", "m4a": "mp4", "m4b": "mp4",
    "mov": "mp4", "wave": "wav", "aif": "aiff", "wv": "wavpack", "fmp4": "mp4",
}  # fmt: skip
_CODECS = {"mpeg": "mp3", "libopus": "opus", "mp4a": "aac"}
_USUAL = {StreamFormat.OPUS: 128, StreamFormat.VORBIS: 192, StreamFormat.MP3: 192}


class DirectPlay(Struct, frozen=True, rename="camel"):
    """Empty lists mean that anything goes."""

    containers: tuple[str, ...] = ()
    audio_codecs: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    max_audio_channels: int = 0


class Transcoding(Struct, frozen=True, rename="camel"):
    container: str
    audio_codec: str
    protocol: str = "http"
    max_audio_channels: int = 0


class Limitation(Struct, frozen=True, rename="camel"):
    name: str
    comparison: str
    values: tuple[str, ...] = ()
    required: bool = True


class Codec(Struct, frozen=True, rename="camel"):
    name: str
    type: str = "AudioCodec"
    limitations: tuple[Limitation, ...] = ()


class Client(Struct, frozen=True, rename="camel"):
    """A player's ClientInfo."""

    name: str = ""
    platform: str = ""
    max_audio_bitrate: int = 0
    max_transcoding_audio_bitrate: int = 0
    direct_play_profiles: tuple[DirectPlay, ...] = ()
    transcoding_profiles: tuple[Transcoding, ...] = ()
    codec_profiles: tuple[Codec, ...] = ()


class Source(Struct, frozen=True):
    """A file: bits per second, hertz, bits; 0 where it is not known."""

    container: str
    codec: str
    channels: int = 0
    bitrate: int = 0
    sample_rate: int = 0
    bit_depth: int = 0


class Offer(Struct, frozen=True):
    """A transcode. Attributes:
    bitrate: kbit/s.
    """

    protocol: str
    container: str
    format: StreamFormat
    bitrate: int

    @property
    def params(self) -> str:
        return f"{self.protocol}-{self.format.value}-{self.bitrate}"


class Decision(Struct, frozen=True):
    """Attributes:
    reasons: why the file cannot be played as it is.
    """

    direct: bool
    offer: Offer | None = None
    reasons: Sequence[str] = field(default_factory=list)


def read_client(body: bytes) -> Client:
    """The ClientInfo in a posted body.

    Raises:
        ValueError: it is none.
    """
    return msgspec.json.decode(body, type=Client)


def read_params(params: str) -> Offer | None:
    """The offer that `params` stand for; None if they are none of ours."""
    found = _PARAMS.fullmatch(params)
    if found is None or not _LOWEST <= int(found[3]) <= _HIGHEST:
        return None
    return Offer(found[1], "", StreamFormat(found[2]), int(found[3]))


def decide(source: Source, client: Client) -> Decision:
    reasons = _against_playing(source, client)
    if not reasons:
        return Decision(direct=True)
    offers = (_offer(source, client, profile) for profile in client.transcoding_profiles)
    return Decision(
        direct=False,
        offer=next((offer for offer in offers if offer is not None), None),
        reasons=reasons,
    )


def _against_playing(source: Source, client: Client) -> Sequence[str]:
    """Why a player cannot play a file as it is, in the words of the nearest profile."""
    limit = _bits(client.max_audio_bitrate)
    if limit and source.bitrate > limit:
        return ["audio bitrate not supported"]
    misses = [_misses(source, profile) for profile in client.direct_play_profiles]
    if not misses:
        return ["no direct play profile"]
    nearest = min(misses, key=len)
    return nearest or _beyond(source, client.codec_profiles)


def _misses(source: Source, profile: DirectPlay) -> Sequence[str]:
    found = []
    if not _among("http", profile.protocols, {}):
        found.append("protocol not supported")
    if not _among(source.container, profile.containers, _CONTAINERS):
        found.append("container not supported")
    if not _among(source.codec, profile.audio_codecs, _CODECS):
        found.append("audio codec not supported")
    if profile.max_audio_channels and source.channels > profile.max_audio_channels:
        found.append("audio channels not supported")
    return found


def _among(name: str, names: Sequence[str], aliases: Mapping[str, str]) -> bool:
    return not names or _plain(name, aliases) in {_plain(each, aliases) for each in names}


def _plain(name: str, aliases: Mapping[str, str]) -> str:
    name = name.strip().lower()
    return aliases.get(name, name)


def _beyond(source: Source, profiles: Iterable[Codec]) -> Sequence[str]:
    """Which of the decoder's limits a file lies beyond."""
    known = {
        "audioChannels": (source.channels, "audio channels not supported"),
        "audioBitrate": (source.bitrate, "audio bitrate not supported"),
        "audioSamplerate": (source.sample_rate, "audio samplerate not supported"),
        "audioBitdepth": (source.bit_depth, "audio bitdepth not supported"),
    }
    found = []
    for limitation in _limitations(profiles, source.codec):
        value, reason = known.get(limitation.name, (0, ""))
        if value and limitation.required and not _within(value, limitation):
            found.append(reason)
    return list(dict.fromkeys(found))


def _limitations(profiles: Iterable[Codec], codec: str) -> Iterable[Limitation]:
    for profile in profiles:
        if profile.type == "AudioCodec" and _among(codec, [profile.name], _CODECS):
            yield from profile.limitations


def _within(value: int, limitation: Limitation) -> bool:
    limits = [int(text) for text in limitation.values if text.isascii() and text.isdigit()]
    if limitation.name == "audioBitrate":
        limits = [_bits(limit) for limit in limits]
    if not limits:
        return True
    match limitation.comparison:
        case "Equals":
            return value in limits
        case "NotEquals":
            return value not in limits
        case "LessThanEqual":
            return value <= limits[0]
        case "GreaterThanEqual":
            return value >= limits[0]
        case _:
            return True


def _offer(source: Source, client: Client, profile: Transcoding) -> Offer | None:
    """What a transcoding profile would be given; None if we cannot make it.

    Transcodes have the channels and, but for Opus, the sample rate of their source.
    """
    codec = _plain(profile.audio_codec, _CODECS)
    container = _plain(profile.container, _CONTAINERS)
    if profile.max_audio_channels and source.channels > profile.max_audio_channels:
        return None
    if profile.protocol == "hls":
        wanted = StreamFormat(codec) if codec in {"aac", "opus"} else None
        container = "mp4"
    else:
        wanted = _FORMATS.get((container, codec))
    if wanted is None or profile.protocol not in {"http", "hls"}:
        return None
    bitrate = _bitrate(source, client, codec, _USUAL.get(wanted, 192))
    return None if bitrate is None else Offer(profile.protocol, container, wanted, bitrate)


def _bitrate(source: Source, client: Client, codec: str, usual: int) -> int | None:
    """kbit/s: as much as is asked for, but never more than the file has."""
    limits = [
        _bits(int(limitation.values[0]))
        for limitation in _limitations(client.codec_profiles, codec)
        if limitation.name == "audioBitrate"
        and limitation.comparison == "LessThanEqual"
        and limitation.values
        and limitation.values[0].isdigit()
    ]
    asked = [
        _bits(client.max_audio_bitrate),
        _bits(client.max_transcoding_audio_bitrate),
        *limits,
    ]
    most = min((each for each in asked if each), default=0) // 1000
    wanted = most or usual
    if source.bitrate:
        wanted = min(wanted, max(source.bitrate // 1000, _LOWEST))
    return min(wanted, _HIGHEST) if wanted >= _LOWEST else None


def _bits(rate: int) -> int:
    return rate * 1000 if 0 < rate < _KILO else max(rate, 0)
