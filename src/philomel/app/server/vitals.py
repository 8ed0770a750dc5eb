"""Whether what this process needs can be reached, and what the whole server counts."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol, runtime_checkable

from sqlalchemy import Connection, text

from philomel import __version__
from philomel.app.assembly import Assembly
from philomel.app.calls import Calls
from philomel.app.engines import STORES
from philomel.app.keeping.notes import failure, last
from philomel.app.keeping.place import Place
from philomel.app.roles import SERVICES
from philomel.engines.log import Log
from philomel.engines.sql import Database
from philomel.gateway.health import Check
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.errors import PhilomelError
from philomel.services.catalog.contract import Catalog, ScanNotFound, ScanStatus, WatchScan
from philomel.services.media.contract import GetAnalysisState, Media, Store

_SCAN_COUNTS = ("found", "read", "added", "changed", "moved", "missing", "unchanged", "errors")
_NOW = text("SELECT 1")
_WAITING = text("SELECT count(*) FROM outbox")
_PARKED = text("SELECT count(*) FROM parked")


def checks(assembly: Assembly) -> dict[str, Check]:
    """By the name of the engine or peer."""
    settings = assembly.settings
    found: dict[str, Check] = {
        f"database {name}": _database(database) for name, database in assembly.databases.items()
    }
    for name in SERVICES:
        address = settings.text(f"peers.{name}")
        if address and name not in settings.role.services:
            found[f"service {name}"] = _peer(assembly.calls, address)
    log = settings.text("log")
    if log != "local":
        found["log"] = _peer(assembly.calls, log)
    return found


def _database(database: Database) -> Check:
    async def check() -> None:
        await database.read(lambda connection: connection.execute(_NOW).scalar())

    return check


def _peer(calls: Calls, address: str) -> Check:
    async def check() -> None:
        # Over the channel that calls take: ready means that they get through.
        await calls.reach(address)

    return check


@runtime_checkable
class Counting(Protocol):
    """An engine that says how busy it is."""

    async def numbers(self) -> Mapping[str, float]: ...


class Vitals:
    """Numbers of services that run here, for `/metrics`."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._role = assembly.settings.role.name

    async def sample(self) -> Mapping[str, float]:
        services = self._assembly.settings.role.services
        runner = self._assembly.runner
        found: dict[str, float] = {
            "philomel_jobs_running": runner.running,
            f'philomel_build_info{{version="{__version__}",role="{self._role}"}}': 1,
        }
        for job, failures in runner.failures.items():
            found[f'philomel_job_failures_total{{task="{job}"}}'] = failures
        found |= self._backup()
        parts: list[Callable[[], Awaitable[Mapping[str, float]]]] = [self._log]
        parts += [partial(_of_database, *each) for each in self._assembly.databases.items()]
        if "catalog" in services:
            parts.append(self._scan)
        if "media" in services:
            parts += [self._analysis, self._renditions]
        missing = 0
        for part in parts:
            try:
                with acting(SERVICE, timeout=2.0):
                    found |= await part()
            except PhilomelError:
                missing += 1  # the rest is worth having, most of all now
        return {**found, "philomel_metrics_missing": missing}

    async def _analysis(self) -> Mapping[str, float]:
        state = await self._assembly.service(Media).get_analysis_state(GetAnalysisState())
        return {
            f'philomel_analysis_assets{{state="{name}"}}': getattr(state, name)
            for name in ("done", "waiting", "failed")
        }

    async def _renditions(self) -> Mapping[str, float]:
        store = (await self._assembly.engines.get(STORES)).get(Store.RENDITIONS)
        if not isinstance(store, Counting):
            return {}
        return {f"philomel_{name}": value for name, value in (await store.numbers()).items()}

    async def _log(self) -> Mapping[str, float]:
        """Events that each group of consumers has not had yet, where the log is in this process."""
        if not self._assembly.settings.role.keeps_log:
            return {}
        log = await self._assembly.engines.get(Log)
        behind = getattr(log, "behind", None)  # other logs have their own tools for this
        if behind is None:
            return {}
        return {
            f'philomel_log_behind_events{{group="{group}",topic="{topic}"}}': count
            for (group, topic), count in behind().items()
        }

    def _backup(self) -> Mapping[str, float]:
        place = Place(self._assembly.settings)
        latest = last(place)
        found = {"philomel_backup_failing": float(bool(failure(place)))}
        if latest is not None:
            found["philomel_backup_last_success_seconds"] = latest[0] / 1000
        return found

    async def _scan(self) -> Mapping[str, float]:
        watching = self._assembly.service(Catalog).watch_scan(WatchScan())
        try:
            status: ScanStatus = await anext(watching)
        except (ScanNotFound, StopAsyncIteration):
            return {}
        finally:
            close = getattr(watching, "aclose", None)
            if close is not None:
                await close()
        return {
            "philomel_scan_running": float(status.finished_at is None),
            **{
                f'philomel_scan_files{{state="{name}"}}': getattr(status, name)
                for name in _SCAN_COUNTS
            },
        }


async def _of_database(name: str, database: Database) -> Mapping[str, float]:
    """What waits to be written, to be announced, and to be looked at by somebody."""

    def work(connection: Connection) -> tuple[int, int]:
        waiting, parked = (connection.execute(each).scalar() or 0 for each in (_WAITING, _PARKED))
        return waiting, parked

    waiting, parked = await database.read(work)
    label = f'{{database="{name}"}}'
    return {
        f"philomel_database_writes_waiting{label}": getattr(database, "waiting", 0),
        f"philomel_outbox_events{label}": waiting,
        f"philomel_parked_events{label}": parked,
    }
