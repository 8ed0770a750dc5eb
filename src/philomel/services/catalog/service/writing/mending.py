"""Mends tags in files, and takes that back."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from msgspec import ValidationError, msgpack
from sqlalchemy import Connection

from philomel.engines.audio import FileTags, Imager, Part, TagReader, TagWriter
from philomel.engines.blobs import UNFINISHED, Annex, Blobs, Folders, Mark, unless_away
from philomel.engines.sql import Database
from philomel.engines.workers import TaskFailed
from philomel.kernel.caller import current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument, NotFound, Unavailable
from philomel.kernel.ids import is_id, new_event_id
from philomel.kernel.paging import check_limit
from philomel.services.catalog.contract import (
    GetTags,
    LibraryReadOnly,
    ListMends,
    Mend,
    MendNotFound,
    Mends,
    MendTags,
    NotMended,
    TagFields,
    TaggedTrack,
    TaggedTracks,
    TrackNotFound,
)
from philomel.services.catalog.rules.paths import display
from philomel.services.catalog.rules.writing.placing import suffix_of
from philomel.services.catalog.rules.writing.retagging import fields_of, tags_of
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.service.writing.uploads import READ_ONLY
from philomel.services.catalog.store import loading
from philomel.services.catalog.store.announcing import acted, announce
from philomel.services.catalog.store.writing import mends as store
from philomel.services.catalog.store.writing.mends import Kept, TaggedFile

T = TypeVar("T")

_MOST = 100
_COVER = 700_000
_WRITTEN = ("mp3", "flac", "ogg", "mp4")


class Mending:
    def __init__(
        self,
        *,
        database: Database,
        folders: Folders,
        blobs: Blobs,
        reader: TagReader,
        writer: TagWriter,
        imager: Imager,
        clock: Clock,
        signals: Signals,
    ) -> None:
        self._database = database
        self._folders = folders
        self._blobs = blobs
        self._reader = reader
        self._writer = writer
        self._imager = imager
        self._clock = clock
        self._signals = signals
        self._turn = asyncio.Lock()  # the copies of many files at once would fill the disk

    async def tags(self, request: GetTags) -> TaggedTracks:
        if len(request.track_ids) > _MOST:
            raise InvalidArgument(f"at most {_MOST} tracks at a time")

        def look(connection: Connection) -> list[TaggedFile]:
            ids = list(request.track_ids)
            merged = loading.resolve(connection, ids, ())
            ids = [merged.get(id_, id_) for id_ in ids]
            if not ids and request.album_id is not None:
                ids = store.tracks_of(connection, request.album_id, _MOST)
            return store.files_of(connection, ids)

        found = await self._database.read(look)
        read: dict[str, FileTags] = {}
        for root in {file.root for file in found if not _refusal(file)}:
            files = [file for file in found if file.root == root]
            tags = await self._read(root, *(file.path for file in files))
            read |= {file.track_id: each for file, each in zip(files, tags, strict=True)}
        return TaggedTracks(tuple(_tagged(file, read.get(file.track_id)) for file in found))

    async def mend(self, request: MendTags) -> Mend:
        tags = tags_of(request.edits)
        if not tags and request.cover is None:
            raise InvalidArgument("say what is to be changed")
        if request.batch is not None and not is_id(request.batch):
            raise InvalidArgument("a batch is named by its id")
        await self._check_cover(request.cover)
        file = await self._file(request.track_id)
        async with self._turn:
            return await self._mend(request, file, tags)

    async def list(self, request: ListMends) -> Mends:
        check_limit(request.limit, _MOST)
        return await self._database.read(lambda c: store.list_mends(c, request))

    async def undo(self, id_: str) -> Mend:
        async with self._turn:
            kept = await self._database.read(lambda c: store.find(c, id_))
            if kept is None or not kept.done:
                raise MendNotFound("there is no such change")
            if kept.mend.undone_at is None:
                await self._bring_back(kept)
            now = self._clock.now()
            told = acted("track.mend_undo", kept.mend.track_id, kept.mend.name[:200], now)

            def work(connection: Connection) -> None:
                store.set_undone(connection, id_, now)
                announce(connection, told, now)

            if kept.mend.undone_at is None:
                await self._database.write(work)
                self._signals.relay()
                self._signals.arrivals.set()
        found = await self._database.read(lambda c: store.find(c, id_))
        assert found is not None
        return found.mend

    async def _mend(
        self, request: MendTags, file: TaggedFile, tags: Mapping[str, tuple[str, ...]]
    ) -> Mend:
        now, by = self._clock.now(), current().caller.user_id
        id_ = new_event_id(now)
        annex, name = self._annex(file.root), id_.encode() + suffix_of(file.path)
        try:
            mark = await self._look(file.root, partial(annex.copy, file.path, name))
            pieces, hashes = await self._rewrite(file, name, tags, request.cover)
            before, after = await self._read(file.root, file.path, UNFINISHED + b"/" + name)
            if before.error or after.error:
                raise NotMended(before.error or after.error or "")
            mend = Mend(
                id=id_, batch=request.batch or id_, track_id=file.track_id,
                library_id=file.library_id, name=file.title, path=display(file.path), at=now,
                before=_fields(before), after=_fields(after), cover=request.cover is not None,
                by=by,
            )  # fmt: skip
            await self._blobs.put(_key(id_), pieces)
            kept = Kept(mend, file.path, *hashes, done=False)
            await self._database.write(lambda c: store.add(c, kept))
            await self._replace(file, annex, name, mark, mend)
        finally:
            await self._look(file.root, partial(annex.remove, name))
        return mend

    async def _replace(
        self, file: TaggedFile, annex: Annex, name: bytes, mark: Mark, mend: Mend
    ) -> None:
        try:
            await self._look(file.root, partial(annex.replace, name, file.path, mark))
        except Exception:
            await self.forget(mend.id)
            raise
        told = acted("track.mend", mend.track_id, mend.name[:200], mend.at)

        def work(connection: Connection) -> None:
            store.set_done(connection, mend.id)
            announce(connection, told, mend.at)

        await self._database.write(work)
        self._signals.relay()
        self._signals.arrivals.set()

    async def _rewrite(
        self,
        file: TaggedFile,
        name: bytes,
        tags: Mapping[str, tuple[str, ...]],
        cover: bytes | None,
    ) -> tuple[bytes, tuple[str, str]]:
        """Write into the copy; what brings the file back, and the hashes of both."""
        annex, folder = self._annex(file.root), self._folders.open(file.root)
        old = await folder.open_file(file.path)
        try:
            new = await self._look(file.root, partial(annex.open, name))
            try:
                writing = self._writer.write(new, old.size or 0, tags, cover)
                await unless_away(folder, writing)
                before = old.fileno()
                assert before is not None
                found = await unless_away(folder, self._writer.compare(before, new))
            finally:
                os.close(new)
        except TaskFailed as error:
            raise NotMended(error.message) from error
        finally:
            await old.close()
        return msgpack.encode(found.pieces), (found.old, found.new)

    async def _bring_back(self, kept: Kept) -> None:
        """The file's own bytes again, wherever it lies by now."""
        file = await self._file(kept.mend.track_id)
        annex = self._annex(file.root)
        there, mark = await self._look(file.root, partial(annex.digest, file.path))
        if there == kept.old_hash:
            return  # it was brought back, and nobody could write that down
        if there != kept.new_hash:
            raise NotMended("the file was changed since; undo what came later first")
        try:
            pieces = msgpack.decode(await self._blobs.get(_key(kept.mend.id)), type=list[Part])
        except (NotFound, ValidationError) as error:
            raise NotMended("what the file was before is not kept any more") from error
        name = kept.mend.id.encode() + suffix_of(file.path)
        try:
            made = await self._look(file.root, partial(annex.bring_back, file.path, name, pieces))
            if made != kept.old_hash:
                raise NotMended("what was kept does not make the file that it was")
            await self._look(file.root, partial(annex.replace, name, file.path, mark))
        finally:
            await self._look(file.root, partial(annex.remove, name))

    async def settle(self, before: int) -> None:
        """Find out what became of changes that a dead process began."""
        for begun in await self._database.read(lambda c: store.begun(c, before)):
            try:
                there, _ = await self._look(
                    begun.root, partial(self._annex(begun.root).digest, begun.path)
                )
            except NotFound:
                there = ""
            except Unavailable:
                continue  # its disk is away; it will be looked at again
            if there == begun.new_hash:
                await self._database.write(partial(store.set_done, id_=begun.id))
            else:
                await self.forget(begun.id)

    async def forget(self, id_: str) -> None:
        """A change that was not made."""
        await self._database.write(lambda c: store.forget(c, id_))
        await self._blobs.delete(_key(id_))

    async def _file(self, track_id: str) -> TaggedFile:
        def look(connection: Connection) -> list[TaggedFile]:
            merged = loading.resolve(connection, [track_id], ())
            return store.files_of(connection, [merged.get(track_id, track_id)])

        found = await self._database.read(look)
        if not found:
            raise TrackNotFound("there is no such track, or its file is missing")
        [file] = found
        if not file.writable or not file.root.startswith(b"/"):
            raise LibraryReadOnly(READ_ONLY)
        if refusal := _refusal(file):
            raise NotMended(refusal)
        return file

    async def _check_cover(self, cover: bytes | None) -> None:
        if not cover:
            return
        if len(cover) > _COVER:
            raise InvalidArgument(f"a cover may have {_COVER:,} bytes")
        if not cover.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff")):
            raise InvalidArgument("a cover is a JPEG or a PNG")
        try:
            await self._imager.render(cover, (64,))
        except TaskFailed as error:
            raise InvalidArgument(error.message) from error

    async def _read(self, root: bytes, *keys: bytes) -> Sequence[FileTags]:
        folder = self._folders.open(root)
        return await unless_away(folder, self._reader.read(root, keys))

    def _annex(self, root: bytes) -> Annex:
        return self._folders.open(root).annex()

    async def _look(self, root: bytes, work: Callable[[], T]) -> T:
        return await self._folders.open(root).look(work)


def _refusal(file: TaggedFile) -> str:
    if not file.writable or not file.root.startswith(b"/"):
        return READ_ONLY
    if file.container not in _WRITTEN:
        return "tags are written into MP3, FLAC, Ogg and M4A files only"
    return ""


def _tagged(file: TaggedFile, tags: FileTags | None) -> TaggedTrack:
    return TaggedTrack(
        file.track_id, file.library_id, file.library, display(file.path),
        TagFields(title=file.title) if tags is None else _fields(tags),
        (tags.error or "") if tags is not None else _refusal(file),
    )  # fmt: skip


def _fields(tags: FileTags) -> TagFields:
    return fields_of({tag.name: tag.values for tag in tags.tags}, picture=tags.picture)


def _key(id_: str) -> bytes:
    return f"mends/{id_[-2:]}/{id_}".encode()
