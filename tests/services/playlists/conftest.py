from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from tests.conftest import DatabaseFor
from tests.rpc.shape import SHAPES, Shape, in_shape
from tests.services.shelf import Shelf

from philomel.engines.audio.imager import WorkerImager
from philomel.engines.blobs import Blobs
from philomel.engines.blobs.disk import DiskBlobs
from philomel.engines.keys.ring import KeyRing
from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.engines.workers import Workers
from philomel.kernel.clock import FixedClock
from philomel.services.playlists import module
from philomel.services.playlists.contract import Playlists
from philomel.services.playlists.service import PlaylistService
from philomel.services.plays import module as plays_module
from philomel.services.plays.service import PlayService


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    (tmp_path / "blobs").mkdir()
    return DiskBlobs(bytes(tmp_path / "blobs"))


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(module.SCHEMA)


@pytest.fixture
def keys(tmp_path: Path, clock: FixedClock) -> KeyRing:
    return KeyRing.open(tmp_path / "keys.json", clock)


@pytest.fixture
async def plays(
    database_for: DatabaseFor, log: Log, clock: FixedClock, shelf: Shelf
) -> PlayService:
    database = await database_for(plays_module.SCHEMA)
    return plays_module.build(plays_module.Deps(database, log, clock, shelf.as_catalog()))[0]


@pytest.fixture
def built(
    database: Database,
    plays: PlayService,
    log: Log,
    clock: FixedClock,
    shelf: Shelf,
    keys: KeyRing,
    blobs: Blobs,
    workers: Workers,
) -> tuple[PlaylistService, tuple[Job, ...]]:
    imager = WorkerImager(workers)
    catalog = shelf.as_catalog()
    return module.build(module.Deps(database, log, clock, catalog, keys, blobs, imager, plays))


@pytest.fixture(params=SHAPES)
async def service(
    request: pytest.FixtureRequest, built: tuple[PlaylistService, tuple[Job, ...]]
) -> AsyncIterator[Playlists]:
    async with in_shape(cast("Shape", request.param), Playlists, built[0]) as proxy:
        yield proxy
