"""Entries by id and in lists."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.paging import MAX_PAGE, check_limit
from philomel.services.catalog import contract as it
from philomel.services.catalog.service.browsing import Browsing
from philomel.services.catalog.store import listing, loading
from philomel.services.catalog.store.listing.ranks import Ranks
from philomel.services.catalog.store.listing.versions import version_of

T = TypeVar("T")
_R = TypeVar("_R", it.ListTracks, it.ListAlbums, it.ListArtists)
Find = Callable[[Connection, _R, Sequence[str], Ranks], listing.Page]

MANY = 50
"""More ids than these are looked up in a thread: five hundred tracks take 10 ms and more."""
LONG_LIST = 20_000
"""A list this long is counted in a thread, so that others need not wait."""


class Listing(Browsing):
    """Part of `Catalog`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._longest = 0
        self._ranks = Ranks(clock)

    async def get_tracks(self, request: it.GetTracks, /) -> it.Tracks:
        found = await self._get(request.ids, loading.load_tracks)
        return it.Tracks(*found)

    async def get_albums(self, request: it.GetAlbums, /) -> it.Albums:
        found = await self._get(request.ids, loading.load_albums)
        return it.Albums(*found)

    async def get_artists(self, request: it.GetArtists, /) -> it.Artists:
        found = await self._get(request.ids, loading.load_artists)
        return it.Artists(*found)

    async def list_tracks(self, request: it.ListTracks, /) -> it.TrackPage:
        page, items = await self._list(request, listing.list_tracks, loading.load_tracks)
        return it.TrackPage(items=items, total=page.total, next=page.next)

    async def list_albums(self, request: it.ListAlbums, /) -> it.AlbumPage:
        page, items = await self._list(request, listing.list_albums, loading.load_albums)
        return it.AlbumPage(items=items, total=page.total, next=page.next)

    async def list_artists(self, request: it.ListArtists, /) -> it.ArtistPage:
        page, items = await self._list(request, listing.list_artists, loading.load_artists)
        return it.ArtistPage(items=items, total=page.total, next=page.next)

    async def list_track_ids(self, request: it.ListTracks, /) -> it.ListedIds:
        return await self._list_ids(request, listing.list_tracks)

    async def list_album_ids(self, request: it.ListAlbums, /) -> it.ListedIds:
        return await self._list_ids(request, listing.list_albums)

    async def list_letters(self, request: it.ListLetters, /) -> it.Letters:
        if request.kind not in (it.EntryKind.ALBUM, it.EntryKind.ARTIST):
            raise InvalidArgument("letters are of albums or of artists")
        return await self._look(
            lambda c, seen: listing.list_letters(c, request, seen, self._ranks), long=True
        )

    async def get_version(self, _request: it.GetVersion, /) -> it.Version:
        return it.Version(await self._look(version_of))

    async def _get(
        self, asked: tuple[str, ...], load: loading.Load[T]
    ) -> tuple[tuple[T, ...], tuple[it.Alias, ...], str]:
        ids = checked(asked)
        return await self._look(
            lambda c, seen: (*loading.asked(c, ids, seen, load), version_of(c, seen)),
            long=len(ids) > MANY,
        )

    async def _list(
        self, request: _R, find: Find[_R], load: loading.Load[T]
    ) -> tuple[listing.Page, tuple[T, ...]]:
        def look(connection: Connection, seen: Sequence[str]) -> tuple[listing.Page, tuple[T, ...]]:
            page = find(connection, request, seen, self._ranks)
            found = load(connection, page.ids, seen)
            return page, tuple(found[id_] for id_ in page.ids if id_ in found)

        return await self._page(request, look, most=100)

    async def _list_ids(self, request: _R, find: Find[_R]) -> it.ListedIds:
        def look(connection: Connection, seen: Sequence[str]) -> tuple[listing.Page, str]:
            return find(connection, request, seen, self._ranks), version_of(connection, seen)

        page, version = await self._page(request, look, most=MAX_PAGE)
        return it.ListedIds(tuple(page.ids), page.total, version, page.next)

    async def _page(
        self,
        request: _R,
        look: Callable[[Connection, Sequence[str]], tuple[listing.Page, T]],
        *,
        most: int,
    ) -> tuple[listing.Page, T]:
        """A page of a list; one of more than `most` entries is read in a thread."""
        check_limit(request.limit)
        if request.offset < 0:
            raise InvalidArgument("offset must not be negative")
        long = self._longest > LONG_LIST or request.offset > LONG_LIST or request.limit > most
        found = await self._look(look, long=long)
        self._longest = max(self._longest, found[0].total)
        return found


def checked(ids: tuple[str, ...]) -> tuple[str, ...]:
    """`ids`, if they are no more than a page.

    Raises:
        InvalidArgument: they are.
    """
    if len(ids) > MAX_PAGE:
        raise InvalidArgument(f"at most {MAX_PAGE} ids at a time")
    return ids
