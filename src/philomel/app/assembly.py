"""Builds the services of a role in the order they need each other, and stops them in reverse.

A service is asked over a call chain that is the same whether it runs here or elsewhere;
which of the two it is, is decided here and nowhere else.
"""

import asyncio
import importlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import ModuleType
from typing import Any, TypeVar, cast

import msgspec

from philomel.app.calls import Calls
from philomel.app.engines import Engines
from philomel.app.injection import fill
from philomel.app.jobs import JobRunner
from philomel.app.refusal import Exit, Refusal
from philomel.app.roles import SERVICES
from philomel.app.settings import Settings
from philomel.engines.outbox import Job
from philomel.engines.sql import Database, Schema
from philomel.kernel.clock import SystemClock
from philomel.kernel.errors import FailedPrecondition, PhilomelError

T = TypeVar("T")
_CLOSE_SECONDS = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wiring:
    """What a service's module.py says."""

    name: str
    provides: type
    needs: tuple[type, ...]
    schema: Schema | None
    deps: type
    build: Any


def wiring(name: str) -> Wiring:
    """The wiring of one service."""
    module: ModuleType = importlib.import_module(f"philomel.services.{name}.module")
    return Wiring(
        name=name,
        provides=module.PROVIDES,
        needs=tuple(module.NEEDS),
        schema=module.SCHEMA,
        deps=module.Deps,
        build=module.build,
    )


def service_of(contract: type) -> str:
    """The name of the service that a contract belongs to."""
    parts = contract.__module__.split(".")
    if parts[:2] != ["philomel", "services"]:
        raise TypeError(f"{contract} is no contract")
    return parts[2]


def build_order(wirings: Iterable[Wiring]) -> list[Wiring]:
    """Every service after those it needs.

    Raises:
        Refusal: some need each other in a circle.
    """
    by_name = {each.name: each for each in wirings}
    graph = {
        name: [peer for peer in map(service_of, each.needs) if peer in by_name]
        for name, each in by_name.items()
    }
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = " needs ".join(reversed(error.args[1]))
        raise Refusal(f"the services need each other in a circle: {circle}") from None


def closure(wirings: Iterable[Wiring], contracts: Iterable[type]) -> list[Wiring]:
    """Those that answer `contracts`, and whatever these need in turn."""
    by_contract = {each.provides: each for each in wirings}
    found: dict[str, Wiring] = {}
    open_ends = list(contracts)
    while open_ends:
        each = by_contract.get(open_ends.pop())
        if each is not None and each.name not in found:
            found[each.name] = each
            open_ends += each.needs
    return list(found.values())


def check_peers(wirings: Iterable[Wiring], settings: Settings) -> None:
    """See that whatever is needed is here or has an address.

    Raises:
        Refusal: a service is neither.
    """
    every = list(wirings)
    here = {each.name for each in every}
    for each in every:
        for peer in map(service_of, each.needs):
            if peer not in here:
                require_peer(peer, f"the service {each.name}", settings)


def require_peer(peer: str, who: str, settings: Settings) -> str:
    """The address of a service that does not run here.

    Raises:
        Refusal: there is none.
    """
    address = settings.text(f"peers.{peer}") if peer in SERVICES else ""
    if not address:
        raise Refusal(
            f"{who} needs the service {peer}, which does not run in the role "
            f"{settings.role.name!r}; say where it runs with the setting peers.{peer}",
            Exit.USAGE,
        )
    return address


class Assembly:
    """The services of one process, and the way to those of others."""

    def __init__(self, settings: Settings, engines: Engines, calls: Calls) -> None:
        self.settings = settings
        self.engines = engines
        self.calls = calls
        self.runner = JobRunner()
        self._local: dict[type, object] = {}
        self._bare: dict[type, object] = {}
        self.databases: dict[str, Database] = {}
        self._services: list[object] = []
        self._jobs: list[Job] = []

    async def build(self, wirings: Sequence[Wiring]) -> None:
        """Build services, prepare their databases.

        Raises:
            Refusal: the parts do not fit together, or a database is not for this program.
        """
        check_peers(wirings, self.settings)
        for each in build_order(wirings):
            service = await self._build(each)
            _log.debug("built %s", each.name)
            self._services.append(service)

    async def _build(self, each: Wiring) -> object:
        database = None if each.schema is None else await self.database(each.schema)

        async def provide(need: Any) -> object:
            if need is Database:
                if database is None:
                    raise TypeError(f"{each.name} asks for a database but has no SCHEMA")
                return database
            if isinstance(need, type) and issubclass(need, msgspec.Struct):
                return self.settings.of(each.name, need)
            return await self.provide(need)

        service, jobs = each.build(await fill(each.deps, provide))
        self._local[each.provides] = self.calls.local(each.provides, service)
        self._bare[each.provides] = service
        self._jobs.extend(jobs)
        return cast("object", service)

    async def database(self, schema: Schema) -> Database:
        """A service's database, brought up to date.

        Raises:
            Refusal: it was made by another program, or a later one.
        """
        from philomel.engines.sql.migrate import prepare

        database = await self.engines.database(schema)
        self.databases[schema.name] = database
        try:
            await prepare(database, schema, self.settings.data)
        except FailedPrecondition as error:
            raise Refusal(error.message, Exit.REFUSED) from None
        except PhilomelError as error:
            raise Refusal(error.message, Exit.UNAVAILABLE) from None
        return database

    async def provide(self, need: Any) -> object:
        """Anything that can be asked for by type: an engine or a contract."""
        if self.engines.offers(need):
            return await self.engines.get(need)
        return self.service(need)

    def service(self, contract: type[T]) -> T:
        """The service behind a contract, here or elsewhere.

        Raises:
            Refusal: it does not run here, and nobody said where.
        """
        found = self._local.get(contract)
        if found is None:
            peer = service_of(contract)
            address = require_peer(peer, f"the role {self.settings.role.name!r}", self.settings)
            found = self.calls.remote(contract, address)
        return cast("T", found)

    def start_jobs(self) -> None:
        self.runner.start([*self.engines.jobs, *self._jobs])

    async def stop(self) -> None:
        """End jobs, services and engines, in the reverse of the order they began in."""
        await self.runner.stop()
        for service in reversed(self._services):
            close = getattr(service, "close", None)
            if close is not None:
                await _within(_CLOSE_SECONDS, close(), type(service).__name__)
        await self.engines.close()

    def own(self) -> Mapping[type, object]:
        """The services that run here, without the call chain: the rpc server has its own."""
        return dict(self._bare)

    def answered(self) -> Mapping[type, object]:
        """Every contract this process can answer for, by its own services or by its peers."""
        found: Mapping[type, object] = self.own()
        others: dict[type, object] = {
            contract: self.service(contract)
            for name in SERVICES
            if self.settings.text(f"peers.{name}") and (contract := contract_of(name)) not in found
        }
        return {**found, **others}


def contract_of(service: str) -> type:
    """The Protocol of a service: the one in its contract that names its methods."""
    module = importlib.import_module(f"philomel.services.{service}.contract")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and getattr(value, "_is_protocol", False)
        and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"the contract of {service} must have one Protocol, not {len(found)}")
    return found[0]


async def open_assembly(settings: Settings) -> Assembly:
    """An assembly without services yet."""
    engines = Engines(settings, SystemClock())
    return Assembly(settings, engines, await engines.calls())


async def _within(seconds: float, closing: Any, name: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            await closing
    except Exception:  # whatever one part meets, the others are closed as well
        _log.warning("%s did not close in time or failed to", name, exc_info=True)
