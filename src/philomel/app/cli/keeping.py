"""`philomel backup`, `restore` and `move`."""

import argparse
import asyncio
import os
import shlex
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

from philomel.app.cli.output import Output, plain
from philomel.app.keeping import backup as backing
from philomel.app.keeping import move as moving
from philomel.app.keeping import restore as restoring
from philomel.app.keeping.manifest import Manifest
from philomel.app.keeping.notes import last, put_down
from philomel.app.keeping.place import Place
from philomel.app.process import journal
from philomel.app.process.folder import DataFolder
from philomel.app.process.marks import refuse_marked
from philomel.app.refusal import Exit, Refusal, refusal_of
from philomel.app.settings import Settings, load
from philomel.kernel.clock import Clock, SystemClock
from philomel.kernel.errors import PhilomelError

_STOP_SECONDS = 20.0
_PAUSE_SECONDS = 0.05


def backup(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    journal.begin("error", settings.text("log_format"))
    refuse_marked(settings.data)
    folder = Path(parsed.folder).expanduser().absolute()
    place, clock = Place(settings), SystemClock()
    started = time.monotonic()
    backing.be_gentle()
    # First: who takes everything away is in the audit log also if the command is killed then.
    told = _put_down(place, clock, folder)
    try:
        made = asyncio.run(
            backing.make(
                place,
                folder,
                clock,
                keys=not parsed.without_keys,
                before=_latest_beside(place, folder),
            )
        )
    except PhilomelError as error:
        raise refusal_of(error) from None
    seconds = time.monotonic() - started
    took = f"made in {seconds:.1f} s; writers waited {made.held_seconds * 1000:.0f} ms"
    lines = [f"{plain(str(folder))}: {_size(made.manifest)}, {took}"]
    if made.manifest.has_keys:
        lines.append("It holds the key ring: keep it as carefully as a password.")
    else:
        lines.append(
            "It does not hold the key ring: restored without it, everybody signs in and connects "
            "players anew."
        )
    lines += [f"not in it: {name}, which keeps its database elsewhere" for name in made.missing]
    if not told:
        lines.append(f"not in the audit log: {plain(str(place.folder))} cannot be written")
    content = {
        **_content(folder, made.manifest),
        "seconds": round(seconds, 3),
        "held_seconds": round(made.held_seconds, 4),
        "missing": list(made.missing),
    }
    out.result(content, lines)
    return Exit.OK


def restore(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    journal.begin("error", settings.text("log_format"))
    origin = Path(parsed.folder).expanduser().absolute()
    if parsed.check:
        found = restoring.check(origin)
        out.result(_content(origin, found), [f"{plain(str(origin))} is whole: {_size(found)}"])
        return Exit.OK
    folder = DataFolder(settings.data)
    folder.prepare()
    with folder:
        if not folder.lock("restore"):
            holder = folder.holder()
            raise Refusal(
                f"philomel {holder.what} (process {holder.pid}) uses {folder.path}: stop it first",
                Exit.REFUSED,
                "already_served",
            )
        try:
            done = asyncio.run(
                restoring.restore(Place(settings), origin, SystemClock(), force=parsed.force)
            )
        except PhilomelError as error:
            raise refusal_of(error) from None
    lines = [f"restored as of {_moment(done.manifest)}: {_size(done.manifest)}"]
    if done.aside:
        lines.append(f"what was here before is in {plain(str(settings.data / done.aside))}")
    if not done.manifest.has_keys:
        lines.append("the backup holds no key ring: everybody signs in and connects players anew")
    lines.append("if the music lies elsewhere now: philomel library relocate NAME PATH")
    out.result({**_content(origin, done.manifest), "aside": done.aside}, lines)
    return Exit.OK


def move(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    journal.begin("error", settings.text("log_format"))
    source, target = Place(settings), Place(_settings_there(parsed))
    moving.check_apart(source, target)
    old, new = DataFolder(settings.data), DataFolder(target.folder)
    new.prepare()
    try:
        with new, old:
            if not new.lock("move"):
                raise Refusal(f"{new.path} is in use", Exit.REFUSED, "already_served")
            if not old.lock("move"):
                # Most of the bytes go while people still listen.
                ahead = asyncio.run(moving.carry_blobs(source, target))
                _stop_server(old, ahead, stop=parsed.stop)
            report = asyncio.run(moving.move(source, target, SystemClock()))
    except PhilomelError as error:
        raise refusal_of(error) from None
    carried = f"{sum(report.rows.values()):,} rows and {report.blobs:,} blobs"
    lines = [
        f"moved to {plain(target.describe())}: {carried}, counted and compared",
        f"nothing could be written for {report.seconds:.1f} s",
        f"start it there: philomel serve {_arguments(parsed, target)}",
    ]
    content = {
        "to": str(target.folder),
        "rows": report.rows,
        "blobs": report.blobs,
        "seconds": round(report.seconds, 3),
    }
    out.result(content, lines)
    return Exit.OK


def _put_down(place: Place, clock: Clock, folder: Path) -> bool:
    """Put down for the audit log that a backup is made; a full disk does not prevent one."""
    if not place.log.exists():
        return True  # there is nothing to back up, as the command will say
    try:
        put_down(place, clock, "backup.make", f"to {folder}")
    except OSError:
        return False
    return True


def _settings_there(parsed: argparse.Namespace) -> Settings:
    """The new place's settings: from the file alone, this one's environment is not its own."""
    file = Path(parsed.to).expanduser().absolute()
    folder = file.parent if parsed.to_data is None else Path(parsed.to_data).expanduser()
    return load({"data": str(folder.absolute()), "config": str(file)}, {})


def _arguments(parsed: argparse.Namespace, target: Place) -> str:
    file = Path(parsed.to).expanduser().absolute()
    own = target.folder / "philomel.toml"
    more = "" if file == own else f" --config {shlex.quote(str(file))}"
    return f"--data {shlex.quote(str(target.folder))}{more}"


def _stop_server(folder: DataFolder, blobs: int, *, stop: bool) -> None:
    """End the server on a folder, and lock the folder.

    Raises:
        Refusal: it may not be ended, or does not end.
    """
    holder = folder.holder()
    if holder.what != "serve" or not stop:
        raise Refusal(
            f"the covers are carried over ({blobs:,}). For the rest nothing may be written: stop "
            f"philomel {holder.what} (process {holder.pid}) and run this again, or let it be "
            "stopped with --stop",
            Exit.REFUSED,
            "already_served",
        )
    os.kill(holder.pid, signal.SIGTERM)
    until = time.monotonic() + _STOP_SECONDS
    while not folder.lock("move"):
        if time.monotonic() > until:
            raise Refusal(f"process {holder.pid} does not end", Exit.UNAVAILABLE)
        time.sleep(_PAUSE_SECONDS)


def _latest_beside(place: Place, folder: Path) -> Path | None:
    found = last(place)
    return found[1] if found is not None and found[1].parent == folder.parent else None


def _content(folder: Path, manifest: Manifest) -> dict[str, object]:
    return {
        "folder": str(folder),
        "made_at": manifest.made_at,
        "program": manifest.program,
        "bytes": manifest.size,
        "files": len(manifest.files),
        "keys": manifest.has_keys,
        "databases": {each.service: each.version for each in manifest.databases},
    }


def _size(manifest: Manifest) -> str:
    rows = sum(sum(each.rows.values()) for each in manifest.databases)
    return f"{manifest.size / (1 << 20):,.1f} MiB in {len(manifest.files):,} files, {rows:,} rows"


def _moment(manifest: Manifest) -> str:
    return f"{datetime.fromtimestamp(manifest.made_at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
