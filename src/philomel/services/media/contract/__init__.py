"""What the rest of the platform may ask the media service.

An asset is one audio file. Tracks (later episodes and chapters) point to assets; media
knows nothing about them. It knows which libraries they lie in and who may hear these: for
anybody else an asset does not exist, whatever id or signed address they hold.
"""

from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

from philomel.kernel.errors import InvalidArgument, NotFound, RateLimited, Unauthenticated
from philomel.services.media.contract.assets import (
    AnalysisState,
    Asset,
    Assets,
    AssetSource,
    GetAnalysisState,
    GetAssets,
    LibraryRoot,
    RegisterAssets,
    RemoveAssets,
    SetLibraryRoots,
)
from philomel.services.media.contract.playback import GetPlayback, Playback, PlaybackFile
from philomel.services.media.contract.sounds import (
    AssetFacts,
    AssetFactsPage,
    CompareRecordings,
    FindRecordings,
    Gapless,
    GetWaveform,
    ListAssets,
    Loudness,
    MeasureTogether,
    Recording,
    RecordingPair,
    Recordings,
    Similarities,
    Similarity,
    TogetherLoudness,
    Waveform,
)
from philomel.services.media.contract.stations import (
    AddStation,
    ChangeStation,
    ListStations,
    RemoveStation,
    Station,
    Stations,
)

__all__ = [
    "EVENTS",
    "AddStation",
    "AnalysisState",
    "Asset",
    "AssetFacts",
    "AssetFactsPage",
    "AssetNotFound",
    "AssetSource",
    "Assets",
    "AssetsAnalysed",
    "BadSignature",
    "BadStation",
    "BadStream",
    "ChangeStation",
    "CompareRecordings",
    "FindRecordings",
    "Gapless",
    "GetAnalysisState",
    "GetAssets",
    "GetPlayback",
    "GetWaveform",
    "LibraryRoot",
    "ListAssets",
    "ListStations",
    "Loudness",
    "MeasureTogether",
    "Media",
    "OpenSigned",
    "Opened",
    "Playback",
    "PlaybackFile",
    "Recording",
    "RecordingPair",
    "Recordings",
    "RegisterAssets",
    "RemoveAssets",
    "RemoveStation",
    "SetLibraryRoots",
    "Settings",
    "SignCovers",
    "SignStream",
    "SignedUrl",
    "SignedUrls",
    "Similarities",
    "Similarity",
    "Station",
    "StationNotFound",
    "Stations",
    "Store",
    "StreamFormat",
    "TogetherLoudness",
    "TooManyStreams",
    "Waveform",
]


class StreamFormat(StrEnum):
    """What a listener can ask for."""

    ORIGINAL = "original"
    VORBIS = "vorbis"
    OPUS = "opus"
    AAC = "aac"
    MP3 = "mp3"


class SignStream(Struct, frozen=True):
    """Ask for an address that plays an asset.

    Attributes:
        format: a transcode, or the original bytes.
        bitrate: kbit/s of a transcode, 32 to 320; the format's default if left out.
        offset_ms: start of a transcode.
        download: suggest saving it under this file name.
    """

    asset_id: str
    format: StreamFormat = StreamFormat.ORIGINAL
    bitrate: int | None = None
    offset_ms: int = 0
    download: str | None = None


class SignCovers(Struct, frozen=True):
    """Attributes:
    keys: blob keys of covers, at most 500.
    """

    keys: tuple[str, ...]


class SignedUrl(Struct, frozen=True):
    """Attributes:
    path: from the server's root, with the query: "/media/stream/…?…".
    expires_at: milliseconds since the Unix epoch.
    """

    path: str
    expires_at: int


class SignedUrls(Struct, frozen=True):
    """Attributes:
    items: in the order asked.
    """

    items: tuple[SignedUrl, ...]


class Store(StrEnum):
    """Which blob store holds the bytes, as seen from the process that runs media."""

    LIBRARY = "library"
    COVERS = "covers"
    TRANSCODE = "transcode"
    RENDITIONS = "renditions"
    STATION = "station"
    """No store: the key is the web address of a station that is passed on."""


class OpenSigned(Struct, frozen=True):
    """Attributes:
    path: as it was signed, without the query.
    query: the query string as it came.
    """

    path: str
    query: str


class Opened(Struct, frozen=True):
    """Where the media door finds the bytes.

    Attributes:
        key: in the blob store; for all but COVERS understood by that store only.
        immutable: the bytes behind this address never change.
        duration_ms: for players that ask before the length in bytes is known.
        body: the bytes themselves; of a playlist, which nobody stores.
        kept: of a transcode or a whole rendition: the key of the same in RENDITIONS, which is
            found only if it was made before.
    """

    store: Store
    key: bytes
    content_type: str
    immutable: bool = False
    download: str | None = None
    duration_ms: int | None = None
    body: bytes | None = None
    kept: bytes | None = None


class AssetsAnalysed(Struct, frozen=True):
    """Announced when analysis of these assets is done or failed; ask `get_assets` which.

    Attributes:
        ids: at most 500.
    """

    ids: tuple[str, ...]
    at: int


EVENTS = (AssetsAnalysed,)


_LEAST: Final = {
    "analysis_workers": 0,
    "max_transcodes": 1,
    "url_lifetime_s": 1,
    "max_encodes": 1,
    "cache_bytes": 0,
}


class Settings(Struct, frozen=True):
    """Attributes:
    analysis_workers: files analysed at once in the background; 0 leaves it to others.
    max_transcodes: listeners of transcodes at once; the next ones wait, then hear 429.
    url_lifetime_s: how long an address works beyond the length of its track, in seconds.
    accel_redirect: what nginx may send by itself, as "/prefix/=/library/folder": its internal
        location and the folder of a library (X-Accel-Redirect).
    max_encodes: renditions made for the cache at once; the next ones wait, then hear 429.
    cache_bytes: how much of them is kept, in bytes; the least recently played go first.
    """

    analysis_workers: int = 1
    max_transcodes: int = 8
    url_lifetime_s: int = 24 * 3600
    accel_redirect: tuple[str, ...] = ()
    max_encodes: int = 2
    cache_bytes: int = 10_000_000_000

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}")
        for mapping in self.accel_redirect:
            location, _, folder = mapping.partition("=")
            if not all(each.startswith("/") for each in (location, folder)):
                raise ValueError(f"accel_redirect takes /prefix/=/library/folder, not {mapping!r}")


class AssetNotFound(NotFound):
    code = "media.asset_not_found"


class BadSignature(Unauthenticated):
    """The address was changed, has expired, or was never signed."""

    code = "media.bad_signature"


class BadStream(InvalidArgument):
    code = "media.bad_stream"


class StationNotFound(NotFound):
    code = "media.station_not_found"


class BadStation(InvalidArgument):
    code = "media.bad_station"


class TooManyStreams(RateLimited):
    code = "media.too_many_streams"


class Media(Protocol):
    """Assets and the addresses that play them."""

    async def set_library_roots(self, request: SetLibraryRoots, /) -> None:
        """Where the libraries are, and who may hear them. Services and operators."""
        ...

    async def register_assets(self, request: RegisterAssets, /) -> None:
        """These files exist; analyse them when there is time. Services and operators."""
        ...

    async def remove_assets(self, request: RemoveAssets, /) -> None:
        """These files are gone for good. Services and operators."""
        ...

    async def get_assets(self, request: GetAssets, /) -> Assets:
        """The known assets among `ids` that the caller may hear, in the order asked."""
        ...

    async def list_assets(self, request: ListAssets, /) -> AssetFactsPage:
        """Every asset, in pages by id. Services and operators."""
        ...

    async def compare_recordings(self, request: CompareRecordings, /) -> Similarities:
        """Whether pairs of assets are one recording, by their sound. Services and operators."""
        ...

    async def find_recordings(self, request: FindRecordings, /) -> Recordings:
        """Other assets that are the same recording as this one. Services and operators.

        Raises: AssetNotFound.
        """
        ...

    async def measure_together(self, request: MeasureTogether, /) -> TogetherLoudness:
        """The loudness of several assets played as one, such as an album's.

        Services and operators.
        """
        ...

    async def get_waveform(self, request: GetWaveform, /) -> Waveform:
        """The outline of an asset's sound, to be drawn.

        Raises: AssetNotFound.
        """
        ...

    async def get_analysis_state(self, request: GetAnalysisState, /) -> AnalysisState:
        """How far the analysis is. Services, operators and administrators."""
        ...

    async def sign_stream(self, request: SignStream, /) -> SignedUrl:
        """An address for the calling listener; it outlives a paused track.

        Raises: AssetNotFound, BadStream.
        """
        ...

    async def get_playback(self, request: GetPlayback, /) -> Playback:
        """Every form in which the calling listener can play an asset.

        Raises: AssetNotFound.
        """
        ...

    async def sign_covers(self, request: SignCovers, /) -> SignedUrls:
        """Addresses of pictures, the same for every listener for a day, so caches can hold them.

        Raises: BadStream.
        """
        ...

    async def list_stations(self, request: ListStations, /) -> Stations:
        """All stations by name, at most 500, with addresses for the caller.

        Needs scope streaming.
        """
        ...

    async def add_station(self, request: AddStation, /) -> Station:
        """Administrators and operators.

        Raises: BadStation.
        """
        ...

    async def change_station(self, request: ChangeStation, /) -> Station:
        """Administrators and operators.

        Raises: StationNotFound, BadStation.
        """
        ...

    async def remove_station(self, request: RemoveStation, /) -> None:
        """Its addresses play nothing any more. Administrators and operators.

        Raises: StationNotFound.
        """
        ...

    async def open_signed(self, request: OpenSigned, /) -> Opened:
        """Check a signed address and say where its bytes are. Open to whoever has it.

        The address of a listener who may not hear that library any more opens nothing.

        Raises: BadSignature, AssetNotFound.
        """
        ...
