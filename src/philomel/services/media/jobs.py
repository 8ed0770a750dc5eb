"""The background analysis: whatever waits in the database, a few files at a time.

Nothing is remembered outside the database, so a process that is killed loses the files
it was at, and the next one does only the rest.
"""

import asyncio
import contextlib
import logging
from collections import deque
from functools import partial

from philomel.engines.audio import Analysis, Analyzer
from philomel.engines.blobs import Away, Folders, unless_away
from philomel.engines.log import Message, Record
from philomel.engines.outbox import Effect, Lease, Relay
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError, Unavailable
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import from_bytes, to_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.media.contract import AssetsAnalysed
from philomel.services.media.store import MediaStore, Task
from philomel.services.media.store.tables import State

_log = logging.getLogger(__name__)

BATCH = 64
POLL = 5.0
MAX_TRIES = 2
LEASE_SECONDS = 120.0
LOOK_AGAIN = 30.0
_MAX_ERROR = 500


class AnalysisJob:
    """Analyses what waits; of several processes the one with the lease works.

    Args:
        workers: files at once.
        quiet_s: it starts only when nothing was registered for so long: a scan goes first.
    """

    def __init__(
        self,
        store: MediaStore,
        folders: Folders,
        analyzer: Analyzer,
        lease: Lease,
        relay: Relay,
        clock: Clock,
        *,
        workers: int,
        quiet_s: float = 2.0,
    ) -> None:
        self._store = store
        self._folders = folders
        self._analyzer = analyzer
        self._lease = lease
        self._relay = relay
        self._clock = clock
        self._workers = workers
        self._quiet_s = quiet_s
        self._kicked = asyncio.Event()
        self._registered_at = float("-inf")
        self._looked_at = float("-inf")
        self._queue: deque[Task] = deque()
        self._busy: set[str] = set()
        self._refilling = asyncio.Lock()

    @property
    def name(self) -> str:
        return "media analysis"

    def registered(self) -> None:
        """There is new work."""
        self._registered_at = asyncio.get_running_loop().time()
        self._kicked.set()

    async def run(self) -> None:
        self._queue.clear()
        self._busy.clear()
        try:
            await self._store.try_again()
            async with asyncio.TaskGroup() as group:
                for _ in range(self._workers):
                    group.create_task(self._work())
        finally:
            with contextlib.suppress(PhilomelError):
                await self._lease.release()

    async def _work(self) -> None:
        while True:
            task = await self._take()
            self._busy.add(task.asset_id)
            try:
                await self._analyse(task)
            finally:
                self._busy.discard(task.asset_id)

    async def _take(self) -> Task:
        """The next file, once there is one and nobody scans."""
        async with self._refilling:
            while True:
                self._kicked.clear()
                await self._until_quiet()
                if self._queue:
                    return self._queue.popleft()
                if await self._is_ours():
                    await self._look_again()
                    self._queue.extend(await self._store.next_tasks(BATCH, list(self._busy)))
                if not self._queue:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(POLL):
                            await self._kicked.wait()

    async def _is_ours(self) -> bool:
        """Whether to work here. A lease is taken for work only: it is a write to the disk."""
        if self._lease.token is not None:
            return True
        if not await self._store.next_tasks(1, ()) and not await self._store.away():
            return False
        return await self._lease.acquire() is not None

    async def _until_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        while (left := self._registered_at + self._quiet_s - loop.time()) > 0:
            # What waits in the queue may be registered anew meanwhile.
            self._queue.clear()
            await asyncio.sleep(left)

    async def _look_again(self) -> None:
        """Libraries that were away may be back."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at < LOOK_AGAIN:
            return
        self._looked_at = now
        for library in await self._store.away():
            blobs = self._folders.open(library.root)
            with contextlib.suppress(Unavailable):
                await blobs.look(partial(next, blobs.walk(), None))
                await self._store.set_away(library.library_id, away=False)

    async def _analyse(self, task: Task) -> None:
        try:
            library = self._folders.open(task.root)
            blob = await library.open_file(task.path)
        except Unavailable as error:
            await self._leave(task, error)
            return
        except PhilomelError as error:
            await self._fail(task, State.NOT_THERE, error.message)
            return
        try:
            descriptor = blob.fileno()
            if (blob.size, blob.modified_ns) != (task.size, task.modified_ns):
                await self._fail(task, State.NOT_THERE, "the file has changed since the scan")
            elif descriptor is None:
                await self._fail(task, State.FAILED, "this store has no files to decode")
            else:
                analysing = self._analyzer.analyze(descriptor)
                await self._finish(task, await unless_away(library, analysing))
        except Away as error:
            await self._leave(task, error)
        except Unavailable:
            raise  # the database or the workers: run again after a pause
        except PhilomelError as error:
            await self._fail(task, State.FAILED, error.message)
        except Exception:  # one file must never keep the others from being analysed
            _log.exception("analysis of asset %s failed", task.asset_id)
            await self._fail(task, State.FAILED, "the analysis failed; the log says why")
        finally:
            await blob.close()

    async def _leave(self, task: Task, error: Unavailable) -> None:
        """Its library is away: what lies in it waits until it is back."""
        _log.warning("analysis leaves library %s for later: %s", task.library_id, error)
        await self._store.set_away(task.library_id, away=True)
        self._queue = deque(one for one in self._queue if one.library_id != task.library_id)

    async def _finish(self, task: Task, analysis: Analysis) -> None:
        if await self._store.finish(task, analysis, self._event(task)):
            self._relay.kick()

    async def _fail(self, task: Task, state: State, error: str) -> None:
        now = self._clock.now()
        if task.outdated and state is State.FAILED:
            # What it has is worth more than the news that there will be no more.
            _log.info("asset %s stays as it was analysed before: %s", task.asset_id, error)
            await self._store.leave(task)
            return
        if state is State.FAILED and task.tries + 1 < MAX_TRIES:
            # Perhaps the machine was short of memory or time: once more, after all others.
            await self._store.fail(task, State.WAITING, error[:_MAX_ERROR], now, None)
            return
        _log.info("analysis of asset %s: %s", task.asset_id, error)
        await self._store.fail(task, state, error[:_MAX_ERROR], now, self._event(task))
        self._relay.kick()

    def _event(self, task: Task) -> Record:
        now = self._clock.now()
        event = AssetsAnalysed(ids=(task.asset_id,), at=now)
        return Record(
            id=new_event_id(now),
            key=task.asset_id,
            type="media.AssetsAnalysed",
            value=to_bytes(event),
        )


DEPARTURES = "philomel.accounts"
_REMEMBERED_MS = 400 * 24 * 3600 * 1000
"""Longer than an address can live."""


class Departures:
    """Follows accounts: the addresses of somebody whose account was removed open nothing."""

    def __init__(self, store: MediaStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def handle(self, message: Message) -> Effect | None:
        if message.record.type == "accounts.UserRemoved":
            removed = from_bytes(UserRemoved, message.record.value)
            now = self._clock.now()
            await self._store.depart(removed.user_id, now, now - _REMEMBERED_MS)
        return None
