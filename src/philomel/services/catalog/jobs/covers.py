"""Looks for covers after the tags are in: a picture in the folder, else one in a file."""

import logging
from collections.abc import Awaitable
from functools import partial

from philomel.engines.audio import Imager
from philomel.engines.blobs import Away, Blob, Folder, Folders, unless_away
from philomel.engines.sql import Database
from philomel.engines.workers import TaskFailed
from philomel.kernel.clock import Clock
from philomel.kernel.errors import NotFound, PhilomelError, Unavailable
from philomel.services.catalog.jobs.walking import COVER_NAMES, PORTRAIT_NAMES
from philomel.services.catalog.rules.paths import album_folder
from philomel.services.catalog.service.keeping import LARGEST, Keeper
from philomel.services.catalog.service.signals import Signals, rest
from philomel.services.catalog.store import pictures, scanning
from philomel.services.catalog.store.pictures import Waiting

_log = logging.getLogger(__name__)

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
        keeper: Keeper,
        imager: Imager,
        clock: Clock,
        signals: Signals,
    ) -> None:
        self._database = database
        self._folders = folders
        self._keeper = keeper
        self._imager = imager
        self._clock = clock
        self._signals = signals

    async def run(self) -> None:
        colourless = True
        while True:
            busy = await self._database.read(scanning.open_scan)
            album = None if busy else await self._next()
            if album is None and colourless and not busy:
                colourless = await self._keeper.mend_colour()
                continue
            if album is None:
                await rest(self._signals.covers, LOOK_SECONDS)
                continue
            try:
                await self._look(album)
            except Unavailable as error:
                _log.warning("a cover waits: %s", error)
                until = self._clock.now() + LATER_MS
                wait = pictures.postpone_all if isinstance(error, Away) else pictures.postpone
                await self._database.write(partial(wait, album=album, until=until))

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
        wrong: list[str] = []
        cover = await self._in_folders(library, folders, COVER_NAMES, wrong)
        if cover is None:
            cover = await self._in_files(library, album, wrong)
        portrait = None
        if album.artists:
            above = dict.fromkeys(folder.rpartition(b"/")[0] for folder in folders if folder)
            portrait = await self._in_folders(library, above, PORTRAIT_NAMES, [])
        now = self._clock.now()
        error = wrong[0] if wrong and cover is None else None
        await self._database.write(
            lambda c: pictures.settle(c, album, cover, portrait, now, error=error)
        )
        self._signals.relay()

    async def _in_folders(
        self,
        library: Folder,
        folders: dict[bytes, None],
        names: tuple[bytes, ...],
        wrong: list[str],
    ) -> str | None:
        """The first picture that can be shown; `wrong` tells of those that cannot."""
        for folder in folders:
            for name in names:
                data = await _read(library, folder + b"/" + name if folder else name)
                if data and (cover := await self._keeper.keep(data)):
                    return cover
                if data is not None:
                    wrong.append(f"{name.decode()} cannot be shown as a picture.")
        return None

    async def _in_files(self, library: Folder, album: Waiting, wrong: list[str]) -> str | None:
        for path in album.pictured[:_FROM_FILES]:
            blob = await _found(library.open_file(path))
            descriptor = blob.fileno() if blob else None
            if blob is None or descriptor is None:
                continue
            try:
                data = await unless_away(library, self._imager.embedded(descriptor))
            except TaskFailed:
                continue
            finally:
                await blob.close()
            if data and (cover := await self._keeper.keep(data)):
                return cover
            if data:
                wrong.append("The picture inside the files cannot be shown.")
        return None


async def _found(opening: Awaitable[Blob]) -> Blob | None:
    try:
        return await opening
    except NotFound:
        return None
    except Unavailable:
        raise
    except PhilomelError:
        return None


async def _read(library: Folder, key: bytes) -> bytes | None:
    blob = await _found(library.open(key))
    if blob is None:
        return None
    try:
        if blob.size is None or blob.size > LARGEST:
            return None
        return b"".join([part async for part in blob.stream()])
    finally:
        await blob.close()
