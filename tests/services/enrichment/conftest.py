from collections.abc import AsyncIterator, Iterator
from typing import cast

import pytest
from tests.conftest import DatabaseFor
from tests.rpc.shape import SHAPES, Shape, in_shape
from tests.servers.openmusic import OpenMusic, open_music
from tests.services.catalog.conftest import house, music
from tests.services.catalog.house import House

from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.engines.web import Web
from philomel.engines.web.guarded import GuardedWeb
from philomel.services.enrichment import module
from philomel.services.enrichment.contract import Enrichment, Settings
from philomel.services.enrichment.service import EnrichmentService

__all__ = ["house", "music"]

Built = tuple[EnrichmentService, tuple[Job, ...]]


@pytest.fixture
def openmusic() -> Iterator[OpenMusic]:
    with open_music() as server:
        yield server


@pytest.fixture
async def web(openmusic: OpenMusic) -> AsyncIterator[Web]:
    opened = GuardedWeb("Philomel/test (us@example.org)", [openmusic.place])
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for(module.SCHEMA)


@pytest.fixture
def built(database: Database, house: House, web: Web, openmusic: OpenMusic) -> Built:
    settings = Settings(
        musicbrainz_url=openmusic.url,
        cover_art_url=openmusic.url,
        wikidata_url=openmusic.url,
        commons_url=openmusic.url,
        wikipedia_url=openmusic.url + "/{language}",
        lrclib_url=openmusic.url,
        language="de",
        requests_per_second=1000.0,
    )
    deps = module.Deps(
        database=database,
        log=house.log,
        clock=house.clock,
        blobs=house.blobs,
        web=web,
        catalog=house.service,
        settings=settings,
    )
    return module.build(deps)


@pytest.fixture(params=SHAPES)
async def service(request: pytest.FixtureRequest, built: Built) -> AsyncIterator[Enrichment]:
    async with in_shape(cast("Shape", request.param), Enrichment, built[0]) as proxy:
        yield proxy
