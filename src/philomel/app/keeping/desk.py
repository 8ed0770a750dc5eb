"""Backups for administrators who are not at the command line: what there is, and one more.

One thing at a time, in a thread behind all others; a process that ends meanwhile leaves what every
backup leaves that was not finished, which the next one sweeps away.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from philomel.app.keeping import backup, manifest, restore, schedule
from philomel.app.keeping.notes import failure, put_down
from philomel.app.keeping.place import Place, write_durably
from philomel.app.refusal import Refusal
from philomel.app.settings import Settings
from philomel.gateway.backups import Backup, Backups
from philomel.kernel.caller import current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Conflict, FailedPrecondition, NotFound, PhilomelError

_log = logging.getLogger(__name__)


class Desk:
    """See `BackupDesk`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._daily = schedule.Daily(settings, clock)
        self._folder = schedule.folder(settings)
        self._place = Place(settings)
        self._task: asyncio.Task[None] | None = None
        self._doing = ""
        self._name = ""
        self._failure = ""

    async def state(self) -> Backups:
        self._require()
        return await asyncio.to_thread(self._state)

    async def make(self) -> Backups:
        who = self._require()
        self._begin("making", "")
        try:
            told = f"to {self._folder}, asked for by {who}"
            await asyncio.to_thread(put_down, self._place, self._clock, "backup.make", told)
        except OSError as error:
            self._end(f"{self._place.folder} cannot be written: {error.strerror}")
        else:
            self._task = asyncio.create_task(self._make())
        return await asyncio.to_thread(self._state)

    async def check(self, name: str) -> Backups:
        self._require()
        known = {path.name: path for path in await asyncio.to_thread(schedule.made, self._folder)}
        if name not in known:
            raise NotFound("there is no such backup")
        self._begin("checking", name)
        self._task = asyncio.create_task(self._check(known[name]))
        return await asyncio.to_thread(self._state)

    def _require(self) -> str:
        caller = current().caller
        caller.require_admin()
        if not self._settings.role.keeps_log or self._settings.text("log") != "local":
            raise FailedPrecondition("another process keeps the data: `philomel backup` there")
        return caller.name

    def _begin(self, what: str, name: str) -> None:
        if self._doing:
            raise Conflict("a backup is being made or checked already")
        self._doing, self._name, self._failure = what, name, ""

    def _end(self, failed: str = "") -> None:
        self._doing, self._name, self._failure = "", "", failed

    async def _make(self) -> None:
        if not await self._daily.try_aside():
            self._end(failure(self._place) or "see the log of the server")
            return
        made = await asyncio.to_thread(schedule.made, self._folder)
        self._doing, self._name = "checking", made[-1].name
        await self._check(made[-1])

    async def _check(self, path: Path) -> None:
        def work() -> str:
            backup.be_gentle()
            return _failing(lambda: restore.check(path))

        failed = await schedule.aside(work, "could not be read")
        if not failed:
            await asyncio.to_thread(self._note, path.name)
        self._end(failed)

    def _note(self, name: str) -> None:
        """Remember that it was whole, of those that are still there."""
        there = {path.name for path in schedule.made(self._folder)}
        known = {**self._checked(), name: self._clock.now()}
        with suppress(OSError):  # it is whole all the same
            kept = {each: at for each, at in known.items() if each in there}
            write_durably(self._notes, json.dumps(kept).encode())

    @property
    def _notes(self) -> Path:
        return self._place.folder / "backups" / "checked.json"

    def _checked(self) -> dict[str, int]:
        try:
            found = json.loads(self._notes.read_bytes())
            return {str(name): int(at) for name, at in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _state(self) -> Backups:
        checked = self._checked()
        items: list[Backup] = []
        for path in reversed(schedule.made(self._folder)):
            with suppress(Refusal, OSError, PhilomelError):  # it is none, or just taken away
                found = manifest.read(path)
                items.append(
                    Backup(
                        name=path.name, made_at=found.made_at, size=found.size,
                        program=found.program, has_keys=found.has_keys,
                        checked_at=checked.get(path.name),
                    )
                )  # fmt: skip
        return Backups(
            items=tuple(items),
            at=self._settings.text("backup.at"),
            keep=self._settings.number("backup.keep"),
            folder=str(self._folder),
            doing=self._doing,
            name=self._name,
            written=_written(self._folder) if self._doing == "making" else 0,
            expected=items[0].size if items else 0,
            failure=self._failure or failure(self._place),
        )


def _failing(work: Callable[[], object]) -> str:
    try:
        work()
    except (Refusal, PhilomelError) as error:
        return error.message
    except Exception as error:  # the server goes on, whatever a backup holds
        _log.exception("a backup could not be checked")
        return type(error).__name__
    return ""


def _written(folder: Path) -> int:
    """Bytes of a backup that is not finished."""
    total = 0
    for working in folder.glob("philomel-*.tmp"):
        for path in working.rglob("*"):
            with suppress(OSError):
                total += path.stat().st_size if path.is_file() else 0
    return total
