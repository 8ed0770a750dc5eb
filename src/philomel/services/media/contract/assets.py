"""Assets, where they are, and how far their analysis is."""

from msgspec import Struct

from philomel.services.media.contract.sounds import Gapless, Loudness


class AssetSource(Struct, frozen=True):
    """Where an asset's bytes are.

    Attributes:
        path: below the root.
        codec, container: as the audio port names them.
        duration_ms: from the headers; analysis corrects it.
        modified_ns: nanoseconds since the Unix epoch; a change makes analysis start over.
    """

    asset_id: str
    library_id: str
    path: bytes
    size: int
    modified_ns: int
    container: str
    codec: str
    duration_ms: int
    bitrate: int


class RegisterAssets(Struct, frozen=True):
    """Attributes:
    items: at most 500; registering one again updates it.
    """

    items: tuple[AssetSource, ...]


class LibraryRoot(Struct, frozen=True):
    """Where a library is, and who may hear what is in it.

    Attributes:
        hidden: nobody may.
        restricted: only the people in `user_ids` may, at most 5,000.
    """

    library_id: str
    root: bytes
    hidden: bool = False
    restricted: bool = False
    user_ids: tuple[str, ...] = ()


class SetLibraryRoots(Struct, frozen=True):
    """Attributes:
    items: every library there is; others are forgotten.
    """

    items: tuple[LibraryRoot, ...]


class RemoveAssets(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class GetAssets(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Asset(Struct, frozen=True):
    """Attributes:
    stream_hash: hex SHA-256 over the encoded audio packets; None before analysis.
    loudness: None before analysis, and for silence.
    error: why analysis failed.
    silent: analysed, and nothing in it can be heard.
    clipped: analysed, and the signal stays at full scale again and again.
    header_duration_ms: what the file says itself; `duration_ms` is as decoded once
        analysed. None if it was not kept.
    gapless: None before analysis, and if the sample rate changes on the way.
    fingerprinted: it can be compared with others; never so for silence and what is short.
    """

    id: str
    size: int
    container: str
    codec: str
    duration_ms: int
    content_type: str
    suffix: str
    stream_hash: str | None = None
    loudness: Loudness | None = None
    error: str | None = None
    silent: bool = False
    clipped: bool = False
    header_duration_ms: int | None = None
    gapless: Gapless | None = None
    fingerprinted: bool = False


class Assets(Struct, frozen=True):
    items: tuple[Asset, ...]


class GetAnalysisState(Struct, frozen=True):
    pass


class AnalysisState(Struct, frozen=True):
    """How far the background analysis is, in assets.

    What lies in a library whose folder is away counts nowhere until it is back.

    Attributes:
        outdated: of `done`, those to be analysed again for what older versions did not
            measure; what they have stays until then.
    """

    done: int
    waiting: int
    failed: int
    outdated: int = 0
