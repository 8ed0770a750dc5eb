"""What is remembered of backups, restores and moves: for `doctor`, metrics and the audit log.

A backup, a restore and a move work on databases that nobody may have open, or on those of an
older program. So what was done is put down in a file beside them, and whoever opens the databases
next writes it into the audit log.
"""

import asyncio
import fcntl
import json
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from philomel.app.keeping.place import Place, write_durably
from philomel.app.settings import Settings
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.services.accounts.contract import Accounts, RecordAction

_FOLDER = "acts"
_LOOK_SECONDS = 5.0
_DETAILS = 1000
_log = logging.getLogger(__name__)


def last(place: Place) -> tuple[int, Path] | None:
    """When the latest backup was made (milliseconds since the Unix epoch), and where it is."""
    try:
        found = json.loads(_latest(place).read_bytes())
        return int(found["made_at"]), Path(found["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note(place: Place, made_at: int, folder: Path) -> None:
    """Remember a backup that is whole."""
    with suppress(OSError):  # the backup is good all the same
        _write(_latest(place), {"made_at": made_at, "folder": str(folder)})
        _failed(place).unlink(missing_ok=True)


def failure(place: Place) -> str:
    """Why no backup could be made the last time, in words; "" if one could."""
    try:
        return str(json.loads(_failed(place).read_bytes())["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def note_failure(place: Place, reason: str) -> None:
    with suppress(OSError):  # where there is no room, the log alone says so
        _write(_failed(place), {"reason": reason})


def note_schedule(place: Place, clock: Clock) -> None:
    """Put down for the audit log if backups are scheduled otherwise than before.

    Raises:
        OSError: it cannot be written.
    """
    chosen = {each.setting.name: each for each in place.settings}
    names = ("backup.at", "backup.keep", "backup.folder")
    now = {name: chosen[name].value for name in names}
    path = place.folder / "backups" / "schedule.json"
    try:
        before = json.loads(path.read_bytes())
    except (OSError, ValueError):
        before = {name: chosen[name].setting.default for name in names}
    if now == before:
        return
    told = ", ".join(f"{name} = {value}" for name, value in now.items())
    put_down(place, clock, "backup.schedule", told)
    _write(path, now)


def _write(path: Path, told: Mapping[str, object]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_durably(path, json.dumps(told).encode())


def _latest(place: Place) -> Path:
    return place.folder / "backups" / "last.json"


def _failed(place: Place) -> Path:
    return place.folder / "backups" / "failed.json"


class _Act(Struct, frozen=True):
    action: str
    details: str


def put_down(place: Place, clock: Clock, action: str, details: str, name: str = "") -> None:
    """Keep for the audit log that an operator did something, durably.

    Args:
        name: what is put down again under the same name replaces what was.

    Raises:
        OSError: it cannot be written.
    """
    now = clock.now()
    moment = f"{datetime.fromtimestamp(now / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    folder = place.folder / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A path may be no text.
    plain = details.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    act = _Act(action, f"{moment} {plain}"[:_DETAILS])
    chosen = name or f"{now:015d}-{secrets.token_hex(4)}"
    write_durably(folder / f"{chosen}.json", msgspec.json.encode(act))


async def hand_over(place: Place, accounts: Accounts) -> None:
    """Write what was put down into the audit log. A crash may write an act twice, never none.

    Raises:
        PhilomelError: the audit log cannot be written at the moment.
    """
    folder = place.folder / _FOLDER
    if not folder.is_dir():
        return
    with _alone(folder) as mine:
        for path in sorted(folder.glob("*.json")) if mine else ():
            try:
                act = msgspec.json.decode(path.read_bytes(), type=_Act)
            except (msgspec.MsgspecError, ValueError):
                _log.error("%s is damaged and is left out of the audit log", path)
            else:
                with acting(OPERATOR):
                    await accounts.record_action(RecordAction(act.action, details=act.details))
            path.unlink()


class HandingOver:
    """A job: hands over what commands put down beside a running server, and changed settings."""

    name = "acts of operators"

    def __init__(self, settings: Settings, accounts: Accounts, clock: Clock) -> None:
        self._place = Place(settings)
        self._accounts = accounts
        self._clock = clock

    async def run(self) -> None:
        with suppress(OSError):  # at the next start
            note_schedule(self._place, self._clock)
        while True:
            try:
                await hand_over(self._place, self._accounts)
            except (PhilomelError, OSError) as error:
                _log.warning("the audit log lacks what was done on the command line: %s", error)
            await asyncio.sleep(_LOOK_SECONDS)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other process hands over what lies there."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
