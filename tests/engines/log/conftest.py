"""The logs under test: the local one, and the same one behind the contract."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from philomel.engines.log import Log
from philomel.engines.log.local import LocalLog, open_local_log
from philomel.engines.log.remote import RemoteLog
from philomel.engines.log.serve import LogServer
from philomel.kernel.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def local(tmp_path: Path, clock: FixedClock) -> AsyncIterator[LocalLog]:
    opened = open_local_log(tmp_path / "events.log", clock)
    yield opened
    await opened.close()


@pytest.fixture(params=["local", "remote"])
async def log(request: pytest.FixtureRequest, local: LocalLog) -> AsyncIterator[Log]:
    if request.param == "local":
        yield local
        return
    server = LogServer(local)
    remote = RemoteLog(server)
    yield remote
    await remote.close()
    await server.close()
