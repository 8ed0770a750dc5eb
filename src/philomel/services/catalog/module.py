"""How the catalogue is put together."""

from dataclasses import dataclass

from philomel.engines.audio import Imager, TagReader, TagWriter
from philomel.engines.blobs import Blobs, Folders
from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Relay
from philomel.engines.sql import Database
from philomel.engines.watching import Watching
from philomel.kernel.clock import Clock
from philomel.services.catalog import store
from philomel.services.catalog.contract import Catalog, Settings
from philomel.services.catalog.jobs.covers import Covers
from philomel.services.catalog.jobs.following import TOPICS, Follower
from philomel.services.catalog.jobs.heirs import Heirs
from philomel.services.catalog.jobs.measuring import AlbumLoudness
from philomel.services.catalog.jobs.reconciling import Reconciling
from philomel.services.catalog.jobs.scanner import Scanner
from philomel.services.catalog.jobs.surveyor import Surveyor
from philomel.services.catalog.jobs.sweeping import Sweeping
from philomel.services.catalog.jobs.watching import Watcher
from philomel.services.catalog.jobs.writing.arrivals import Arrivals
from philomel.services.catalog.service import CatalogService
from philomel.services.catalog.service.keeping import Keeper
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.service.writing import Pens
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
    writer: TagWriter
    imager: Imager
    media: Media
    settings: Settings
    watching: Watching


def build(deps: Deps) -> tuple[CatalogService, tuple[Job, ...]]:
    signals = Signals()
    keeper = Keeper(database=deps.database, blobs=deps.blobs, imager=deps.imager, clock=deps.clock)
    largest = deps.settings.upload_mb * 1_000_000
    service = CatalogService(
        deps.database,
        deps.media,
        deps.folders,
        keeper,
        deps.clock,
        signals,
        Pens(deps.reader, deps.writer, deps.imager, deps.blobs, largest),
    )
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
    covers = Covers(
        database=deps.database,
        folders=deps.folders,
        keeper=keeper,
        imager=deps.imager,
        clock=deps.clock,
        signals=signals,
    )
    heard = Follower(
        deps.database, deps.media, deps.clock, service.forget_person, service.admit_person
    )
    measuring = AlbumLoudness(database=deps.database, media=deps.media, clock=deps.clock)
    reconciling = Reconciling(
        database=deps.database,
        media=deps.media,
        clock=deps.clock,
        signals=signals,
        heard=heard.analysed,
    )
    watcher = Watcher(
        database=deps.database,
        folders=deps.folders,
        watching=deps.watching,
        clock=deps.clock,
        signals=signals,
        settings=deps.settings,
    )
    sweeping = Sweeping(database=deps.database, keeper=keeper, clock=deps.clock)
    follower = Consumer(
        deps.database,
        deps.log,
        group="catalog",
        topics=TOPICS,
        handler=heard.handle,
        clock=deps.clock,
        name="catalog follower",
    )
    surveyor = Surveyor(database=deps.database, milestones=service.milestones, clock=deps.clock)
    heirs = Heirs(deps.database, deps.clock, deps.media, signals.relay)
    arrivals = Arrivals(
        database=deps.database,
        folders=deps.folders,
        mending=service.mending,
        clock=deps.clock,
        signals=signals,
    )
    return service, (
        relay,
        scanner,
        covers,
        follower,
        measuring,
        reconciling,
        watcher,
        sweeping,
        heirs,
        surveyor,
        arrivals,
    )
