"""The shapes a server can have, seen from outside: an address, and its owner's commands."""

import asyncio
import shutil
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from tests.journeys.processes import Process
from tests.servers.ports import free_port

from philomel.engines.keys.ring import KeyRing
from philomel.kernel.clock import SystemClock

PASSWORD = "a nightingale sang"


@dataclass(frozen=True)
class Shape:
    """Attributes:
    url: where people find it.
    operator: the process whose data folder the owner's commands are for.
    processes: all of them, by role.
    """

    url: str
    operator: Process
    processes: dict[str, Process]

    def add_listener(self, name: str, *, admin: bool = False) -> str:
        """A new account with an app password; the parameters that sign a player in."""
        more = ("--admin",) if admin else ()
        self.operator.done("user", "add", name, "--password-stdin", *more, given=PASSWORD)
        made = self.operator.done("app-password", "add", name, "journey")
        login = {"u": name, "p": made["password"], "v": "1.16.1", "c": "journey", "f": "json"}
        return urllib.parse.urlencode(login)

    def token(self, name: str) -> str:
        made: dict[str, Any] = self.operator.done("token", name)
        token: str = made["access_token"]
        return token

    def add_music(self, folder: Path, name: str = "music") -> Any:
        """Add a folder and scan it; the scan's result."""
        self.operator.done("library", "add", str(folder), "--name", name)
        return self.operator.done("scan")

    def kill(self) -> None:
        for process in self.processes.values():
            process.kill()


def all_in_one(folder: Path, settings: Mapping[str, Any] | None = None) -> Shape:
    """One process on SQLite."""
    process = Process(folder / "all", settings)
    process.start()
    return Shape(process.url, process, {"all": process})


def split(
    folder: Path,
    database: str,
    s3_url: str,
    bucket: str,
    settings: Mapping[str, Any] | None = None,
) -> Shape:
    """Gateway, media and the rest: three processes that share nothing but the music.

    Args:
        folder: for their data folders, one each.
        database: a PostgreSQL server; every process that keeps something gets its own database.
        s3_url: where pictures are kept, because they cannot share a folder.
        bucket: as `s3_url`.
        settings: further ones, of every process.
    """
    from tests.servers.s3 import ACCESS_KEY, SECRET_KEY

    core_rpc, media_rpc = (f"127.0.0.1:{free_port()}" for _ in range(2))
    blobs = {
        "blobs": f"s3://{bucket}/{folder.name}",
        "s3.endpoint": s3_url,
        "s3.access_key": ACCESS_KEY,
        "s3.secret_key": SECRET_KEY,
    }
    core = Process(
        folder / "core",
        {
            "role": "core",
            "database": make_database(database, f"core_{core_rpc.rpartition(':')[2]}"),
            "rpc_listen": core_rpc,
            "peers.media": media_rpc,
            **blobs,
            **(settings or {}),
        },
    )
    media = Process(
        folder / "media",
        {
            "role": "media",
            "database": make_database(database, f"media_{media_rpc.rpartition(':')[2]}"),
            "log": core_rpc,
            "rpc_listen": media_rpc,
            **blobs,
            **(settings or {}),
        },
    )
    gateway = Process(
        folder / "gateway",
        {
            "role": "gateway",
            **{f"peers.{name}": core_rpc for name in _CORE},
            "peers.media": media_rpc,
            "peers.media_http": media.url,
            **(settings or {}),
        },
    )
    # One key ring, by content: whoever holds it is Philomel.
    KeyRing.open(core.data / "keys", SystemClock())
    for other in (media, gateway):
        shutil.copy2(core.data / "keys", other.data / "keys")
    for process in (core, media, gateway):
        process.start(wait=False)
    for process in (core, media, gateway):
        process.await_ready()
    return Shape(gateway.url, core, {"gateway": gateway, "media": media, "core": core})


_CORE = ("accounts", "catalog", "enrichment", "inspection", "playlists", "plays", "search")


def make_database(server: str, name: str) -> str:
    """The URL of a new, empty database on a PostgreSQL server."""

    async def make() -> None:
        connection = await asyncpg.connect(server)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(make())
    return urllib.parse.urlunsplit(urllib.parse.urlsplit(server)._replace(path=f"/{name}"))
