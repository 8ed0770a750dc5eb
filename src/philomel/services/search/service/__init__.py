"""Search over the index, through the caller's eyes, and what keeps the index current."""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from itertools import islice

from philomel.engines.index import Index
from philomel.kernel.caller import SERVICE, acting, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument, Unavailable
from philomel.services.catalog.contract import (
    Catalog,
    EntryKind,
    GetSearchEntries,
    ListIds,
    ListLibraries,
    ListSearchEntries,
)
from philomel.services.playlists.contract import GetPlaylists, ListEveryPlaylist, Playlists
from philomel.services.search.contract import (
    Awaited,
    AwaitScan,
    Found,
    Hits,
    Rebuild,
    Rebuilt,
    Search,
)
from philomel.services.search.rules import Asked, as_text, read
from philomel.services.search.service.asking import (
    PLAYLIST,
    Seen,
    document_of,
    document_of_playlist,
    playlists_query,
    query_of,
)

MAX_BATCH = 500
_ENTRIES = 200
"""Fewer than may be asked for: an artist's entry can be long."""
_MAX_TEXT = 500
_MAX_WAIT_MS = 60_000
_VISIBLE_MS = 2_000
_MAX_VISIBLE = 1_000
_SCANS_KEPT = 1_000
_KINDS = (EntryKind.ARTIST, EntryKind.ALBUM, EntryKind.TRACK)
KINDS = (*(kind.value for kind in _KINDS), PLAYLIST)
"""Of documents in the index."""


class SearchService:
    """Implements the contract; `jobs` feeds it what happens in the catalogue."""

    def __init__(self, index: Index, catalog: Catalog, playlists: Playlists, clock: Clock) -> None:
        self._index = index
        self._catalog = catalog
        self._playlists = playlists
        self._clock = clock
        self._visible: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._writing = asyncio.Lock()
        self._cut_off = False
        self._scans: dict[str, asyncio.Event] = {}

    async def search(self, request: Search, /) -> Found:
        current().caller.require_known()
        _check(request)
        asked = read(request.text) if request.with_fields else as_text(request.text)
        if asked.text.strip() or asked.groups:
            return await self._find(request, asked)
        (artists, albums, tracks), playlists = await asyncio.gather(
            asyncio.gather(*(self._list(request, kind) for kind in _KINDS)),
            self._find_playlists(request, asked),
        )
        return Found(artists=artists, albums=albums, tracks=tracks, playlists=playlists)

    async def rebuild(self, _request: Rebuild, /) -> Rebuilt:
        current().caller.require_admin()
        async with self._writing:
            try:
                await self._index.clear()
                with acting(SERVICE, timeout=None):
                    for kind in EntryKind:
                        await self._put_all(kind)
                    await self._put_playlists()
                # One flush at the end: one that is cut off leaves the old index as it was.
                await self._index.flush()
            except BaseException:
                self._cut_off = True
                with contextlib.suppress(Unavailable):
                    await self._index.revert()
                raise
            self._cut_off = False
        return Rebuilt(documents=await self._index.count())

    async def await_scan(self, request: AwaitScan, /) -> Awaited:
        current().caller.require_service()
        if not 0 <= request.timeout_ms <= _MAX_WAIT_MS:
            raise InvalidArgument(f"timeout_ms must be between 0 and {_MAX_WAIT_MS}")
        ready = self._scan(request.scan_id)
        try:
            async with asyncio.timeout(request.timeout_ms / 1000):
                await ready.wait()
        except TimeoutError:
            return Awaited(ready=False)
        return Awaited(ready=True)

    async def rebuild_if_lost(self) -> None:
        """Make the index anew if it is empty although the catalogue is not."""
        if await self._index.count() > 0:
            return
        with acting(SERVICE):
            for kind in EntryKind:
                page = await self._catalog.list_search_entries(ListSearchEntries(kind, limit=1))
                if page.items:
                    await self.rebuild(Rebuild())
                    return

    async def refresh(
        self, ids: Iterable[str], gone: Iterable[str] = (), totals: Mapping[str, int] | None = None
    ) -> None:
        """Bring these entries up to date; seen after `flush`.

        Args:
            ids: of any kind; those the catalogue no longer knows are removed.
            gone: ids that are merged into others.
            totals: plays of tracks, where they may be newer than the catalogue's.
        """
        wanted = iter(dict.fromkeys(ids))
        async with self._writing:
            while batch := tuple(islice(wanted, _ENTRIES)):
                with acting(SERVICE):
                    entries = await self._catalog.get_search_entries(GetSearchEntries(batch))
                await self._index.put([document_of(entry, totals or {}) for entry in entries.items])
                known = {entry.id for entry in entries.items}
                await self._index.remove([id_ for id_ in batch if id_ not in known])
            await self._index.remove(list(gone))

    async def refresh_playlists(self, ids: Iterable[str]) -> None:
        """Bring these playlists up to date; seen after `flush`. Those that went are removed."""
        wanted = iter(dict.fromkeys(ids))
        async with self._writing:
            while batch := tuple(islice(wanted, MAX_BATCH)):
                with acting(SERVICE):
                    found = await self._playlists.get_playlists(GetPlaylists(batch))
                await self._index.put([document_of_playlist(each) for each in found.items])
                known = {each.id for each in found.items}
                await self._index.remove([id_ for id_ in batch if id_ not in known])

    async def flush(self) -> None:
        """Let what was refreshed be found.

        Raises:
            Unavailable: it was not kept; refresh it again.
        """
        async with self._writing:
            if self._cut_off:
                self._cut_off = False
                raise Unavailable("a rebuild was cut off and took along what was not flushed")
            await self._index.flush()

    def scan_finished(self, scan_id: str) -> None:
        """Everything that scan found is flushed."""
        self._scan(scan_id).set()

    def libraries_changed(self) -> None:
        self._visible.clear()

    def _scan(self, scan_id: str) -> asyncio.Event:
        event = self._scans.setdefault(scan_id, asyncio.Event())
        while len(self._scans) > _SCANS_KEPT:
            self._scans.pop(next(iter(self._scans)))
        return event

    async def _list(self, request: Search, kind: EntryKind) -> Hits:
        """All there is: the catalogue reads any page of that as fast as the first."""
        limit, offset = _page(request, kind)
        if limit == 0:
            return Hits()
        listed = ListIds(kind, request.library_id, limit=limit, offset=offset)
        page = await self._catalog.list_ids(listed)
        return Hits(page.ids, page.total)

    async def _find(self, request: Search, asked: Asked) -> Found:
        """What matches, of each kind; kinds that are not wanted are not looked for."""
        libraries = await self._visible_libraries()
        if request.library_id is not None:
            libraries = tuple(id_ for id_ in libraries if id_ == request.library_id)
        now, caller = self._clock.now(), current().caller
        seen = Seen(libraries, explicit=caller.explicit_allowed)
        queries = {
            kind.value: query_of(asked, kind, seen, page, now)
            for kind in _KINDS
            for page in (_page(request, kind),)
            if page[0] > 0
        }
        if request.playlists > 0 and request.library_id is None:
            page = (request.playlists, request.playlist_offset)
            queries[PLAYLIST] = playlists_query(asked, caller, page)
        found = dict(zip(queries, await self._index.search(*queries.values()), strict=True))
        artists, albums, tracks, playlists = (
            Hits(found[kind].ids, found[kind].total) if kind in found else Hits() for kind in KINDS
        )
        return Found(artists=artists, albums=albums, tracks=tracks, playlists=playlists)

    async def _find_playlists(self, request: Search, asked: Asked) -> Hits:
        """All that the caller may see, those with most followers first."""
        if request.playlists <= 0 or request.library_id is not None:
            return Hits()
        page = (request.playlists, request.playlist_offset)
        (found,) = await self._index.search(playlists_query(asked, current().caller, page))
        return Hits(found.ids, found.total)

    async def _visible_libraries(self) -> tuple[str, ...]:
        caller = current().caller
        key = f"{caller.kind}:{caller.user_id}:{caller.admin}"
        now = self._clock.now()
        known = self._visible.get(key)
        if known is not None and known[0] > now:
            return known[1]
        libraries = await self._catalog.list_libraries(ListLibraries(counts=False))
        ids = tuple(library.id for library in libraries.items)
        if len(self._visible) >= _MAX_VISIBLE:
            self._visible.clear()
        self._visible[key] = (now + _VISIBLE_MS, ids)
        return ids

    async def _put_playlists(self) -> None:
        after: str | None = None
        while True:
            page = await self._playlists.list_every_playlist(ListEveryPlaylist(MAX_BATCH, after))
            await self._index.put([document_of_playlist(each) for each in page.items], new=True)
            after = page.next
            if after is None:
                return

    async def _put_all(self, kind: EntryKind) -> None:
        cursor: str | None = None
        while True:
            request = ListSearchEntries(kind, limit=_ENTRIES, cursor=cursor)
            page = await self._catalog.list_search_entries(request)
            await self._index.put([document_of(entry, {}) for entry in page.items], new=True)
            cursor = page.next
            if cursor is None:
                return


def _page(request: Search, kind: EntryKind) -> tuple[int, int]:
    match kind:
        case EntryKind.ARTIST:
            return request.artists, request.artist_offset
        case EntryKind.ALBUM:
            return request.albums, request.album_offset
        case EntryKind.TRACK:
            return request.tracks, request.track_offset


def _check(request: Search) -> None:
    if len(request.text) > _MAX_TEXT:
        raise InvalidArgument(f"a search has at most {_MAX_TEXT} characters")
    pages = [_page(request, kind) for kind in EntryKind]
    for limit, offset in (*pages, (request.playlists, request.playlist_offset)):
        if not 0 <= limit <= MAX_BATCH:
            raise InvalidArgument(f"limit must be between 0 and {MAX_BATCH}")
        if offset < 0:
            raise InvalidArgument("offset must not be negative")
