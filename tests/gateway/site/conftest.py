from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.databases import sqlite_at
from tests.gateway.site.server import Served, serving

from philomel.services.accounts.module import SCHEMA


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = await sqlite_at(tmp_path / "accounts.sqlite", SCHEMA)
    async with serving(database, tmp_path) as server:
        yield server
    await database.close()
