"""Wiring of the playlists service."""

from dataclasses import dataclass

from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Relay
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.playlists import store
from philomel.services.playlists.contract import Playlists
from philomel.services.playlists.jobs import GROUP, TOPICS, Follower
from philomel.services.playlists.service import PlaylistService
from philomel.services.playlists.store.merging import MergingPlaylists

PROVIDES, NEEDS = Playlists, (Catalog,)
SCHEMA = store.SCHEMA


@dataclass(frozen=True)
class Deps:
    database: Database
    log: Log
    clock: Clock
    catalog: Catalog


def build(deps: Deps) -> tuple[PlaylistService, tuple[Job, ...]]:
    marks = MergingPlaylists(deps.database)
    relay = Relay(deps.database, deps.log, "philomel.playlists", deps.clock, name="playlists.relay")
    follower = Follower(marks)
    consumer = Consumer(
        deps.database,
        deps.log,
        GROUP,
        TOPICS,
        follower.handle,
        deps.clock,
        name="playlists.follower",
    )
    return PlaylistService(marks, deps.catalog, deps.clock, relay.kick), (relay, consumer)
