"""Adding, moving and removing libraries."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from philomel.engines.blobs import Away, Folders
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import FailedPrecondition, InvalidArgument, PhilomelError, Unavailable
from philomel.kernel.ids import is_id, new_id
from philomel.services.catalog.contract import (
    AddLibrary,
    BadLibraryPath,
    ChangeLibrary,
    ChangeLibraryAccess,
    LibrariesChanged,
    Library,
    LibraryAccess,
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
from philomel.services.catalog.store.announcing import acted, announce
from philomel.services.media.contract import Media, RemoveAssets, SetLibraryRoots

_IDS = 500
_GRANTS = 5_000


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
        self._to_tell = self._told = 0  # changes so far
        self._sending = asyncio.Lock()

    async def all(self, *, paths: bool, counts: bool = True) -> list[Library]:
        return await self._database.read(
            lambda c: store.all_libraries(c, paths=paths, counts=counts), long=counts
        )

    async def add(self, request: AddLibrary) -> Library:
        path = await self._usable(request.path)
        if request.writable:
            await self._require_writable(path)
        known = await self.all(paths=True)
        same = next((library for library in known if library.path == path), None)
        if same is not None and (same.sampler or not same.hidden):
            raise LibraryExists(f'this folder is the library "{same.name}" already')
        await self._refuse_nested(path, [library for library in known if library.path != path])
        name = _free_name(request.name, path, known, same)
        now = self._clock.now()
        if same is not None:
            shown = same.id

            def show(connection: Connection) -> None:
                store.show(connection, shown, name)
                store.set_writable(connection, shown, writable=request.writable)

            await self._write(show, shown, "add", name)
        else:
            made = Library(
                new_id(), name, request.kind, path, now, sampler=request.sampler,
                writable=request.writable,
            )  # fmt: skip
            await self._write(lambda c: store.add(c, made), made.id, "add", name)
        return await self.find(name)

    async def relocate(self, request: RelocateLibrary) -> Library:
        library = await self.find(request.name)
        path = await self._usable(request.path)
        others = [other for other in await self.all(paths=True) if other.id != library.id]
        if any(other.path == path for other in others):
            raise BadLibraryPath("this folder is another library")
        await self._refuse_nested(path, others)
        where = f"{library.name}: {display(path)}"
        await self._write(lambda c: store.move(c, library.id, path), library.id, "relocate", where)
        return await self.find(request.name)

    async def access(self, name: str) -> LibraryAccess:
        library = await self.find(name)
        users = await self._database.read(lambda c: store.granted(c, library.id))
        return LibraryAccess(library, tuple(users))

    async def change_access(self, request: ChangeLibraryAccess) -> LibraryAccess:
        library = await self.find(request.name)
        for users in (request.grant, request.revoke):
            if len(users) > _IDS or not all(map(is_id, users)):
                raise InvalidArgument(f"people are named by their ids, at most {_IDS} at a time")

        def change(connection: Connection) -> None:
            if request.restricted is not None:
                store.set_restricted(connection, library.id, restricted=request.restricted)
            store.revoke(connection, library.id, request.revoke)
            store.grant(connection, library.id, request.grant)
            if len(store.granted(connection, library.id)) > _GRANTS:
                raise FailedPrecondition(
                    f"more than {_GRANTS:,} people: open the library to everybody instead"
                )

        await self._write(change, library.id, "access", _access(library.name, request))
        return await self.access(request.name)

    async def change(self, request: ChangeLibrary) -> Library:
        library = await self.find(request.name)
        if request.writable:
            await self._require_writable(library.path)
        how = f"{library.name}: {'may be written to' if request.writable else 'read only'}"
        await self._write(
            lambda c: store.set_writable(c, library.id, writable=request.writable),
            library.id,
            "change",
            how,
        )
        return await self.find(library.id)

    async def remove(self, request: RemoveLibrary) -> None:
        library = await self.find(request.name)
        how = f"{library.name}{' with its history' if request.purge else ''}"
        await self._write(lambda c: store.hide(c, library.id), library.id, "remove", how)
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
        self._to_tell += 1
        # One at a time: what was read earlier must not arrive later, and give back a right.
        async with self._sending:
            telling = self._to_tell
            items = tuple(await self._database.read(store.all_roots))
            with acting(SERVICE):
                await self._media.set_library_roots(SetLibraryRoots(items=items))
            self._told = telling

    async def resend_roots(self) -> None:
        """Tell media what it did not hear when it was away: a right may have ended."""
        if self._told < self._to_tell:
            with contextlib.suppress(Unavailable):
                await self.send_roots()

    async def _write(
        self, change: Callable[[Connection], None], library_id: str, action: str, details: str
    ) -> None:
        now = self._clock.now()
        events = [
            LibrariesChanged(ids=(library_id,), at=now),
            *acted(f"library.{action}", library_id, details, now),
        ]

        def work(connection: Connection) -> None:
            change(connection)
            announce(connection, events, now)

        try:
            await self._database.write(work)
        except IntegrityError as error:
            # Between our look and our write; the path and the name are unique in the table.
            raise LibraryExists("somebody just took that folder or that name") from error
        self._signals.relay()
        await self.send_roots()

    async def admit_person(self, user_id: str, libraries: Sequence[str]) -> None:
        """An account was made by an invitation to these libraries; those there are count."""
        if not libraries:
            return
        here = {library.id for library in await self.all(paths=False)}

        def work(connection: Connection) -> None:
            for library_id in here.intersection(libraries):
                store.grant(connection, library_id, [user_id])

        await self._database.write(work)
        await self.send_roots()

    async def forget_person(self, user_id: str) -> None:
        """An account was removed: so are its grants."""
        found = await self._database.write(lambda c: store.revoke_everywhere(c, user_id))
        if found:
            await self.send_roots()

    async def find(self, name: str) -> Library:
        for library in await self.all(paths=True):
            if library.id == name or fold(library.name) == fold(name):
                return library
        raise LibraryNotFound(f'there is no library "{clean(name, 100)}"')

    async def _require_writable(self, path: bytes) -> None:
        """Try it, rather than believe what rights look like."""
        try:
            folder = self._folders.open(path)
            await folder.look(folder.annex().check)
        except FailedPrecondition as error:
            raise BadLibraryPath(error.message) from error

    async def _refuse_nested(self, path: bytes, others: list[Library]) -> None:
        """One file must not be in two libraries, whatever links lead to it."""
        real = await self._folders.open(path).place()
        for other in others:
            try:
                theirs = await self._folders.open(other.path).place()
            except Away:
                theirs = other.path + b"/"
            if real.startswith(theirs) or theirs.startswith(real):
                raise BadLibraryPath(
                    f'libraries cannot overlap, and this one would with "{other.name}"'
                )

    async def _usable(self, path: bytes) -> bytes:
        path = _tidy(path)
        try:
            store = self._folders.open(path)
            await store.look(lambda: next(iter(store.walk()), None))
        except PhilomelError as error:
            raise BadLibraryPath(f"{display(path)} cannot be read: {error.message}") from error
        return path


def _access(name: str, request: ChangeLibraryAccess) -> str:
    parts = [name]
    if request.restricted is not None:
        parts.append("restricted" if request.restricted else "open to everybody")
    parts += [f"granted {user}" for user in request.grant]
    parts += [f"revoked {user}" for user in request.revoke]
    return ", ".join(parts)


def _tidy(path: bytes) -> bytes:
    if path.startswith(b"s3://"):
        return path.rstrip(b"/")
    if not path.startswith(b"/") or b"\0" in path:
        raise BadLibraryPath("the path of a library must be absolute")
    path = os.path.normpath(path)
    if path.startswith(b"//"):
        path = path[1:]
    if path == b"/":
        raise BadLibraryPath("the whole machine cannot be a library")
    return path


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
