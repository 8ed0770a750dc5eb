from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from tests.conftest import DatabaseFor
from tests.rpc.shape import SHAPES, Shape, in_shape
from tests.services.shelf import Shelf

from philomel.engines.keys.ring import KeyRing
from philomel.engines.log import Log
from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.kernel.clock import FixedClock
from philomel.services.playlists import module
from philomel.services.playlists.contract import Playlists
from philomel.services.playlists.service import PlaylistService


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def log(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Log]:
    opened = open_local_log(tmp_path / "events.log", clock)
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(module.SCHEMA)


@pytest.fixture
def keys(tmp_path: Path, clock: FixedClock) -> KeyRing:
    return KeyRing.open(tmp_path / "keys.json", clock)


@pytest.fixture
def built(
    database: Database, log: Log, clock: FixedClock, shelf: Shelf, keys: KeyRing
) -> tuple[PlaylistService, tuple[Job, ...]]:
    return module.build(module.Deps(database, log, clock, shelf.as_catalog(), keys))


@pytest.fixture(params=SHAPES)
async def service(
    request: pytest.FixtureRequest, built: tuple[PlaylistService, tuple[Job, ...]]
) -> AsyncIterator[Playlists]:
    async with in_shape(cast("Shape", request.param), Playlists, built[0]) as proxy:
        yield proxy
