from pathlib import Path

import pytest
from tests.conftest import DatabaseFor
from tests.services.accounts.house import House, build_house

from philomel.services.accounts.module import SCHEMA


@pytest.fixture
async def house(database_for: DatabaseFor, tmp_path: Path) -> House:
    return build_house(await database_for(SCHEMA), tmp_path)
