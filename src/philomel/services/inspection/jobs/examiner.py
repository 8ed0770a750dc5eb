"""The job that looks at what is marked, when nothing else goes on."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import cast

from msgspec import structs

from philomel.engines.outbox import Lease
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.kernel.ids import encode
from philomel.services.catalog.contract import (
    Catalog,
    EntryKind,
    FileError,
    GetAlbums,
    GetTracks,
    ListFileErrors,
    ListLibraries,
    ListSearchEntries,
    ListTracks,
    ScanNotFound,
    ScanStatus,
    Track,
    WatchScan,
)
from philomel.services.inspection.contract import FindingKind, SubjectKind
from philomel.services.inspection.jobs.following import Follower
from philomel.services.inspection.rules.examining import (
    Draft,
    better_copy,
    examine_album,
    examine_track,
)
from philomel.services.inspection.store import Due, Examined, sql
from philomel.services.media.contract import Asset, FindRecordings, GetAssets, Media

IDLE_SECONDS = 5.0
QUIET_MS = 3_000
"""A scan goes first: nothing is looked at while changes come in."""
TRACKS, ALBUMS, COPIES = 200, 50, 10


class Examiner:
    """Of several processes the one with the lease works."""

    name = "inspection"

    def __init__(
        self,
        *,
        database: Database,
        catalog: Catalog,
        media: Media,
        follower: Follower,
        lease: Lease,
        clock: Clock,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._media = media
        self._follower = follower
        self._lease = lease
        self._clock = clock

    async def run(self) -> None:
        try:
            while True:
                pause = await self._turn()
                await asyncio.sleep(pause)
        finally:
            with contextlib.suppress(PhilomelError):
                await self._lease.release()

    async def _turn(self) -> float:
        """Do one thing; how long to rest after it, in seconds."""
        # Heard later than now is what the clock was set back behind.
        quiet = not 0 <= self._clock.now() - self._follower.heard_at < QUIET_MS
        if not quiet or not await self._database.read(sql.anything_to_do):
            return IDLE_SECONDS  # and nothing is written: an idle server lets its disk sleep
        if await self._lease.acquire() is None:
            return IDLE_SECONDS
        with acting(SERVICE):
            if await self._scanning():
                return IDLE_SECONDS
            for step in (self._sweep, self._errors, self._tracks, self._albums):
                if await step():
                    return 0.0
        return IDLE_SECONDS

    async def _scanning(self) -> bool:
        """A scan goes first, also through what it says nothing about."""
        states = cast("AsyncGenerator[ScanStatus]", self._catalog.watch_scan(WatchScan()))
        try:
            async with aclosing(states):
                return (await anext(states)).finished_at is None
        except ScanNotFound:
            return False

    async def _sweep(self) -> bool:
        """Once, everything that was there before this service was."""
        swept, cursor = await self._database.read(sql.is_swept)
        if swept:
            return False
        page = await self._catalog.list_search_entries(
            ListSearchEntries(kind=EntryKind.TRACK, limit=500, cursor=cursor)
        )
        ids, now = [entry.id for entry in page.items], self._clock.now()
        await self._database.write(partial(sql.sweep, ids=ids, cursor=page.next, now=now))
        return True

    async def _errors(self) -> bool:
        marked = await self._database.read(sql.errors_due)
        if marked is None:
            return False
        look = now = self._clock.now()
        every = (await self._catalog.list_libraries(ListLibraries(hidden=True))).items
        libraries = {library.name: library.id for library in every}
        cursor: str | None = None
        while True:
            page = await self._catalog.list_file_errors(ListFileErrors(limit=500, cursor=cursor))
            examined = [_of_file(error, libraries.get(error.library, "")) for error in page.items]
            unique = list({each.id: each for each in examined}.values())
            await self._database.write(
                partial(sql.keep_errors, examined=unique, now=now, look=look)
            )
            cursor = page.next
            if cursor is None:
                break
        await self._database.write(partial(sql.errors_done, look=look, marked=marked))
        return True

    async def _tracks(self) -> bool:
        marked = await self._database.read(lambda c: sql.next_due(c, TRACKS, albums=False))
        if not marked:
            return False
        ids = tuple(one.id for one in marked)
        tracks = {t.id: t for t in (await self._catalog.get_tracks(GetTracks(ids))).items}
        asset_ids = tuple(t.asset_id for t in tracks.values() if t.asset_id)
        assets = {a.id: a for a in (await self._media.get_assets(GetAssets(asset_ids))).items}
        places = [_place(one.id, tracks.get(one.id)) for one in marked]
        now = self._clock.now()
        # First, so that two copies that are looked at together know of each other.
        await self._database.write(lambda c: sql.keep_places(c, places, now))
        examined: list[Examined] = []
        peers: set[str] = set()
        for one, place in zip(marked, places, strict=True):
            track = tracks.get(one.id)
            if track is None:
                examined.append(place)
                continue
            asset = assets.get(track.asset_id) if track.asset_id else None
            found, copies = await self._look(track, asset)
            examined.append(structs.replace(place, found=tuple(found)))
            if not one.alone:
                peers.update(copy.id for copy in copies)
        await self._keep(marked, examined, sorted(peers), albums=False)
        return True

    async def _look(self, track: Track, asset: Asset | None) -> tuple[list[Draft], list[Track]]:
        found = examine_track(track, asset)
        copies: list[Track] = []
        if asset is not None and asset.fingerprinted:
            same = await self._media.find_recordings(FindRecordings(asset.id, limit=COPIES))
            ids = [recording.asset_id for recording in same.items]
            if ids:
                known = await self._database.read(lambda c: sql.tracks_of(c, ids))
                copies = list((await self._catalog.get_tracks(GetTracks(tuple(known)))).items)
        if (copy := better_copy(track, copies)) is not None:
            found.append(copy)
        return found, [copy for copy in copies if copy.id != track.id]

    async def _albums(self) -> bool:
        marked = await self._database.read(lambda c: sql.next_due(c, ALBUMS, albums=True))
        if not marked:
            return False
        ids = tuple(one.id for one in marked)
        albums = {a.id: a for a in (await self._catalog.get_albums(GetAlbums(ids))).items}
        examined = []
        for one in marked:
            album = albums.get(one.id)
            if album is None:
                examined.append(Examined(SubjectKind.ALBUM, one.id, gone=True))
                continue
            page = await self._catalog.list_tracks(ListTracks(album_id=album.id, limit=500))
            present = [track for track in page.items if not track.missing]
            library = page.items[0].library_id if page.items else None
            found = examine_album(album, present)
            examined.append(
                Examined(SubjectKind.ALBUM, album.id, library or "", album.name, None, tuple(found))
            )
        await self._keep(marked, examined, (), albums=True)
        return True

    async def _keep(
        self,
        marked: Sequence[Due],
        examined: Sequence[Examined],
        peers: Sequence[str],
        *,
        albums: bool,
    ) -> None:
        now = self._clock.now()
        await self._database.write(
            lambda c: sql.keep(c, marked, examined, peers, now, albums=albums)
        )


def _place(id_: str, track: Track | None) -> Examined:
    """A track that is not looked at yet."""
    if track is None:
        return Examined(SubjectKind.TRACK, id_, gone=True)
    return Examined(
        subject=SubjectKind.TRACK,
        id=track.id,
        library_id=track.library_id or "",
        name=track.title,
        path=track.path,
        asset_id=track.asset_id,
        album_id=track.album.id if track.album else None,
    )


def _of_file(error: FileError, library_id: str) -> Examined:
    """An error of a file, under an id that follows from its place."""
    kind = FindingKind.UNREADABLE if error.fatal else FindingKind.ODD_TAGS
    place = f"{error.library}\0{error.path}".encode("utf-8", "surrogatepass")
    id_ = encode(int.from_bytes(hashlib.sha256(place).digest()[:16]))
    return Examined(
        SubjectKind.FILE, id_, library_id, error.path, error.path, (Draft(kind, error.message),)
    )
