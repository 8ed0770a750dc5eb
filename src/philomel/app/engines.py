"""The one place where a setting becomes an engine. Each is opened at its first use.

Adapters are imported where they are opened: what a setting does not name costs nothing.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from philomel import __version__
from philomel.app.calls import Calls
from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import Settings
from philomel.engines.audio import Analyzer, Encoder, Imager, Packager, TagReader, TagWriter
from philomel.engines.blobs import Blobs, Folders
from philomel.engines.cache import Cache
from philomel.engines.index import Index
from philomel.engines.keys import Keys
from philomel.engines.log import Log
from philomel.engines.watching import Watching
from philomel.engines.web import Web
from philomel.engines.workers import Workers
from philomel.kernel.clock import Clock
from philomel.kernel.errors import FailedPrecondition, PhilomelError
from philomel.services.media.contract import Settings as Media
from philomel.services.media.contract import Store
from philomel.services.search.service import KINDS

if TYPE_CHECKING:
    # A command that a running server answers has no use for SQLAlchemy.
    from philomel.engines.blobs.bucket import BucketFolders
    from philomel.engines.blobs.rooted import RootedBlobs
    from philomel.engines.outbox import Job
    from philomel.engines.sql import Database, Schema

T = TypeVar("T")

Opener = Callable[[], Awaitable[Any]]
Closer = Callable[[], Awaitable[None]]

STORES = Mapping[Store, Blobs]
"""What the media door reads from."""

_log = logging.getLogger(__name__)


class Engines:
    """The engines of one process; what was opened is closed in reverse."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._opened: dict[Any, Any] = {}
        self._calls: Calls | None = None
        self._buckets: BucketFolders | None = None
        self.jobs: list[Job] = []
        self._closers: list[tuple[str, Closer]] = []
        self._openers: dict[Any, Opener] = {
            Clock: self._open_clock,
            Keys: self._open_keys,
            Cache: self._open_cache,
            Log: self._open_log,
            Blobs: self._open_blobs,
            Folders: self._open_folders,
            Index: self._open_index,
            Watching: self._open_watching,
            Workers: self._open_workers,
            TagReader: self._open_tag_reader,
            TagWriter: self._open_tag_writer,
            Analyzer: self._open_analyzer,
            Encoder: self._open_encoder,
            Imager: self._open_imager,
            Packager: self._open_packager,
            Web: self._open_web,
            STORES: self._open_stores,
        }

    def offers(self, port: Any) -> bool:
        return port in self._openers

    async def get(self, port: Any) -> Any:
        """The engine behind a port.

        Raises:
            Refusal: a setting names none, or it cannot be had.
        """
        if port not in self._opened:
            try:
                self._opened[port] = await self._openers[port]()
            except FailedPrecondition as error:
                raise Refusal(error.message, Exit.REFUSED) from None
            except PhilomelError as error:
                raise Refusal(error.message, Exit.UNAVAILABLE) from None
        return self._opened[port]

    async def database(self, schema: "Schema") -> "Database":
        """A service's own database."""
        chosen = self._settings.text("database")
        database: Database
        match urlsplit(chosen).scheme or chosen:
            case "sqlite":
                from philomel.engines.sql.sqlite import open_sqlite

                try:
                    database = open_sqlite(self._settings.data / f"{schema.name}.sqlite")
                except PhilomelError as error:
                    raise Refusal(error.message, Exit.UNAVAILABLE) from None
            case "postgresql":
                from philomel.engines.sql.postgres import open_postgres

                database = open_postgres(chosen, schema.name)
            case _:
                raise _unknown("database", chosen, "sqlite or postgresql://user@host/name")
        self._closers.append((f"database {schema.name}", database.close))
        return database

    async def calls(self) -> Calls:
        """The way to other processes."""
        if self._calls is None:
            self._calls = Calls(await self.get(Keys), self._clock)
            self.keep("calls", self._calls, self._calls.close)
        return self._calls

    async def close(self) -> None:
        for name, close in reversed(self._closers):
            try:
                await close()
            except Exception:  # whatever one meets, the others are closed as well
                _log.warning("%s did not close", name, exc_info=True)
        self._closers.clear()
        self._opened.clear()

    def keep(self, name: str, engine: T, close: Closer) -> T:
        """Close `engine` with the others."""
        self._closers.append((name, close))
        return engine

    async def _open_clock(self) -> Clock:
        return self._clock

    async def _open_keys(self) -> Keys:
        from philomel.engines.keys.ring import KeyRing

        text = self._settings.text("keys")
        if text.lstrip().startswith("{"):
            return KeyRing.parse(text, self._clock)
        path = self._settings.keys
        try:
            return KeyRing.open(path, self._clock)
        except OSError as error:
            raise Refusal(
                f"the key ring {path} cannot be read or made: {error.strerror}", Exit.UNAVAILABLE
            ) from None

    async def _open_cache(self) -> Cache:
        chosen = self._settings.text("cache")
        cache: Cache
        match urlsplit(chosen).scheme or chosen:
            case "memory":
                from philomel.engines.cache.memory import MemoryCache

                cache = MemoryCache(self._clock)
            case "redis" | "rediss" | "unix":
                from philomel.engines.cache.redis import RedisCache

                cache = RedisCache(chosen, self._clock)
            case _:
                raise _unknown("cache", chosen, "memory or redis://host:port/0")
        return self.keep("cache", cache, cache.close)

    async def _open_log(self) -> Log:
        chosen = self._settings.text("log")
        if chosen == "local":
            if not self._settings.role.keeps_log:
                raise Refusal(
                    f"the role {self._settings.role.name!r} does not keep the event log; say "
                    "with the setting log which process does",
                    Exit.USAGE,
                )
            from philomel.engines.log.local import Pruner, open_local_log

            log = open_local_log(self._settings.data / "log.sqlite", self._clock)
            self.jobs.append(Pruner(log))
            return self.keep("log", log, log.close)
        if chosen.startswith("unix:") or re.fullmatch(r".+:\d+", chosen):
            from philomel.engines.log.contract import LogService
            from philomel.engines.log.remote import RemoteLog

            calls = await self.calls()
            remote = RemoteLog(calls.remote(LogService, chosen))
            return self.keep("log", remote, remote.close)
        raise _unknown("log", chosen, "local, host:port or unix:/path")

    async def _open_blobs(self) -> Blobs:
        chosen = self._settings.text("blobs")
        blobs: Blobs
        match urlsplit(chosen).scheme or chosen:
            case "disk":
                from philomel.engines.blobs.disk import DiskBlobs

                blobs = DiskBlobs(_folder(self._settings.data / "blobs"))
            case "s3":
                blobs = self._open_s3(chosen)
            case _:
                raise _unknown("blobs", chosen, "disk or s3://bucket/prefix")
        return self.keep("blobs", blobs, blobs.close)

    def _open_s3(self, chosen: str) -> Blobs:
        from philomel.engines.blobs.s3 import S3Blobs, S3Settings

        parts = urlsplit(chosen)
        return S3Blobs(
            S3Settings(
                bucket=parts.netloc,
                prefix=parts.path.strip("/"),
                access_key=self._settings.text("s3.access_key"),
                secret_key=self._settings.text("s3.secret_key"),
                endpoint=self._settings.text("s3.endpoint") or None,
                region=self._settings.text("s3.region"),
            )
        )

    async def _open_folders(self) -> Folders:
        from philomel.engines.blobs.bucket import AnyFolders
        from philomel.engines.blobs.disk import DiskFolders

        return AnyFolders(DiskFolders(), self._open_buckets())

    def _open_buckets(self) -> "BucketFolders":
        from philomel.engines.blobs.bucket import Account, BucketFolders
        from philomel.engines.blobs.spool import Spool

        if self._buckets is None:
            account = Account(
                access_key=self._settings.text("s3.access_key"),
                secret_key=self._settings.text("s3.secret_key"),
                endpoint=self._settings.text("s3.endpoint") or None,
                region=self._settings.text("s3.region"),
            )
            limit = self._settings.number("s3.spool_mb") << 20
            buckets = BucketFolders(account, Spool(self._settings.data / "spool", limit))
            self._buckets = self.keep("buckets", buckets, buckets.close)
        return self._buckets

    async def _open_watching(self) -> Watching:
        from philomel.engines.watching.native import NativeWatching

        return NativeWatching()

    async def _open_index(self) -> Index:
        from philomel.engines.index import tantivy

        index = tantivy.Index(self._settings.data / "index", KINDS)
        return self.keep("index", index, index.close)

    async def _open_workers(self) -> Workers:
        from philomel.engines.audio.families import families
        from philomel.engines.workers.forkserver import ForkWorkers

        media = self._settings.of("media", Media)
        # Renditions that nobody wants for a moment keep their worker, but not their turn.
        workers = ForkWorkers(families(media.max_transcodes, renditions=3 * media.max_encodes))
        return self.keep("workers", workers, workers.close)

    async def _open_tag_reader(self) -> TagReader:
        from philomel.engines.audio.reader import WorkerTagReader
        from philomel.engines.audio.sampling import AnyTagReader, SampledTagReader

        workers = await self.get(Workers)
        buckets = SampledTagReader(self._open_buckets(), workers)
        return AnyTagReader(WorkerTagReader(workers), buckets)

    async def _open_tag_writer(self) -> TagWriter:
        from philomel.engines.audio.writer import WorkerTagWriter

        return WorkerTagWriter(await self.get(Workers))

    async def _open_analyzer(self) -> Analyzer:
        from philomel.engines.audio.analyzer import WorkerAnalyzer

        return WorkerAnalyzer(await self.get(Workers))

    async def _open_encoder(self) -> Encoder:
        from philomel.engines.audio.encoder import WorkerEncoder

        return WorkerEncoder(await self.get(Workers))

    async def _open_imager(self) -> Imager:
        from philomel.engines.audio.imager import WorkerImager

        return WorkerImager(await self.get(Workers))

    async def _open_web(self) -> Web:
        from philomel.engines.web.lazy import LazyWeb

        contact = self._settings.text("web.contact") or self._settings.text("base_url")
        agent = f"Philomel/{__version__}" + (f" ({contact})" if contact else "")
        private = self._settings.texts("web.private_servers")

        def make() -> Web:
            from philomel.engines.web.guarded import GuardedWeb

            return GuardedWeb(agent, private)

        web = LazyWeb(make)
        return self.keep("web", web, web.close)

    async def _open_packager(self) -> Packager:
        from philomel.engines.audio.packager import WorkerPackager

        return WorkerPackager(await self.get(Workers))

    async def _open_renditions(self, originals: "RootedBlobs") -> Blobs:
        from philomel.engines.audio.renditions.ledger import SCHEMA, Ledger
        from philomel.engines.audio.renditions.store import RenditionBlobs
        from philomel.engines.audio.renditions.upkeep import Upkeep
        from philomel.engines.sql.migrate import prepare

        media = self._settings.of("media", Media)
        database = await self.database(SCHEMA)
        await prepare(database, SCHEMA, self._settings.data)
        ledger, shelf = Ledger(database), await self.get(Blobs)
        renditions = RenditionBlobs(
            originals, shelf, ledger, await self.get(Packager), self._clock, media.max_encodes
        )
        self.jobs.append(Upkeep(renditions, shelf, ledger, self._clock, media.cache_bytes))
        return self.keep("renditions", renditions, renditions.close)

    async def _open_stores(self) -> Mapping[Store, Blobs]:
        from philomel.engines.audio.transcode import TranscodeBlobs
        from philomel.engines.blobs.rooted import RootedBlobs

        folders = await self.get(Folders)
        library = RootedBlobs(folders)
        transcodes = TranscodeBlobs(folders, await self.get(Encoder))
        return {
            Store.LIBRARY: self.keep("libraries", library, library.close),
            Store.TRANSCODE: self.keep("transcodes", transcodes, transcodes.close),
            Store.RENDITIONS: await self._open_renditions(library),
            Store.COVERS: await self.get(Blobs),
        }


def _folder(path: Path) -> bytes:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return bytes(path)


def _unknown(name: str, chosen: str, allowed: str) -> Refusal:
    return Refusal(f"the setting {name} cannot be {chosen!r}; it is {allowed}", Exit.USAGE)
