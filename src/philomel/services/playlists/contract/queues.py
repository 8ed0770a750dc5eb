"""What a person left off in: the play queue, and bookmarks within tracks."""

from msgspec import Struct


class SavePlayQueue(Struct, frozen=True):
    """The queue of the calling person, whatever player it comes from.

    Attributes:
        track_ids: at most 5,000, in their order, repeated ones too; none forgets the queue.
        current: which of them is played, 0 being the first.
        position_ms: within that track.
        changed_by: the player's name, at most 100 characters.
    """

    track_ids: tuple[str, ...] = ()
    current: int = 0
    position_ms: int = 0
    changed_by: str = ""


class GetPlayQueue(Struct, frozen=True):
    pass


class PlayQueue(Struct, frozen=True):
    """Attributes:
    track_ids: under the ids they go by now; the caller may be one who no longer sees them.
    changed_at: milliseconds since the Unix epoch; 0 if there is no queue.
    """

    track_ids: tuple[str, ...] = ()
    current: int = 0
    position_ms: int = 0
    changed_by: str = ""
    changed_at: int = 0


class SetBookmark(Struct, frozen=True):
    """Attributes:
    position_ms: within the track; an earlier bookmark of the same track goes.
    comment: at most 1,000 characters.
    """

    track_id: str
    position_ms: int
    comment: str = ""


class DropBookmark(Struct, frozen=True):
    track_id: str


class ListBookmarks(Struct, frozen=True):
    """Latest change first."""

    limit: int = 50
    offset: int = 0


class Bookmark(Struct, frozen=True):
    """Attributes:
    created_at, changed_at: milliseconds since the Unix epoch.
    """

    track_id: str
    position_ms: int
    comment: str
    created_at: int
    changed_at: int


class BookmarkPage(Struct, frozen=True):
    items: tuple[Bookmark, ...]
    total: int
