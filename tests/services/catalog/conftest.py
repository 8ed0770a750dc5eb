from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.conftest import DatabaseFor
from tests.services.catalog.house import House, open_house

from philomel.engines.workers import Workers


@pytest.fixture
async def house(
    database_for: DatabaseFor, tmp_path: Path, workers: Workers
) -> AsyncIterator[House]:
    house = await open_house(database_for, tmp_path / "house", workers)
    yield house
    await house.close()


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder
