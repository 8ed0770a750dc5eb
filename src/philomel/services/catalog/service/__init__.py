"""The catalogue's contract: every answer is made for the caller's libraries."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from msgspec import structs
from sqlalchemy import Connection

from philomel.engines.blobs import Folders
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument, NotFound
from philomel.kernel.ids import new_id
from philomel.kernel.paging import check_limit
from philomel.services.catalog import contract as it
from philomel.services.catalog.rules.known import check_known, check_selection
from philomel.services.catalog.service.keeping import Keeper
from philomel.services.catalog.service.libraries import Libraries
from philomel.services.catalog.service.listing import LONG_LIST, MANY, Listing, checked
from philomel.services.catalog.service.merging import Merging
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.service.writing import Mending, Pens, Uploads, Writing
from philomel.services.catalog.store import entries, listing, pictures, scanning
from philomel.services.catalog.store.announcing import acted, announce
from philomel.services.catalog.store.browsing import folders, texts
from philomel.services.catalog.store.choosing import conditions, matching, naming
from philomel.services.catalog.store.listing.milestones import Milestones
from philomel.services.media.contract import GetAnalysisState, Media

WATCH_SECONDS = 0.1
FOLLOW_SECONDS = 0.5
ANALYSIS_SECONDS = 0.5
_PICTURED = (it.EntryKind.ALBUM, it.EntryKind.ARTIST)
_ENDED = (it.ScanPhase.DONE, it.ScanPhase.CANCELLED, it.ScanPhase.FAILED)


class CatalogService(Listing, Writing):
    """Implements `Catalog`."""

    def __init__(
        self,
        database: Database,
        media: Media,
        folders: Folders,
        keeper: Keeper,
        clock: Clock,
        signals: Signals,
        pens: Pens,
    ) -> None:
        super().__init__(database, clock)
        self._media = media
        self._keeper = keeper
        self._clock = clock
        self._signals = signals
        self._libraries = Libraries(database, media, folders, clock, signals)
        self._merging = Merging(database, clock, signals)
        self._uploads = Uploads(
            database=database, folders=folders, libraries=self._libraries, reader=pens.reader,
            imager=pens.imager, clock=clock, signals=signals, largest=pens.largest,
        )  # fmt: skip
        self._mending = Mending(
            database=database, folders=folders, blobs=pens.blobs, reader=pens.reader,
            writer=pens.writer, imager=pens.imager, clock=clock, signals=signals,
        )  # fmt: skip

    @property
    def milestones(self) -> Milestones:
        """What makes far pages quick, for the job that makes them."""
        return self._ranks.milestones

    @property
    def mending(self) -> Mending:
        """What the job asks that settles what a dead process began."""
        return self._mending

    async def send_roots(self) -> None:
        """Tell media where the libraries are."""
        await self._libraries.send_roots()

    async def resend_roots(self) -> None:
        """Tell media where the libraries are, if it was away when it was told."""
        await self._libraries.resend_roots()

    async def forget_person(self, user_id: str) -> None:
        """An account was removed."""
        await self._libraries.forget_person(user_id)

    async def admit_person(self, user_id: str, libraries: Sequence[str]) -> None:
        """An account was made by an invitation to these libraries."""
        await self._libraries.admit_person(user_id, libraries)

    async def list_genres(self, request: it.ListGenres, /) -> it.Genres:
        def look(connection: Connection, seen: Sequence[str]) -> tuple[it.Genre, ...]:
            return self._ranks.remember(
                ("genres", *sorted(seen)),
                lambda: entries.list_genres(connection, seen, self._ranks.milestones),
                lambda genres: sum(genre.track_count for genre in genres),
            )

        return it.Genres(items=await self._look(look, long=True))

    async def get_lyrics(self, request: it.GetLyrics, /) -> it.Lyrics:
        found = await self._look(lambda c, seen: texts.get_lyrics(c, request.track_id, seen))
        if found is None:
            raise it.TrackNotFound("there are no lyrics of that track")
        return found

    async def get_chapters(self, request: it.GetChapters, /) -> it.Chapters:
        found = await self._look(lambda c, seen: texts.get_chapters(c, request.track_id, seen))
        if found is None:
            raise it.TrackNotFound("there is no such track")
        return found

    async def list_folder(self, request: it.ListFolder, /) -> it.FolderPage:
        check_limit(request.limit)
        found = await self._look(
            lambda c, seen: folders.list_folder(c, request, seen), long=request.limit > MANY
        )
        if found is None:
            raise it.LibraryNotFound("there is no such library")
        return found

    async def get_counts(self, request: it.GetCounts, /) -> it.Counts:
        def look(connection: Connection, seen: Sequence[str]) -> it.Counts:
            return self._ranks.remember(
                ("counts", *sorted(seen)),
                lambda: entries.get_counts(connection, seen),
                lambda counts: counts.tracks,
            )

        counts = await self._look(look, long=self._longest > LONG_LIST)
        self._longest = max(self._longest, counts.tracks)
        return counts

    async def add_library(self, request: it.AddLibrary, /) -> it.Library:
        current().caller.require_admin()
        return await self._libraries.add(request)

    async def list_libraries(self, request: it.ListLibraries, /) -> it.Libraries:
        caller = current().caller
        caller.require_known()
        if request.hidden:
            caller.require_admin()
            every = await self._libraries.all(paths=True, counts=request.counts)
            return it.Libraries(items=tuple(every))
        full = caller.kind in ("service", "operator") or (caller.admin and caller.has_scope("*"))
        seen = await self._look(lambda _, visible: set(visible))
        every = await self._libraries.all(paths=full, counts=request.counts)
        return it.Libraries(items=tuple(library for library in every if library.id in seen))

    async def relocate_library(self, request: it.RelocateLibrary, /) -> it.Library:
        current().caller.require_admin()
        return await self._libraries.relocate(request)

    async def change_library(self, request: it.ChangeLibrary, /) -> it.Library:
        current().caller.require_admin()
        return await self._libraries.change(request)

    async def remove_library(self, request: it.RemoveLibrary, /) -> None:
        current().caller.require_admin()
        await self._libraries.remove(request)

    async def change_library_access(self, request: it.ChangeLibraryAccess, /) -> it.LibraryAccess:
        current().caller.require_admin()
        return await self._libraries.change_access(request)

    async def get_library_access(self, request: it.GetLibraryAccess, /) -> it.LibraryAccess:
        current().caller.require_admin()
        return await self._libraries.access(request.name)

    async def start_scan(self, request: it.StartScan, /) -> it.ScanStatus:
        current().caller.require_admin()
        if request.path is not None:
            every = await self._libraries.all(paths=True)
            if not any(_is_in(request.path, library.path) for library in every):
                raise it.BadLibraryPath("that path is in no library")
        scan_id, now = new_id(), self._clock.now()
        told = acted("scan.start", scan_id, "every file" if request.full else "", now)

        def add(connection: Connection) -> None:
            if not scanning.add_scan(
                connection, scan_id, now, full=request.full, path=request.path
            ):
                raise it.ScanRunning("a scan is running already")
            announce(connection, told, now)

        await self._database.write(add)
        self._signals.relay()
        self._signals.scan.set()
        return await self._status(scan_id)

    async def watch_scan(self, request: it.WatchScan, /) -> AsyncIterator[it.ScanStatus]:
        current().caller.require_admin()
        if request.follow:
            async for status in self._follow():
                yield status
            return
        status = await self._status(request.id)
        told: it.ScanStatus | None = None
        while True:
            if status != told:
                yield status
                told = status
            if status.phase in _ENDED:
                break
            await asyncio.sleep(WATCH_SECONDS)
            status = await self._status(status.id)
        while request.analysis:
            with acting(SERVICE):
                state = await self._media.get_analysis_state(GetAnalysisState())
            done = state.done + state.failed
            now = _analysed(status, done, done + state.waiting)
            if now != told:
                yield now
                told = now
            if state.waiting == 0:
                return
            await asyncio.sleep(ANALYSIS_SECONDS)

    async def _follow(self) -> AsyncIterator[it.ScanStatus]:
        """Every state of every scan from now on; nothing is written to look for it."""
        told: it.ScanStatus | None = None
        while True:
            status = await self._database.read(lambda c: scanning.scan_status(c, None))
            if status is not None and status != told:
                yield status
                told = status
            ended = status is None or status.phase in _ENDED
            await asyncio.sleep(FOLLOW_SECONDS if ended else WATCH_SECONDS)

    async def cancel_scan(self, request: it.CancelScan, /) -> it.ScanStatus:
        current().caller.require_admin()
        now = self._clock.now()
        told = acted("scan.cancel", "", "", now)

        def cancel(connection: Connection) -> str:
            found = scanning.cancel(connection)
            if found is None:
                raise it.ScanNotFound("no scan is running")
            announce(connection, told, now)
            return found

        scan_id = await self._database.write(cancel)
        self._signals.look.set()
        self._signals.cancel.set()
        self._signals.scan.set()
        return await self._status(scan_id)

    async def list_file_errors(self, request: it.ListFileErrors, /) -> it.FileErrors:
        current().caller.require_admin()
        check_limit(request.limit)
        return await self._database.read(lambda c: entries.list_file_errors(c, request))

    async def offer_picture(self, request: it.OfferPicture, /) -> it.Offered:
        current().caller.require_service()
        if request.kind not in _PICTURED:
            raise InvalidArgument("pictures are of albums and artists")
        try:
            data = await self._keeper.fetch(request.key)
        except NotFound:
            raise InvalidArgument("there is no picture at that key") from None
        cover = await self._keeper.keep(data) if data else None
        if cover is None:
            return it.Offered(taken=False)
        now = self._clock.now()
        taken = await self._database.write(
            lambda c: pictures.take_found(c, request.kind, request.id, cover, now)
        )
        self._signals.relay()
        return it.Offered(taken=taken)

    async def list_merges(self, request: it.ListMerges, /) -> it.Merges:
        current().caller.require_admin()
        return await self._merging.list(request)

    async def merge_tracks(self, request: it.MergeTracks, /) -> it.Merge:
        current().caller.require_admin()
        return await self._merging.merge_tracks(request)

    async def undo_merge(self, request: it.UndoMerge, /) -> it.Merge:
        current().caller.require_admin()
        return await self._merging.undo(request)

    async def split_track(self, request: it.SplitTrack, /) -> it.Merge:
        current().caller.require_admin()
        return await self._merging.split(request)

    async def match_tracks(self, request: it.MatchTracks, /) -> it.TrackMatches:
        items = check_known(request.items)
        found = await self._look(lambda c, seen: matching.match(c, items, seen), long=True)
        return it.TrackMatches(tuple(found))

    async def match_entries(self, request: it.MatchEntries, /) -> it.EntryMatches:
        kind, items = request.kind, check_known(request.items)
        found = await self._look(lambda c, seen: naming.match(c, kind, items, seen), long=True)
        return it.EntryMatches(tuple(found))

    async def select_tracks(self, request: it.SelectTracks, /) -> it.SelectedTracks:
        check_selection(request)
        return await self._look(lambda c, seen: conditions.choose(c, request, seen), long=True)

    async def list_ids(self, request: it.ListIds, /) -> it.Ids:
        check_limit(request.limit)
        if request.offset < 0:
            raise InvalidArgument("offset must not be negative")
        page = await self._look(
            lambda c, seen: listing.list_ids(c, request, seen, self._ranks),
            long=self._longest > LONG_LIST,
        )
        return it.Ids(ids=page.ids, total=page.total)

    async def get_search_entries(self, request: it.GetSearchEntries, /) -> it.SearchEntries:
        current().caller.require_service()
        ids = checked(request.ids)
        return await self._database.read(
            lambda c: entries.get_search_entries(c, ids), long=len(ids) > MANY
        )

    async def list_search_entries(self, request: it.ListSearchEntries, /) -> it.SearchEntries:
        current().caller.require_service()
        check_limit(request.limit)
        return await self._database.read(
            lambda c: entries.list_search_entries(c, request), long=True
        )

    async def _status(self, scan_id: str | None) -> it.ScanStatus:
        found = await self._database.read(lambda c: scanning.scan_status(c, scan_id))
        if found is None:
            raise it.ScanNotFound("there was no such scan")
        return found


def _is_in(path: bytes, library: bytes) -> bool:
    return path == library or path.startswith(library + b"/")


def _analysed(status: it.ScanStatus, done: int, all_: int) -> it.ScanStatus:
    return structs.replace(status, analysed=done, to_analyse=all_)
