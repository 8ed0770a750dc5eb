"""One call of a player: who, with what, and everything that a handler may ask.

Items are filled in sets: one call for the marks and one for the play counts of a whole
page, never one for each item.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from philomel.gateway.public import Public
from philomel.gateway.subsonic import items
from philomel.gateway.subsonic.answer import Form
from philomel.gateway.subsonic.errors import not_found
from philomel.gateway.subsonic.items import Item
from philomel.gateway.subsonic.parameters import Parameters
from philomel.gateway.subsonic.shelves import Shelves
from philomel.kernel.caller import Caller
from philomel.kernel.clock import Clock
from philomel.kernel.ids import decode
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import (
    Album,
    Artist,
    Catalog,
    GetAlbums,
    GetArtists,
    GetTracks,
    Library,
    ListLibraries,
    Track,
)
from philomel.services.enrichment.contract import Enrichment
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import GetMarks, ItemKind, Mark, Playlists
from philomel.services.plays.contract import GetPlayCounts, PlayCount, PlayedKind, Plays
from philomel.services.search.contract import SearchEngine

BATCH = 500
_XML = Form()


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
        for batch in batches(ids):
            page = await self.services.playlists.get_marks(GetMarks(kind, batch))
            found.update({mark.id: mark for mark in page.items})
        return found

    async def play_counts(self, kind: PlayedKind, ids: Sequence[str]) -> dict[str, PlayCount]:
        found: dict[str, PlayCount] = {}
        for batch in batches(ids):
            page = await self.services.plays.get_play_counts(GetPlayCounts(kind, batch))
            found.update({count.id: count for count in page.items})
        return found

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


def batches(ids: Iterable[str]) -> Iterable[tuple[str, ...]]:
    """The ids, each once, in the portions that contracts take."""
    unique = tuple(dict.fromkeys(ids))
    return (unique[start : start + BATCH] for start in range(0, len(unique), BATCH))
