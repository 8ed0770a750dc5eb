"""One request: who asks, with what, and the objects it is answered with.

Objects are filled in sets: the albums of a page of tracks in one call, the addresses of
all its pictures in another.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from philomel.gateway.webapi import objects
from philomel.gateway.webapi.objects import Frame, Object
from philomel.kernel.caller import Caller
from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import (
    Album,
    Albums,
    Artist,
    Artists,
    Catalog,
    Cover,
    GetAlbums,
    GetArtists,
    GetTracks,
    Track,
    Tracks,
)
from philomel.services.media.contract import Media, SignCovers
from philomel.services.playlists.contract import CountFollowers, ItemKind, Playlists
from philomel.services.plays.contract import Plays
from philomel.services.search.contract import SearchEngine

BATCH = 500


@dataclass(frozen=True)
class Services:
    """The contracts behind this door."""

    accounts: Accounts
    catalog: Catalog
    media: Media
    playlists: Playlists
    plays: Plays
    search: SearchEngine


@dataclass(frozen=True)
class Call:
    """Attributes:
    id: the one in the path, or "".
    query: the first value of each parameter.
    base: the server's address as the client sees it.
    path: of the request, without the query.
    now: milliseconds since the Unix epoch.
    """

    services: Services
    caller: Caller
    base: str
    path: str
    query: Mapping[str, str]
    now: int = 0
    id: str = ""
    body: bytes = b""

    def json(self) -> Mapping[str, object]:
        """The posted object; nothing posted is an empty one.

        Raises:
            InvalidArgument: it is no JSON object.
        """
        posted = self.posted()
        if not isinstance(posted, dict):
            raise InvalidArgument("Error parsing JSON.")
        return posted

    def posted(self) -> object:
        """What was posted; nothing posted is an empty object.

        Raises:
            InvalidArgument: it is no JSON.
        """
        if not self.body.strip():
            return {}
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            raise InvalidArgument("Error parsing JSON.") from None

    async def frame(self, covers: Iterable[Cover | None], albums: Iterable[Album] = ()) -> Frame:
        """What objects with these covers, on these albums, need."""
        known = {album.id: album for album in albums}
        pictures = {cover.id: cover for cover in covers if cover is not None}
        pictures |= {album.cover.id: album.cover for album in known.values() if album.cover}
        sizes = [(cover.id, size) for cover in pictures.values() for size in cover.sizes]
        paths: dict[tuple[str, int], str] = {}
        for start in range(0, len(sizes), BATCH):
            batch = sizes[start : start + BATCH]
            keys = tuple(f"covers/{id_[:2]}/{id_}-{size}.jpg" for id_, size in batch)
            signed = await self.services.media.sign_covers(SignCovers(keys))
            paths.update(zip(batch, (url.path for url in signed.items), strict=True))
        return Frame(self.base, paths, known)

    async def get_tracks(self, ids: Iterable[str]) -> Tracks:
        unique = tuple(dict.fromkeys(ids))
        if not unique:
            return Tracks(())
        return await self.services.catalog.get_tracks(GetTracks(unique))

    async def get_albums(self, ids: Iterable[str]) -> Albums:
        unique = tuple(dict.fromkeys(ids))
        if not unique:
            return Albums(())
        return await self.services.catalog.get_albums(GetAlbums(unique))

    async def get_artists(self, ids: Iterable[str]) -> Artists:
        unique = tuple(dict.fromkeys(ids))
        if not unique:
            return Artists(())
        return await self.services.catalog.get_artists(GetArtists(unique))

    async def track_objects(self, tracks: Sequence[Track]) -> dict[str, Object]:
        """Full track objects by id."""
        albums = await self.get_albums(track.album.id for track in tracks if track.album)
        frame = await self.frame((track.cover for track in tracks), albums.items)
        return {track.id: objects.track(frame, track) for track in tracks}

    async def album_objects(self, albums: Sequence[Album]) -> dict[str, Object]:
        """Simplified album objects by id."""
        frame = await self.frame(album.cover for album in albums)
        return {album.id: objects.simple_album(frame, album) for album in albums}

    async def artist_objects(self, artists: Sequence[Artist]) -> dict[str, Object]:
        frame, followers = await asyncio.gather(
            self.frame(artist.cover for artist in artists),
            self.followers(ItemKind.ARTIST, [artist.id for artist in artists]),
        )
        return {
            artist.id: objects.artist(frame, artist, followers.get(artist.id, 0))
            for artist in artists
        }

    async def followers(self, kind: ItemKind, ids: Sequence[str]) -> dict[str, int]:
        """How many listeners follow each of these, where anybody does."""
        if not ids:
            return {}
        request = CountFollowers(kind, tuple(ids))
        counts = await self.services.playlists.count_followers(request)
        return {each.id: each.count for each in counts.items}

    def page(
        self,
        items: Sequence[object],
        total: int,
        limit: int,
        offset: int,
        path: str | None = None,
        keep: Mapping[str, str] | None = None,
    ) -> Object:
        """A paging object.

        Args:
            items: of this page.
            total: of the whole list.
            limit: as asked.
            offset: as asked.
            path: of the list; that of the request if left out.
            keep: parameters that the addresses of other pages carry on.
        """
        query = self._kept() if keep is None else dict(keep)

        def address(start: int) -> str:
            pairs = {**query, "offset": str(start), "limit": str(limit)}
            return f"{self.base}{path or self.path}?{urlencode(pairs)}"

        return {
            "href": address(offset),
            "items": items,
            "limit": limit,
            "next": address(offset + limit) if offset + limit < total else None,
            "offset": offset,
            "previous": address(max(0, offset - limit)) if offset > 0 else None,
            "total": total,
        }

    def cursor_page(
        self, items: Sequence[object], limit: int, cursors: Object, next_: Mapping[str, str] | None
    ) -> Object:
        """A page of a list that goes by cursors; `next_` are the next page's parameters."""
        here = f"{self.base}{self.path}"
        kept = {name: self.query[name] for name in ("type",) if name in self.query}
        pairs = {**kept, **(next_ or {}), "limit": str(limit)}
        return {
            "href": f"{here}?{urlencode({**self._kept(), 'limit': str(limit)})}",
            "items": items,
            "limit": limit,
            "next": f"{here}?{urlencode(pairs)}" if next_ else None,
            "cursors": cursors,
        }

    def _kept(self) -> dict[str, str]:
        names = ("q", "type", "market", "include_groups", "time_range", "before", "after")
        return {name: self.query[name] for name in names if name in self.query}


def in_order(
    asked: Iterable[str], found: Mapping[str, Object], reply: Tracks | Albums | Artists
) -> list[Object | None]:
    """The objects in the order asked; null for what is unknown, and merged ids answered."""
    aliases = {alias.old: alias.new for alias in reply.aliases}
    return [linked(found.get(aliases.get(id_, id_)), id_) for id_ in asked]


def linked(found: Object | None, asked: str) -> Object | None:
    """A track that answers to another id than its own says which one was asked for."""
    if found is None or found["id"] == asked or found["type"] != "track":
        return found
    return {**found, "linked_from": objects.linked_from(found, asked)}
