"""`philomel move`: carries an installation to other engines, and marks the old place as left.

Blobs, which are the most, go while the server may still run. Then nothing is written to the old
place any more, databases and log are carried, and both are counted and summed up. Whatever a
killed move left is looked at again: what is equal already stays, the rest is carried anew.
"""

import json
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass

import msgspec

from philomel.app.keeping import blobs as carrying
from philomel.app.keeping.moment import (
    Moment,
    moment,
    states_of_postgres,
    tally_path,
    tally_postgres,
)
from philomel.app.keeping.notes import put_down
from philomel.app.keeping.place import LOG, Place, schemas, sync_folder, write_durably
from philomel.app.keeping.target import Target, connected, fill, mark, refuse_others, unmark
from philomel.app.process.marks import MOVED, Arriving, Moved, arriving, moved
from philomel.app.refusal import Exit, Refusal
from philomel.engines.sql import Schema
from philomel.engines.sql.rows import Tally
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Unavailable

_WORKING = "moving"


@dataclass(frozen=True)
class Report:
    """Attributes:
    rows: carried and verified, by service.
    blobs: at the new place.
    seconds: for which nothing could be written.
    """

    rows: dict[str, int]
    blobs: int
    seconds: float


def check_apart(source: Place, target: Place) -> None:
    """See that the two places are two.

    Raises:
        Refusal: they share a folder or a database, or one of them has no log of its own.
    """
    source.check_whole()
    target.check_whole()
    if source.folder.resolve() == target.folder.resolve():
        raise Refusal(
            "the new place needs a data folder of its own: put the settings file into it, or name "
            "it with --to-data",
            Exit.USAGE,
        )
    if source.dsn is not None and source.dsn == target.dsn:
        raise Refusal("both places name the same PostgreSQL database", Exit.USAGE)


async def carry_blobs(source: Place, target: Place) -> int:
    """Bring over the blobs that the new place lacks, and read them back; how many it has now.

    Raises:
        Unavailable: one of the stores is away.
    """
    async with source.blobs() as old, target.blobs() as new:
        return await carrying.carry(old, new)


async def move(source: Place, target: Place, clock: Clock) -> Report:
    """Carry everything. The folders of both places are locked by us.

    Raises:
        Refusal: the new place is in use, or something is not equal afterwards.
        Unavailable: an engine is away; run it again.
    """
    started = time.monotonic()
    for place in (source, target):
        await refuse_others(place)
    if moved(source.folder) is not None:
        return _finish(source, target)
    await _claim(source, target)
    rows: dict[str, int] = {}
    async with moment(source) as now:
        for schema in schemas():
            if schema.name in now.states:
                rows[schema.name] = await _carry(now, schema, target)
        await _carry_log(now, target)
    _carry_keys(source, target)
    blobs = await carry_blobs(source, target)
    put_down(target, clock, "server.move", f"from {source.folder}", name="move")
    # First the old place is closed, then the new one opened: never are both in use.
    gone = Moved(str(target.folder), clock.now())
    write_durably(source.folder / MOVED, msgspec.json.encode(gone))
    unmark(target)
    return Report(rows, blobs, time.monotonic() - started)


def _finish(source: Place, target: Place) -> Report:
    """A move that was killed between its last two lines; or one that is done."""
    gone, coming = moved(source.folder), arriving(target.folder)
    if gone is None or gone.to != str(target.folder) or coming is None:
        to = gone.to if gone is not None else ""
        raise Refusal(f"this installation moved to {to} already", Exit.REFUSED, "moved")
    unmark(target)
    return Report({}, 0, 0.0)


async def _claim(source: Place, target: Place) -> None:
    coming = arriving(target.folder)
    if coming is not None and (coming.what, coming.origin) == ("move", str(source.folder)):
        return
    there = await Target(target).found()
    if coming is not None or [name for name in there if name != "blobs"]:
        what = f"a {coming.what} that did not finish" if coming else ", ".join(there)
        raise Refusal(
            f"the new place is in use already: {what}. Name an empty one", Exit.REFUSED, "exists"
        )
    mark(target, Arriving("move", str(source.folder)))


async def _carry(now: Moment, schema: Schema, target: Place) -> int:
    """Carry one service's database unless it is there already; how many rows it has."""
    wanted = await now.tallies(schema)
    if await _tallies(target, schema) != wanted:
        working = target.folder / _WORKING
        shutil.rmtree(working, ignore_errors=True)  # what a killed move left
        working.mkdir(mode=0o700)
        file = working / f"{schema.name}.sqlite"
        try:
            await now.write(schema, file)
            await fill(target, schema, file)
        finally:
            shutil.rmtree(working, ignore_errors=True)
        found = await _tallies(target, schema)
        if found != wanted:
            different = sorted(name for name in wanted if found.get(name) != wanted[name])
            raise Refusal(
                f"{schema.name} did not arrive as it was: {', '.join(different)} differ. The old "
                "place is as it was, use it",
            )
    return sum(tally.rows for tally in wanted.values())


async def _tallies(target: Place, schema: Schema) -> dict[str, Tally]:
    """What the new place holds of a service; nothing if its tables are not there."""
    if target.dsn is None:
        path = target.file(schema)
        try:
            return tally_path(path, schema) if path.exists() else {}
        except (sqlite3.Error, Unavailable):
            return {}  # not whole yet
    async with connected(target.dsn) as connection:
        # A move that was killed while it made the tables left some of an earlier version.
        states = await states_of_postgres(connection)
        if states.get(schema.name, (0, 0))[0] != schema.version:
            return {}
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await tally_postgres(connection, schema)


async def _carry_log(now: Moment, target: Place) -> None:
    """The log is a file everywhere: offsets and positions come along."""
    unfinished = target.folder / f".{LOG}.part"
    unfinished.unlink(missing_ok=True)
    await now.write_log(unfinished)
    for end in ("-wal", "-shm"):
        target.log.with_name(LOG + end).unlink(missing_ok=True)
    unfinished.replace(target.log)
    sync_folder(target.folder)
    with closing(sqlite3.connect(target.log)) as reader:
        if reader.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise Refusal("the event log did not arrive as it was; the old place is as it was")


def _carry_keys(source: Place, target: Place) -> None:
    text = (
        source.settings.text("keys").encode() if source.keys is None else source.keys.read_bytes()
    )
    if target.keys is None:
        if json.loads(target.settings.text("keys")) != json.loads(text):
            raise Refusal("the new place's settings hold another key ring", Exit.USAGE)
        return
    target.keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(target.keys, text)
