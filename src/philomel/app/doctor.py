"""Looks for what is wrong with an installation, and says what helps."""

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from philomel.app.assembly import Assembly, open_assembly, wiring
from philomel.app.keeping.notes import failure, last
from philomel.app.keeping.place import Place
from philomel.app.keeping.schedule import shares_disk
from philomel.app.process.folder import DataFolder
from philomel.app.process.reach import reach
from philomel.app.refusal import Refusal
from philomel.app.server.network import listen
from philomel.app.settings import Settings
from philomel.engines.log import Log
from philomel.engines.workers import Workers
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.clock import SystemClock
from philomel.kernel.errors import PhilomelError
from philomel.services.catalog.contract import Catalog, ListLibraries

_OLD_BACKUP_DAYS = 8
if TYPE_CHECKING:
    from philomel.engines.sql import Schema

_LOW_DISK, _NO_DISK = 2 << 30, 100 << 20


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """Attributes:
    remedy: what helps, if something is wrong.
    """

    check: str
    verdict: Verdict
    message: str
    remedy: str = ""


async def _answers(folder: bytes) -> bool:
    """Whether a folder can be read; one whose disk hangs does not hang us."""
    from philomel.engines.blobs.lane import Lane

    try:
        return await Lane(patience=5).run(partial(os.access, folder, os.R_OK | os.X_OK))
    except PhilomelError:
        return False


class _Warning(Exception):
    """Something is not as it should be, and all works nevertheless."""


async def examine(settings: Settings) -> list[Finding]:
    """Everything, one finding a line."""
    folder = DataFolder(settings.data)
    try:
        folder.prepare()
    except Refusal as refusal:
        return [Finding("data folder", Verdict.FAIL, refusal.message, "choose one with --data")]
    findings = [Finding("data folder", Verdict.OK, f"{settings.data} can be written")]
    findings += [_disk(settings), _keys(settings), _port(settings, folder)]
    findings += [_backup(settings)] if settings.role.keeps_log else []
    findings += [finding async for finding in _engines(settings)]
    if "catalog" in settings.role.services:
        # Other roles may run where the music does not lie, and need not know the catalogue.
        findings += [finding async for finding in _libraries(settings)]
    return findings


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data).free
    message = f"{free / (1 << 30):.1f} GiB free"
    if free < _NO_DISK:
        return Finding("disk", Verdict.FAIL, message, "make room: databases cannot grow")
    if free < _LOW_DISK:
        return Finding("disk", Verdict.WARN, message, "make room before it runs out")
    return Finding("disk", Verdict.OK, message)


def _keys(settings: Settings) -> Finding:
    if settings.text("keys").lstrip().startswith("{"):
        return Finding("key ring", Verdict.OK, "given as a setting")
    path = settings.keys
    try:
        state = path.stat()
    except FileNotFoundError:
        return Finding("key ring", Verdict.OK, f"{path} will be made at the first start")
    except OSError as error:
        return Finding(
            "key ring", Verdict.FAIL, f"{path}: {error.strerror}", "mend its permissions"
        )
    if stat.S_IMODE(state.st_mode) & 0o077:
        return Finding(
            "key ring", Verdict.FAIL, f"{path} can be read by others", f"chmod 600 {path}"
        )
    if not os.access(path, os.R_OK):
        return Finding(
            "key ring", Verdict.FAIL, f"{path} cannot be read", "run as the user who owns it"
        )
    return Finding("key ring", Verdict.OK, f"{path} is this user's alone")


def _port(settings: Settings, folder: DataFolder) -> Finding:
    try:
        locked = folder.lock("doctor")
    except Refusal as refusal:
        return Finding("data folder", Verdict.FAIL, refusal.message, "see above")
    if not locked:
        holder = folder.holder()
        return Finding("server", Verdict.OK, f"philomel {holder.what} runs as process {holder.pid}")
    folder.unlock()
    try:
        listen(settings.text("host"), settings.number("port")).close()
    except Refusal as refusal:
        return Finding("port", Verdict.FAIL, refusal.message, "choose another one with --port")
    return Finding("port", Verdict.OK, f"{settings.text('host')}:{settings.number('port')} is free")


def _backup(settings: Settings) -> Finding:
    place, at = Place(settings), settings.text("backup.at")
    latest, failed = last(place), failure(place)
    if failed:
        remedy = "mend that, or choose another place with the setting backup.folder"
        return Finding("backup", Verdict.WARN, f"the latest could not be made: {failed}", remedy)
    if latest is None and at:
        message = f"there is none yet; the server makes one a day at {at} UTC"
        return Finding("backup", Verdict.OK, message)
    if latest is None:
        return Finding(
            "backup",
            Verdict.WARN,
            "there is none",
            "`philomel backup DIR` makes one, the setting backup.at one a day",
        )
    days = (SystemClock().now() - latest[0]) / 86_400_000
    message = f"the latest is {days:.1f} days old: {latest[1]}"
    if shares_disk(latest[1], settings.data):
        message += ", on the disk of the data folder: if that breaks, both are gone"
    if days > _OLD_BACKUP_DAYS:
        remedy = "see why none is made any more, or set backup.at"
        return Finding("backup", Verdict.WARN, message, remedy)
    return Finding("backup", Verdict.OK, message)


async def _engines(settings: Settings) -> AsyncIterator[Finding]:
    try:
        assembly = await open_assembly(settings)
    except Refusal as refusal:
        yield Finding("key ring", Verdict.FAIL, refusal.message, "mend or restore it")
        return
    try:
        for name, check, remedy in _checks(settings, assembly):
            yield await _try(name, check, remedy)
    finally:
        await assembly.stop()


def _checks(
    settings: Settings, assembly: Assembly
) -> Iterator[tuple[str, Callable[[], Awaitable[str]], str]]:
    for name in settings.role.services:
        schema = wiring(name).schema
        if schema is None:
            continue

        async def database(schema: object = schema) -> str:
            from philomel.engines.sql import Schema
            from philomel.engines.sql.migrate import examine as state_of

            assert isinstance(schema, Schema)
            state = await state_of(await assembly.engines.database(schema), schema)
            return f"version {state.version} of {schema.version}"

        yield f"database {name}", database, "see `philomel migrate`, or restore a backup"

        events = partial(_parked, assembly, schema)
        yield f"events {name}", events, "the log says why when it says `parks event`"

    if not settings.role.services:
        return

    async def log() -> str:
        found: Log = await assembly.engines.get(Log)
        return f"{await found.end('philomel.catalog')} events of the catalogue"

    yield "event log", log, "see the setting log"

    async def workers() -> str:
        found: Workers = await assembly.engines.get(Workers)
        if await found.run("philomel.engines.workers.probe:probe", b""):
            raise Refusal("a worker that should be sealed can open files")
        return "a sealed worker runs and cannot open files"

    yield "workers", workers, "this system does not let processes be limited"


async def _parked(assembly: Assembly, schema: "Schema") -> str:
    from philomel.engines.outbox import count_parked
    from philomel.engines.sql.migrate import examine as state_of

    database = await assembly.engines.database(schema)
    if (await state_of(database, schema)).version == 0:
        return "none were announced yet"
    parked = await database.read(count_parked)
    if parked:
        shown = ", ".join(f"{count} of {group}" for group, count in parked.items())
        raise _Warning(f"events are parked because they failed again and again: {shown}")
    return "none are parked"


async def _try(name: str, check: Callable[[], Awaitable[str]], remedy: str) -> Finding:
    try:
        async with asyncio.timeout(15):
            return Finding(name, Verdict.OK, await check())
    except _Warning as warning:
        return Finding(name, Verdict.WARN, str(warning), remedy)
    except (Refusal, PhilomelError) as error:
        return Finding(name, Verdict.FAIL, error.message, remedy)
    except TimeoutError:
        return Finding(name, Verdict.FAIL, "it does not answer", remedy)


async def _libraries(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with reach(settings, "doctor", (Catalog,), jobs=False) as services:
            with acting(OPERATOR):
                found = await services.service(Catalog).list_libraries(ListLibraries())
    except (Refusal, PhilomelError) as error:
        yield Finding("libraries", Verdict.FAIL, error.message, "see the findings above")
        return
    if not found.items:
        yield Finding(
            "libraries", Verdict.WARN, "there are none", "`philomel library add PATH` adds one"
        )
    for library in found.items:
        # A bucket says at its next scan whether it can be read.
        in_bucket = library.path.startswith(b"s3://")
        readable = in_bucket or await _answers(library.path)
        name = f"library {library.name}"
        if not readable:
            yield Finding(
                name,
                Verdict.FAIL,
                f"{os.fsdecode(library.path)} cannot be read",
                "mount it, mend its permissions, or use `philomel library relocate`",
            )
        elif library.error:
            yield Finding(name, Verdict.WARN, library.error, "scan again")
        else:
            yield Finding(name, Verdict.OK, f"{library.file_count:,} files")
