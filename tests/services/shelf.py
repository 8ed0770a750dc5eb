"""A small catalogue in memory: what each listener may see, and which ids were merged."""

from collections.abc import Sequence
from typing import Any, cast

from philomel.kernel.caller import current
from philomel.services.catalog.contract import (
    Album,
    Albums,
    AlbumType,
    Alias,
    Artist,
    Artists,
    Catalog,
    Credit,
    CreditRole,
    GetAlbums,
    GetArtists,
    GetTracks,
    Named,
    Track,
    Tracks,
)


class Shelf:
    """Answers by id for who may see it. `hidden` holds (user id, id)."""

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}
        self.albums: dict[str, Album] = {}
        self.artists: dict[str, Artist] = {}
        self.aliases: dict[str, str] = {}
        self.hidden: set[tuple[str | None, str]] = set()

    def as_catalog(self) -> Catalog:
        return cast("Catalog", self)

    def add_track(self, id_: str, album: str | None = None, artists: Sequence[str] = ()) -> str:
        credits_ = [Credit(Named(artist, "Somebody"), CreditRole.ARTIST) for artist in artists]
        credits_.append(Credit(Named("c".rjust(22, "0"), "Composer"), CreditRole.COMPOSER))
        named = None if album is None else Named(album, "Album")
        self.tracks[id_] = Track(id_, "Title", tuple(credits_), 180_000, 1, album=named)
        return id_

    def add_album(self, id_: str) -> str:
        self.albums[id_] = Album(id_, "Album", AlbumType.ALBUM, (), 1, 1, 1)
        return id_

    def add_artist(self, id_: str) -> str:
        self.artists[id_] = Artist(id_, "Artist", "Artist", 1, 1, 1)
        return id_

    async def get_tracks(self, request: GetTracks, /) -> Tracks:
        items, aliases = self._find(self.tracks, request.ids)
        return Tracks(items, aliases)

    async def get_albums(self, request: GetAlbums, /) -> Albums:
        items, aliases = self._find(self.albums, request.ids)
        return Albums(items, aliases)

    async def get_artists(self, request: GetArtists, /) -> Artists:
        items, aliases = self._find(self.artists, request.ids)
        return Artists(items, aliases)

    def _find(self, shelf: dict[str, Any], ids: Sequence[str]) -> tuple[Any, tuple[Alias, ...]]:
        found: dict[str, Any] = {}
        aliases = []
        for asked in ids:
            id_ = self.aliases.get(asked, asked)
            if id_ in shelf and (current().caller.user_id, id_) not in self.hidden:
                found[id_] = shelf[id_]
                if id_ != asked:
                    aliases.append(Alias(asked, id_))
        return tuple(found.values()), tuple(aliases)
