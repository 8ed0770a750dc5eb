"""Pictures of four albums, for playlists that were given none."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from functools import partial

from philomel.engines.audio import Imager
from philomel.engines.blobs import Blobs
from philomel.engines.sql import Database
from philomel.engines.workers import TaskFailed
from philomel.kernel.clock import Clock
from philomel.kernel.errors import NotFound, Unavailable
from philomel.kernel.ids import encode
from philomel.services.catalog.contract import Cover
from philomel.services.playlists.contract import PlaylistCover
from philomel.services.playlists.store import mosaics

_log = logging.getLogger(__name__)

SIZES = (64, 300, 640)
DAY_MS = 86_400_000
UNUSED_MS = 30 * DAY_MS
MOST_DUE, MOST_FAILED = 500, 10_000
WAIT_SECONDS = 10.0
_TILE = 300

Four = tuple[Cover, Cover, Cover, Cover]


def mosaic_id(covers: Four) -> str:
    """The same four always make the same picture, which is never an album's."""
    said = "mosaic " + " ".join(cover.id for cover in covers)
    return encode(int.from_bytes(hashlib.sha256(said.encode()).digest()[:16]))


def key_of(cover: str, size: int) -> bytes:
    return f"covers/{cover[:2]}/{cover}-{size}.jpg".encode()


class Mosaics:
    """Draws each picture once, one after the other, and keeps it while it is shown."""

    def __init__(self, database: Database, blobs: Blobs, imager: Imager, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._imager = imager
        self._clock = clock
        self._drawing = asyncio.Lock()
        self._due: dict[str, Four] = {}
        self._failed: dict[str, None] = {}
        self._woken = asyncio.Event()

    async def shown(self, wanted: Sequence[Four], *, wait: bool) -> Mapping[str, PlaylistCover]:
        """Those of these that are drawn, by id.

        Args:
            wanted: what is not drawn yet is drawn soon.
            wait: or now.
        """
        by_id = {mosaic_id(four): four for four in wanted}
        known = await self._database.read(lambda connection: mosaics.known(connection, by_id))
        now = self._clock.now()
        old = [id_ for id_, used_at in known.items() if used_at < now - DAY_MS]
        if old:
            await self._database.write(lambda connection: mosaics.use(connection, old, now))
        drawn = set(known)
        for id_ in by_id.keys() - drawn - self._failed.keys():
            if wait and await self._soon(id_, by_id[id_]):
                drawn.add(id_)
            elif len(self._due) < MOST_DUE:
                self._due[id_] = by_id[id_]
                self._woken.set()
        return {id_: PlaylistCover(id_, SIZES) for id_ in drawn}

    async def work(self) -> None:
        """Draw what is due, for ever."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._due:
                id_, four = next(iter(self._due.items()))
                try:
                    await self._draw(id_, four)
                finally:
                    del self._due[id_]

    async def clear(self) -> None:
        """Take away what was not shown for long, and what was half drawn when the end came."""
        before = self._clock.now() - UNUSED_MS
        while True:
            async with self._drawing:
                ids = await self._database.read(partial(mosaics.unused, before=before))
                if not ids:
                    return
                for id_ in ids:
                    for size in SIZES:
                        await self._blobs.delete(key_of(id_, size))
                await self._database.write(partial(mosaics.forget, ids=ids))

    async def _soon(self, id_: str, four: Four) -> bool:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await self._draw(id_, four)
        except (TimeoutError, Unavailable):
            return False

    async def _draw(self, id_: str, four: Four) -> bool:
        """Whether it is there now."""
        async with self._drawing:
            if await self._database.read(lambda connection: mosaics.known(connection, [id_])):
                return True
            try:
                pictures = [await self._blobs.get(key_of(c.id, _size(c))) for c in four]
                rendered = await self._imager.mosaic(pictures, SIZES)
            except (NotFound, TaskFailed) as error:
                _log.info("a playlist's picture cannot be drawn: %s", error)
                while len(self._failed) >= MOST_FAILED:
                    self._failed.pop(next(iter(self._failed)))
                self._failed[id_] = None
                return False
            await self._database.write(lambda connection: mosaics.expect(connection, id_))
            for size, picture in zip(SIZES, rendered, strict=True):
                await self._blobs.put(key_of(id_, size), picture)
            at = self._clock.now()
            await self._database.write(lambda connection: mosaics.use(connection, [id_], at))
            return True


def _size(cover: Cover) -> int:
    """The smallest that fills its quarter, or the largest there is."""
    return min((size for size in cover.sizes if size >= _TILE), default=max(cover.sizes))
