"""What somebody lets strangers listen to, by an address that holds its own proof."""

from enum import StrEnum

from msgspec import Struct


class SharedKind(StrEnum):
    TRACK = "track"
    ALBUM = "album"
    PLAYLIST = "playlist"


class SharedEntry(Struct, frozen=True):
    """Attributes:
    id: as the owner sees it; what they may not see any more is not shared any more.
    """

    kind: SharedKind
    id: str


class Share(Struct, frozen=True):
    """Attributes:
    token: whoever has it may listen; it is made by the key ring and kept nowhere.
    entries: albums and playlists as they are when somebody listens.
    expires_at: milliseconds since the Unix epoch; None for never.
    visited_at: None before the first visit.
    downloads: whether its page offers the files to keep.
    named: whether its page says who shares.
    """

    id: str
    owner_id: str
    token: str
    entries: tuple[SharedEntry, ...]
    description: str
    created_at: int
    expires_at: int | None = None
    visited_at: int | None = None
    visits: int = 0
    downloads: bool = False
    named: bool = False


class CreateShare(Struct, frozen=True):
    """Attributes:
    entries: 1 to 500.
    description: at most 1,000 characters.
    expires_at: in the future; None for never.
    lasts_ms: from now on by this server's clock, in place of `expires_at`.
    downloads, named: as in `Share`.
    """

    entries: tuple[SharedEntry, ...]
    description: str = ""
    expires_at: int | None = None
    downloads: bool = False
    named: bool = False
    lasts_ms: int | None = None


class ChangeShare(Struct, frozen=True):
    """What is left out stays.

    Attributes:
        expires_at: 0 for never.
        lasts_ms: from now on by this server's clock, in place of `expires_at`.
        downloads, named: as in `Share`.
    """

    share_id: str
    description: str | None = None
    expires_at: int | None = None
    downloads: bool | None = None
    named: bool | None = None
    lasts_ms: int | None = None


class DeleteShare(Struct, frozen=True):
    share_id: str


class ListShares(Struct, frozen=True):
    """The caller's, latest first.

    Attributes:
        limit: at most 200.
    """

    limit: int = 50
    offset: int = 0


class SharePage(Struct, frozen=True):
    items: tuple[Share, ...]
    total: int


class OpenShare(Struct, frozen=True):
    """Attributes:
    visit: somebody looks at it: that is counted.
    """

    token: str
    visit: bool = False
