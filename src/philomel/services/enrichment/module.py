"""Wiring of the enrichment service."""

import asyncio
from dataclasses import dataclass

from philomel.engines.blobs import Blobs
from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Lease, Relay
from philomel.engines.sql import Database
from philomel.engines.web import Web
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.enrichment import store
from philomel.services.enrichment.contract import Enrichment, Settings
from philomel.services.enrichment.jobs.asking import Asker
from philomel.services.enrichment.jobs.enricher import Enricher
from philomel.services.enrichment.jobs.finding import Finder
from philomel.services.enrichment.jobs.following import GROUP, TOPICS, Follower
from philomel.services.enrichment.service import EnrichmentService

PROVIDES, NEEDS = Enrichment, (Catalog,)
SCHEMA = store.SCHEMA
TOPIC = "philomel.enrichment"
LEASE_SECONDS = 120.0


@dataclass(frozen=True)
class Deps:
    database: Database
    log: Log
    clock: Clock
    blobs: Blobs
    web: Web
    catalog: Catalog
    settings: Settings


def build(deps: Deps) -> tuple[EnrichmentService, tuple[Job, ...]]:
    bell = asyncio.Event()
    asker = Asker(deps.web, deps.settings.requests_per_second)
    enricher = Enricher(
        database=deps.database,
        catalog=deps.catalog,
        blobs=deps.blobs,
        finder=Finder(asker, deps.settings),
        lease=Lease(deps.database, "enrichment", deps.clock, seconds=LEASE_SECONDS),
        clock=deps.clock,
        bell=bell,
        again_days=deps.settings.again_days,
    )
    consumer = Consumer(
        deps.database,
        deps.log,
        GROUP,
        TOPICS,
        Follower(deps.database, deps.catalog).handle,
        deps.clock,
        name="enrichment follower",
    )
    return EnrichmentService(deps.database, deps.catalog, deps.clock, bell.set), (
        Relay(deps.database, deps.log, TOPIC, deps.clock),
        consumer,
        enricher,
    )
