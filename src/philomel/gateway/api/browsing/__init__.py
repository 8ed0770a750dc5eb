"""Ways through the music that the Web API has no words for, and what is inside a track."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from philomel.gateway.api.browsing.pictures import Picture, pictures_of, shown
from philomel.gateway.api.operation import Call, Route
from philomel.kernel.errors import InvalidArgument, NotFound
from philomel.services.catalog.contract import (
    Album,
    AlbumSort,
    AlbumTags,
    Artist,
    ArtistSort,
    Chapters,
    Credit,
    CreditRole,
    EntryKind,
    GetChapters,
    GetLyrics,
    GetTracks,
    LabelPage,
    Letters,
    ListAlbums,
    ListArtists,
    ListEditions,
    ListFolder,
    ListLabels,
    ListLetters,
    ListSiblings,
    ListTracks,
    Lyrics,
    Track,
    TrackSort,
    TrackTags,
)


class Of(Struct, frozen=True):
    """Attributes:
    id: of a track or album.
    """

    id: str


class CreditView(Struct, frozen=True):
    """Attributes:
    instrument: what a performer plays or sings, as tagged.
    """

    id: str
    name: str
    role: CreditRole
    instrument: str = ""


class TrackView(Struct, frozen=True):
    """Attributes:
    bpm, key and more are in `tags`, as tagged; null if nothing is.
    last_played_at: by any listener, milliseconds since the Unix epoch.
    added_at: when it was first seen, likewise.
    bpm: rounded.
    images: of its album.
    """

    id: str
    title: str
    credits: tuple[CreditView, ...]
    duration_ms: int
    album_id: str | None
    album: str | None
    disc_number: int | None
    track_number: int | None
    date: str | None
    path: str | None
    missing: bool
    play_count: int
    last_played_at: int | None
    tags: TrackTags | None
    added_at: int = 0
    genres: tuple[str, ...] = ()
    bpm: int | None = None
    explicit: bool = False
    images: tuple[Picture, ...] = ()


class AlbumView(Struct, frozen=True):
    """Attributes:
    edition: what sets it apart from other editions: "Deluxe Edition".
    """

    id: str
    name: str
    type: str
    edition: str | None
    artists: tuple[CreditView, ...]
    track_count: int
    date: str | None
    release_group_id: str | None
    play_count: int
    last_played_at: int | None
    tags: AlbumTags | None
    added_at: int = 0
    explicit: bool = False
    images: tuple[Picture, ...] = ()


class ArtistView(Struct, frozen=True):
    id: str
    name: str
    album_count: int
    track_count: int
    play_count: int
    last_played_at: int | None
    images: tuple[Picture, ...] = ()


class TrackViews(Struct, frozen=True):
    """Attributes:
    next: cursor of the next page; null on the last one.
    total: of the whole list, where it has pages.
    """

    items: tuple[TrackView, ...]
    next: str | None = None
    total: int | None = None


class AlbumViews(Struct, frozen=True):
    """As `TrackViews`."""

    items: tuple[AlbumView, ...]
    next: str | None = None
    total: int | None = None


class ArtistViews(Struct, frozen=True):
    """As `TrackViews`."""

    items: tuple[ArtistView, ...]
    next: str | None = None
    total: int | None = None


class FolderView(Struct, frozen=True):
    """Attributes:
    path: what `path` takes to ask for it: hexadecimal, because names may be no text.
    """

    path: str
    name: str


class FolderViews(Struct, frozen=True):
    """Attributes:
    above: the folder that this one lies in; null for the library itself.
    """

    folders: tuple[FolderView, ...]
    tracks: tuple[TrackView, ...]
    above: str | None
    next: str | None


class AskFolder(Struct, frozen=True):
    """Attributes:
    library: an id.
    path: of a folder as this list names it; empty for the library itself.
    """

    library: str
    path: str = ""
    limit: int = 100
    cursor: str | None = None


class AskTracks(Struct, frozen=True):
    """Attributes:
    reverse: the other way round.
    """

    sort: TrackSort = TrackSort.NAME
    genre: str | None = None
    library: str | None = None
    limit: int = 50
    cursor: str | None = None
    offset: int = 0
    reverse: bool = False


class AskAlbums(Struct, frozen=True):
    """Attributes:
    label: id or name of a record label.
    one_edition: of several editions of an album only the one that was first added.
    """

    sort: AlbumSort = AlbumSort.NAME
    label: str | None = None
    genre: str | None = None
    library: str | None = None
    one_edition: bool = False
    limit: int = 50
    cursor: str | None = None
    offset: int = 0


class AskArtists(Struct, frozen=True):
    sort: ArtistSort = ArtistSort.NAME
    library: str | None = None
    limit: int = 50
    cursor: str | None = None
    offset: int = 0


class AskLabels(Struct, frozen=True):
    limit: int = 50
    cursor: str | None = None


class AskLetters(Struct, frozen=True):
    """Attributes:
    genre, label, one_edition: as for a page of albums.
    """

    of: Literal["albums", "artists"]
    genre: str | None = None
    label: str | None = None
    one_edition: bool = False


async def get_chapters(call: Call, asked: Of) -> Chapters:
    """The chapters of a track."""
    return await call.services.catalog.get_chapters(GetChapters(asked.id))


async def get_lyrics(call: Call, asked: Of) -> Lyrics:
    """The lyrics of a track, in lines and words."""
    return await call.services.catalog.get_lyrics(GetLyrics(asked.id))


async def list_siblings(call: Call, asked: Of) -> TrackViews:
    """The same recording on other editions of its album."""
    found = await call.services.catalog.list_siblings(ListSiblings(asked.id))
    if (
        not found.items
        and not (await call.services.catalog.get_tracks(GetTracks((asked.id,)))).items
    ):
        raise NotFound("there is no such track")
    return TrackViews(await _tracks(call, found.items))


async def list_editions(call: Call, asked: Of) -> AlbumViews:
    """The editions of an album, oldest first."""
    found = await call.services.catalog.list_editions(ListEditions(asked.id))
    if not found.items:  # an album is an edition of itself
        raise NotFound("there is no such album")
    return AlbumViews(await _albums(call, found.items))


async def browse_folder(call: Call, asked: AskFolder) -> FolderViews:
    """A page of the folders and tracks in a folder of a library."""
    try:
        path = bytes.fromhex(asked.path)
    except ValueError:
        raise InvalidArgument("path must be as this list names it") from None
    page = await call.services.catalog.list_folder(
        ListFolder(asked.library, path, asked.limit, asked.cursor)
    )
    return FolderViews(
        folders=tuple(FolderView(folder.path.hex(), folder.name) for folder in page.folders),
        tracks=await _tracks(call, page.tracks),
        above=None if page.above is None else page.above.hex(),
        next=page.next,
    )


async def browse_labels(call: Call, asked: AskLabels) -> LabelPage:
    """A page of the record labels, by name."""
    return await call.services.catalog.list_labels(ListLabels(asked.limit, asked.cursor))


async def browse_tracks(call: Call, asked: AskTracks) -> TrackViews:
    """A page of tracks: by any of their columns, last added or played, at random."""
    request = ListTracks(
        sort=asked.sort, genre=asked.genre, library_id=asked.library,
        limit=asked.limit, cursor=asked.cursor, offset=asked.offset, reverse=asked.reverse,
    )  # fmt: skip
    page = await call.services.catalog.list_tracks(request)
    return TrackViews(await _tracks(call, page.items), page.next, page.total)


async def browse_albums(call: Call, asked: AskAlbums) -> AlbumViews:
    """A page of albums: of a label, by name or year, most or last played, at random."""
    request = ListAlbums(
        sort=asked.sort, label=asked.label, genre=asked.genre, library_id=asked.library,
        one_edition=asked.one_edition, limit=asked.limit, cursor=asked.cursor, offset=asked.offset,
    )  # fmt: skip
    page = await call.services.catalog.list_albums(request)
    return AlbumViews(await _albums(call, page.items), page.next, page.total)


async def browse_artists(call: Call, asked: AskArtists) -> ArtistViews:
    """A page of artists with albums: by name, most or last played."""
    request = ListArtists(
        sort=asked.sort, library_id=asked.library,
        limit=asked.limit, cursor=asked.cursor, offset=asked.offset,
    )  # fmt: skip
    page = await call.services.catalog.list_artists(request)
    pictures = await pictures_of(call, (artist.cover for artist in page.items))
    items = tuple(_artist(artist, shown(pictures, artist.cover)) for artist in page.items)
    return ArtistViews(items, page.next, page.total)


async def browse_letters(call: Call, asked: AskLetters) -> Letters:
    """Where each letter begins among albums or artists by name."""
    kind = EntryKind.ALBUM if asked.of == "albums" else EntryKind.ARTIST
    return await call.services.catalog.list_letters(
        ListLetters(kind, one_edition=asked.one_edition, genre=asked.genre, label=asked.label)
    )


async def _tracks(call: Call, tracks: Sequence[Track]) -> tuple[TrackView, ...]:
    pictures = await pictures_of(call, (track.cover for track in tracks))
    return tuple(_track(track, shown(pictures, track.cover)) for track in tracks)


async def _albums(call: Call, albums: Sequence[Album]) -> tuple[AlbumView, ...]:
    pictures = await pictures_of(call, (album.cover for album in albums))
    return tuple(_album(album, shown(pictures, album.cover)) for album in albums)


def _track(track: Track, images: tuple[Picture, ...]) -> TrackView:
    return TrackView(
        id=track.id, title=track.title, credits=_credits(track.credits),
        duration_ms=track.duration_ms, album_id=track.album.id if track.album else None,
        album=track.album.name if track.album else None, disc_number=track.disc_number,
        track_number=track.track_number, date=track.date, path=track.path, missing=track.missing,
        play_count=track.play_count, last_played_at=track.last_played_at, tags=track.tags,
        added_at=track.added_at, genres=track.genres, bpm=track.bpm, explicit=track.explicit,
        images=images,
    )  # fmt: skip


def _album(album: Album, images: tuple[Picture, ...]) -> AlbumView:
    return AlbumView(
        id=album.id, name=album.name, type=album.type.value, edition=album.edition,
        artists=_credits(album.credits), track_count=album.track_count, date=album.date,
        release_group_id=album.release_group_id, play_count=album.play_count,
        last_played_at=album.last_played_at, tags=album.tags,
        added_at=album.added_at, explicit=album.explicit, images=images,
    )  # fmt: skip


def _artist(artist: Artist, images: tuple[Picture, ...]) -> ArtistView:
    return ArtistView(
        id=artist.id, name=artist.name, album_count=artist.album_count,
        track_count=artist.track_count, play_count=artist.play_count,
        last_played_at=artist.last_played_at, images=images,
    )  # fmt: skip


def _credits(credits_: tuple[Credit, ...]) -> tuple[CreditView, ...]:
    return tuple(
        CreditView(credit.artist.id, credit.artist.name, credit.role, credit.instrument)
        for credit in credits_
    )


ROUTES = (
    Route("GET", "/tracks/{id}/chapters", get_chapters, Of, Chapters),
    Route("GET", "/tracks/{id}/lyrics", get_lyrics, Of, Lyrics),
    Route("GET", "/tracks/{id}/siblings", list_siblings, Of, TrackViews),
    Route("GET", "/albums/{id}/editions", list_editions, Of, AlbumViews),
    Route("GET", "/browse/folders", browse_folder, AskFolder, FolderViews),
    Route("GET", "/browse/labels", browse_labels, AskLabels, LabelPage),
    Route("GET", "/browse/letters", browse_letters, AskLetters, Letters),
    Route("GET", "/browse/tracks", browse_tracks, AskTracks, TrackViews),
    Route("GET", "/browse/albums", browse_albums, AskAlbums, AlbumViews),
    Route("GET", "/browse/artists", browse_artists, AskArtists, ArtistViews),
)
