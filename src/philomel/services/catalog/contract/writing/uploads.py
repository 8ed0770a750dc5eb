"""Files that administrators put into a library, bit by bit."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class UploadState(StrEnum):
    RECEIVING = "receiving"
    """Bytes are missing, or it was not finished."""
    PLACED = "placed"
    """It is in the library under its own name; the scan of it may still be to come."""
    SAME = "same"
    """The library has the same bytes under that name already; nothing was written."""


class Upload(Struct, frozen=True):
    """A file on its way into a library.

    Attributes:
        path: below the library; once it is placed the name that it got.
        size: of the whole, in bytes.
        received: so many of its first bytes are here.
        track_id, album_id: what it became, once it was read; None for pictures and lyrics.
        read: whether the scan that reads it is over.
    """

    id: str
    library_id: str
    path: str
    size: int
    received: int
    state: UploadState
    begun_at: int
    read: bool = False
    track_id: str | None = None
    album_id: str | None = None


class BeginUpload(Struct, frozen=True):
    """Attributes:
    library: its id or name.
    path: where it is to be below the library: "Artist/Album/01 Song.flac".
    size: of the whole, in bytes.
    """

    library: str
    path: str
    size: int


class SendUpload(Struct, frozen=True):
    """Attributes:
    offset: where these bytes begin: as many as were received before.
    data: at most 1 MiB.
    """

    id: str
    offset: int
    data: bytes


class FinishUpload(Struct, frozen=True):
    id: str


class GetUpload(Struct, frozen=True):
    id: str


class CancelUpload(Struct, frozen=True):
    id: str


class UploadCalls(Protocol):
    """Putting files into a library. Everything is for administrators and operators."""

    async def begin_upload(self, request: BeginUpload, /) -> Upload:
        """Say what will come. The same file of the same library goes on where it stopped.

        Raises: LibraryNotFound, LibraryReadOnly, BadUpload for a name or a kind of file that is
        not taken, or one that is too large; blobs.full if there is no room for it.
        """
        ...

    async def send_upload(self, request: SendUpload, /) -> Upload:
        """The next bytes.

        Raises: UploadNotFound, BadUpload if they are not the next ones.
        """
        ...

    async def finish_upload(self, request: FinishUpload, /) -> Upload:
        """Check it, put it into the library, and have it scanned.

        Nothing is written over: other bytes under the same name get a new one.

        Raises: UploadNotFound, BadUpload if it is incomplete or nothing that can be played or
        shown: then it is gone.
        """
        ...

    async def get_upload(self, request: GetUpload, /) -> Upload:
        """How far it is, and what it became.

        Raises: UploadNotFound.
        """
        ...

    async def cancel_upload(self, request: CancelUpload, /) -> None:
        """Forget what came of it; what is in the library stays. No error if it is not known."""
        ...
