"""How a command reaches the services: in the running server, or in its own process.

The data folder's lock decides. Whoever holds it runs the services; a command that finds it
free holds it for as long as it works, without opening a door to the public.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from philomel.app.calls import Calls
from philomel.app.engines import Engines
from philomel.app.process.folder import DataFolder, Holder
from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import Settings
from philomel.kernel.clock import SystemClock

if TYPE_CHECKING:
    from philomel.app.assembly import Assembly

T = TypeVar("T")

_WAIT_SECONDS = 20.0
_PAUSE_SECONDS = 0.05


class Services(Protocol):
    """Asks services, wherever they run."""

    @property
    def urls(self) -> Sequence[str]:
        """Where browsers find the server, or will when it runs again."""
        ...

    def service(self, contract: type[T]) -> T: ...


class _Here:
    def __init__(self, assembly: "Assembly") -> None:
        self._assembly = assembly

    @property
    def urls(self) -> Sequence[str]:
        settings = self._assembly.settings
        host = settings.text("host")
        if host in {"0.0.0.0", "::"}:  # noqa: S104  # compared, not bound
            host = "127.0.0.1"
        scheme = "https" if settings.text("tls_cert") else "http"
        own = f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.number('port')}"
        return [settings.text("base_url") or own]

    def service(self, contract: type[T]) -> T:
        return self._assembly.service(contract)


class _There:
    def __init__(self, holder: Holder, calls: Calls) -> None:
        self._holder = holder
        self._calls = calls

    @property
    def urls(self) -> Sequence[str]:
        return self._holder.urls

    def service(self, contract: type[T]) -> T:
        return self._calls.remote(contract, f"unix:{self._holder.socket}")


@asynccontextmanager
async def reach(
    settings: Settings, what: str, needs: Sequence[type], *, jobs: bool
) -> AsyncIterator[Services]:
    """The services behind a data folder.

    Args:
        settings: of this process.
        what: the command's name, for whoever finds the folder locked.
        needs: the contracts that the command asks.
        jobs: whether the command needs background work to go on, if it runs them itself.

    Raises:
        Refusal: the folder cannot be used, or a server holds it and does not answer.
    """
    folder = DataFolder(settings.data)
    folder.prepare()
    with folder:
        holder = await _lock_or_find(folder, what)
        if holder is None:
            async with _assembled(settings, folder, what, needs, jobs=jobs) as services:
                yield services
        else:
            _check_known(settings, needs)
            async with _connected(settings, holder) as services:
                yield services


def _check_known(settings: Settings, needs: Sequence[type]) -> None:
    """Refuse what a process of this role cannot pass on."""
    for contract in needs:
        name = contract.__module__.split(".")[2]
        if name not in settings.role.services and not settings.text(f"peers.{name}"):
            raise Refusal(
                f"the process on {settings.data} has the role {settings.role.name!r} and knows no "
                f"{name}; name with --data the folder of one that does",
                Exit.REFUSED,
            )


async def _lock_or_find(folder: DataFolder, what: str) -> Holder | None:
    """None once the folder is locked by us; or who serves it."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _WAIT_SECONDS
    while not folder.lock(what):
        holder = folder.holder()
        if holder.socket:
            return holder
        if loop.time() > until:
            raise Refusal(
                f"philomel {holder.what or 'something'} (process {holder.pid}) is busy with "
                f"{folder.path}; try again when it is done",
                Exit.UNAVAILABLE,
            )
        await asyncio.sleep(_PAUSE_SECONDS)
    return None


@asynccontextmanager
async def _assembled(
    settings: Settings, folder: DataFolder, what: str, needs: Sequence[type], *, jobs: bool
) -> AsyncIterator[Services]:
    from philomel.app.assembly import closure, open_assembly, wiring
    from philomel.app.process.control import Control

    assembly = await open_assembly(settings)
    control: Control | None = None
    try:
        wirings = [wiring(name) for name in settings.role.services]
        await assembly.build(wirings if jobs else closure(wirings, needs))
        if jobs:
            # Such a command may take long: others must be able to talk to it meanwhile.
            control = await Control.open(assembly, folder, what, ())
            assembly.start_jobs()
        yield _Here(assembly)
    finally:
        if control is not None:
            await control.close()
        await assembly.stop()


@asynccontextmanager
async def _connected(settings: Settings, holder: Holder) -> AsyncIterator[Services]:
    engines = Engines(settings, SystemClock())
    try:
        yield _There(holder, await engines.calls())
    finally:
        await engines.close()
