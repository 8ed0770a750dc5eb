"""The media door behind real servers: in one process, or in a gateway before it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
import pytest
import uvicorn
from tests.databases import sqlite_at
from tests.gateway.media.station import StationServer, stations
from tests.services.media.conftest import LISTENER, House, open_house

from philomel.engines.blobs import Blob, Blobs, Entry
from philomel.engines.blobs.disk import DiskBlobs, DiskFolders
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.engines.web.guarded import GuardedWeb
from philomel.engines.workers import TaskFailed
from philomel.gateway import media
from philomel.gateway.delivery import MediaBytes
from philomel.gateway.http import Application, Door, create_app, plain_error
from philomel.gateway.metrics import Metrics
from philomel.gateway.public import Public
from philomel.kernel.caller import acting
from philomel.kernel.errors import FailedPrecondition
from philomel.services.media.contract import (
    AssetSource,
    Settings,
    SignCovers,
    SignStream,
    Store,
    StreamFormat,
)
from philomel.services.media.store import SCHEMA

COVER = "0123456789abcdefghijkl"
COVER_KEY = f"covers/01/{COVER}-300.jpg"
MUSIC = bytes(number * number % 251 for number in range(300_000))


class DripBlobs:
    """Makes bytes while they are read: `drop` lets one chunk go, `finish` ends it.

    Keys that name a bitrate of 33 fail at once, of 34 after the first chunk.
    """

    def __init__(self) -> None:
        self.opened = 0
        self.open_now = 0
        self.closed = asyncio.Event()
        self._drops: asyncio.Queue[bytes] = asyncio.Queue()

    def drop(self, chunk: bytes) -> None:
        self._drops.put_nowait(chunk)

    def finish(self) -> None:
        self._drops.put_nowait(b"")

    async def next_drop(self) -> bytes:
        return await self._drops.get()

    async def open(self, key: bytes) -> Blob:
        self.opened += 1
        self.open_now += 1
        return DripBlob(self, key)

    async def get(self, key: bytes) -> bytes:
        raise FailedPrecondition("made while it is read")

    async def put(self, key: bytes, data: bytes) -> None:
        raise FailedPrecondition("made while it is read")

    async def delete(self, key: bytes) -> None:
        raise FailedPrecondition("made while it is read")

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        return iter(())

    async def close(self) -> None:
        pass


class DripBlob:
    size = None
    etag = "drip"
    modified_ns = 0

    def __init__(self, store: DripBlobs, key: bytes) -> None:
        self._store = store
        self._bitrate = key.split(b":")[1]

    def fileno(self) -> None:
        return None

    async def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if self._bitrate == b"33":
            raise TaskFailed("this is no music")
        while chunk := await self._store.next_drop():
            yield chunk
            if self._bitrate == b"34":
                raise TaskFailed("it is music only at its beginning")

    async def close(self) -> None:
        self._store.open_now -= 1
        self._store.closed.set()


@dataclass
class Doors:
    """A running media door and what stands behind it."""

    house: House
    url: str
    drips: DripBlobs
    covers: DiskBlobs
    client: httpx.AsyncClient
    station: StationServer
    upstream: "Running | None" = None
    source: AssetSource = field(init=False)

    async def sign(self, request: SignStream | None = None) -> str:
        with acting(LISTENER):
            signed = await self.house.media.sign_stream(request or SignStream(self.source.asset_id))
        return signed.path

    async def sign_transcode(self, bitrate: int = 128) -> str:
        return await self.sign(SignStream(self.source.asset_id, StreamFormat.MP3, bitrate))

    async def sign_cover(self) -> str:
        with acting(LISTENER):
            return (await self.house.media.sign_covers(SignCovers((COVER_KEY,)))).items[0].path

    async def get(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> httpx.Response:
        return await self.client.request(method, path, headers=headers)

    async def raw(self, head: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send bytes as they are; for what a decent client would never send."""
        port = int(self.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        await writer.drain()
        return reader, writer

    async def status_of(self, target: bytes) -> int:
        head = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        reader, writer = await self.raw(head)
        answer = await reader.read()
        writer.close()
        return int(answer.split(b" ", 2)[1])


@dataclass
class Running:
    url: str
    server: uvicorn.Server

    async def stop(self) -> None:
        if self.server.started:
            self.server.started = False
            self.server.force_exit = True
            await self.server.shutdown()


@asynccontextmanager
async def serving(app: Application) -> AsyncIterator[Running]:
    """uvicorn on a free port, in this loop."""
    config = uvicorn.Config(
        cast("Any", app), host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none"
    )
    config.load()
    server = uvicorn.Server(config)
    # Not `serve`: it would take the signals of the whole test run, and stop by the tick.
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    running = Running(f"http://127.0.0.1:{port}", server)
    try:
        yield running
    finally:
        await running.stop()


def door(media_bytes: MediaBytes) -> Application:
    routes = media.routes(media.Deps(media_bytes))
    return create_app([Door("media", media.PREFIXES, routes, plain_error)], Metrics())


@pytest.fixture(params=["here", "behind a gateway"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    async with AsyncExitStack() as stack:
        # In memory where there is such a folder: nothing here is about what a disk keeps.
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
        tmp_path = Path(stack.enter_context(TemporaryDirectory(prefix="philomel-", dir=memory)))
        database = await sqlite_at(tmp_path / "media.sqlite", SCHEMA)
        stack.push_async_callback(database.close)
        house = await stack.enter_async_context(open_house(database, tmp_path, "local"))
        drips, covers = DripBlobs(), DiskBlobs(os.fsencode(tmp_path / "blobs"))
        (tmp_path / "blobs").mkdir()
        await covers.put(COVER_KEY.encode(), b"a picture")
        stores: dict[Store, Blobs] = {
            Store.LIBRARY: RootedBlobs(DiskFolders()),
            Store.COVERS: covers,
            Store.TRANSCODE: drips,
        }
        settings = Settings(max_transcodes=2, accel_redirect=(f"/files/={house.root}",))
        trusted = ("127.0.0.1",)
        station = await stack.enter_async_context(stations())
        web = GuardedWeb("Philomel/test", (f"127.0.0.1:{station.port}",))
        stack.push_async_callback(web.close)
        own = MediaBytes(Public(trusted_proxies=trusted), house.media, stores, settings, web)
        upstream = await stack.enter_async_context(serving(door(own)))
        running = upstream
        if request.param == "behind a gateway":
            public = Public(media_address=upstream.url, trusted_proxies=trusted)
            proxied = MediaBytes(public, house.media, {}, settings)
            stack.push_async_callback(proxied.close)
            running = await stack.enter_async_context(serving(door(proxied)))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=running.url, timeout=20, trust_env=False, verify=False)
        )
        opened = Doors(house, running.url, drips, covers, client, station, upstream)
        opened.source = house.source("Ä/song.flac", MUSIC)
        await house.add(opened.source)
        yield opened
