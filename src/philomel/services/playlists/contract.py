"""What the rest of the platform may ask the playlists service.

Likes and ratings belong to the calling person. They outlive the files: a like of a missing
track stays, and follows the track when its id is merged into another.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.kernel.errors import InvalidArgument


class ItemKind(StrEnum):
    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"


class Save(Struct, frozen=True):
    """Attributes:
    ids: at most 500; saved ones keep their date.
    """

    kind: ItemKind
    ids: tuple[str, ...]


class Unsave(Struct, frozen=True):
    kind: ItemKind
    ids: tuple[str, ...]


class Rate(Struct, frozen=True):
    """Attributes:
    rating: 1 to 5; 0 takes it back.
    """

    kind: ItemKind
    id: str
    rating: int


class GetMarks(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    kind: ItemKind
    ids: tuple[str, ...]


class Mark(Struct, frozen=True):
    """What the person thinks of something.

    Attributes:
        saved_at: when it was liked, milliseconds since the Unix epoch; None if it is not.
        rating: 1 to 5; None without one.
    """

    id: str
    saved_at: int | None = None
    rating: int | None = None


class Marks(Struct, frozen=True):
    """Attributes:
    items: in the order asked; ids without a mark are left out.
    """

    items: tuple[Mark, ...]


class ListSaved(Struct, frozen=True):
    """Latest first.

    Attributes:
        cursor: of the page before; `offset` counts from there.
    """

    kind: ItemKind
    limit: int = 50
    cursor: str | None = None
    offset: int = 0


class SavedPage(Struct, frozen=True):
    items: tuple[Mark, ...]
    total: int
    next: str | None = None


class ListRated(Struct, frozen=True):
    """Highest first."""

    kind: ItemKind
    limit: int = 50
    offset: int = 0


class MarksChanged(Struct, frozen=True):
    """Announced when a person's likes or ratings changed.

    Attributes:
        ids: at most 500.
    """

    user_id: str
    kind: ItemKind
    ids: tuple[str, ...]
    at: int


EVENTS = (MarksChanged,)


class BadRating(InvalidArgument):
    code = "playlists.bad_rating"


class Playlists(Protocol):
    """What listeners keep."""

    async def save(self, request: Save, /) -> None:
        """Like these. Needs scope user-library-modify (artists: user-follow-modify).

        Ids that the caller cannot see in the catalogue are left out.
        """
        ...

    async def unsave(self, request: Unsave, /) -> None:
        """Like these no longer. Scopes as `save`."""
        ...

    async def rate(self, request: Rate, /) -> None:
        """Give stars. Needs scope user-library-modify.

        Nothing happens to what the caller cannot see in the catalogue.

        Raises: BadRating.
        """
        ...

    async def get_marks(self, request: GetMarks, /) -> Marks:
        """The caller's likes and ratings of these.

        Needs scope user-library-read (artists: or user-follow-read).
        """
        ...

    async def list_saved(self, request: ListSaved, /) -> SavedPage:
        """A page of at most 500 likes. Needs scope user-library-read (user-follow-read)."""
        ...

    async def list_rated(self, request: ListRated, /) -> SavedPage:
        """A page of at most 500 rated things. Needs scope user-library-read."""
        ...
