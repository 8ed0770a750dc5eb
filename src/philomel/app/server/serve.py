"""The server process: from the lock on its data folder to the last closed engine."""

import asyncio
import gc
import logging
import shlex
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from philomel.app.assembly import Assembly, open_assembly, wiring
from philomel.app.keeping.notes import HandingOver
from philomel.app.keeping.schedule import scheduled
from philomel.app.process.control import Control
from philomel.app.process.ending import end_within
from philomel.app.process.folder import DataFolder
from philomel.app.refusal import Exit, Refusal, refusal_of
from philomel.app.server import network
from philomel.app.server.doors import Doors
from philomel.app.server.listener import Listener
from philomel.app.server.telemetry import open_telemetry
from philomel.app.server.tls import Certificate, open_certificate, secured
from philomel.app.server.vitals import Vitals, checks
from philomel.app.settings import Settings
from philomel.engines.log import Log
from philomel.engines.log.contract import LogService
from philomel.engines.log.serve import LogServer
from philomel.gateway.metrics import Metrics
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.clock import SystemClock
from philomel.kernel.errors import PhilomelError
from philomel.services.accounts.contract import Accounts, CreateSetUpLink, GetSetUpState
from philomel.services.catalog.contract import (
    AddLibrary,
    Catalog,
    LibraryExists,
    ScanRunning,
    StartScan,
    WatchScan,
)

if TYPE_CHECKING:
    from philomel.rpc.server import Server

Say = Callable[[str], None]
_STOP_SECONDS = 4.7
_PAUSE_SECONDS = 0.1
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """What the server is started for.

    Attributes:
        music: folders to add as libraries, if they are new, and to scan.
        sampler: a folder with the sampler, served until there is other music.
    """

    music: Sequence[bytes] = ()
    sampler: bytes | None = None


async def serve(settings: Settings, task: Task, say: Say) -> Exit:
    """Serve until SIGTERM or SIGINT.

    Raises:
        Refusal: something foreseeable is in the way.
    """
    if (task.music or task.sampler) and "catalog" not in settings.role.services:
        raise Refusal(
            f"--music is for the process that runs the catalogue, not for the role "
            f"{settings.role.name!r}",
            Exit.USAGE,
        )
    stopping = _stop_on_signals()
    folder = DataFolder(settings.data)
    folder.prepare()
    with folder:
        await _lock(folder, say)
        with network.listen(settings.text("host"), settings.number("port")) as listening:
            certificate = _open_certificate(settings)
            assembly = await open_assembly(settings)
            try:
                serving = _Serving(settings, assembly, folder, listening, say, certificate)
                await serving.run(task, stopping)
            finally:
                await assembly.stop()
    return Exit.OK


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()

    def stop() -> None:
        if not stopping.is_set():
            end_within(_STOP_SECONDS, Exit.OK)
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    return stopping


def _open_certificate(settings: Settings) -> Certificate | None:
    certificate = open_certificate(settings)

    def renew() -> None:
        if certificate is not None:
            certificate.renew()

    # Without TLS as well: whoever sends it means "read anew", not "end".
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, renew)
    return certificate


def _settle() -> None:
    """What is there now stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


async def _lock(folder: DataFolder, say: Say) -> None:
    said = False
    while not folder.lock("serve"):
        holder = folder.holder()
        if holder.what == "serve":
            where = f" at {holder.urls[0]}" if holder.urls else ""
            raise Refusal(
                f"{folder.path} is served already, by process {holder.pid}{where}; "
                "stop that one first, or name another folder with --data",
                Exit.REFUSED,
                "already_served",
            )
        if not said and holder.pid:
            say(f"Waiting for philomel {holder.what} (process {holder.pid}) to finish.")
            said = True
        await asyncio.sleep(_PAUSE_SECONDS)


class _Serving:
    """One run of the server."""

    def __init__(
        self,
        settings: Settings,
        assembly: Assembly,
        folder: DataFolder,
        listening: socket.socket,
        say: Say,
        certificate: Certificate | None,
    ) -> None:
        self._settings = settings
        self._assembly = assembly
        self._folder = folder
        self._listening = listening
        self._say = say
        self._certificate = certificate
        own = secured(network.urls(listening), certificate)
        named = settings.text("base_url").rstrip("/")
        self._urls = [named, *own] if named else list(own)

    async def run(self, task: Task, stopping: asyncio.Event) -> None:
        assembly = self._assembly
        await assembly.build([wiring(name) for name in self._settings.role.services])
        metrics = Metrics(Vitals(assembly).sample)
        assembly.calls.counted = metrics.called
        telemetry = open_telemetry(self._settings)
        if telemetry is not None:
            telemetry.start()
            assembly.engines.keep("telemetry", telemetry, telemetry.close)
        doors = Doors(assembly, metrics, checks(assembly))
        tls = None if self._certificate is None else self._certificate.context
        listener = Listener(await doors.open(self._settings.role.doors), tls)
        control = await Control.open(assembly, self._folder, "serve", self._urls)
        peers = await self._open_to_peers()
        try:
            await self._add_libraries(task)
            assembly.start_jobs()
            clock = SystemClock()
            assembly.runner.start(scheduled(self._settings, clock))
            if "accounts" in self._settings.role.services:
                accounts = assembly.service(Accounts)
                assembly.runner.start((HandingOver(self._settings, accounts, clock),))
            # The socket takes connections already; they are answered from the next line on.
            await self._announce()
            serving = asyncio.create_task(listener.run_on(self._listening))
            scan = asyncio.create_task(self._scan(task))
            _settle()
            await self._until(stopping, serving)
            listener.stop()
            scan.cancel()
            await asyncio.gather(serving, scan, return_exceptions=True)
        finally:
            await control.close()
            if peers is not None:
                await peers.stop(0.5)

    async def _until(self, stopping: asyncio.Event, serving: asyncio.Task[None]) -> None:
        wait = asyncio.create_task(stopping.wait())
        await asyncio.wait((wait, serving), return_when=asyncio.FIRST_COMPLETED)
        wait.cancel()
        if serving.done():
            serving.result()

    async def _open_to_peers(self) -> "Server | None":
        """Serve this process's own services to the others of Philomel."""
        address = self._settings.text("rpc_listen")
        if not address:
            return None
        server = self._assembly.calls.server()
        for contract, service in self._assembly.own().items():
            server.add(contract, service)
        if self._settings.role.keeps_log and self._settings.text("log") == "local":
            server.add(LogService, LogServer(await self._assembly.engines.get(Log)))
        try:
            await server.start(address)
        except PhilomelError as error:
            raise Refusal(
                f"{error.message}; see the setting rpc_listen", Exit.UNAVAILABLE
            ) from None
        return server

    async def _add_libraries(self, task: Task) -> None:
        folders = [(path, False) for path in task.music]
        if task.sampler is not None:
            folders.append((task.sampler, True))
        for path, sampler in folders:
            try:
                with acting(OPERATOR):
                    await self._assembly.service(Catalog).add_library(
                        AddLibrary(path=path, name="Sampler" if sampler else None, sampler=sampler)
                    )
            except LibraryExists:
                continue
            except PhilomelError as error:
                raise refusal_of(error) from None

    async def _scan(self, task: Task) -> None:
        """Look at what was named; the server answers meanwhile."""
        paths = [*task.music, *([task.sampler] if task.sampler is not None else [])]
        if not paths:
            return
        request = StartScan(path=paths[0] if len(paths) == 1 else None)
        catalog = self._assembly.service(Catalog)
        try:
            with acting(OPERATOR, timeout=None):
                while True:
                    try:
                        await catalog.start_scan(request)
                    except ScanRunning:
                        # One that was cut off goes on first, and may be of other folders.
                        async for _ in catalog.watch_scan(WatchScan()):
                            pass
                    else:
                        return
        except PhilomelError as error:
            _log.warning("the music could not be scanned: %s", error.message)

    async def _announce(self) -> None:
        self._say(f"Philomel is ready: {'  '.join(self._urls)}")
        if "site" not in self._settings.role.doors:
            return
        try:
            with acting(OPERATOR, timeout=3.0):
                await self._announce_set_up()
        except PhilomelError as error:
            _log.warning("whether somebody set this server up is not known: %s", error.message)

    async def _announce_set_up(self) -> None:
        accounts = self._assembly.service(Accounts)
        if not (await accounts.get_set_up_state(GetSetUpState())).needed:
            return
        link = await accounts.create_set_up_link(CreateSetUpLink())
        self._say("Nobody administers this server yet. Open this link within 24 hours:")
        for url in self._urls:
            self._say(f"  {url}/setup?token={link.token}")
        if network.only_here(self._listening) and not self._settings.text("base_url"):
            port = self._listening.getsockname()[1]
            self._say("Only this machine reaches it. For the whole local network, start it so:")
            data = shlex.quote(str(self._settings.data))
            self._say(f"  {_program()} serve --host 0.0.0.0 --port {port} --data {data}")


def _program() -> str:
    """How a shell finds this very program, which may lie in an environment of its own."""
    beside = Path(sys.executable).with_name("philomel")
    found = shutil.which("philomel")
    if beside.exists() and (found is None or not beside.samefile(found)):
        return shlex.quote(str(beside))
    return "philomel"
