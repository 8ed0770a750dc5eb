"""From files that were found to rows: tags are read ahead in workers, committed in order."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from msgspec import Struct, structs
from sqlalchemy import Connection

from philomel.engines.audio import FileTags, TagReader
from philomel.engines.blobs import Away, Folder, unless_away
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import NotFound, PhilomelError, Unavailable
from philomel.services.catalog.contract import Chapter, LyricSet
from philomel.services.catalog.jobs.walking import Found
from philomel.services.catalog.rules import lyrics, paths
from philomel.services.catalog.rules.drafts import Draft, Drafter
from philomel.services.catalog.rules.matching import Stamp
from philomel.services.catalog.store.applying import Stale, apply
from philomel.services.catalog.store.moving import Move, Seen, find_moves, take
from philomel.services.catalog.store.planning import Intake, Plan, Planner
from philomel.services.catalog.store.scanning import Counters
from philomel.services.catalog.store.tables import PRESENT
from philomel.services.media.contract import AssetSource, Media, RegisterAssets

BATCH = 100
AHEAD = 6
_PLACES = 500
"""Files whose tracks follow in one transaction."""
_TRIES = 5
_PAUSE = 0.5
_LYRICS_BYTES = 1 << 20


class Source(Struct, frozen=True):
    """The library that files come from."""

    library_id: str
    root: bytes
    blobs: Folder


class Todo(Struct, frozen=True):
    """A file to read; `file_id` if it is known at this path, `again` if it is as it was."""

    found: Found
    file_id: str | None
    again: bool = False


class Beside(Struct, frozen=True):
    """What a file of lyrics beside a track holds, or why nothing."""

    lyrics: LyricSet | None = None
    error: str = ""


class IntakeLine:
    """Takes files of one library in; `finish` waits for the last of them."""

    def __init__(
        self,
        source: Source,
        scan_id: str,
        counters: Counters,
        progress: Callable[[Connection, Counters], None],
        check: Callable[[], Awaitable[None]],
        *,
        database: Database,
        media: Media,
        reader: TagReader,
        clock: Clock,
        drafter: Drafter,
        planner: Planner,
        told: Callable[[], None],
    ) -> None:
        self._source = source
        self._scan_id = scan_id
        self._counters = counters
        self._progress = progress
        self._check = check
        self._database = database
        self._media = media
        self._reader = reader
        self._clock = clock
        self._drafter = drafter
        self._planner = planner
        self._told = told
        self._next: list[Todo] = []
        self._reading: deque[tuple[list[Todo], asyncio.Task[Sequence[FileTags]]]] = deque()

    async def add(self, todo: Todo) -> None:
        self._next.append(todo)
        if len(self._next) >= BATCH:
            await self._start()

    async def finish(self) -> None:
        await self._start()
        while self._reading:
            await self._commit_one()

    async def take_places(self, found: Sequence[Found]) -> list[Found]:
        """Let tracks follow files that are surely theirs; returns the files that tags must tell.

        What cannot be done this way for any reason is left to the reading of tags.
        """
        rest: list[Found] = []
        for start in range(0, len(found), _PLACES):
            some = found[start : start + _PLACES]
            moves = await self._moves(some)
            taken = {move.now.path for move in moves}
            rest += [each for each in some if each.entry.key not in taken]
        return rest

    async def _moves(self, found: Sequence[Found]) -> Sequence[Move]:
        await self._check()
        library_id = self._source.library_id
        seen = [
            Seen(Stamp(e.key, e.size, e.modified_ns, e.inode & (2**63 - 1)), each.lyrics_ns)
            for each in found
            for e in (each.entry,)
        ]
        moves = await self._database.read(
            lambda connection: find_moves(connection, library_id, seen), long=True
        )
        if not moves:
            return ()
        now, counters = self._clock.now(), Counters()
        counters.become(self._counters)
        counters.moved += len(moves)
        counters.missing = max(0, counters.missing - len(moves))

        def write(connection: Connection) -> None:
            take(connection, library_id, moves, now, self._scan_id)
            self._progress(connection, counters)

        items = tuple(
            AssetSource(
                asset_id=m.file_id, library_id=library_id, path=m.now.path, size=m.now.size,
                modified_ns=m.now.modified_ns, container=m.container, codec=m.codec,
                duration_ms=m.duration_ms, bitrate=m.bitrate,
            )
            for m in moves
        )  # fmt: skip
        try:
            with acting(SERVICE):
                await self._media.register_assets(RegisterAssets(items=items))
            await self._database.write(write)
        except (Stale, Unavailable):
            return ()
        self._counters.become(counters)
        self._told()
        return moves

    def abandon(self) -> None:
        """Stop reading; what was committed stays."""
        for _, task in self._reading:
            task.cancel()
        self._reading.clear()

    async def _start(self) -> None:
        if not self._next:
            return
        batch, self._next = self._next, []
        keys = [todo.found.entry.key for todo in batch]
        reading = asyncio.ensure_future(self._reader.read(self._source.root, keys))
        self._reading.append((batch, reading))
        while len(self._reading) >= AHEAD:
            await self._commit_one()

    async def _commit_one(self) -> None:
        await self._check()
        batch, reading = self._reading[0]
        begun = time.monotonic()
        tags = await unless_away(self._source.blobs, reading)
        self._reading.popleft()
        batch, tags = await self._still_there(batch, tags)
        beside = await self._read_lyrics(batch)
        now = self._clock.now()

        def plan_it(connection: Connection) -> Plan:
            files = [
                self._intake(todo, found, text)
                for todo, found, text in zip(batch, tags, beside, strict=True)
            ]
            return self._planner.plan(connection, self._source.library_id, files, now)

        for attempt in range(_TRIES):
            plan = await self._database.read(plan_it, long=True)
            try:
                await self._register(plan)
                counters = self._counted(plan)
                write = partial(self._write, plan=plan, now=now, counters=counters)
                await self._database.write(write)
            except Stale:
                continue
            except Unavailable:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(_PAUSE * 2**attempt)
            else:
                self._counters.become(counters)
                self._told()
                if all(todo.again for todo in batch):
                    # Nobody waits for it: whoever does something goes first.
                    await asyncio.sleep(time.monotonic() - begun)
                return
        raise Unavailable("the catalogue changed too often while files were taken in")

    async def _still_there(
        self, batch: list[Todo], tags: Sequence[FileTags]
    ) -> tuple[list[Todo], Sequence[FileTags]]:
        """Without what vanished between the walk and the reading.

        A file is not broken because its disk went away, or because somebody just deleted it.

        Raises:
            Away: the library went away.
        """
        gone: set[int] = set()
        for place, found in enumerate(tags):
            if found.error is None:
                continue
            try:
                await (await self._source.blobs.open(found.key)).close()
            except NotFound:
                gone.add(place)
            except Away:
                raise
            except PhilomelError:
                pass  # it is there and cannot be opened, which its error says
        if gone:
            await self._source.blobs.check()
        kept = [place for place in range(len(batch)) if place not in gone]
        return [batch[place] for place in kept], [tags[place] for place in kept]

    def _write(self, connection: Connection, plan: Plan, now: int, counters: Counters) -> None:
        apply(connection, plan, now, self._scan_id)
        self._progress(connection, counters)

    def _counted(self, plan: Plan) -> Counters:
        """The counters once the plan is written; an engine may run the write more than once."""
        counters = Counters()
        counters.become(self._counters)
        counters.read += len(plan.paths)
        counters.added += plan.added
        counters.changed += plan.changed
        counters.moved += len(plan.moved)
        counters.missing = max(0, counters.missing - len(plan.moved))
        counters.errors += plan.failed
        return counters

    def _intake(self, todo: Todo, found: FileTags, beside: Sequence[Beside]) -> Intake:
        entry, format_ = todo.found.entry, found.format
        draft: Draft | None = None
        warnings = found.warnings
        if format_ is not None:
            draft = self._drafter.draft(entry.key, ((tag.name, tag.values) for tag in found.tags))
            warnings += draft.warnings
            if beside:
                sets = [one.lyrics for one in beside if one.lyrics is not None]
                warnings += tuple(one.error for one in beside if one.error)
                every = lyrics.best_first([*sets, *draft.lyrics])
                draft = structs.replace(draft, lyrics=every)
            if found.chapters:
                items = tuple(Chapter(c.start_ms, c.end_ms, c.title) for c in found.chapters)
                draft = structs.replace(draft, chapters=items)
        intake = Intake(
            path=entry.key, size=entry.size, modified_ns=entry.modified_ns,
            inode=entry.inode & (2**63 - 1), lyrics_ns=todo.found.lyrics_ns, draft=draft,
            error=None if format_ else found.error or "It is not playable audio.",
            warnings=warnings, file_id=todo.file_id, picture=found.picture,
        )  # fmt: skip
        if format_ is None:
            return intake
        return structs.replace(
            intake, container=format_.container, codec=format_.codec,
            duration_ms=format_.duration_ms, bitrate=min(format_.bitrate, 2**31 - 1),
            sample_rate=format_.sample_rate, channels=format_.channels,
            bit_depth=format_.bit_depth,
        )  # fmt: skip

    async def _read_lyrics(self, batch: list[Todo]) -> list[list[Beside]]:
        return [
            [await self._lyrics_beside(todo.found.entry.key, key) for key in todo.found.lyrics]
            for todo in batch
        ]

    async def _lyrics_beside(self, track: bytes, key: bytes) -> Beside:
        """A file of lyrics is what somebody put there on purpose: it wins over the tags."""
        name = paths.display(key.rpartition(b"/")[2])
        try:
            blob = await self._source.blobs.open(key)
        except Away:
            raise
        except PhilomelError:
            return Beside(error=f"The lyrics in {name} could not be read.")
        try:
            if blob.size is None or blob.size > _LYRICS_BYTES:
                return Beside(error=f"The lyrics in {name} are too large.")
            text = lyrics.decode(b"".join([part async for part in blob.stream()]))
        except Away:
            raise
        except PhilomelError:
            return Beside(error=f"The lyrics in {name} could not be read.")
        finally:
            await blob.close()
        language = lyrics.language_of(paths.lyrics_language(key, track))
        try:
            return Beside(lyrics.parse(text, language, "file"))
        except lyrics.BadLyrics as error:
            return Beside(error=f"The lyrics in {name} were left out: {error}.")

    async def _register(self, plan: Plan) -> None:
        """Media hears of files first: what is in the catalogue can be played."""
        rows = [(row["id"], row) for row in plan.new_files if row["state"] == PRESENT]
        rows += [(row["file"], row) for row in plan.file_updates if row["state"] == PRESENT]
        if not rows:
            return
        items = tuple(
            AssetSource(
                asset_id=id_, library_id=row["library_id"], path=row["path"], size=row["size"],
                modified_ns=row["modified_ns"], container=row["container"], codec=row["codec"],
                duration_ms=row["duration_ms"], bitrate=row["bitrate"],
            )
            for id_, row in rows
        )  # fmt: skip
        with acting(SERVICE):
            await self._media.register_assets(RegisterAssets(items=items))
