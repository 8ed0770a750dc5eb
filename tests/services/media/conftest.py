import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import DatabaseFor
from tests.rpc.shape import SHAPES, Shape, in_shape
from tests.services.media.analyzer import FileAnalyzer

from philomel.engines.blobs.disk import DiskFolders
from philomel.engines.keys.ring import KeyRing
from philomel.engines.log.local import LocalLog, open_local_log
from philomel.engines.outbox import Lease, Relay
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, Caller, CallerKind, acting
from philomel.kernel.clock import FixedClock, SystemClock
from philomel.kernel.ids import new_id
from philomel.services.media.contract import (
    AnalysisState,
    AssetSource,
    GetAnalysisState,
    LibraryRoot,
    Media,
    RegisterAssets,
    SetLibraryRoots,
    Settings,
)
from philomel.services.media.jobs import AnalysisJob
from philomel.services.media.service import MediaService
from philomel.services.media.store import SCHEMA, MediaStore, SoundStore
from philomel.services.media.store.stations import SqlStations

LISTENER = Caller(kind=CallerKind.USER, user_id=new_id(), name="nina", scopes=("*",))
OTHER = Caller(kind=CallerKind.USER, user_id=new_id(), name="omar", scopes=("*",))


@dataclass
class House:
    """The media service over a folder of music."""

    media: Media
    service: MediaService
    store: MediaStore
    database: Database
    log: LocalLog
    keys: KeyRing
    clock: FixedClock
    root: Path
    library_id: str
    analyzer: FileAnalyzer

    def job(self, workers: int = 1) -> AnalysisJob:
        clock = SystemClock()
        return AnalysisJob(
            self.store,
            DiskFolders(),
            self.analyzer,
            Lease(self.database, "analysis", clock),
            Relay(self.database, self.log, "philomel.media", clock),
            clock,
            workers=workers,
            quiet_s=0,
        )

    @asynccontextmanager
    async def running(self, job: AnalysisJob) -> AsyncIterator[None]:
        running = asyncio.create_task(job.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])

    def source(
        self, name: str, data: bytes | None = None, asset_id: str | None = None
    ) -> AssetSource:
        path = self.root / name
        if data is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        status = path.stat()
        return AssetSource(
            asset_id=asset_id or new_id(),
            library_id=self.library_id,
            path=os.fsencode(name),
            size=status.st_size,
            modified_ns=status.st_mtime_ns,
            container="flac",
            codec="flac",
            duration_ms=180_000,
            bitrate=900_000,
        )

    async def add(self, *items: AssetSource) -> None:
        with acting(SERVICE):
            await self.media.register_assets(RegisterAssets(items))

    async def place(self) -> None:
        roots = (LibraryRoot(self.library_id, os.fsencode(self.root)),)
        with acting(SERVICE):
            await self.media.set_library_roots(SetLibraryRoots(roots))

    async def state(self) -> AnalysisState:
        with acting(SERVICE):
            return await self.media.get_analysis_state(GetAnalysisState())

    async def until(self, done: Callable[[AnalysisState], bool]) -> AnalysisState:
        async with asyncio.timeout(20):
            while not done(state := await self.state()):
                await asyncio.sleep(0.01)  # the state is in a database
        return state


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> Shape:
    shape: Shape = request.param
    return shape


@asynccontextmanager
async def open_house(database: Database, folder: Path, shape: Shape) -> AsyncIterator[House]:
    clock = FixedClock()
    root = folder / "music"
    root.mkdir()
    keys = KeyRing.open(folder / "keys.json", clock)
    store = MediaStore(database)
    log = open_local_log(folder / "log", SystemClock())
    service = MediaService(
        store, SoundStore(database), keys, clock, Settings(), stations=SqlStations(database)
    )
    try:
        async with in_shape(shape, Media, service) as media:
            house = House(
                media, service, store, database, log, keys, clock, root, new_id(), FileAnalyzer()
            )
            await house.place()
            yield house
    finally:
        await log.close()


@pytest.fixture
async def house(database_for: DatabaseFor, tmp_path: Path, shape: Shape) -> AsyncIterator[House]:
    async with open_house(await database_for(SCHEMA), tmp_path, shape) as opened:
        yield opened


@pytest.fixture
async def local_house(database_for: DatabaseFor, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(await database_for(SCHEMA), tmp_path, "local") as opened:
        yield opened
