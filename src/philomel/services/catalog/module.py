"""How the catalogue is put together."""

from dataclasses import dataclass

from philomel.engines.audio import Imager, TagReader
from philomel.engines.blobs import Blobs, Folders
from philomel.engines.log import Log
from philomel.engines.outbox import Job, Relay
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog import store
from philomel.services.catalog.contract import Catalog, Settings
from philomel.services.catalog.jobs.scanner import Scanner
from philomel.services.catalog.service import CatalogService
from philomel.services.catalog.service.signals import Signals
from philomel.services.media.contract import Media

PROVIDES, NEEDS = Catalog, (Media,)
SCHEMA = store.SCHEMA


@dataclass(frozen=True)
class Deps:
    """What the catalogue is given; `blobs` is Philomel's own store, for covers."""

    database: Database
    log: Log
    clock: Clock
    folders: Folders
    blobs: Blobs
    reader: TagReader
    imager: Imager
    media: Media
    settings: Settings


def build(deps: Deps) -> tuple[CatalogService, tuple[Job, ...]]:
    signals = Signals()
    service = CatalogService(deps.database, deps.media, deps.folders, deps.clock, signals)
    relay = Relay(
        deps.database, deps.log, topic="philomel.catalog", clock=deps.clock, name="catalog relay"
    )
    signals.relay = relay.kick
    scanner = Scanner(
        service=service,
        database=deps.database,
        media=deps.media,
        folders=deps.folders,
        reader=deps.reader,
        clock=deps.clock,
        signals=signals,
        settings=deps.settings,
    )
    return service, (relay, scanner)
