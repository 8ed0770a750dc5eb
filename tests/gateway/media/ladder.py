"""A media door with real workers that make renditions, in one process or behind a gateway."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.databases import sqlite_at
from tests.gateway.media.conftest import door, serving
from tests.services.media.conftest import LISTENER, House, open_house

from philomel.engines.audio.encoder import WorkerEncoder
from philomel.engines.audio.families import families
from philomel.engines.audio.packager import WorkerPackager
from philomel.engines.audio.renditions.ledger import SCHEMA as RENDITIONS
from philomel.engines.audio.renditions.ledger import Ledger
from philomel.engines.audio.renditions.store import RenditionBlobs
from philomel.engines.audio.transcode import TranscodeBlobs
from philomel.engines.blobs import Blobs
from philomel.engines.blobs.disk import DiskBlobs, DiskFolders
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.gateway.delivery import MediaBytes
from philomel.gateway.public import Public
from philomel.kernel.caller import Caller, acting
from philomel.kernel.clock import SystemClock
from philomel.services.media.contract import AssetSource, GetPlayback, Playback, Settings, Store
from philomel.services.media.service.playback import Ladder
from philomel.services.media.store import SCHEMA


@dataclass
class Station:
    house: House
    url: str
    renditions: RenditionBlobs
    shelf: DiskBlobs
    ledger: Ledger
    client: httpx.AsyncClient

    async def add(self, name: str, codec: str, seconds: float, bitrate: int = 900_000) -> str:
        """Register a file of the house's folder; its asset id."""
        made = self.house.source(name)
        source = AssetSource(
            asset_id=made.asset_id,
            library_id=made.library_id,
            path=made.path,
            size=made.size,
            modified_ns=made.modified_ns,
            container=codec,
            codec=codec,
            duration_ms=round(seconds * 1000),
            bitrate=bitrate,
        )
        await self.house.add(source)
        return source.asset_id

    async def playback(self, asset_id: str, caller: Caller = LISTENER) -> Playback:
        with acting(caller):
            return await self.house.media.get_playback(GetPlayback(asset_id))

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def head(self, path: str) -> httpx.Response:
        return await self.client.head(path)


@asynccontextmanager
async def on_air(
    folder: Path, settings: Settings | None = None, *, gateway: bool = False
) -> AsyncIterator[Station]:
    settings = settings or Settings()
    async with AsyncExitStack() as stack:
        database = await sqlite_at(folder / "media.sqlite", SCHEMA)
        stack.push_async_callback(database.close)
        kept = await sqlite_at(folder / "renditions.sqlite", RENDITIONS)
        stack.push_async_callback(kept.close)
        house = await stack.enter_async_context(open_house(database, folder, "local"))
        workers = ForkWorkers(families())
        stack.push_async_callback(workers.close)
        (folder / "blobs").mkdir()
        shelf, ledger = DiskBlobs(bytes(folder / "blobs")), Ledger(kept)
        library = RootedBlobs(DiskFolders())
        packager = WorkerPackager(workers)
        house.service._ladder = Ladder(packager)
        renditions = RenditionBlobs(
            library, shelf, ledger, packager, SystemClock(), settings.max_encodes
        )
        stack.push_async_callback(renditions.close)
        stores: dict[Store, Blobs] = {
            Store.LIBRARY: library,
            Store.RENDITIONS: renditions,
            Store.TRANSCODE: TranscodeBlobs(DiskFolders(), WorkerEncoder(workers)),
        }
        own = MediaBytes(Public(), house.media, stores, settings)
        running = await stack.enter_async_context(serving(door(own)))
        if gateway:
            proxied = MediaBytes(Public(media_address=running.url), house.media, {}, settings)
            stack.push_async_callback(proxied.close)
            running = await stack.enter_async_context(serving(door(proxied)))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=running.url, timeout=30, trust_env=False, verify=False)
        )
        yield Station(house, running.url, renditions, shelf, ledger, client)
