"""Wiring of the playlists service."""

import asyncio
from dataclasses import dataclass

from philomel.engines.audio import Imager
from philomel.engines.blobs import Blobs
from philomel.engines.keys import Keys
from philomel.engines.log import Log
from philomel.engines.outbox import Consumer, Job, Relay
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.catalog.contract import Catalog
from philomel.services.playlists import store
from philomel.services.playlists.contract import Playlists
from philomel.services.playlists.jobs import GROUP, TOPICS, Clearing, Drawing, Follower
from philomel.services.playlists.service import PlaylistService
from philomel.services.playlists.service.bringing import Attacher
from philomel.services.playlists.service.context import Context
from philomel.services.playlists.service.matching import Matcher
from philomel.services.playlists.service.mosaics import Mosaics
from philomel.services.playlists.store.kept import SqlKept
from philomel.services.playlists.store.merging import MergingPlaylists
from philomel.services.plays.contract import Plays

PROVIDES, NEEDS = Playlists, (Catalog, Plays)
SCHEMA = store.SCHEMA


@dataclass(frozen=True)
class Deps:
    """What the service is given; `blobs` is Philomel's own store, for covers."""

    database: Database
    log: Log
    clock: Clock
    catalog: Catalog
    keys: Keys
    blobs: Blobs
    imager: Imager
    plays: Plays


def build(deps: Deps) -> tuple[PlaylistService, tuple[Job, ...]]:
    relay = Relay(deps.database, deps.log, "philomel.playlists", deps.clock, name="playlists.relay")
    woken = asyncio.Event()
    context = Context(
        database=deps.database,
        marks=MergingPlaylists(deps.database),
        kept=SqlKept(deps.database),
        catalog=deps.catalog,
        plays=deps.plays,
        keys=deps.keys,
        clock=deps.clock,
        blobs=deps.blobs,
        imager=deps.imager,
        mosaics=Mosaics(deps.database, deps.blobs, deps.imager, deps.clock),
        announced=relay.kick,
        cleared=woken.set,
    )
    follower = Follower(context, Attacher(context, Matcher(deps.catalog)))
    consumer = Consumer(
        deps.database,
        deps.log,
        GROUP,
        TOPICS,
        follower.handle,
        deps.clock,
        name="playlists.follower",
    )
    jobs = (relay, consumer, Clearing(context, woken), Drawing(context.mosaics))
    return PlaylistService(context), jobs
