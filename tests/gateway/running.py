"""Doors behind a real server on a free port, for unmodified clients."""

import asyncio
import atexit
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import uvicorn
from litestar.types import Receive, Scope, Send
from tests.databases import sqlite_at
from tests.gateway.people import Keeper, People, Signer
from tests.gateway.shelf import CLOSED, Finder, Shelf, id_of

from philomel.app.server.network import listen
from philomel.engines.blobs.disk import DiskBlobs
from philomel.engines.cache.memory import MemoryCache
from philomel.engines.keys.ring import KeyRing
from philomel.engines.log.local import open_local_log
from philomel.engines.workers import TaskFailed
from philomel.gateway import api, subsonic, webapi
from philomel.gateway.authentication import Authenticator
from philomel.gateway.http import Application, Door, create_app
from philomel.gateway.metrics import Metrics
from philomel.gateway.public import Public
from philomel.kernel.clock import FixedClock
from philomel.services.enrichment.contract import ArtistInfo, GetArtistInfo, InfoNotFound
from philomel.services.playlists import module

# Nothing here is encrypted, and reading all certificates of the world takes its time.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Knowing:
    """Knows one artist."""

    async def get_artist_info(self, request: GetArtistInfo, /) -> ArtistInfo:
        if request.artist_id != id_of("artist Radiohead"):
            raise InfoNotFound("nothing is known of that artist")
        return ArtistInfo(artist_id=request.artist_id, biography="A band.", links=())


class Echo:
    """Answers with the signed address itself in place of its bytes."""

    async def send(self, signed: str, scope: Scope, _receive: Receive, send: Send) -> None:
        body = signed.encode()
        kind = b"image/jpeg" if "/cover/" in signed else b"audio/flac"
        headers = [
            (b"content-type", kind),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"public, max-age=31536000, immutable"),
        ]
        start: Any = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        rest: Any = {
            "type": "http.response.body",
            "body": b"" if scope.get("method") == "HEAD" else body,
        }
        await send(rest)


class House:
    """Both API doors over the same small catalogue."""

    def __init__(self) -> None:
        self.shelf, self.people = Shelf(), People()
        self.keeper, self.signer = Keeper(self.shelf), Signer()
        self.playlists: Any = self.keeper
        self.plays: Any = self.keeper
        self.clock = FixedClock(1_700_000_100_000)
        self.url = ""
        self.calls_per_minute = 0
        # One client: making one takes longer than most calls.
        self.http = httpx.Client(timeout=10, verify=_NO_CERTIFICATES)
        add = self.shelf.add
        add("Radiohead", "OK Computer", ["Airbag", "Paranoid Android", "Karma Police"])
        add("Radiohead", "Kid A", ["Idioteque", "Optimistic"], year=2000)
        add("Radiohead", "My Iron Lung", ["My Iron Lung"], year=1994, type="ep")
        add("Björk", "Homogenic", ["Jóga", "Bachelorette"], genre="Electronic")
        add("Tom & <Jerry>", 'Quotes "Inside"', ["A \x01 & <B>"], genre="R&B/Soul", year=2010)
        add("Secret Band", "Hidden Record", ["Hidden Song"], library=CLOSED, genre="Hidden")

    def doors(self) -> list[Door]:
        accounts, cache = cast("Any", self.people), MemoryCache(self.clock)
        public = Public(version="1.2.3", calls_per_minute=self.calls_per_minute)
        shared: dict[str, Any] = {
            "catalog": self.shelf,
            "media": self.signer,
            "playlists": self.playlists,
            "plays": self.plays,
            "search": Finder(self.shelf),
            "public": public,
        }
        authenticator = Authenticator(accounts, cache, self.clock, public)
        web = webapi.routes(
            webapi.Deps(**shared, authenticator=authenticator, accounts=accounts, clock=self.clock)
        )
        rest = subsonic.routes(
            subsonic.Deps(
                **shared,
                accounts=accounts,
                enrichment=cast("Any", Knowing()),
                clock=self.clock,
                media_bytes=cast("Any", Echo()),
            )
        )
        own = api.routes(
            api.Deps(
                **shared,
                accounts=accounts,
                authenticator=authenticator,
                enrichment=cast("Any", Knowing()),
                inspection=cast("Any", None),
            )
        )
        return [
            Door("api", api.PREFIXES, own, api.error_response),
            Door("webapi", webapi.PREFIXES, web, webapi.error_response),
            Door(
                "subsonic",
                subsonic.PREFIXES,
                rest,
                subsonic.error_response,
                is_free=subsonic.is_free,
            ),
        ]


class _Server:
    """uvicorn in a thread of its own, as clients block; its application changes from test to test.

    Starting and stopping one takes longer than most tests.
    """

    def __init__(self) -> None:
        self.app: Application | None = None
        listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            cast("Any", self._answer), interface="asgi3", log_config=None, lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)
        started = threading.Event()

        async def run() -> None:
            main = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started and not main.done():
                await asyncio.sleep(0.005)
            started.set()
            await main

        def end() -> None:
            server.should_exit = True
            thread.join(10)
            listener.close()

        thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        thread.start()
        started.wait(10)
        atexit.register(end)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None, "nobody is at home"
        await self.app(cast("Any", scope), cast("Any", receive), cast("Any", send))


_IDLE: list[_Server] = []


@contextmanager
def serving(house: House) -> Iterator[House]:
    """The house behind a real server."""
    server = _IDLE.pop() if _IDLE else _Server()
    server.app = create_app(house.doors(), Metrics())
    house.url = server.url
    try:
        yield house
    finally:
        house.http.close()
        server.app = None
        _IDLE.append(server)


class _Painter:
    """Draws no picture anew: the service's own suite has real ones."""

    async def render(self, picture: bytes, edges: Sequence[int]) -> list[bytes]:
        if len(picture) < 100:
            raise TaskFailed("This is no picture.")
        return [picture + bytes([number]) for number, _ in enumerate(edges)]


@contextmanager
def keeping(folder: Path) -> Iterator[House]:
    """The doors over the real service of likes, playlists and shares, and a clock of its own."""
    house = House()
    database = asyncio.run(sqlite_at(folder / "playlists.sqlite", module.SCHEMA))
    log = open_local_log(folder / "log.sqlite", house.clock)
    (folder / "blobs").mkdir()
    house.playlists, _ = module.build(
        module.Deps(
            database,
            log,
            house.clock,
            cast("Any", house.shelf),
            KeyRing.open(folder / "keys.json", house.clock),
            DiskBlobs(bytes(folder / "blobs")),
            cast("Any", _Painter()),
            cast("Any", house.keeper),
        )
    )
    with serving(house) as running:
        yield running

    async def close() -> None:
        await database.close()
        await log.close()

    asyncio.run(close())
