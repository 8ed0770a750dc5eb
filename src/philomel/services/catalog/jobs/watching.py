"""Scans what changes, when it changes, and everything now and then.

Of several processes the one with the lease watches. A change is scanned once it is over: when
nothing was heard for a while and the files have stopped growing.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import time
from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection

from philomel.engines.blobs import Away, Folders
from philomel.engines.outbox import Lease, LeaseLost
from philomel.engines.sql import Database
from philomel.engines.watching import Changes, Watching
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Unavailable
from philomel.kernel.ids import new_id
from philomel.services.catalog.contract import Settings
from philomel.services.catalog.rules.rescans import common_folder, matters, next_rescan
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.store import scanning
from philomel.services.catalog.store.libraries import Root, roots

_log = logging.getLogger(__name__)

LEASE_SECONDS = 360.0
RENEW_SECONDS = 120.0
LONGEST = 600.0
"""Seconds after which a change is scanned although it goes on."""
_MOST = 1_000
_START_MS = 60_000
"""After a start there are better things to do for a while than what was missed meanwhile."""


class Pace:
    """How fast the watcher is, in seconds; tests are in a hurry."""

    def __init__(
        self, quiet: float = 2.0, tick: float = 1.0, check: float = 30.0, minute: float = 60.0
    ) -> None:
        self.quiet, self.tick, self.check, self.minute = quiet, tick, check, minute


class Watcher:
    """The job that watches the libraries."""

    name = "catalog watch"

    def __init__(
        self,
        *,
        database: Database,
        folders: Folders,
        watching: Watching,
        clock: Clock,
        signals: Signals,
        settings: Settings,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._folders = folders
        self._watching = watching
        self._clock = clock
        self._signals = signals
        self._settings = settings
        self._pace = pace or Pace()
        self._lease = Lease(database, "watch", clock, seconds=LEASE_SECONDS)
        self._watched: dict[str, _Library] = {}
        self._began = 0
        self._jitter = secrets.randbelow(1_000) / 1_000

    async def run(self) -> None:
        if self._settings.watch == self._settings.rescan == "off":
            return
        self._began = self._clock.now()
        try:
            while True:
                token = await self._lease.acquire()
                if token is not None:
                    with contextlib.suppress(LeaseLost):
                        await self._hold(token)
                await self._forget({})
                await asyncio.sleep(RENEW_SECONDS)
        finally:
            await self._forget({})
            await self._lease.release()

    async def _hold(self, token: int) -> None:
        """Watch while the lease is ours."""
        renewed = checked = time.monotonic()
        await self._follow()
        while True:
            await asyncio.sleep(self._pace.tick)
            now = time.monotonic()
            if now - renewed >= RENEW_SECONDS:
                renewed = now
                if await self._lease.acquire() != token:
                    return
            if now - checked >= self._pace.check:
                checked = now
                await self._follow()
            await self._scan_what_is_due(token)

    async def _follow(self) -> None:
        """Watch the libraries that there are, each for itself: one that hangs holds up none."""
        found = {root.id: root for root in await self._database.read(roots)}
        if self._settings.watch == "off":
            found = {}
        await self._forget(found)
        for id_, root in found.items():
            if id_ not in self._watched:
                self._watched[id_] = _Library(
                    root, self._folders, self._watching, self._settings, self._pace
                )

    async def _forget(self, kept: Mapping[str, Root]) -> None:
        for id_, library in list(self._watched.items()):
            root = kept.get(id_)
            if root is None or root.path != library.root.path:
                await self._watched.pop(id_).stop()

    async def _scan_what_is_due(self, token: int) -> None:
        now = self._clock.now()
        self._began = began = min(self._began, now)  # it may have been set back since
        look = partial(scanning.last_whole_scan, before=now + _START_MS)
        last = await self._database.read(look)
        due = next_rescan(self._settings.rescan, began if last is None else last, self._jitter)
        if due is not None and now >= max(due, began + _START_MS):
            if await self._start(token, None):
                for library in self._watched.values():
                    library.scanned()
            return
        ready = [library for library in self._watched.values() if library.due is not None]
        if not ready:
            return
        # What left one library may have come to another: one scan sees both.
        path = ready[0].due if len(ready) == 1 else None
        if await self._start(token, path):
            for library in ready:
                library.scanned()

    async def _start(self, token: int, path: bytes | None) -> bool:
        """Ask for a scan, unless one runs: it may have passed the place already."""
        scan_id, now = new_id(), self._clock.now()

        def work(connection: Connection) -> bool:
            self._lease.check(connection, token)
            return scanning.add_scan(connection, scan_id, now, full=False, path=path)

        if await self._database.read(scanning.open_scan) is not None:
            return False
        if started := await self._database.write(work):
            self._signals.scan.set()
        return started


class _Library:
    """One library that is watched.

    Attributes:
        due: what of it is to be scanned now.
    """

    def __init__(
        self, root: Root, folders: Folders, watching: Watching, settings: Settings, pace: Pace
    ) -> None:
        self.root = root
        self.due: bytes | None = None
        self._folder = folders.open(root.path)
        self._watching = watching
        self._settings = settings
        self._pace = pace
        self._everything = self._missed = self._hears = self._deaf = False
        self._paths: set[bytes] = set()
        self._heard = self._since = 0.0
        self._task = asyncio.create_task(self._run())

    def scanned(self) -> None:
        """A scan of what was due has begun."""
        self.due = None

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def _run(self) -> None:
        while True:
            try:
                await self._watch()
            except Unavailable as error:
                _log.info("library %s is not watched for now: %s", self.root.id, error.message)
            except Exception:  # whatever one library meets, it is looked at again
                _log.exception("watching library %s failed", self.root.id)
            await asyncio.sleep(self._pace.check)

    async def _watch(self) -> None:
        place = None
        if self._settings.watch == "auto" and self.root.path.startswith(b"/"):
            place = (await self._folder.place()).rstrip(b"/")
        if place is None or self._deaf or not self._watching.hears(place):
            await asyncio.sleep(self._settings.poll_minutes * self._pace.minute)
            self.due = self.root.path
            return
        identity = await self._identity()
        if self._missed:  # it is back, and whatever happened meanwhile was not heard
            self._missed = False
            self.due = self.root.path
        hearing = asyncio.create_task(self._hear(place))
        settling = asyncio.create_task(self._settle(place))
        try:
            # A disk that was unmounted and is back tells nothing any more.
            while not hearing.done() and await self._identity() == identity:
                await asyncio.wait((hearing,), timeout=self._pace.check)
            self._missed = True
            if hearing.done():
                self._deaf = True  # more folders than the system watches, perhaps
                hearing.result()
        except Unavailable:
            self._missed = True
            raise
        finally:
            for task in (hearing, settling):
                task.cancel()
            await asyncio.wait((hearing, settling))

    async def _identity(self) -> tuple[int, int]:
        try:
            status = await self._folder.look(partial(os.stat, self.root.path))
        except OSError as error:
            raise Away("the folder is not there") from error
        return status.st_dev, status.st_ino

    async def _hear(self, place: bytes) -> None:
        async for changes in self._watching.changes(place):
            self._hears = True
            self._note(changes)

    def _note(self, changes: Changes) -> None:
        paths = [path for path in changes.paths if matters(path)]
        if not paths and not changes.everything:
            return
        self._heard = time.monotonic()
        if not self._paths and not self._everything:
            self._since = self._heard
        self._paths.update(paths)
        self._everything |= changes.everything or len(self._paths) > _MOST
        if self._everything:
            self._paths.clear()

    async def _settle(self, place: bytes) -> None:
        """Say what is due once it is over."""
        before: dict[bytes, int] | None = None
        while True:
            await asyncio.sleep(self._pace.tick)
            now = time.monotonic()
            if not self._paths and not self._everything:
                continue
            if now - self._heard < self._pace.quiet and now - self._since < LONGEST:
                before = None
                continue
            sizes = await self._folder.look(self._sizes)
            if sizes != before and now - self._since < LONGEST:
                before = sizes
                continue
            below = place if self._everything else common_folder(self._paths, place)
            asked = self.root.path + below[len(place) :]
            if self.due is not None and self.due != asked:
                asked = self.root.path
            self._paths.clear()
            self._everything, before = False, None
            self.due = asked

    def _sizes(self) -> dict[bytes, int]:
        found = {}
        for path in list(self._paths):
            with contextlib.suppress(OSError):
                found[path] = os.stat(path).st_size  # noqa: PTH116 - paths are bytes
        return found
