"""Pictures from elsewhere."""

from msgspec import Struct

from philomel.services.catalog.contract.entries import Cover, EntryKind


class OfferPicture(Struct, frozen=True):
    """A picture of an album or artist that its files do not bring.

    Attributes:
        kind: ALBUM or ARTIST.
        key: in the blob store, where it lies as it was found.
    """

    kind: EntryKind
    id: str
    key: str


class Offered(Struct, frozen=True):
    """Attributes:
    taken: the entry is known, and the bytes are a picture.
    """

    taken: bool


class GetTrackCovers(Struct, frozen=True):
    """Attributes:
    ids: of tracks, at most 500.
    """

    ids: tuple[str, ...]


class TrackCover(Struct, frozen=True):
    track_id: str
    cover: Cover


class TrackCovers(Struct, frozen=True):
    """Attributes:
    items: in no order that means anything; tracks without a cover are left out.
    """

    items: tuple[TrackCover, ...]
