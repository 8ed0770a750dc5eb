"""Whether what this process needs can be reached, and what the whole server counts."""

from collections.abc import Mapping

from sqlalchemy import text

from philomel.app.assembly import Assembly
from philomel.app.calls import Calls
from philomel.app.keeping.notes import last
from philomel.app.keeping.place import Place
from philomel.app.roles import SERVICES
from philomel.engines.sql import Database
from philomel.gateway.health import Check
from philomel.kernel.caller import SERVICE, acting
from philomel.services.catalog.contract import Catalog, ScanNotFound, ScanStatus, WatchScan
from philomel.services.media.contract import GetAnalysisState, Media

_SCAN_COUNTS = ("found", "read", "added", "changed", "moved", "missing", "unchanged", "errors")
_NOW = text("SELECT 1")


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


class Vitals:
    """Numbers of services that run here, for `/metrics`."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly

    async def sample(self) -> Mapping[str, float]:
        services = self._assembly.settings.role.services
        runner = self._assembly.runner
        found: dict[str, float] = {"philomel_jobs_running": runner.running}
        for job, failures in runner.failures.items():
            found[f'philomel_job_failures_total{{job="{job}"}}'] = failures
        found |= self._backup()
        with acting(SERVICE, timeout=2.0):
            if "catalog" in services:
                found |= await self._scan()
            if "media" in services:
                media = self._assembly.service(Media)
                state = await media.get_analysis_state(GetAnalysisState())
                for name in ("done", "waiting", "failed"):
                    found[f'philomel_analysis_assets{{state="{name}"}}'] = getattr(state, name)
        return found

    def _backup(self) -> Mapping[str, float]:
        latest = last(Place(self._assembly.settings))
        return {} if latest is None else {"philomel_backup_last_success_seconds": latest[0] / 1000}

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
