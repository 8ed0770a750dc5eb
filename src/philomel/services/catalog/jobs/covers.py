"""Looks for covers after the tags are in: a picture in the folder, else one in a file."""

import hashlib
import logging
from functools import partial

from philomel.engines.audio import Imager
from philomel.engines.blobs import Blob, Blobs, Folders
from philomel.engines.sql import Database
from philomel.engines.workers import TaskFailed
from philomel.kernel.clock import Clock
from philomel.kernel.errors import NotFound, PhilomelError, Unavailable
from philomel.kernel.ids import encode
from philomel.services.catalog.jobs.walking import COVER_NAMES, PORTRAIT_NAMES
from philomel.services.catalog.rules.paths import album_folder
from philomel.services.catalog.service.signals import Signals, rest
from philomel.services.catalog.store import pictures, scanning
from philomel.services.catalog.store.pictures import Waiting

_log = logging.getLogger(__name__)

SIZES = (64, 300, 640, 1200)
LARGEST = 32 << 20
LOOK_SECONDS = 10.0
LATER_MS = 10 * 60_000
_FROM_FILES = 3


class Covers:
    """The job that finds covers, one album after the other, when no scan is running."""

    name = "catalog covers"

    def __init__(
        self,
        *,
        database: Database,
        folders: Folders,
        blobs: Blobs,
        imager: Imager,
        clock: Clock,
        signals: Signals,
    ) -> None:
        self._database = database
        self._folders = folders
        self._blobs = blobs
        self._imager = imager
        self._clock = clock
        self._signals = signals

    async def run(self) -> None:
        while True:
            busy = await self._database.read(scanning.open_scan)
            album = None if busy else await self._next()
            if album is None:
                await rest(self._signals.covers, LOOK_SECONDS)
                continue
            try:
                await self._look(album)
            except Unavailable as error:
                _log.warning("a cover waits: %s", error)
                until = self._clock.now() + LATER_MS
                await self._database.write(partial(pictures.postpone, album=album, until=until))

    async def _next(self) -> Waiting | None:
        now = self._clock.now()
        return await self._database.read(lambda c: pictures.next_waiting(c, now))

    async def _look(self, album: Waiting) -> None:
        library = self._folders.open(album.root)
        folders = dict.fromkeys(
            folder
            for path in album.files
            for folder in (path.rpartition(b"/")[0], album_folder(path))
        )
        cover = await self._in_folders(library, folders, COVER_NAMES)
        if cover is None:
            cover = await self._in_files(library, album)
        portrait = None
        if album.artists:
            above = dict.fromkeys(folder.rpartition(b"/")[0] for folder in folders if folder)
            portrait = await self._in_folders(library, above, PORTRAIT_NAMES)
        now = self._clock.now()
        await self._database.write(lambda c: pictures.settle(c, album, cover, portrait, now))
        self._signals.relay()

    async def _in_folders(
        self, library: Blobs, folders: dict[bytes, None], names: tuple[bytes, ...]
    ) -> str | None:
        for folder in folders:
            for name in names:
                data = await _read(library, folder + b"/" + name if folder else name)
                if data and (cover := await self._keep(data)):
                    return cover
        return None

    async def _in_files(self, library: Blobs, album: Waiting) -> str | None:
        for path in album.pictured[:_FROM_FILES]:
            blob = await _open(library, path)
            descriptor = blob.fileno() if blob else None
            if blob is None or descriptor is None:
                continue
            try:
                data = await self._imager.embedded(descriptor)
            except TaskFailed:
                continue
            finally:
                await blob.close()
            if data and (cover := await self._keep(data)):
                return cover
        return None

    async def _keep(self, data: bytes) -> str | None:
        """Store a picture in every size; its id, or None if it is none."""
        cover = encode(int.from_bytes(hashlib.sha256(data).digest()[:16]))
        if await self._database.read(lambda c: pictures.is_known(c, cover)):
            return cover
        try:
            rendered = await self._imager.render(data, SIZES)
        except TaskFailed as error:
            _log.info("a cover cannot be used: %s", error)
            return None
        sizes = [
            size
            for place, size in enumerate(SIZES)
            if place == 0 or rendered[place] != rendered[place - 1]
        ]
        for size, picture in zip(SIZES, rendered, strict=True):
            if size not in sizes:
                continue  # a small picture is not enlarged
            await self._blobs.put(f"covers/{cover[:2]}/{cover}-{size}.jpg".encode(), picture)
        await self._database.write(lambda c: pictures.add_cover(c, cover, sizes))
        return cover


async def _open(library: Blobs, key: bytes) -> Blob | None:
    try:
        return await library.open(key)
    except NotFound:
        return None
    except Unavailable:
        raise
    except PhilomelError:
        return None


async def _read(library: Blobs, key: bytes) -> bytes | None:
    blob = await _open(library, key)
    if blob is None:
        return None
    try:
        if blob.size is None or blob.size > LARGEST:
            return None
        return b"".join([part async for part in blob.stream()])
    finally:
        await blob.close()
