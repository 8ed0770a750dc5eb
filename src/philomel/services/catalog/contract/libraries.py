"""The libraries and who runs them. Where a request names one, its id will do as well."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class LibraryKind(StrEnum):
    MUSIC = "music"
    AUDIOBOOKS = "audiobooks"


class Library(Struct, frozen=True):
    """A folder of files.

    Attributes:
        path: absolute, as bytes; empty for callers that do not administer the server.
        hidden: removed without purging, or the sampler once there is other music.
        error: why it could not be read at the last scan.
        file_count: present files.
        missing_count: files that were there before.
        error_count: files that could not be read.
        restricted: only people with a grant see it.
        writable: administrators may put files into it and mend its tags.
    """

    id: str
    name: str
    kind: LibraryKind
    path: bytes
    added_at: int
    hidden: bool = False
    sampler: bool = False
    error: str | None = None
    file_count: int = 0
    missing_count: int = 0
    error_count: int = 0
    restricted: bool = False
    writable: bool = False


class Libraries(Struct, frozen=True):
    items: tuple[Library, ...]


class AddLibrary(Struct, frozen=True):
    """Attributes:
    path: an absolute path; a folder inside another library is refused.
    name: the folder's name if left out.
    writable: administrators may put files into it and mend its tags; only folders can be.
    """

    path: bytes
    name: str | None = None
    kind: LibraryKind = LibraryKind.MUSIC
    sampler: bool = False
    writable: bool = False


class ListLibraries(Struct, frozen=True):
    """Attributes:
    hidden: list hidden ones too (administrators and operators).
    counts: count the files of each, which takes the longer the more there are; else they are 0.
    """

    hidden: bool = False
    counts: bool = True


class RelocateLibrary(Struct, frozen=True):
    name: str
    path: bytes


class ChangeLibrary(Struct, frozen=True):
    """Attributes:
    writable: whether administrators may put files into it and mend its tags.
    """

    name: str
    writable: bool


class RemoveLibrary(Struct, frozen=True):
    """Attributes:
    purge: forget its files and what only they held; otherwise it is only hidden.
    """

    name: str
    purge: bool = False


class ChangeLibraryAccess(Struct, frozen=True):
    """Attributes:
    restricted: True: only people with a grant see it; False: everybody does, and the grants
        are kept for later; None leaves that as it is.
    grant, revoke: ids of people, at most 500 each; 5,000 may have one.
    """

    name: str
    restricted: bool | None = None
    grant: tuple[str, ...] = ()
    revoke: tuple[str, ...] = ()


class GetLibraryAccess(Struct, frozen=True):
    name: str


class LibraryAccess(Struct, frozen=True):
    """Attributes:
    user_ids: the people with a grant, at most 5,000; they matter while it is restricted.
    """

    library: Library
    user_ids: tuple[str, ...] = ()


class LibraryCalls(Protocol):
    """Where music lies, and who hears it."""

    async def add_library(self, request: AddLibrary, /) -> Library:
        """Add a folder; scan it with `start_scan`. Administrators and operators.

        Raises: LibraryExists, BadLibraryPath.
        """
        ...

    async def list_libraries(self, request: ListLibraries, /) -> Libraries:
        """The libraries the caller may see, by name."""
        ...

    async def relocate_library(self, request: RelocateLibrary, /) -> Library:
        """The same files now lie elsewhere. Administrators and operators.

        Raises: LibraryNotFound, BadLibraryPath.
        """
        ...

    async def change_library(self, request: ChangeLibrary, /) -> Library:
        """Say whether a library may be written to. Administrators and operators.

        Raises: LibraryNotFound, BadLibraryPath for one that cannot be written to.
        """
        ...

    async def remove_library(self, request: RemoveLibrary, /) -> None:
        """Hide a library, or purge it. Administrators and operators.

        Raises: LibraryNotFound.
        """
        ...

    async def change_library_access(self, request: ChangeLibraryAccess, /) -> LibraryAccess:
        """Say who may see a library. Administrators and operators.

        Raises: LibraryNotFound.
        """
        ...

    async def get_library_access(self, request: GetLibraryAccess, /) -> LibraryAccess:
        """Who may see a library. Administrators and operators.

        Raises: LibraryNotFound.
        """
        ...
