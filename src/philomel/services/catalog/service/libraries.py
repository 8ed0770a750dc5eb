"""Adding, moving and removing libraries."""

import asyncio
import os
from collections.abc import Callable

from sqlalchemy import Connection

from philomel.engines.blobs import Folders
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import (
    AddLibrary,
    BadLibraryPath,
    LibrariesChanged,
    Library,
    LibraryExists,
    LibraryNotFound,
    RelocateLibrary,
    RemoveLibrary,
)
from philomel.services.catalog.rules.folding import fold
from philomel.services.catalog.rules.paths import display
from philomel.services.catalog.rules.values import clean
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.store import libraries as store
from philomel.services.catalog.store.announcing import announce
from philomel.services.media.contract import LibraryRoot, Media, RemoveAssets, SetLibraryRoots

_IDS = 500


class Libraries:
    """What administrators do with libraries; media learns every root."""

    def __init__(
        self, database: Database, media: Media, folders: Folders, clock: Clock, signals: Signals
    ) -> None:
        self._database = database
        self._media = media
        self._folders = folders
        self._clock = clock
        self._signals = signals

    async def all(self, *, paths: bool) -> list[Library]:
        return await self._database.read(lambda c: store.all_libraries(c, paths=paths))

    async def add(self, request: AddLibrary) -> Library:
        path = await self._usable(request.path)
        known = await self.all(paths=True)
        same = next((library for library in known if library.path == path), None)
        if same is not None and (same.sampler or not same.hidden):
            raise LibraryExists(f'this folder is the library "{same.name}" already')
        _refuse_nested(path, [library for library in known if library.path != path])
        name = _free_name(request.name, path, known, same)
        now = self._clock.now()
        if same is not None:
            shown = same.id
            await self._write(lambda c: store.show(c, shown, name), shown)
        else:
            made = Library(new_id(), name, request.kind, path, now, sampler=request.sampler)
            await self._write(lambda c: store.add(c, made), made.id)
        return await self._find(name)

    async def relocate(self, request: RelocateLibrary) -> Library:
        library = await self._find(request.name)
        path = await self._usable(request.path)
        others = [other for other in await self.all(paths=True) if other.id != library.id]
        if any(other.path == path for other in others):
            raise BadLibraryPath("this folder is another library")
        _refuse_nested(path, others)
        await self._write(lambda c: store.move(c, library.id, path), library.id)
        return await self._find(request.name)

    async def remove(self, request: RemoveLibrary) -> None:
        library = await self._find(request.name)
        await self._write(lambda c: store.hide(c, library.id), library.id)
        while request.purge:
            gone = await self._database.write(
                lambda c: store.purge_some(c, library.id, self._clock.now())
            )
            self._signals.relay()
            if not gone:
                await self.send_roots()
                return
            with acting(SERVICE):
                for start in range(0, len(gone), _IDS):
                    ids = tuple(gone[start : start + _IDS])
                    await self._media.remove_assets(RemoveAssets(ids=ids))

    async def send_roots(self) -> None:
        """Tell media where every library is."""
        roots = await self._database.read(store.all_roots)
        items = tuple(LibraryRoot(library_id=id_, root=path) for id_, path in roots)
        with acting(SERVICE):
            await self._media.set_library_roots(SetLibraryRoots(items=items))

    async def _write(self, change: Callable[[Connection], None], library_id: str) -> None:
        now = self._clock.now()
        event = LibrariesChanged(ids=(library_id,), at=now)

        def work(connection: Connection) -> None:
            change(connection)
            announce(connection, [event], now)

        await self._database.write(work)
        self._signals.relay()
        await self.send_roots()

    async def _find(self, name: str) -> Library:
        for library in await self.all(paths=True):
            if fold(library.name) == fold(name):
                return library
        raise LibraryNotFound(f'there is no library "{clean(name, 100)}"')

    async def _usable(self, path: bytes) -> bytes:
        path = _tidy(path)
        try:
            blobs = self._folders.open(path)
            await asyncio.to_thread(lambda: next(iter(blobs.walk()), None))
        except PhilomelError as error:
            raise BadLibraryPath(f"{display(path)} is not a folder that can be read") from error
        return path


def _tidy(path: bytes) -> bytes:
    if not path.startswith(b"/") or b"\0" in path:
        raise BadLibraryPath("the path of a library must be absolute")
    path = os.path.normpath(path)
    if path.startswith(b"//"):
        path = path[1:]
    if path == b"/":
        raise BadLibraryPath("the whole machine cannot be a library")
    return path


def _refuse_nested(path: bytes, others: list[Library]) -> None:
    """One file must not be in two libraries, whatever links lead to it."""
    real = os.path.realpath(path) + b"/"
    for other in others:
        theirs = os.path.realpath(other.path) + b"/"
        if real.startswith(theirs) or theirs.startswith(real):
            raise BadLibraryPath(f'the folder overlaps with the library "{other.name}"')


def _free_name(asked: str | None, path: bytes, known: list[Library], same: Library | None) -> str:
    taken = {fold(library.name) for library in known if library is not same}
    if asked is not None and clean(asked, 100):
        name = clean(asked, 100)
        if fold(name) in taken:
            raise LibraryExists(f'there is a library "{name}" already')
        return name
    if same is not None:
        return same.name
    name = stem = display(path).rpartition("/")[2][:100] or "Music"
    number = 1
    while fold(name) in taken:
        number += 1
        name = f"{stem} {number}"
    return name
