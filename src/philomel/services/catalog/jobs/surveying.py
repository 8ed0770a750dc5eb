"""One scan: a merge of the walk over the folders with the files that are known.

Memory stays small however large the library is: both sides come in pieces, in byte order
of the paths. A library with known files is walked twice when there is something new in it:
only after the first walk is it known which files are missing, and a new file may be one of
them under another name.
"""

import bisect
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from operator import attrgetter

from sqlalchemy import Connection

from philomel.engines.blobs import Away
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import ScanPhase
from philomel.services.catalog.jobs.intake import IntakeLine, Todo
from philomel.services.catalog.jobs.parts import Cancelled, Part, Tools, is_as_it_was, is_file
from philomel.services.catalog.jobs.walking import Found, Walker
from philomel.services.catalog.rules.reading import READ_VERSION
from philomel.services.catalog.store import pictures, rereading, scanning
from philomel.services.catalog.store.libraries import roots
from philomel.services.catalog.store.planning import library_has_lost
from philomel.services.catalog.store.scanning import Counters, Known, ScanRow
from philomel.services.catalog.store.tables import BROKEN, MISSING

CANCEL_SECONDS = 0.25
KNOWN = 2_000
MARKED = 500
LOST = 5_000
FOLDERS = 50
_key = attrgetter("entry.key")


class Survey:
    def __init__(self, job: Tools, scan: ScanRow, counters: Counters) -> None:
        self._job = job
        self._database = job.database
        self._scan = scan
        self._counters = counters
        self._line: IntakeLine | None = None
        self._looked = 0.0

    async def run(self) -> str | None:
        """Scan; what to tell when a library was not there."""
        parts = await self._parts()
        started = self._job.clock.now()
        lost = await self._database.read(library_has_lost)
        for part in parts:
            look = partial(
                scanning.known_files,
                library_id=part.root.id,
                after=part.after,
                before=part.before,
                limit=1,
            )
            part.known = bool(await self._database.read(look))
        only_new = not lost and not any(part.known for part in parts)
        if not only_new:
            for part in parts:
                await self._guard(part, self._survey)
            self._counters.walked = True
        for part in parts:
            if part.error is None and (only_new or part.fresh):
                await self._guard(part, self._take_in_all if only_new else self._take_in_new)
            if part.error is None and part.walker is not None:
                await self._tidy_errors(part, part.walker)
        self._counters.walked = True
        for part in parts:
            at = part.root.scanned_at if part.below else started
            await self._database.write(partial(_end, part=part, at=at or started))
        wrong = [part for part in parts if part.error is not None]
        return " ".join(f"{part.root.name}: {part.error}" for part in wrong) or None

    async def check(self) -> None:
        """Raises: Cancelled, if somebody asked for the scan to stop."""
        await self._check_cancelled()

    async def tell_lost(self) -> None:
        """Announce what is missing since this scan and was not found elsewhere.

        What only moved is announced once, where it is now. A scan that was cut off tells when
        it goes on, because what it marked is known by its time.
        """
        after, total = "", 0
        while True:
            look = partial(
                scanning.lost_since, since=self._scan.started_at, after=after, limit=LOST
            )
            lost = await self._database.read(look, long=True)
            tracks = [track_id for _, track_id in lost if track_id is not None]
            for start in range(0, len(tracks), MARKED):
                await self._tell_some(tracks[start : start + MARKED])
            total += len(lost)
            if len(lost) < LOST:
                break
            after = lost[-1][0]
        self._counters.missing = total

    async def _tell_some(self, track_ids: Sequence[str]) -> None:
        now = self._job.clock.now()

        def work(connection: Connection) -> None:
            self._job.fence(connection)
            scanning.tell(connection, track_ids, now, self._scan.id)

        await self._database.write(work)
        self._job.told()

    def abandon(self) -> None:
        if self._line is not None:
            self._line.abandon()

    async def _parts(self) -> list[Part]:
        parts = []
        for root in await self._database.read(roots):
            below = b""
            if self._scan.path is not None:
                path = self._scan.path.rstrip(b"/")
                if path != root.path and not path.startswith(root.path + b"/"):
                    continue
                below = path[len(root.path) + 1 :]
            source = self._job.source(root)
            parts.append(Part(root, source, below, is_file=await is_file(source, below)))
        return parts

    async def _guard(self, part: Part, step: Callable[[Part], Awaitable[None]]) -> None:
        """A library that is not there is told, and the others are scanned."""
        try:
            await step(part)
        except Away as away:
            self.abandon()
            part.error = f"{sentence(away.message)} Nothing was changed."
            self._counters.errors += 1

    async def _survey(self, part: Part) -> None:
        """The first walk: what is unchanged, changed, back or missing."""
        line = self._open_line(part)
        walker = await self._walker(part)
        async for rows, found in self._join(part, walker):
            changed, returned, gone = self._compare(part, walker, rows, found)
            displaced = await self._displaced(changed)
            if gone:
                await self._check_alive(part)
            if gone or returned or displaced:
                await self._mark(gone, sorted(displaced), returned)
            part.fresh += len(displaced)
            for item, row in changed:
                if row[1] not in displaced:
                    await line.add(Todo(item, row[1], again=self._again(item, row)))
            await self._tell()
        if not self._seen_any:
            await self._check_alive(part)
        await line.finish()
        part.walker = walker
        await self._finish_walk(part, walker)

    async def _take_in_all(self, part: Part) -> None:
        """The only walk of a new library."""
        line = self._open_line(part)
        walker = await self._walker(part)
        while piece := await self._next(part, walker):
            self._counters.found += len(piece)
            for item in piece:
                await line.add(Todo(item, None))
            await self._tell()
        await line.finish()
        await self._finish_walk(part, walker)

    async def _take_in_new(self, part: Part) -> None:
        """The second walk: what the first one did not know."""
        line = self._open_line(part)
        walker = await self._walker(part)
        async for rows, found in self._join(part, walker):
            known = {row[0] for row in rows}
            fresh = [item for item in found if item.entry.key not in known]
            if not self._scan.full:
                fresh = await line.take_places(fresh)
            for item in fresh:
                await line.add(Todo(item, None))
            await self._tell()
        await line.finish()

    def _open_line(self, part: Part) -> IntakeLine:
        self._line = self._job.line(
            part.source, self._scan.id, self._counters, self._check_cancelled
        )
        return self._line

    def _compare(
        self, part: Part, walker: Walker, rows: Sequence[Known], found: Sequence[Found]
    ) -> tuple[list[tuple[Found, Known]], list[str], list[str]]:
        counters, full = self._counters, self._scan.full
        known = {row[0]: row for row in rows}
        changed, returned = [], []
        counters.found += len(found)
        for item in found:
            entry = item.entry
            row = known.pop(entry.key, None)
            if row is None:
                part.fresh += 1
                continue
            _, id_, state, _, _, _, _, container, version = row
            broken_before = state == MISSING and not container
            read_long_ago = version < READ_VERSION
            if not is_as_it_was(item, row) or full or broken_before or read_long_ago:
                changed.append((item, row))
            elif state == MISSING:
                returned.append(id_)
                counters.changed += 1
            elif state == BROKEN:
                counters.errors += 1
            else:
                counters.unchanged += 1
        gone = [
            row[1]
            for path, row in known.items()
            if row[2] != MISSING and not walker.is_blocked(path)
        ]
        return changed, returned, gone

    def _again(self, found: Found, row: Known) -> bool:
        return not self._scan.full and is_as_it_was(found, row)

    async def _displaced(self, changed: Sequence[tuple[Found, Known]]) -> set[str]:
        bare = [
            (row[1], item.entry.size, item.entry.modified_ns, item.entry.inode)
            for item, row in changed
            if (row[3], row[4]) != (item.entry.size, item.entry.modified_ns)
        ]
        if not bare:
            return set()
        return await self._database.read(lambda c: scanning.find_renamed(c, bare), long=True)

    async def _mark(self, gone: list[str], displaced: list[str], returned: list[str]) -> None:
        # Never before the scan, also when the clock was set back: see `tell_lost`.
        now = max(self._job.clock.now(), self._scan.started_at)
        for start in range(0, max(len(gone), len(returned), len(displaced)), MARKED):
            slices = [ids[start : start + MARKED] for ids in (gone, displaced, returned)]

            def work(connection: Connection, slices: list[list[str]] = slices) -> None:
                self._job.fence(connection)
                scanning.mark(
                    connection, missing=slices[0], displaced=slices[1], returned=slices[2],
                    now=now, scan_id=self._scan.id,
                )  # fmt: skip

            await self._database.write(work)
            self._counters.missing += len(slices[0]) + len(slices[1])
        self._job.told()

    async def _tidy_errors(self, part: Part, walker: Walker) -> None:
        """Forget errors of files that are gone and of folders that can be read again."""
        after = part.after
        while True:
            look = partial(
                scanning.orphaned_errors,
                library_id=part.root.id,
                after=after,
                before=part.before,
                limit=MARKED,
            )
            paths = await self._database.read(look)
            stale = [path for path in paths if not walker.is_blocked(path)]
            if stale:
                forget = partial(scanning.forget_errors, library_id=part.root.id, paths=stale)
                await self._database.write(forget)
            if len(paths) < MARKED:
                return
            after = paths[-1]

    async def _walker(self, part: Part) -> Walker:
        self._seen_any = False
        return Walker(part.source.blobs, part.below)

    async def _next(self, part: Part, walker: Walker) -> list[Found]:
        await self._check_cancelled()
        piece = await part.source.blobs.look(walker.next_piece)
        self._seen_any = self._seen_any or bool(piece)
        return piece

    async def _join(
        self, part: Part, walker: Walker
    ) -> AsyncIterator[tuple[Sequence[Known], Sequence[Found]]]:
        """Pieces of both sides that cover the same range of paths."""
        after = part.after
        more = True
        while more:
            piece = await self._next(part, walker)
            more = bool(piece)
            before = piece[-1].entry.key + b"\0" if more else part.before
            start = 0
            while True:
                rows = await self._database.read(
                    partial(
                        scanning.known_files,
                        library_id=part.root.id,
                        after=after,
                        before=before,
                        limit=KNOWN,
                    ),
                    long=True,
                )
                if len(rows) < KNOWN:
                    yield rows, piece[start:]
                    break
                after = rows[-1][0]
                end = bisect.bisect_right(piece, after, lo=start, key=_key)
                yield rows, piece[start:end]
                start = end
            after = piece[-1].entry.key if more else after

    async def _finish_walk(self, part: Part, walker: Walker) -> None:
        self._counters.errors += len(walker.errors)
        if walker.errors:
            errors = list(walker.errors.items())
            for start in range(0, len(errors), MARKED):
                some = errors[start : start + MARKED]
                await self._database.write(
                    partial(scanning.record_errors, library_id=part.root.id, errors=some)
                )
        if not part.is_file:
            await self._compare_pictures(part, walker)

    async def _compare_pictures(self, part: Part, walker: Walker) -> None:
        """Look at the covers again where other pictures lie beside the music than before."""
        found: dict[bytes, int | None] = dict(walker.pictures)
        after: bytes | None = None
        while True:
            look = partial(
                pictures.known_folders, library_id=part.root.id, after=after, limit=KNOWN
            )
            known = await self._database.read(look, long=True)
            for folder, signature in known:
                if found.get(folder) == signature:
                    del found[folder]
                elif part.holds(folder) and not walker.is_blocked(folder):
                    found.setdefault(folder, None)
            if len(known) < KNOWN:
                break
            after = known[-1][0]
        changed = sorted(found.items())
        now = self._job.clock.now()
        for start in range(0, len(changed), FOLDERS):
            some = changed[start : start + FOLDERS]

            def work(connection: Connection, some: list[tuple[bytes, int | None]] = some) -> None:
                pictures.record_folders(connection, part.root.id, some)
                for folder, _ in some if part.known else ():  # what is new is looked at anyway
                    scanning.covers_due(connection, part.root.id, folder, now)

            await self._database.write(work)

    async def _check_alive(self, part: Part) -> None:
        """An empty folder where music was is an unmounted disk: nothing goes missing."""
        blobs = part.source.blobs
        if part.witness is not None:
            with contextlib.suppress(NotFound):
                await (await blobs.open(part.witness)).close()
                return
        # Of folders that were emptied there may be thousands before the first file.
        first = await blobs.look(lambda: next(iter(blobs.walk()), None))
        part.witness = None if first is None else first.key
        if first is None:
            known = await self._database.read(lambda c: scanning.has_present(c, part.root.id))
            if known:
                raise Away("the folder is empty")

    async def _tell(self) -> None:
        await self._check_cancelled()

    async def _check_cancelled(self) -> None:
        now = time.monotonic()
        look = self._job.look
        if now - self._looked < CANCEL_SECONDS and not look.is_set():
            return
        look.clear()
        self._looked = now
        if await self._database.write(self._look):
            raise Cancelled

    def _look(self, connection: Connection) -> bool:
        self._job.fence(connection)
        scanning.set_scan(connection, self._scan.id, ScanPhase.READING, self._counters)
        return scanning.is_cancelled(connection, self._scan.id)


def _end(connection: Connection, part: Part, at: int) -> None:
    scanning.library_done(connection, part.root.id, at, part.error)
    if part.error is None and not part.below:
        rereading.done(connection, part.root.id)


def sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + "."
