"""Wiring of the inspection service."""

from dataclasses import dataclass

from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Lease
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.inspection import store
from philomel.services.inspection.contract import Inspection
from philomel.services.inspection.jobs.examiner import Examiner
from philomel.services.inspection.jobs.following import GROUP, TOPICS, Follower
from philomel.services.inspection.service import InspectionService
from philomel.services.media.contract import Media

PROVIDES, NEEDS = Inspection, (Catalog, Media)
SCHEMA = store.SCHEMA
LEASE_SECONDS = 120.0


@dataclass(frozen=True)
class Deps:
    database: Database
    log: Log
    clock: Clock
    catalog: Catalog
    media: Media


def build(deps: Deps) -> tuple[InspectionService, tuple[Job, ...]]:
    follower = Follower(deps.clock)
    examiner = Examiner(
        database=deps.database,
        catalog=deps.catalog,
        media=deps.media,
        follower=follower,
        lease=Lease(deps.database, "inspection", deps.clock, seconds=LEASE_SECONDS),
        clock=deps.clock,
    )
    consumer = Consumer(
        deps.database,
        deps.log,
        GROUP,
        TOPICS,
        follower.handle,
        deps.clock,
        name="inspection follower",
    )
    return InspectionService(deps.database), (consumer, examiner)
