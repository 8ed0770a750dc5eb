"""Wiring of the plays service."""

from dataclasses import dataclass

from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Relay
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.plays import store
from philomel.services.plays.contract import Plays
from philomel.services.plays.jobs import GROUP, TOPICS, Follower
from philomel.services.plays.service import PlayService
from philomel.services.plays.store.merging import MergingPlays

PROVIDES, NEEDS = Plays, (Catalog,)
SCHEMA = store.SCHEMA


@dataclass(frozen=True)
class Deps:
    database: Database
    log: Log
    clock: Clock
    catalog: Catalog


def build(deps: Deps) -> tuple[PlayService, tuple[Job, ...]]:
    plays = MergingPlays(deps.database)
    relay = Relay(deps.database, deps.log, "philomel.plays", deps.clock, name="plays.relay")
    follower = Follower(plays, deps.catalog)
    consumer = Consumer(
        deps.database,
        deps.log,
        GROUP,
        TOPICS,
        follower.handle,
        deps.clock,
        name="plays.follower",
    )
    return PlayService(plays, deps.catalog, deps.clock, relay.kick), (relay, consumer)
