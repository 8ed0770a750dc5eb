"""Pictures from elsewhere."""

from typing import Protocol

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


class PictureCalls(Protocol):
    """Pictures from elsewhere."""

    async def get_track_covers(self, request: GetTrackCovers, /) -> TrackCovers:
        """The pictures of these, of their albums where they have none of their own."""
        ...

    async def offer_picture(self, request: OfferPicture, /) -> Offered:
        """Show this picture as long as the files bring none. Services and operators.

        Raises: InvalidArgument if there is nothing at that key.
        """
        ...
