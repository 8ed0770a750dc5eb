"""Tags that administrators mend in the files of a library that allows it."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class TagFields(Struct, frozen=True):
    """What can be mended, as it stands in a file.

    Attributes:
        date: "2011", "2011-03" or "2011-03-24".
    """

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    date: str = ""
    track_number: int = 0
    track_total: int = 0
    disc_number: int = 0
    disc_total: int = 0
    cover: bool = False


class TagField(StrEnum):
    """What can be mended besides the cover."""

    TITLE = "title"
    ARTISTS = "artists"
    ALBUM = "album"
    ALBUM_ARTISTS = "album_artists"
    GENRES = "genres"
    DATE = "date"
    TRACK_NUMBER = "track_number"
    TRACK_TOTAL = "track_total"
    DISC_NUMBER = "disc_number"
    DISC_TOTAL = "disc_total"


class TagEdit(Struct, frozen=True):
    """Attributes:
    values: what is to stand there; none takes it out of the file.
    """

    field: TagField
    values: tuple[str, ...] = ()


class GetTags(Struct, frozen=True):
    """Attributes:
    track_ids: at most 100; those of `album_id` if there are none.
    """

    track_ids: tuple[str, ...] = ()
    album_id: str | None = None


class TaggedTrack(Struct, frozen=True):
    """Attributes:
    path: below the library, for display.
    refusal: why its file is not written to; "" if it can be.
    """

    track_id: str
    library_id: str
    library: str
    path: str
    fields: TagFields
    refusal: str = ""


class TaggedTracks(Struct, frozen=True):
    items: tuple[TaggedTrack, ...]


class MendTags(Struct, frozen=True):
    """Attributes:
    edits: what else stands in the file stays.
    cover: a JPEG or PNG of at most 700 kB; b"" takes out every picture, None leaves them.
    batch: of changes that were made together; a new one if left out.
    """

    track_id: str
    edits: tuple[TagEdit, ...] = ()
    cover: bytes | None = None
    batch: str | None = None


class Mend(Struct, frozen=True):
    """A change of a file's tags.

    Attributes:
        name: the track's title before.
        path: of the file, below its library, for display.
        by: the administrator's id; None for the command line.
        cover: whether the picture was changed.
        undone_at: since when the file is what it was before, byte by byte.
    """

    id: str
    batch: str
    track_id: str
    library_id: str
    name: str
    path: str
    at: int
    before: TagFields
    after: TagFields
    cover: bool = False
    by: str | None = None
    undone_at: int | None = None


class ListMends(Struct, frozen=True):
    """Attributes:
    limit: at most 100.
    track_id: only those of this track.
    """

    limit: int = 100
    cursor: str | None = None
    track_id: str | None = None


class Mends(Struct, frozen=True):
    """Attributes:
    items: latest first.
    """

    items: tuple[Mend, ...]
    next: str | None = None


class UndoMend(Struct, frozen=True):
    id: str


class MendingCalls(Protocol):
    """Mending tags. Everything is for administrators and operators."""

    async def get_tags(self, request: GetTags, /) -> TaggedTracks:
        """What stands in the files of these tracks at this moment; missing ones are left out.

        Raises: InvalidArgument for too many.
        """
        ...

    async def mend_tags(self, request: MendTags, /) -> Mend:
        """Write into a track's file, and have it scanned.

        A copy is written and must play as the file does, packet by packet; then it takes the
        file's place at once.

        Raises: TrackNotFound, LibraryReadOnly, NotMended if the file cannot be written.
        """
        ...

    async def list_mends(self, request: ListMends, /) -> Mends:
        """What was changed, by whom, and when."""
        ...

    async def undo_mend(self, request: UndoMend, /) -> Mend:
        """Make the file what it was before, byte by byte.

        Raises: MendNotFound, LibraryReadOnly, NotMended if the file was changed since.
        """
        ...
