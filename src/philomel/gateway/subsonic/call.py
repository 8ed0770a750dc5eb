"""One call of a player: who, with what, and everything that a handler may ask.

Items are filled in sets: one call for the marks and one for the play counts of a whole
page, never one for each item.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from philomel.gateway.public import Public
from philomel.gateway.subsonic import items
from philomel.gateway.subsonic.answer import Form, Prepared
from philomel.gateway.subsonic.errors import not_found
from philomel.gateway.subsonic.items import Item
from philomel.gateway.subsonic.parameters import Parameters
from philomel.gateway.subsonic.shelves import Shelves
from philomel.gateway.subsonic.texts import NOTHING, Kind, Text, Texts, listed, written
from philomel.kernel.caller import Caller
from philomel.kernel.clock import Clock
from philomel.kernel.ids import decode
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import (
    Album,
    Albums,
    Artist,
    Artists,
    Catalog,
    GetAlbums,
    GetArtists,
    GetTracks,
    GetVersion,
    Library,
    ListLibraries,
    Track,
    Tracks,
)
from philomel.services.enrichment.contract import Enrichment
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import GetMarks, ItemKind, Mark, Playlists
from philomel.services.plays.contract import GetPlayCounts, PlayCount, PlayedKind, Plays
from philomel.services.search.contract import SearchEngine

BATCH = 500
LOOKED_UP = 10_000
"""Ids that are looked up at once among what the caller did."""
FEW, MANY = 50, 1_000
"""More entries than these are written, or put together, in a thread."""
_XML = Form()
_KINDS: Mapping[Kind, tuple[ItemKind, PlayedKind | None]] = {
    Kind.SONG: (ItemKind.TRACK, PlayedKind.TRACK),
    Kind.ALBUM: (ItemKind.ALBUM, PlayedKind.ALBUM),
    Kind.ALBUM_FOLDER: (ItemKind.ALBUM, PlayedKind.ALBUM),
    Kind.ARTIST: (ItemKind.ARTIST, None),
    Kind.ARTIST_FOLDER: (ItemKind.ARTIST, None),
}


@dataclass(frozen=True)
class Services:
    """The contracts behind this door."""

    accounts: Accounts
    catalog: Catalog
    media: Media
    playlists: Playlists
    plays: Plays
    search: SearchEngine
    enrichment: Enrichment
    clock: Clock
    public: Public
    shelves: Shelves
    texts: Texts


@dataclass(frozen=True)
class Signed:
    """Bytes that are sent in place: what is behind this signed address."""

    path: str


@dataclass(frozen=True)
class Redirect:
    """What has addresses of its own in it, such as a playlist of parts, is fetched there."""

    path: str


@dataclass(frozen=True)
class Picture:
    """A PNG made here."""

    body: bytes


Given = Signed | Redirect | Picture


@dataclass(frozen=True)
class Call:
    """Attributes:
    user_name: as the account has it, whatever the player wrote.
    base: the server's address as the player sees it, without a slash at the end.
    address: of the player in the network.
    posted: what was posted besides a form.
    form: how the answer will be written.
    """

    parameters: Parameters
    caller: Caller
    user_name: str
    services: Services
    base: str = ""
    address: str = ""
    posted: bytes = b""
    form: Form = _XML

    async def tracks(self, ids: Iterable[str]) -> list[Track]:
        """Those that the caller may see, in the order asked."""
        found: list[Track] = []
        for batch in batches(ids):
            found += (await self.services.catalog.get_tracks(GetTracks(batch))).items
        return found

    async def albums(self, ids: Iterable[str]) -> list[Album]:
        found: list[Album] = []
        for batch in batches(ids):
            found += (await self.services.catalog.get_albums(GetAlbums(batch))).items
        return found

    async def artists(self, ids: Iterable[str]) -> list[Artist]:
        found: list[Artist] = []
        for batch in batches(ids):
            found += (await self.services.catalog.get_artists(GetArtists(batch))).items
        return found

    async def track(self, id_: str) -> Track:
        """Raises: Failure: there is none that the caller may see."""
        for track in await self.tracks([id_]):
            return track
        raise not_found("the song")

    async def album(self, id_: str) -> Album:
        for album in await self.albums([id_]):
            return album
        raise not_found("the album")

    async def artist(self, id_: str) -> Artist:
        for artist in await self.artists([id_]):
            return artist
        raise not_found("the artist")

    async def songs(self, tracks: Sequence[Track]) -> list[Item]:
        ids = [track.id for track in tracks]
        marks, plays = await asyncio.gather(
            self.marks(ItemKind.TRACK, ids), self.play_counts(PlayedKind.TRACK, ids)
        )
        return [items.song(track, marks.get(track.id), plays.get(track.id)) for track in tracks]

    async def album_items(self, albums: Sequence[Album], *, folders: bool = False) -> list[Item]:
        ids = [album.id for album in albums]
        marks, plays = await asyncio.gather(
            self.marks(ItemKind.ALBUM, ids), self.play_counts(PlayedKind.ALBUM, ids)
        )
        build = items.album_directory if folders else items.album_id3
        return [build(album, marks.get(album.id), plays.get(album.id)) for album in albums]

    async def artist_items(self, artists: Sequence[Artist], *, folders: bool = False) -> list[Item]:
        marks = await self.marks(ItemKind.ARTIST, [artist.id for artist in artists])
        build = items.artist_entry if folders else items.artist_id3
        return [build(artist, marks.get(artist.id)) for artist in artists]

    async def marks(self, kind: ItemKind, ids: Sequence[str]) -> dict[str, Mark]:
        found: dict[str, Mark] = {}
        for batch in batches(ids, LOOKED_UP):
            page = await self.services.playlists.get_marks(GetMarks(kind, batch))
            found.update({mark.id: mark for mark in page.items})
        return found

    async def play_counts(self, kind: PlayedKind, ids: Sequence[str]) -> dict[str, PlayCount]:
        found: dict[str, PlayCount] = {}
        for batch in batches(ids, LOOKED_UP):
            page = await self.services.plays.get_play_counts(GetPlayCounts(kind, batch))
            found.update({count.id: count for count in page.items})
        return found

    async def listed(
        self, kind: Kind, name: str, ids: Sequence[str], version: str | None = None
    ) -> Prepared:
        """A list of what has these ids, of what the caller sees.

        Args:
            name: of its elements.
            version: of the catalogue, if it was told with the ids.
        """
        texts = await self.texts(kind, ids, version)
        seen = [(id_, text) for id_ in ids if (text := texts[id_]).body]
        return await self.listed_texts(kind, name, seen)

    async def listed_texts(
        self, kind: Kind, name: str, texts: Sequence[tuple[str, Text]]
    ) -> Prepared:
        ids = [id_ for id_, _ in texts]
        item, played = _KINDS[kind]
        if played is None:
            marks, plays = await self.marks(item, ids), dict[str, PlayCount]()
        else:
            marks, plays = await asyncio.gather(
                self.marks(item, ids), self.play_counts(played, ids)
            )
        if len(texts) > MANY:
            return await asyncio.to_thread(listed, kind, self.form, name, texts, marks, plays)
        return listed(kind, self.form, name, texts, marks, plays)

    async def texts(
        self, kind: Kind, ids: Iterable[str], version: str | None = None
    ) -> dict[str, Text]:
        """By the ids asked for; `NOTHING` for what the caller does not see."""
        wanted = tuple(dict.fromkeys(ids))
        if not wanted:
            return {}
        if version is None:
            version = (await self.services.catalog.get_version(GetVersion())).version
        xml = self.form.name == "xml"
        found = self.services.texts.known((version, kind, xml), wanted)
        for batch in batches(id_ for id_ in wanted if id_ not in found):
            page = await self._load(kind, batch)
            if len(batch) > FEW:
                made = await asyncio.to_thread(written, kind, self.form, page.items)
            else:
                made = written(kind, self.form, page.items)
            made |= {alias.old: made[alias.new] for alias in page.aliases if alias.new in made}
            made |= dict.fromkeys((id_ for id_ in batch if id_ not in made), NOTHING)
            self.services.texts.keep((page.version, kind, xml), made)
            found |= made
        return found

    async def _load(self, kind: Kind, ids: tuple[str, ...]) -> Tracks | Albums | Artists:
        match _KINDS[kind][0]:
            case ItemKind.TRACK:
                return await self.services.catalog.get_tracks(GetTracks(ids))
            case ItemKind.ALBUM:
                return await self.services.catalog.get_albums(GetAlbums(ids))
            case _:
                return await self.services.catalog.get_artists(GetArtists(ids))

    async def libraries(self) -> Sequence[Library]:
        return (await self.services.catalog.list_libraries(ListLibraries(counts=False))).items

    async def library_id(self) -> str | None:
        """The library the player narrows its question to.

        Raises:
            Failure: there is no such library for the caller.
        """
        if not self.parameters.get("musicFolderId"):
            return None
        number = self.parameters.whole("musicFolderId", 0)
        for library in await self.libraries():
            if folder_number(library.id) == number:
                return library.id
        raise not_found("the music folder")


def folder_number(library_id: str) -> int:
    """The number that stands for a library: Subsonic's music folders have numbers."""
    return decode(library_id) % 2_147_483_629 + 1


def batches(ids: Iterable[str], most: int = BATCH) -> Iterable[tuple[str, ...]]:
    """The ids, each once, in the portions that contracts take."""
    unique = tuple(dict.fromkeys(ids))
    return (unique[start : start + most] for start in range(0, len(unique), most))
