"""Pictures from elsewhere."""

from msgspec import Struct

from philomel.services.catalog.contract.entries import EntryKind


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
