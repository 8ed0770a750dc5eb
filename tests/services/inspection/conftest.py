from collections.abc import AsyncIterator
from typing import cast

import pytest
from tests.conftest import DatabaseFor
from tests.rpc.shape import SHAPES, Shape, in_shape
from tests.services.catalog.conftest import house, music
from tests.services.catalog.house import House

from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.services.inspection import module
from philomel.services.inspection.contract import Inspection
from philomel.services.inspection.jobs import examiner
from philomel.services.inspection.service import InspectionService

__all__ = ["house", "music"]

Built = tuple[InspectionService, tuple[Job, ...]]


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(module.SCHEMA)


@pytest.fixture
def built(database: Database, house: House, monkeypatch: pytest.MonkeyPatch) -> Built:
    monkeypatch.setattr(examiner, "QUIET_MS", 0)
    monkeypatch.setattr(examiner, "IDLE_SECONDS", 0.02)
    return module.build(
        module.Deps(
            database=database,
            log=house.log,
            clock=house.clock,
            catalog=house.service,
            media=house.media,
        )
    )


@pytest.fixture(params=SHAPES)
async def service(request: pytest.FixtureRequest, built: Built) -> AsyncIterator[Inspection]:
    async with in_shape(cast("Shape", request.param), Inspection, built[0]) as proxy:
        yield proxy
