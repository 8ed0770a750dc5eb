"""`philomel backup`: everything that cannot be made again, as of one moment, in one folder.

The folder is written under another name and renamed when every byte of it is on disk: what has
the name of a backup is one.
"""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from philomel import __version__
from philomel.app.keeping import blobs as carrying
from philomel.app.keeping import manifest as contents
from philomel.app.keeping.manifest import Database, File, Manifest
from philomel.app.keeping.moment import Moment, moment
from philomel.app.keeping.notes import note
from philomel.app.keeping.place import (
    Place,
    schemas,
    sync_folder,
    sync_tree,
    write_durably,
)
from philomel.app.refusal import Exit, Refusal
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Unavailable

UNFINISHED = ".unfinished"
_ROOM = 32 << 20
_NICE = 10


@dataclass(frozen=True)
class Made:
    """Attributes:
    held_seconds: how long writers had to wait.
    missing: services whose databases are elsewhere.
    """

    folder: Path
    manifest: Manifest
    held_seconds: float
    missing: tuple[str, ...]


async def make(
    place: Place,
    folder: Path,
    clock: Clock,
    *,
    keys: bool = True,
    before: Path | None = None,
    spare: int = _ROOM,
) -> Made:
    """Write a backup to the new folder `folder`.

    Args:
        keys: whether the key ring is in it.
        before: an earlier backup; what is as it was in there is linked.
        spare: bytes that must stay free on its disk.

    Raises:
        Refusal: the folder is there already, or cannot be written.
        Unavailable: the disk is full, or a database is away.
    """
    try:
        with _unfinished(folder) as working:
            async with place.blobs() as store:
                known = _files_of(before)
                entries = await carrying.kept(store)
                fresh = sum(each.size for each in entries if not carrying.unchanged(each, known))
                _check_room(working, place, fresh, spare)
                async with moment(place) as now:
                    made_at = clock.now()
                    databases, files = await _write_databases(now, working)
                    held = now.held_seconds
                if before is not None:
                    _link_equal(files, known, before, working)
                # Later than the databases: a picture they name is there by then.
                later = await carrying.kept(store)
                files += await carrying.save(store, later, working, before, known)
            files += _write_rest(place, working, keys=keys)
            found = Manifest(contents.FORMAT, __version__, made_at, tuple(databases), tuple(files))
            # Durable before the page that names them; and nothing of other disks is waited for.
            await asyncio.to_thread(sync_tree, working)
            write_durably(working / contents.NAME, contents.encode(found))
            (working / UNFINISHED).unlink()
            sync_folder(working)
            working.rename(folder)
            sync_folder(folder.parent)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be written: {error.strerror or error}") from error
    missing = {schema.name for schema in schemas()} - set(found.services)
    made = Made(folder, found, held, tuple(sorted(missing)))
    note(place, found.made_at, folder)
    return made


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one that goes away unless it was renamed."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(f"{folder} is there already: name a new folder", Exit.REFUSED, "exists")
    working = folder.with_name(folder.name + ".tmp")
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if working.exists() and not sweep(working):
        raise Refusal(f"{working} is in the way: another backup is being made", Exit.REFUSED)
    working.mkdir(mode=0o700)
    descriptor = os.open(working / UNFINISHED, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # Held while this process lives: who finds it free finds what a killed one left.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield working
    finally:
        if working.exists():
            shutil.rmtree(working, ignore_errors=True)
        os.close(descriptor)


def sweep(working: Path) -> bool:
    """Remove what a killed backup left; whether `working` was that."""
    try:
        descriptor = os.open(working / UNFINISHED, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        # Killed between two lines: an empty folder, or one that wanted only its name.
        if (working / contents.NAME).exists() or not any(working.iterdir()):
            shutil.rmtree(working)
            return True
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(working)
        return True
    finally:
        os.close(descriptor)


def be_gentle() -> None:
    """Let those who listen go first: for this thread, and those that it starts."""
    with suppress(OSError, AttributeError):
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICE, os.getpriority(os.PRIO_PROCESS, thread)))


def _check_room(working: Path, place: Place, fresh: int, spare: int) -> None:
    """Refuse at once what cannot fit.

    Args:
        fresh: bytes of the blobs that must be copied.
        spare: bytes that must be left.
    """
    size = fresh + sum(path.stat().st_size for path in place.files().values())
    free = shutil.disk_usage(working).free
    if size + spare > free:
        raise Refusal(
            f"a backup takes about {size >> 20:,} MiB, and {working.parent} has only "
            f"{free >> 20:,} MiB left, of which {spare >> 20:,} MiB are to stay free",
            Exit.UNAVAILABLE,
            "disk_full",
        )


async def _write_databases(now: Moment, working: Path) -> tuple[list[Database], list[File]]:
    databases, files = [], []
    (working / contents.DATABASES).mkdir(mode=0o700)
    for schema in schemas():
        state = now.states.get(schema.name)
        if state is None:
            continue
        path = f"{contents.DATABASES}/{schema.name}.sqlite"
        await now.write(schema, working / path)
        rows = count(working / path)
        databases.append(Database(schema.name, *state, rows))
        files.append(contents.entry(working, path))
    if not databases:
        raise Refusal("there is nothing to back up yet", Exit.NOT_FOUND)
    await now.write_log(working / contents.LOG)
    files.append(contents.entry(working, contents.LOG))
    return databases, files


def _link_equal(
    files: Sequence[File], known: Mapping[str, File], before: Path, working: Path
) -> None:
    """Let databases in which nothing happened share their bytes with the backup before."""
    for file in files:
        same = known.get(file.path)
        if same is None or (same.size, same.sha256) != (file.size, file.sha256):
            continue
        linked = working / f"{file.path}.link"
        with suppress(OSError):  # another disk, or one that knows no links
            # Read anew: what is damaged there must not replace what is good here.
            if contents.digest(before / file.path) == file.sha256:
                linked.hardlink_to(before / file.path)
                linked.replace(working / file.path)


def count(path: Path) -> dict[str, int]:
    """The rows of every table in a file."""
    with closing(sqlite3.connect(path)) as reader:
        names = [
            name
            for (name,) in reader.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            )
        ]
        return {
            name: int(reader.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  a name the file gives
            for name in names
        }


def _write_rest(place: Place, working: Path, *, keys: bool) -> list[File]:
    wanted = [(place.settings_file, contents.SETTINGS)]
    if keys and place.keys is not None:
        wanted.append((place.keys, contents.KEYS))
    files = []
    for source, name in wanted:
        try:
            data = source.read_bytes()
        except FileNotFoundError:
            continue
        write_durably(working / name, data)
        files.append(contents.entry(working, name))
    return files


def _files_of(before: Path | None) -> dict[str, File]:
    if before is None:
        return {}
    try:
        return {file.path: file for file in contents.read(before).files}
    except Refusal:
        return {}
