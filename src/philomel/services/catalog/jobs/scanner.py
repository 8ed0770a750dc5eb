"""The job that runs scans."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from sqlalchemy import Connection

from philomel.engines.audio import TagReader
from philomel.engines.blobs import Folders
from philomel.engines.outbox import Lease
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import ScanPhase, Settings
from philomel.services.catalog.jobs.heirs import pass_on_by_tags, retire
from philomel.services.catalog.jobs.intake import IntakeLine, Source
from philomel.services.catalog.jobs.parts import Cancelled
from philomel.services.catalog.jobs.surveying import Survey
from philomel.services.catalog.rules.drafts import Drafter
from philomel.services.catalog.service import CatalogService
from philomel.services.catalog.service.signals import Signals, rest
from philomel.services.catalog.store import rereading, scanning
from philomel.services.catalog.store.libraries import Root
from philomel.services.catalog.store.planning import Planner
from philomel.services.catalog.store.scanning import Counters, ScanRow
from philomel.services.media.contract import Media

T = TypeVar("T")
_log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
RENEW_SECONDS = 3.0
CANCEL_SECONDS, GRACE_SECONDS = 0.5, 0.7


class Scanner:
    """The job that runs scans, one at a time in all processes together."""

    name = "catalog scan"

    def __init__(
        self,
        *,
        service: CatalogService,
        database: Database,
        media: Media,
        folders: Folders,
        reader: TagReader,
        clock: Clock,
        signals: Signals,
        settings: Settings,
    ) -> None:
        self._service = service
        self._database = database
        self._clock = clock
        self._signals = signals
        self._lease = Lease(database, "scan", clock)
        self._token = 0
        self._media, self._folders, self._reader = media, folders, reader
        self._drafter, self._planner = Drafter(settings), Planner(settings)

    async def run(self) -> None:
        await self._service.send_roots()
        await self._database.write(self._read_again)
        while True:
            waiting = await self._database.read(scanning.open_scan)
            token = None if waiting is None else await self._lease.acquire()
            if token is None:
                await self._service.resend_roots()
                await rest(self._signals.scan, LOOK_SECONDS)
                continue
            self._token = token
            try:
                # Another process may have ended it before the lease was ours.
                waiting = await self._database.read(scanning.open_scan)
                if waiting is not None:
                    await self._hold(self._scan(waiting))
            finally:
                await self._lease.release()

    def _read_again(self, connection: Connection) -> None:
        """What an older edition of the reading of tags read is read again by itself."""
        if rereading.is_due(connection):
            scanning.add_scan(connection, new_id(), self._clock.now(), full=False, path=None)

    async def _hold(self, scan: Coroutine[None, None, None]) -> None:
        """Run a scan while the lease is ours."""
        running = asyncio.ensure_future(scan)
        try:
            while not (await asyncio.wait((running,), timeout=RENEW_SECONDS))[0]:
                if await self._lease.acquire() is None:
                    _log.warning("another process took over the scan")
                    return
            await running
        finally:
            running.cancel()
            await asyncio.wait((running,))

    async def _scan(self, waiting: ScanRow) -> None:
        counters = Counters()
        scan = Survey(self, waiting, counters)
        phase, error = ScanPhase.DONE, None
        try:
            # Media may have been away when a library was added or moved.
            await self._service.send_roots()
            error = await self._until_cancelled(waiting.id, self._survey(scan, waiting.id))
        except Cancelled:
            phase = ScanPhase.CANCELLED
        except Exception as failure:  # the scan is told to have failed, the next one goes on
            _log.exception("the scan failed")
            phase = ScanPhase.FAILED
            error = failure.message if isinstance(failure, PhilomelError) else "an internal error"
        finally:
            scan.abandon()
        await scan.tell_lost()
        now = self._clock.now()

        def finish(connection: Connection) -> None:
            self.fence(connection)
            scanning.set_scan(connection, waiting.id, phase, counters, finished_at=now, error=error)

        await self._database.write(finish)
        self._signals.relay()
        self._signals.covers.set()

    async def _survey(self, scan: Survey, scan_id: str) -> str | None:
        await retire(self._database, self._clock, self.fence, scan_id)
        error = await scan.run()
        await pass_on_by_tags(self._database, self._clock, self.fence, scan.check)
        return error

    async def _until_cancelled(self, scan_id: str, work: Coroutine[None, None, T]) -> T:
        """What `work` returns. Whatever it waits for, a disk or a worker, a cancel ends it.

        Raises:
            Cancelled: somebody asked for that.
        """
        doing = asyncio.ensure_future(work)
        bell = self._signals.cancel
        bell.clear()
        try:
            while not doing.done():
                ringing = asyncio.ensure_future(bell.wait())
                await asyncio.wait(
                    (doing, ringing), timeout=CANCEL_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                ringing.cancel()
                bell.clear()
                if await self._database.read(lambda c: scanning.is_cancelled(c, scan_id)):
                    # Between two batches it stops by itself, and its counts are right.
                    self._signals.look.set()
                    if not (await asyncio.wait((doing,), timeout=GRACE_SECONDS))[0]:
                        raise Cancelled
            return doing.result()
        finally:
            doing.cancel()
            await asyncio.wait((doing,))

    def line(
        self,
        source: Source,
        scan_id: str,
        counters: Counters,
        check: Callable[[], Awaitable[None]],
    ) -> IntakeLine:
        def progress(connection: Connection, now: Counters) -> None:
            self.fence(connection)
            scanning.set_scan(connection, scan_id, ScanPhase.READING, now)

        return IntakeLine(
            source, scan_id, counters, progress, check,
            database=self._database, media=self._media, reader=self._reader, clock=self._clock,
            drafter=self._drafter, planner=self._planner, told=self._signals.relay,
        )  # fmt: skip

    def source(self, root: Root) -> Source:
        return Source(root.id, root.path, self._folders.open(root.path))

    def fence(self, connection: Connection) -> None:
        """Refuse to write once another process scans, which plans by what it finds itself."""
        self._lease.check(connection, self._token)

    @property
    def database(self) -> Database:
        return self._database

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def look(self) -> asyncio.Event:
        return self._signals.look

    def told(self) -> None:
        self._signals.relay()
