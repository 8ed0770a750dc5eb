"""What the services stand on in their tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.services.shelf import Shelf
from tests.services.workers import SharedWorkers

from philomel.engines.log import Log
from philomel.engines.log.local import open_local_log
from philomel.engines.workers import Workers
from philomel.kernel.clock import FixedClock


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    opened = SharedWorkers()
    yield opened
    opened.end()


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
