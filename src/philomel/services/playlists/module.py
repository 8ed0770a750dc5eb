"""Wiring of the playlists service."""

from dataclasses import dataclass

from philomel.engines.keys import Keys
from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Relay
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.playlists import store
from philomel.services.playlists.contract import Playlists
from philomel.services.playlists.jobs import GROUP, TOPICS, Follower
from philomel.services.playlists.service import PlaylistService
from philomel.services.playlists.store.kept import SqlKept
from philomel.services.playlists.store.merging import MergingPlaylists

PROVIDES, NEEDS = Playlists, (Catalog,)
SCHEMA = store.SCHEMA


@dataclass(frozen=True)
class Deps:
    database: Database
    log: Log
    clock: Clock
    catalog: Catalog
    keys: Keys


def build(deps: Deps) -> tuple[PlaylistService, tuple[Job, ...]]:
    marks = MergingPlaylists(deps.database)
    relay = Relay(deps.database, deps.log, "philomel.playlists", deps.clock, name="playlists.relay")
    kept = SqlKept(deps.database)
    follower = Follower(marks, kept.forget)
    consumer = Consumer(
        deps.database,
        deps.log,
        GROUP,
        TOPICS,
        follower.handle,
        deps.clock,
        name="playlists.follower",
    )
    service = PlaylistService(marks, kept, deps.catalog, deps.clock, deps.keys, relay.kick)
    return service, (relay, consumer)
