"""What a signed address says, exactly: one address has one spelling.

Nothing that is not signed may matter, so whatever is unknown, repeated, left over or
spelled differently makes an address a bad one.
"""

import re
from urllib.parse import quote, unquote

from msgspec import Struct

from philomel.services.media.contract import BadSignature, BadStream, StreamFormat

HOUR, DAY = 3600, 24 * 3600
MAX_QUERY = 4096

_STREAM = re.compile(r"/media/stream/([0-9A-Za-z]{22})(?:\.([a-z0-9]{1,8}))?", re.ASCII)
_STATION = re.compile(r"/media/radio/([0-9A-Za-z]{22})", re.ASCII)
_COVER = re.compile(r"/media/cover/([0-9A-Za-z]{22})-([1-9][0-9]{0,4})\.jpg", re.ASCII)
_COVER_KEY = re.compile(rb"covers/([0-9A-Za-z]{2})/([0-9A-Za-z]{22})-([1-9][0-9]{0,4})\.jpg")
_LADDER = re.compile(
    r"/media/hls/([0-9a-f]{40})/([a-z][a-z0-9]{2,7}(?:-[1-9][0-9]{1,2})?(?:\.[a-z0-9]{3,4})?)"
    r"(?:/(index\.m3u8|init\.mp4|(?:0|[1-9][0-9]{0,4})\.m4s))?",
    re.ASCII,
)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)


class StreamAddress(Struct, frozen=True):
    """Attributes:
    format, bitrate, offset_ms: as in `SignStream`, the bitrate filled in for a transcode.
    download: a cleaned file name.
    user_id: who asked for it; empty for Philomel itself.
    expires_s: seconds since the Unix epoch.
    """

    asset_id: str
    suffix: str
    expires_s: int
    user_id: str = ""
    format: StreamFormat = StreamFormat.ORIGINAL
    bitrate: int = 0
    offset_ms: int = 0
    download: str = ""


class CoverAddress(Struct, frozen=True):
    """Attributes:
    expires_s: seconds since the Unix epoch.
    """

    cover_id: str
    size: int
    expires_s: int

    @property
    def key(self) -> bytes:
        """In the blob store."""
        return f"covers/{self.cover_id[:2]}/{self.cover_id}-{self.size}.jpg".encode()


class StationAddress(Struct, frozen=True):
    """Attributes:
    expires_s: seconds since the Unix epoch.
    user_id: who asked for it; empty for Philomel itself.
    """

    station_id: str
    expires_s: int
    user_id: str = ""


class LadderAddress(Struct, frozen=True):
    """Anything that plays one asset in other forms. The path alone says which bytes it is.

    One signature is good for all forms of a content, so the query is the same for all.

    Attributes:
        content: what the renditions are of.
        name: a rung, a rung's file, or a master playlist.
        part: of a rung: its playlist, its header or one of its parts; empty for a file.
        duration_ms, samples: of the asset when the address was made; samples may be 0.
        user_id, expires_s: as in `StreamAddress`.
    """

    content: str
    asset_id: str
    duration_ms: int
    samples: int
    expires_s: int
    user_id: str = ""
    name: str = ""
    part: str = ""


Address = StreamAddress | CoverAddress | LadderAddress | StationAddress


class Signed(Struct, frozen=True):
    """An address as it came in, not yet verified.

    Attributes:
        text: what the signature must cover.
    """

    address: Address
    text: str
    signature: str


def stream_expiry(now_ms: int, duration_ms: int, lifetime_s: int) -> int:
    """When an address handed out now ends: on a full hour, long after a paused track."""
    return _round_up((now_ms + duration_ms) // 1000 + lifetime_s, HOUR)


def cover_expiry(now_ms: int) -> int:
    """The same for everybody for a day, and at least a day away."""
    return _round_up(now_ms // 1000 + DAY, DAY)


def _round_up(seconds: int, step: int) -> int:
    return -(-seconds // step) * step


def cover_address(key: str, expires_s: int) -> CoverAddress:
    """The address of a cover's blob.

    Raises:
        BadStream: it is no key of a cover.
    """
    found = _COVER_KEY.fullmatch(key.encode("utf-8", "replace"))
    if found is None or found[2][:2] != found[1]:
        raise BadStream("this is no key of a cover")
    return CoverAddress(found[2].decode(), int(found[3]), expires_s)


def text_of(address: Address) -> str:
    """Path and query as they are signed; the signature is added as the last parameter."""
    if isinstance(address, LadderAddress):
        return f"/media/hls/{address.content}?{ladder_query(address)}"
    if isinstance(address, CoverAddress):
        return f"/media/cover/{address.cover_id}-{address.size}.jpg?e={address.expires_s}"
    if isinstance(address, StationAddress):
        text = f"/media/radio/{address.station_id}?e={address.expires_s}"
        return f"{text}&u={quote(address.user_id, safe='')}" if address.user_id else text
    path = f"/media/stream/{address.asset_id}"
    if address.suffix:
        path += f".{address.suffix}"
    query = []
    if address.format is not StreamFormat.ORIGINAL:
        query.append(f"f={address.format.value}&b={address.bitrate}")
    if address.offset_ms:
        query.append(f"o={address.offset_ms}")
    if address.download:
        query.append(f"d={quote(address.download, safe='')}")
    query.append(f"e={address.expires_s}")
    if address.user_id:
        query.append(f"u={quote(address.user_id, safe='')}")
    return f"{path}?{'&'.join(query)}"


def ladder_query(address: LadderAddress) -> str:
    """The query of every address of a ladder, but for the signature."""
    query = [f"a={address.asset_id}", f"l={address.duration_ms}"]
    if address.samples:
        query.append(f"n={address.samples}")
    query.append(f"e={address.expires_s}")
    if address.user_id:
        query.append(f"u={quote(address.user_id, safe='')}")
    return "&".join(query)


def parse(path: str, query: str) -> Signed:
    """What an address says, before anything of it is believed.

    Raises:
        BadSignature: no address of ours looks like this.
    """
    values = _values(query)
    signature = values.pop("s", "")
    address = _stream(path, values) or _ladder(path, values) or _other(path, values)
    if address is None or values:
        raise BadSignature("this address was not signed")
    return Signed(address, text_of(address), signature)


def _values(query: str) -> dict[str, str]:
    if len(query) > MAX_QUERY:
        raise BadSignature("this address was not signed")
    values: dict[str, str] = {}
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if not equals or name in values:
            raise BadSignature("this address was not signed")
        values[name] = unquote(value, errors="replace")
    return values


def _stream(path: str, values: dict[str, str]) -> StreamAddress | None:
    found = _STREAM.fullmatch(path)
    if found is None:
        return None
    try:
        wanted = StreamFormat(values.pop("f", StreamFormat.ORIGINAL.value))
    except ValueError:
        raise BadSignature("this address was not signed") from None
    return StreamAddress(
        asset_id=found[1],
        suffix=found[2] or "",
        format=wanted,
        bitrate=_number(values.pop("b", "0")),
        offset_ms=_number(values.pop("o", "0")),
        download=values.pop("d", ""),
        user_id=values.pop("u", ""),
        expires_s=_number(values.pop("e", "0")),
    )


def _ladder(path: str, values: dict[str, str]) -> LadderAddress | None:
    found = _LADDER.fullmatch(path)
    if found is None:
        return None
    return LadderAddress(
        content=found[1],
        name=found[2],
        part=found[3] or "",
        asset_id=values.pop("a", ""),
        duration_ms=_number(values.pop("l", "0")),
        samples=_number(values.pop("n", "0")),
        expires_s=_number(values.pop("e", "0")),
        user_id=values.pop("u", ""),
    )


def _other(path: str, values: dict[str, str]) -> CoverAddress | StationAddress | None:
    found = _STATION.fullmatch(path)
    if found is not None:
        expires_s, user_id = _number(values.pop("e", "0")), values.pop("u", "")
        return StationAddress(found[1], expires_s, user_id)
    found = _COVER.fullmatch(path)
    if found is None:
        return None
    return CoverAddress(found[1], int(found[2]), _number(values.pop("e", "0")))


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise BadSignature("this address was not signed")
    return int(text)
