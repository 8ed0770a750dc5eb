"""The logs under test: the local one, and the same one behind the contract."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.rpc.shape import in_shape

from philomel.engines.log import Log
from philomel.engines.log.contract import LogService
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


@pytest.fixture(params=["file", "local", "grpc"])
async def log(request: pytest.FixtureRequest, local: LocalLog) -> AsyncIterator[Log]:
    """The file itself, or behind the contract in one process or over the wire."""
    if request.param == "file":
        yield local
        return
    server = LogServer(local)
    async with in_shape(request.param, LogService, server) as service:
        remote = RemoteLog(service)
        yield remote
        await remote.close()
    await server.close()
