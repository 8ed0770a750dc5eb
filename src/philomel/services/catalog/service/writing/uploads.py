"""Takes files into libraries."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from msgspec import structs
from sqlalchemy import Connection

from philomel.engines.audio import Imager, TagReader
from philomel.engines.blobs import UNFINISHED, Annex, Folders, unless_away
from philomel.engines.sql import Database
from philomel.engines.workers import TaskFailed
from philomel.kernel.clock import Clock
from philomel.kernel.errors import NotFound
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import (
    BadUpload,
    BeginUpload,
    Library,
    LibraryReadOnly,
    SendUpload,
    Upload,
    UploadNotFound,
    UploadState,
)
from philomel.services.catalog.rules import lyrics
from philomel.services.catalog.rules.paths import display
from philomel.services.catalog.rules.writing.placing import (
    Kind,
    key_of,
    kind_of,
    numbered,
    suffix_of,
)
from philomel.services.catalog.service.libraries import Libraries
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.store import scanning
from philomel.services.catalog.store.announcing import acted, announce
from philomel.services.catalog.store.writing import uploads as store
from philomel.services.catalog.store.writing.uploads import Coming

T = TypeVar("T")

READ_ONLY = "nothing may be written into this library; an administrator can allow it"
CHUNK = 1 << 20
_NAMES = 100
_SMALL = {Kind.PICTURE: 32 << 20, Kind.LYRICS: 512 << 10}


class Uploads:
    def __init__(
        self,
        *,
        database: Database,
        folders: Folders,
        libraries: Libraries,
        reader: TagReader,
        imager: Imager,
        clock: Clock,
        signals: Signals,
        largest: int,
    ) -> None:
        self._database = database
        self._folders = folders
        self._libraries = libraries
        self._reader = reader
        self._imager = imager
        self._clock = clock
        self._signals = signals
        self._largest = largest

    async def begin(self, request: BeginUpload) -> Upload:
        library = await self._libraries.find(request.library)
        require_writable(library)
        key = key_of(request.path)
        largest = min(self._largest, _SMALL.get(kind_of(key), self._largest))
        if not 0 < request.size <= largest:
            raise BadUpload(f"such a file may have up to {largest / 1e6:,.0f} MB, and not none")
        annex = self._annex(library.path)
        await self._look(library.path, annex.check)
        await self._look(library.path, partial(annex.require_room, request.size))
        made, now = new_id(), self._clock.now()
        id_ = await self._database.write(
            lambda c: store.add(c, made, library.id, key, request.size, now)
        )
        return await self.get(id_)

    async def send(self, request: SendUpload) -> Upload:
        coming = await self._receiving(request.id)
        if len(request.data) > CHUNK:
            raise BadUpload("send at most 1 MiB at a time")
        if request.offset + len(request.data) > coming.size:
            raise BadUpload("that is more than the file was said to have")
        annex = self._annex(coming.root)
        received = await self._look(
            coming.root, partial(annex.append, name_of(coming), request.offset, request.data)
        )
        if received != request.offset + len(request.data):
            raise BadUpload(f"the next byte is number {received}")
        return await self._shown(coming, received)

    async def finish(self, id_: str) -> Upload:
        coming = await self._find(id_)
        if coming.state is not UploadState.RECEIVING:
            return await self.get(id_)  # it was, and the answer did not arrive
        _require_writable(coming)
        annex, name = self._annex(coming.root), name_of(coming)
        if await self._look(coming.root, partial(annex.size, name)) != coming.size:
            raise BadUpload("bytes are missing")
        problem = await self._problem(coming)
        if problem is not None:
            await self.cancel(id_)
            raise BadUpload(problem)
        key, state = await self._place(coming)
        now = self._clock.now()
        told = acted("library.upload", coming.library_id, display(key), now)

        def work(connection: Connection) -> None:
            store.set_placed(connection, id_, key, state)
            announce(connection, told, now)

        await self._database.write(work)
        self._signals.relay()
        self._signals.arrivals.set()
        return await self.get(id_)

    async def get(self, id_: str) -> Upload:
        coming = await self._find(id_)
        received = coming.size
        if coming.state is UploadState.RECEIVING:
            look = partial(self._annex(coming.root).size, name_of(coming))
            received = await self._look(coming.root, look)
        return await self._shown(coming, received)

    async def cancel(self, id_: str) -> None:
        coming = await self._database.read(lambda c: store.find(c, id_))
        if coming is None or coming.state is not UploadState.RECEIVING:
            return
        await self._look(coming.root, partial(self._annex(coming.root).remove, name_of(coming)))
        await self._database.write(lambda c: store.forget(c, id_))

    async def _place(self, coming: Coming) -> tuple[bytes, UploadState]:
        """Give it its name, or find it there; a name that is taken gets a number."""
        annex, name = self._annex(coming.root), name_of(coming)
        mine, _ = await self._look(coming.root, partial(annex.digest, UNFINISHED + b"/" + name))
        for number in range(1, _NAMES):
            key = coming.path if number == 1 else numbered(coming.path, number)
            if await self._look(coming.root, partial(annex.place, name, key)):
                return key, UploadState.PLACED
            try:
                there, _ = await self._look(coming.root, partial(annex.digest, key))
            except NotFound:
                continue
            if there == mine:
                await self._look(coming.root, partial(annex.remove, name))
                return key, UploadState.SAME
        raise BadUpload("there are too many files of that name")

    async def _problem(self, coming: Coming) -> str | None:
        """Why it is not taken: nothing is put into a library that could not be read there."""
        name, folder = name_of(coming), self._folders.open(coming.root)
        key = UNFINISHED + b"/" + name
        match kind_of(coming.path):
            case Kind.AUDIO:
                [tags] = await unless_away(folder, self._reader.read(coming.root, [key]))
                return tags.error
            case Kind.PICTURE:
                try:
                    await self._imager.render(await folder.get(key), (64,))
                except TaskFailed as error:
                    return error.message
            case Kind.LYRICS:
                try:
                    lyrics.parse(lyrics.decode(await folder.get(key)), "", "file")
                except lyrics.BadLyrics as error:
                    return f"These are no lyrics: {error}."
        return None

    async def _receiving(self, id_: str) -> Coming:
        coming = await self._find(id_)
        _require_writable(coming)
        if coming.state is not UploadState.RECEIVING:
            raise BadUpload("it was finished already")
        return coming

    async def _find(self, id_: str) -> Coming:
        coming = await self._database.read(lambda c: store.find(c, id_))
        if coming is None:
            raise UploadNotFound("there is no such upload")
        return coming

    async def _shown(self, coming: Coming, received: int) -> Upload:
        def look(connection: Connection) -> Upload:
            found = store.shown(connection, coming, received)
            scanning_now = scanning.open_scan(connection) is not None
            return structs.replace(found, read=found.read and not scanning_now)

        return await self._database.read(look)

    def _annex(self, root: bytes) -> Annex:
        return self._folders.open(root).annex()

    async def _look(self, root: bytes, work: Callable[[], T]) -> T:
        return await self._folders.open(root).look(work)


def name_of(coming: Coming) -> bytes:
    """What it is called while it comes; the suffix helps those who look into it."""
    return coming.id.encode() + suffix_of(coming.path)


def require_writable(library: Library) -> None:
    if not library.writable or not library.path.startswith(b"/"):
        raise LibraryReadOnly(READ_ONLY)


def _require_writable(coming: Coming) -> None:
    if not coming.writable:
        raise LibraryReadOnly(READ_ONLY)
