"""Likes and ratings."""

from enum import StrEnum

from msgspec import Struct


class ItemKind(StrEnum):
    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"
    USER = "user"
    """A person of this server, whom others follow."""


class Save(Struct, frozen=True):
    """Attributes:
    ids: at most 500; saved ones keep their date.
    saved_at: when each of `ids` was saved, milliseconds since the Unix epoch; none for now,
        and nothing is saved in the future.
    """

    kind: ItemKind
    ids: tuple[str, ...]
    saved_at: tuple[int, ...] = ()


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
    ids: at most 10,000.
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


class CountFollowers(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    kind: ItemKind
    ids: tuple[str, ...]


class FollowerCount(Struct, frozen=True):
    id: str
    count: int


class FollowerCounts(Struct, frozen=True):
    """Attributes:
    items: in the order asked; what nobody likes is left out.
    """

    items: tuple[FollowerCount, ...]
