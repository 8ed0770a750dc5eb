"""Ways through the catalogue that need nothing but a look at it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.caller import current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.paging import MAX_PAGE, check_limit
from philomel.services.catalog import contract as it
from philomel.services.catalog.store import loading
from philomel.services.catalog.store.browsing import editions, labels
from philomel.services.catalog.store.listing import names, together
from philomel.services.catalog.store.visible import visible_libraries

T = TypeVar("T")
Look = Callable[[Connection, Sequence[str]], T]

FEW = 4
"""The tracks of more albums than these are read in a thread."""
MANY_COVERS = 100
MOST_EDITIONS = 100
MOST_TOGETHER = 50
MOST_NAMES = 3_000
MOST_KNOWN = 50


class Browsing:
    """Part of `Catalog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_album_tracks(self, request: it.ListAlbumTracks, /) -> it.AlbumTracks:
        check_limit(request.limit, MOST_TOGETHER)
        if len(request.album_ids) > MOST_TOGETHER:
            raise InvalidArgument(f"at most {MOST_TOGETHER} albums at a time")
        return await self._look(
            lambda c, seen: together.tracks_of_albums(c, request, seen),
            long=len(request.album_ids) > FEW,
        )

    async def list_artist_names(self, request: it.ListArtistNames, /) -> it.ArtistNames:
        check_limit(request.limit, MOST_NAMES)
        if len(request.known) > MOST_KNOWN:
            raise InvalidArgument(f"at most {MOST_KNOWN} versions at a time")
        return await self._look(
            lambda c, seen: names.list_artist_names(c, request, seen), long=True
        )

    async def get_track_covers(self, request: it.GetTrackCovers, /) -> it.TrackCovers:
        if len(request.ids) > MAX_PAGE:
            raise InvalidArgument(f"at most {MAX_PAGE} ids at a time")
        items = await self._look(
            lambda c, seen: loading.covers_of_tracks(c, request.ids, seen),
            long=len(request.ids) > MANY_COVERS,
        )
        return it.TrackCovers(items)

    async def list_labels(self, request: it.ListLabels, /) -> it.LabelPage:
        check_limit(request.limit)
        return await self._look(lambda c, seen: labels.list_labels(c, request, seen), long=True)

    async def list_editions(self, request: it.ListEditions, /) -> it.Editions:
        check_limit(request.limit, MOST_EDITIONS)
        items = await self._look(lambda c, seen: editions.list_editions(c, request, seen))
        return it.Editions(items=items)

    async def list_siblings(self, request: it.ListSiblings, /) -> it.Siblings:
        check_limit(request.limit, MOST_EDITIONS)
        items = await self._look(lambda c, seen: editions.list_siblings(c, request, seen))
        return it.Siblings(items=items)

    async def _look(self, look: Look[T], *, long: bool = False) -> T:
        """Read with the caller's libraries, found in the same transaction."""
        caller = current().caller
        caller.require_known()
        return await self._database.read(lambda c: look(c, visible_libraries(c, caller)), long=long)
