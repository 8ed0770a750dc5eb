"""The job that asks, for as long as an administrator wants it."""

import asyncio
import contextlib
import hashlib
import logging
from functools import partial

from sqlalchemy import Connection

from philomel.engines.blobs import Blobs
from philomel.engines.outbox import Lease
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import NotFound, PhilomelError
from philomel.services.catalog.contract import (
    Catalog,
    EntryKind,
    GetAlbums,
    GetArtists,
    GetLyrics,
    GetTracks,
    ListAlbums,
    ListSearchEntries,
    OfferPicture,
)
from philomel.services.enrichment.jobs.asking import Later
from philomel.services.enrichment.jobs.finding import Finder
from philomel.services.enrichment.store import Filling, Task, sql
from philomel.services.enrichment.store.tables import FAILED, FOUND, NOTHING, WAITING

_log = logging.getLogger(__name__)

IDLE_SECONDS = 10.0
PAUSES = (60.0, 300.0, 900.0, 3600.0)
"""Seconds of rest after one failure, two in a row, and so on."""
MAX_TRIES = 8
ALBUMS_ASKED = 3
VARIOUS_ARTISTS = "89ad4ac3-39f7-470e-963a-56509c546377"
_DAY_MS = 86_400_000


class Enricher:
    """Takes one task after the other; of several processes the one with the lease works.

    Args:
        bell: rung when there may be something to do.
        again_days: when to ask anew about what nobody knew.
    """

    name = "enrichment"

    def __init__(
        self,
        *,
        database: Database,
        catalog: Catalog,
        blobs: Blobs,
        finder: Finder,
        lease: Lease,
        clock: Clock,
        bell: asyncio.Event,
        again_days: int,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._blobs = blobs
        self._finder = finder
        self._lease = lease
        self._clock = clock
        self._bell = bell
        self._again_ms = again_days * _DAY_MS
        self._failures = 0

    async def run(self) -> None:
        try:
            while True:
                self._bell.clear()
                pause = await self._turn()
                if pause:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._bell.wait()
        finally:
            with contextlib.suppress(PhilomelError):
                await self._lease.release()

    async def _turn(self) -> float:
        """Do one thing; how long to rest after it, in seconds."""
        if not await self._database.read(sql.is_enabled):
            return IDLE_SECONDS
        if await self._lease.acquire() is None:
            return IDLE_SECONDS
        with acting(SERVICE):
            filling = await self._database.read(sql.get_filling)
            if filling is not None:
                await self._fill(filling)
                return 0.0
            now = self._clock.now()
            task = await self._database.read(lambda c: sql.next_task(c, now))
            if task is None:
                renewed = await self._database.write(lambda c: sql.renew(c, now, self._again_ms))
                return 0.0 if renewed else IDLE_SECONDS
            return await self._take(task)

    async def _fill(self, at: Filling) -> None:
        page = await self._catalog.list_search_entries(
            ListSearchEntries(kind=at.kind, limit=500, cursor=at.cursor)
        )
        ids = [entry.id for entry in page.items]
        await self._database.write(partial(sql.filled, at=at, ids=ids, cursor=page.next))

    async def _take(self, task: Task) -> float:
        try:
            found = await self._ask(task)
        except Later as later:
            _log.info("enrichment waits: %s", later.reason)
            pause = later.seconds or PAUSES[min(self._failures, len(PAUSES) - 1)]
            self._failures += 1
            await self._settle(task, WAITING, self._clock.now() + int(pause * 1000), later.reason)
            return pause
        except PhilomelError as error:
            # One entry must never keep the others from being asked about.
            state = FAILED if task.tries + 1 >= MAX_TRIES else WAITING
            _log.warning("enrichment of %s %s: %s", task.kind.value, task.id, error)
            due = self._clock.now() + int(PAUSES[0] * 1000) * 2**task.tries
            await self._settle(task, state, due, error.message)
            return 0.0
        self._failures = 0
        state = FOUND if found else NOTHING
        await self._settle(task, state, self._clock.now() + self._again_ms, None)
        return 0.0

    async def _settle(self, task: Task, state: int, due_at: int, note: str | None) -> None:
        def work(connection: Connection) -> None:
            sql.settle(connection, task, state, due_at, note)
            if state == WAITING or note is None:
                sql.set_error(connection, note)

        await self._database.write(work)

    async def _ask(self, task: Task) -> bool:
        match task.kind:
            case EntryKind.ARTIST:
                return await self._artist(task.id)
            case EntryKind.ALBUM:
                return await self._album(task.id)
            case EntryKind.TRACK:
                return await self._track(task.id)

    async def _artist(self, artist_id: str) -> bool:
        known = (await self._catalog.get_artists(GetArtists((artist_id,)))).items
        if not known or known[0].musicbrainz_id == VARIOUS_ARTISTS:
            return False
        [artist] = known
        own = await self._catalog.list_albums(ListAlbums(artist_id=artist.id, limit=ALBUMS_ASKED))
        info, picture = await self._finder.artist(
            artist, list(own.items), with_picture=artist.cover is None
        )
        if picture is not None:
            await self._offer(EntryKind.ARTIST, artist.id, picture)
        if info is None:
            return False
        now = self._clock.now()
        await self._database.write(lambda c: sql.keep_info(c, info, now))
        return True

    async def _album(self, album_id: str) -> bool:
        known = (await self._catalog.get_albums(GetAlbums((album_id,)))).items
        if not known or known[0].cover is not None:
            return False
        picture = await self._finder.cover(known[0])
        return picture is not None and await self._offer(EntryKind.ALBUM, album_id, picture)

    async def _track(self, track_id: str) -> bool:
        known = (await self._catalog.get_tracks(GetTracks((track_id,)))).items
        if not known or await self._has_lyrics(track_id):
            return False
        lyrics = await self._finder.lyrics(known[0])
        if lyrics is None:
            return False
        now = self._clock.now()
        await self._database.write(lambda c: sql.keep_lyrics(c, track_id, lyrics, now))
        return True

    async def _has_lyrics(self, track_id: str) -> bool:
        try:
            await self._catalog.get_lyrics(GetLyrics(track_id))
        except NotFound:
            return False
        return True

    async def _offer(self, kind: EntryKind, id_: str, picture: bytes) -> bool:
        """Give the catalogue a picture; the blob store carries it there."""
        key = f"found/{hashlib.sha256(picture).hexdigest()}"
        await self._blobs.put(key.encode(), picture)
        try:
            return (await self._catalog.offer_picture(OfferPicture(kind, id_, key))).taken
        finally:
            await self._blobs.delete(key.encode())
