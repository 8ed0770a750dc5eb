"""The ladder: which rungs a source has, where they are cut, what they are called."""

import hashlib
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

LEAD_MS: Final = (1000, 1000, 2000)
"""The first parts are short: they are heard sooner, and the player learns its bandwidth."""

STEP_MS: Final = 4000
_MOST_PARTS: Final = 1000
LOSSLESS: Final = frozenset({"flac", "alac", "pcm", "wavpack"})
_CONTENT_DIGITS: Final = 40
_FLAC_SHARE: Final = 0.7
"""Of plain PCM's bit rate, as FLAC; only said to players, never relied on."""


class Rung(Struct, frozen=True):
    """Attributes:
    bitrate: kbit/s; 0 for the untouched signal.
    adaptive: also cut in parts, for HLS.
    """

    codec: str
    bitrate: int
    container: str
    content_type: str
    adaptive: bool = False

    @property
    def name(self) -> str:
        return f"{self.codec}-{self.bitrate}" if self.bitrate else self.codec

    @property
    def file(self) -> str:
        return f"{self.name}.{self.container}"


AAC: Final = tuple(
    Rung("aac", rate, "mp4", 'audio/mp4; codecs="mp4a.40.2"', adaptive=True)
    for rate in (96, 160, 256)
)
OPUS: Final = tuple(
    Rung("opus", rate, "mp4", 'audio/mp4; codecs="opus"', adaptive=True) for rate in (96, 128, 160)
)
FLAC: Final = Rung("flac", 0, "mp4", 'audio/mp4; codecs="flac"', adaptive=True)
_FILES: Final = (
    *(Rung("vorbis", rate, "ogg", 'audio/ogg; codecs="vorbis"') for rate in (96, 160, 320)),
    *(Rung("opus", rate, "ogg", 'audio/ogg; codecs="opus"') for rate in (96, 128, 160)),
    *(Rung("mp3", rate, "mp3", "audio/mpeg") for rate in (128, 192, 320)),
)
_FLAC_FILE: Final = Rung("flac", 0, "flac", "audio/flac")
EVERY: Final = {rung.file: rung for rung in (*AAC, *OPUS, FLAC, *_FILES, _FLAC_FILE)}
_CODECS: Final = {"aac": "mp4a.40.2", "opus": "opus", "flac": "fLaC"}


class Cut(Struct, frozen=True):
    """Where the parts of a rendition begin: `count` of them, the first ones as `lead` says.

    The last one takes what is left, so that a length that is a little wrong leaves no part out.
    """

    lead: tuple[int, ...]
    step: int
    count: int

    def lengths(self, duration_ms: int) -> Sequence[int]:
        """In ms, of a track of that length."""
        lengths = [*self.lead, *[self.step] * self.count][: self.count - 1]
        return [*lengths, max(duration_ms - sum(lengths), 1)]


def cut(duration_ms: int) -> Cut:
    """The parts of a track: four seconds each, longer ones where there would be too many."""
    step = max(STEP_MS, -(-duration_ms // (_MOST_PARTS * 1000)) * 1000)
    lead_ms = sum(LEAD_MS)
    if duration_ms < lead_ms + step // 2:
        starts = (sum(LEAD_MS[:index]) for index in range(len(LEAD_MS)))
        return Cut(LEAD_MS, step, max(1, sum(start + 500 <= duration_ms for start in starts)))
    return Cut(LEAD_MS, step, len(LEAD_MS) + max(1, round((duration_ms - lead_ms) / step)))


def rungs(codec: str, bitrate: int) -> Sequence[Rung]:
    """What is worth making of a source: nothing that takes more room than it without need.

    Args:
        codec: of the source, as the audio port names it.
        bitrate: of the source, bits per second; 0 if it is not known.
    """
    if codec in LOSSLESS:
        return tuple(EVERY.values())
    most = bitrate // 1000 or max(rung.bitrate for rung in EVERY.values())
    lossy = [rung for rung in EVERY.values() if rung.bitrate]
    least = {
        (rung.codec, rung.container): min(one.bitrate for one in lossy if one.codec == rung.codec)
        for rung in lossy
    }
    return tuple(
        rung
        for rung in lossy
        if rung.bitrate <= most or rung.bitrate == least[rung.codec, rung.container]
    )


def shown_bitrate(rung: Rung, bitrate: int) -> int:
    """kbit/s, for players; the untouched signal has about the source's own."""
    return rung.bitrate or max(1, round(bitrate / 1000 * _FLAC_SHARE))


def analysed_content(
    stream_hash: str, container: str, codec: str, duration_ms: int, samples: int, version: str
) -> str:
    """Names what an analysed file holds; every copy of it has the same renditions.

    Args:
        samples: exact length; 0 if it is not known.
        version: of what makes renditions.
    """
    return _digest("stream", stream_hash, container, codec, duration_ms, samples, version)


def known_content(
    asset_id: str, size: int, modified_ns: int, duration_ms: int, version: str
) -> str:
    """Names what a file holds that was not analysed yet."""
    return _digest("file", asset_id, size, modified_ns, duration_ms, version)


def _digest(*parts: str | int) -> str:
    text = "\n".join(map(str, parts))
    return hashlib.sha256(text.encode()).hexdigest()[:_CONTENT_DIGITS]


def master(wanted: Sequence[Rung], bitrate: int, query: str) -> str:
    """The master playlist (RFC 8216) of some adaptive rungs.

    Args:
        bitrate: of the source, bits per second.
        query: that makes an address below this one a signed one.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rung in wanted:
        average = shown_bitrate(rung, bitrate) * 1000
        # Parts of a variable bit rate are larger now and then, and bring their own headers.
        peak = average * (3 if rung.codec == "flac" else 2) // 2 + 8_000
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},"
            f'CODECS="{_CODECS[rung.codec]}"'
        )
        lines.append(f"{rung.name}/index.m3u8?{query}")
    return "\n".join(lines) + "\n"


def playlist(duration_ms: int, query: str) -> str:
    """The playlist of one adaptive rung."""
    lengths = cut(duration_ms).lengths(duration_ms)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{-(-max(lengths) // 1000)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f'#EXT-X-MAP:URI="init.mp4?{query}"',
    ]
    for number, length in enumerate(lengths):
        lines.append(f"#EXTINF:{length / 1000:.3f},")
        lines.append(f"{number}.m4s?{query}")
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def recipe(
    content: str,
    rung: Rung,
    part: str,
    duration_ms: int,
    samples: int,
    file: tuple[int, int, bytes],
    listener: str,
) -> bytes:
    """The key of a part in the store of renditions.

    Args:
        part: "init", a number, or "whole".
        file: size and modification of the file that `content` names, and its key in the
            store of libraries.
    """
    size, modified_ns, place = file
    planned = cut(duration_ms)
    lead = ",".join(map(str, planned.lead))
    fields = (
        content,
        rung.codec,
        rung.bitrate,
        rung.container,
        part,
        lead,
        planned.step,
        planned.count,
        duration_ms,
        samples,
        size,
        modified_ns,
        listener,
    )
    return ":".join(map(str, fields)).encode() + b"\0" + place
