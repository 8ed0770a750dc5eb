"""Backups by themselves: one a day, of which the latest few are kept."""

import asyncio
import contextlib
import logging
import re
import shutil
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from philomel.app.keeping import backup, manifest
from philomel.app.keeping.notes import note_failure
from philomel.app.keeping.place import Place
from philomel.app.refusal import Refusal
from philomel.app.settings import Settings
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError

T = TypeVar("T")

_DAY_MS = 86_400_000
_NAME = re.compile(r"philomel-(\d{8}T\d{6}Z)")
_STAMP = "%Y%m%dT%H%M%SZ"
_LOOK_SECONDS = 30.0
_AGAIN_SECONDS = 900.0
_SETTLE_SECONDS = 600.0
_ROOM, _SPARE = 32 << 20, 512 << 20
_log = logging.getLogger(__name__)


class Daily:
    """A job: a backup whenever none was made since the time of day that was set.

    So the first is made when backups are switched on, and one that was missed is made up for:
    ten minutes after the start, or at once where somebody chose the time of day.
    """

    name = "daily backup"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._place = Place(settings)
        self._clock = clock
        self._at_ms = time_of_day(settings.text("backup.at") or "00:00")
        self._keep = settings.number("backup.keep")
        self._folder = folder(settings)
        chosen = next(each for each in settings if each.setting.name == "backup.at")
        self.settle_seconds = _SETTLE_SECONDS if chosen.source == "default" else 0.0

    async def run(self) -> None:
        await asyncio.sleep(self.settle_seconds)
        while True:
            pause = _LOOK_SECONDS
            if self.due():
                done = await self.try_aside()
                pause = _LOOK_SECONDS if done else _AGAIN_SECONDS
            await asyncio.sleep(pause)

    def due(self) -> bool:
        """Whether no backup was made since the time last came."""
        now = self._clock.now()
        slot = (now - self._at_ms) // _DAY_MS * _DAY_MS + self._at_ms
        # Those from times to come were made before the clock was set back.
        there = [path for path in made(self._folder) if moment_of(path) <= now + _DAY_MS]
        return not there or moment_of(there[-1]) < slot

    async def make(self) -> Path:
        """Make one, and remove those that are too many."""
        before = made(self._folder)
        stamp = datetime.fromtimestamp(self._clock.now() / 1000, UTC).strftime(_STAMP)
        target = self._folder / f"philomel-{stamp}"
        latest = before[-1] if before else None
        spare = _SPARE if shares_disk(self._folder, self._place.folder) else 0
        await backup.make(self._place, target, self._clock, before=latest, spare=_ROOM + spare)
        kept = [path for path in made(self._folder) if path != target]
        for old in kept[: max(0, len(kept) + 1 - self._keep)]:
            remove(old)
        for left in self._folder.glob("philomel-*.tmp"):
            backup.sweep(left)
        return target

    async def try_aside(self) -> bool:
        """Make one in a thread of its own, behind all others. Why it did not work is noted."""

        def work() -> bool:
            backup.be_gentle()
            return self._try()

        return await aside(work, otherwise=False)

    def _try(self) -> bool:
        try:
            made = asyncio.run(self.make())
        except (Refusal, PhilomelError) as error:
            _log.error("no backup could be made: %s", error.message)
            note_failure(self._place, error.message)
            return False
        except Exception as error:  # the server goes on, whatever a backup meets
            _log.exception("no backup could be made")
            note_failure(self._place, type(error).__name__)
            return False
        _log.info("a backup was made: %s", made)
        return True


async def aside(work: Callable[[], T], otherwise: T) -> T:
    """What `work` answers in a thread of its own: some of it takes long at a time.

    Args:
        otherwise: the answer where it ends by an error.
    """
    loop = asyncio.get_running_loop()
    over: asyncio.Future[T] = loop.create_future()

    def tell(answer: T) -> None:
        if not over.done():
            over.set_result(answer)

    def run() -> None:
        answer = otherwise
        try:
            answer = work()
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(tell, answer)

    threading.Thread(target=run, name="backup", daemon=True).start()
    return await over


def scheduled(settings: Settings, clock: Clock) -> Sequence[Daily]:
    """The job, if backups are switched on and this process keeps the log."""
    local = settings.role.keeps_log and settings.text("log") == "local"
    return (Daily(settings, clock),) if local and settings.text("backup.at") else ()


def folder(settings: Settings) -> Path:
    """Where the daily backups lie."""
    named = settings.text("backup.folder")
    return Path(named).expanduser() if named else settings.data / "backups" / "daily"


def shares_disk(folder: Path, data: Path) -> bool:
    """Whether backups lie on the disk of what they are of."""
    there = folder
    while not there.exists():
        there = there.parent
    try:
        return there.stat().st_dev == data.stat().st_dev
    except OSError:
        return False


def time_of_day(text: str) -> int:
    """Milliseconds since midnight UTC; "03:30" is 12,600,000."""
    hours, _, minutes = text.partition(":")
    return (int(hours) * 60 + int(minutes)) * 60_000


def made(folder: Path) -> list[Path]:
    """The backups in a folder that were made by schedule, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if _NAME.fullmatch(path.name) and (path / manifest.NAME).exists()
    )


def moment_of(path: Path) -> int:
    """When a backup was made, milliseconds since the Unix epoch."""
    found = datetime.strptime(path.name.removeprefix("philomel-"), _STAMP).replace(tzinfo=UTC)
    return int(found.timestamp() * 1000)


def remove(path: Path) -> None:
    """Remove a backup; one that is removed half has no backup's name any more."""
    gone = path.with_name(path.name + ".tmp")
    with contextlib.suppress(OSError):
        path.rename(gone)
        shutil.rmtree(gone)
