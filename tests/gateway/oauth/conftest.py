from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.site.server import Served, serving

from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.services.accounts.module import SCHEMA


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = open_sqlite(tmp_path / "accounts.sqlite")
    await prepare(database, SCHEMA, tmp_path)
    async with serving(database, tmp_path) as server:
        yield server
    await database.close()
