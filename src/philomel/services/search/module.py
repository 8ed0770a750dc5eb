"""Wiring of the search service. The index is its only store, and a copy."""

from dataclasses import dataclass

from philomel.engines.index import Index
from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.playlists.contract import Playlists
from philomel.services.search.contract import SearchEngine
from philomel.services.search.jobs import Follower
from philomel.services.search.service import SearchService

PROVIDES, NEEDS = SearchEngine, (Catalog, Playlists)
SCHEMA = None


@dataclass(frozen=True)
class Deps:
    index: Index
    log: Log
    clock: Clock
    catalog: Catalog
    playlists: Playlists


def build(deps: Deps) -> tuple[SearchService, tuple[Job, ...]]:
    service = SearchService(deps.index, deps.catalog, deps.playlists, deps.clock)
    return service, (Follower(service, deps.log, deps.clock),)
