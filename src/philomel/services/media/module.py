"""Wiring of the media service."""

from dataclasses import dataclass

from philomel.engines.audio import Analyzer, Packager
from philomel.engines.blobs import Folders
from philomel.engines.keys import Keys
from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Lease, Relay
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.media import store
from philomel.services.media.contract import Media, Settings
from philomel.services.media.jobs import DEPARTURES, LEASE_SECONDS, AnalysisJob, Departures
from philomel.services.media.service import MediaService
from philomel.services.media.service.playback import Ladder
from philomel.services.media.store.stations import SqlStations

NEEDS: tuple[type, ...] = ()
PROVIDES = Media
SCHEMA = store.SCHEMA


@dataclass(frozen=True)
class Deps:
    database: Database
    log: Log
    clock: Clock
    keys: Keys
    folders: Folders
    analyzer: Analyzer
    packager: Packager
    settings: Settings


def build(deps: Deps) -> tuple[MediaService, tuple[Job, ...]]:
    kept = store.MediaStore(deps.database)
    relay = Relay(deps.database, deps.log, "philomel.media", deps.clock)
    analysis = AnalysisJob(
        kept,
        deps.folders,
        deps.analyzer,
        Lease(deps.database, "analysis", deps.clock, seconds=LEASE_SECONDS),
        relay,
        deps.clock,
        workers=deps.settings.analysis_workers,
    )
    service = MediaService(
        kept,
        store.SoundStore(deps.database),
        deps.keys,
        deps.clock,
        deps.settings,
        analysis.registered,
        Ladder(deps.packager),
        stations=SqlStations(deps.database),
    )
    departures = Consumer(
        deps.database,
        deps.log,
        group="media",
        topics=(DEPARTURES,),
        handler=Departures(kept, deps.clock).handle,
        clock=deps.clock,
        name="media departures",
    )
    jobs: tuple[Job, ...] = (relay, departures)
    return service, (*jobs, analysis) if deps.settings.analysis_workers else jobs
