"""Ways through the catalogue besides its lists: folders, labels, editions."""

from typing import Protocol

from msgspec import Struct

from philomel.services.catalog.contract.entries import Album, EntryKind, Track


class ListFolder(Struct, frozen=True):
    """A page of what lies in a folder of a library.

    Attributes:
        path: below the library, "/" between parts, without one at its ends; empty for the
            library itself.
    """

    library_id: str
    path: bytes = b""
    limit: int = 100
    cursor: str | None = None


class Folder(Struct, frozen=True):
    """A folder with music somewhere below it.

    Attributes:
        path: below the library, to ask for it.
        name: its last part, for display.
    """

    path: bytes
    name: str


class FolderPage(Struct, frozen=True):
    """Folders and tracks of the page, each in the order of their file names.

    Attributes:
        above: the folder that this one lies in; None for the library itself.
    """

    folders: tuple[Folder, ...]
    tracks: tuple[Track, ...]
    above: bytes | None = None
    next: str | None = None


class ListLabels(Struct, frozen=True):
    """A page of record labels by name."""

    limit: int = 50
    cursor: str | None = None


class Label(Struct, frozen=True):
    """Attributes:
    id: what `ListAlbums.label` takes; the name does as well.
    album_count: that the caller may see.
    """

    id: str
    name: str
    album_count: int


class LabelPage(Struct, frozen=True):
    items: tuple[Label, ...]
    next: str | None = None


class ListLetters(Struct, frozen=True):
    """Where each letter begins among the albums, or the artists with albums, by name.

    Attributes:
        kind: ALBUM or ARTIST.
        one_edition: as in `ListAlbums`.
        label, genre: as in `ListAlbums`.
    """

    kind: EntryKind
    one_edition: bool = False
    genre: str | None = None
    label: str | None = None


class Letter(Struct, frozen=True):
    """Attributes:
    letter: "a" to "z"; "#" for what sorts before, "~" for what sorts behind them.
    offset: of the first that begins with it, in the list by name.
    """

    letter: str
    offset: int


class Letters(Struct, frozen=True):
    """Attributes:
    items: only letters that something begins with, in order.
    total: how long the list is.
    """

    items: tuple[Letter, ...]
    total: int


class ListEditions(Struct, frozen=True):
    """All editions of an album that the caller may see, itself included, oldest first.

    Attributes:
        limit: at most 100.
    """

    album_id: str
    limit: int = 50


class Editions(Struct, frozen=True):
    items: tuple[Album, ...]


class ListSiblings(Struct, frozen=True):
    """The same recording on other editions of its album.

    Attributes:
        limit: at most 100.
    """

    track_id: str
    limit: int = 50


class Siblings(Struct, frozen=True):
    """Attributes:
    items: without the track itself; the oldest first.
    """

    items: tuple[Track, ...]


class ListArtistNames(Struct, frozen=True):
    """A page of all artists who have albums, by name, with no more than an index of them shows.

    Attributes:
        known: versions of answers that are still at hand, at most 50.
        limit: artists to look at, at most 3,000; those without albums are left out.
    """

    library_id: str | None = None
    known: tuple[str, ...] = ()
    limit: int = 3000
    cursor: str | None = None


class ArtistName(Struct, frozen=True):
    """Attributes:
    album_count: albums the caller may see that this artist is an album artist of.
    cover_id: of the picture; another picture has another id.
    """

    id: str
    name: str
    sort_name: str
    album_count: int
    musicbrainz_id: str | None = None
    cover_id: str | None = None


class ArtistNames(Struct, frozen=True):
    """Attributes:
    items: none if `version` is known already.
    version: another one whenever the catalogue changed, and for those who see other libraries.
        changed_at: when the catalogue changed last, in milliseconds since the Unix epoch; 0 if
            that is not known.
    """

    items: tuple[ArtistName, ...]
    version: str
    next: str | None = None
    changed_at: int = 0


class BrowsingCalls(Protocol):
    """Ways to walk through what there is."""

    async def list_artist_names(self, request: ListArtistNames, /) -> ArtistNames:
        """All artists who have albums, in pages; or the word that a known answer is still true."""
        ...

    async def list_folder(self, request: ListFolder, /) -> FolderPage:
        """A page of at most 500 folders and tracks.

        Raises: LibraryNotFound; a folder that holds nothing is empty.
        """
        ...

    async def list_labels(self, request: ListLabels, /) -> LabelPage:
        """A page of at most 500 labels of albums that the caller may see."""
        ...

    async def list_letters(self, request: ListLetters, /) -> Letters:
        """Where each letter begins in a list by name."""
        ...

    async def list_editions(self, request: ListEditions, /) -> Editions:
        """The editions of an album; nothing if it is not known."""
        ...

    async def list_siblings(self, request: ListSiblings, /) -> Siblings:
        """A track as it stands on other editions of its album; nothing if it is not known."""
        ...
