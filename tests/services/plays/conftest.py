from collections.abc import AsyncIterator
from typing import cast

import pytest
from tests.conftest import DatabaseFor
from tests.rpc.shape import SHAPES, Shape, in_shape
from tests.services.shelf import Shelf

from philomel.engines.log import Log
from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.kernel.clock import FixedClock
from philomel.services.plays import module
from philomel.services.plays.contract import Plays
from philomel.services.plays.service import PlayService


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(module.SCHEMA)


@pytest.fixture
def built(
    database: Database, log: Log, clock: FixedClock, shelf: Shelf
) -> tuple[PlayService, tuple[Job, ...]]:
    return module.build(module.Deps(database, log, clock, shelf.as_catalog()))


@pytest.fixture(params=SHAPES)
async def service(
    request: pytest.FixtureRequest, built: tuple[PlayService, tuple[Job, ...]]
) -> AsyncIterator[Plays]:
    async with in_shape(cast("Shape", request.param), Plays, built[0]) as proxy:
        yield proxy
