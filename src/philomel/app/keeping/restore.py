"""`philomel restore`: puts a backup in the place of an installation, whatever its engines.

The backup is verified before anything is touched. Then a mark in the data folder keeps
everybody from serving it until all is in place; a restore that was killed is run again and begins
anew.
"""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from philomel.app.keeping import blobs as carrying
from philomel.app.keeping import manifest as contents
from philomel.app.keeping.manifest import Manifest
from philomel.app.keeping.notes import put_down
from philomel.app.keeping.place import Place, schemas, sync_folder, write_durably
from philomel.app.keeping.target import Target, copy, fill, mark, refuse_others, unmark
from philomel.app.process.marks import MOVED, Arriving, arriving
from philomel.app.refusal import Exit, Refusal
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError, Unavailable

_ROOM = 32 << 20


@dataclass(frozen=True)
class Restored:
    """Attributes:
    aside: where what was here before lies now, if anything was.
    """

    manifest: Manifest
    aside: str


def check(folder: Path) -> Manifest:
    """See that a backup is whole, and one that this program can read.

    Raises:
        Refusal: it is not.
    """
    found = contents.read(folder)
    known = {schema.name: schema for schema in schemas()}
    for database in found.databases:
        schema = known.get(database.service)
        if schema is None or database.compatible_from > schema.version:
            raise Refusal(
                f"the database of {database.service} in {folder} was written by a later Philomel "
                f"({found.program}): update this one",
                Exit.REFUSED,
                "later_backup",
            )
    contents.verify(folder, found)
    return found


async def restore(place: Place, folder: Path, clock: Clock, *, force: bool) -> Restored:
    """Let the installation at `place`, whose folder is locked by us, be what `folder` holds.

    Args:
        force: put aside what is there already.

    Raises:
        Refusal: the backup is damaged or of a later program, or something is there already.
        Unavailable: the disk is full, or an engine is away; what was there is back.
    """
    place.check_whole()
    await refuse_others(place)
    found = check(folder)
    _check_room(place, found)
    target = Target(place)
    coming = arriving(place.folder)
    if coming is None:
        there = await target.found()
        if there and not force:
            raise Refusal(
                f"there is something already: {', '.join(there)}. With --force it is put aside, "
                "and the backup takes its place",
                Exit.REFUSED,
                "exists",
            )
        aside = _new_name(place, clock) if there else ""
        coming = Arriving("restore", str(folder), aside, bool(there))
        mark(place, coming)
    elif coming.what != "restore":
        raise Refusal(
            f"a move from {coming.origin} to here did not finish: run it again", Exit.REFUSED
        )
    try:
        if coming.clearing:
            await target.put_aside(coming.aside)
            coming = msgspec.structs.replace(coming, clearing=False, origin=str(folder))
            mark(place, coming)
        await target.clear()
        await _put_in_place(place, folder, found)
        details = f"from {folder}, made at {found.made_at}"
        put_down(place, clock, "backup.restore", details, name="restore")
    except (PhilomelError, OSError) as error:
        await target.undo(coming)
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise Unavailable(f"{place.folder} cannot be written: {reason}") from error
        raise
    unmark(place)
    with suppress(FileNotFoundError):
        (place.folder / MOVED).unlink()
    return Restored(found, coming.aside)


def _new_name(place: Place, clock: Clock) -> str:
    """Of a folder that does not exist, for what was here before."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(clock.now() / 1000))
    name, number = f"replaced-{stamp}", 1
    while (place.folder / name).exists():
        number += 1
        name = f"replaced-{stamp}-{number}"
    return name


def _check_room(place: Place, found: Manifest) -> None:
    free = shutil.disk_usage(place.folder).free
    if found.size + _ROOM > free:
        raise Refusal(
            f"{place.folder} has only {free >> 20:,} MiB left, and the backup takes "
            f"{found.size >> 20:,} MiB",
            Exit.UNAVAILABLE,
            "disk_full",
        )


async def _put_in_place(place: Place, folder: Path, found: Manifest) -> None:
    for schema in schemas():
        if schema.name in found.services:
            source = folder / contents.DATABASES / f"{schema.name}.sqlite"
            await fill(place, schema, source)
    copy(folder / contents.LOG, place.log)
    if found.has_keys and place.keys is not None:
        place.keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(place.keys, (folder / contents.KEYS).read_bytes())
    async with place.blobs() as store:
        await carrying.load(folder, found.files, store)
    sync_folder(place.folder)
