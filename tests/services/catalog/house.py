"""A catalogue with real tags, folders, log and database; only media is a small stand-in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from tests.conftest import DatabaseFor

from philomel.engines.audio.imager import WorkerImager
from philomel.engines.audio.reader import WorkerTagReader
from philomel.engines.audio.writer import WorkerTagWriter
from philomel.engines.blobs import Folders
from philomel.engines.blobs.disk import DiskBlobs, DiskFolders
from philomel.engines.log import Log, Record
from philomel.engines.log.local import open_local_log
from philomel.engines.outbox import Job
from philomel.engines.sql import Database
from philomel.engines.watching.native import NativeWatching
from philomel.engines.workers import Workers
from philomel.kernel.caller import OPERATOR, Caller, CallerKind, acting, current
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import FailedPrecondition, Unavailable
from philomel.kernel.ids import new_event_id
from philomel.rpc import codec
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    AddLibrary,
    Album,
    GetVersion,
    Library,
    ListAlbums,
    ListTracks,
    ScanPhase,
    ScanStatus,
    Settings,
    StartScan,
    Track,
    TrackSort,
    WatchScan,
)
from philomel.services.catalog.service import CatalogService
from philomel.services.media import contract as media

ANNA = Caller(kind=CallerKind.USER, user_id="anna".rjust(22, "0"), name="anna", scopes=("*",))
BERT = Caller(kind=CallerKind.USER, user_id="bert".rjust(22, "0"), name="bert", scopes=("*",))


CALM = Settings(watch="off", rescan="off")
"""Scans only what it is told to."""


class Shelf:
    """Keeps what it is told, as media does."""

    def __init__(self) -> None:
        self.assets: dict[str, media.AssetSource] = {}
        self.roots: dict[str, bytes] = {}
        self.access: dict[str, tuple[bool, tuple[str, ...]]] = {}
        self.found: dict[str, media.Asset] = {}
        self.waiting = 0
        self.told = 0
        self.registered_at = 0
        self.asked = 0
        self.alike: dict[frozenset[str], float] = {}
        self.together: media.Loudness | None = None
        self.away = False

    async def set_library_roots(self, request: media.SetLibraryRoots, /) -> None:
        current().caller.require_service()
        if self.away:
            raise Unavailable("media is away")
        self.told += 1
        self.roots = {item.library_id: item.root for item in request.items}
        self.access = {item.library_id: (item.restricted, item.user_ids) for item in request.items}

    async def register_assets(self, request: media.RegisterAssets, /) -> None:
        current().caller.require_service()
        assert len(request.items) <= 500
        self.assets |= {item.asset_id: item for item in request.items}

    async def remove_assets(self, request: media.RemoveAssets, /) -> None:
        current().caller.require_service()
        for id_ in request.ids:
            self.assets.pop(id_, None)

    async def get_assets(self, request: media.GetAssets, /) -> media.Assets:
        self.asked += 1
        return media.Assets(tuple(self.found[id_] for id_ in request.ids if id_ in self.found))

    async def list_assets(self, request: media.ListAssets, /) -> media.AssetFactsPage:
        behind = sorted(id_ for id_ in self.assets if id_ > request.after)
        return media.AssetFactsPage(
            tuple(
                media.AssetFacts(id_, id_ in self.found, self.registered_at)
                for id_ in behind[: request.limit]
            )
        )

    async def compare_recordings(self, request: media.CompareRecordings, /) -> media.Similarities:
        scores = (self.alike.get(frozenset((pair.a, pair.b)), 0.0) for pair in request.pairs)
        return media.Similarities(
            tuple(media.Similarity(score, same=score > 0, known=True) for score in scores)
        )

    async def find_recordings(self, request: media.FindRecordings, /) -> media.Recordings:
        found = [
            media.Recording(id_, score)
            for pair, score in self.alike.items()
            if request.asset_id in pair
            for id_ in pair - {request.asset_id}
        ]
        return media.Recordings(tuple(found[: request.limit]))

    async def measure_together(self, request: media.MeasureTogether, /) -> media.TogetherLoudness:
        complete = all(id_ in self.found for id_ in request.asset_ids)
        return media.TogetherLoudness(self.together, complete)

    async def get_waveform(self, request: media.GetWaveform, /) -> media.Waveform:
        raise FailedPrecondition("nothing is drawn here")

    async def get_analysis_state(self, request: media.GetAnalysisState, /) -> media.AnalysisState:
        return media.AnalysisState(done=len(self.assets), waiting=self.waiting, failed=0)

    async def sign_stream(self, request: media.SignStream, /) -> media.SignedUrl:
        raise FailedPrecondition("nothing is played here")

    async def get_playback(self, request: media.GetPlayback, /) -> media.Playback:
        raise FailedPrecondition("nothing is played here")

    async def sign_covers(self, request: media.SignCovers, /) -> media.SignedUrls:
        raise FailedPrecondition("nothing is shown here")

    async def list_stations(self, request: media.ListStations, /) -> media.Stations:
        raise FailedPrecondition("nothing is sent here")

    async def add_station(self, request: media.AddStation, /) -> media.Station:
        raise FailedPrecondition("nothing is sent here")

    async def change_station(self, request: media.ChangeStation, /) -> media.Station:
        raise FailedPrecondition("nothing is sent here")

    async def remove_station(self, request: media.RemoveStation, /) -> None:
        raise FailedPrecondition("nothing is sent here")

    async def open_signed(self, request: media.OpenSigned, /) -> media.Opened:
        raise FailedPrecondition("nothing is opened here")


class House:
    """The catalogue under test and what stands around it."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        workers: Workers,
        settings: Settings,
        folders: Folders | None = None,
        *,
        shelf: Shelf | None = None,
    ) -> None:
        self.database = database
        self.seen: dict[str, tuple[list[Track], list[Album]]] = {}
        self.clock = FixedClock()
        self.media = shelf or Shelf()
        (folder / "blobs").mkdir(parents=True, exist_ok=True)
        self.blobs = DiskBlobs(bytes(folder / "blobs"))
        self.log: Log = open_local_log(folder / "log.sqlite", self.clock)
        self.service: CatalogService
        self.service, self.jobs = module.build(
            module.Deps(
                database=database,
                log=self.log,
                clock=self.clock,
                folders=folders or DiskFolders(),
                blobs=self.blobs,
                reader=WorkerTagReader(workers),
                writer=WorkerTagWriter(workers),
                imager=WorkerImager(workers),
                media=self.media,
                settings=settings,
                watching=NativeWatching(),
            )
        )

    def job(self, name: str) -> Job:
        return next(job for job in self.jobs if job.name == name)

    @asynccontextmanager
    async def running(self, *names: str) -> AsyncIterator[None]:
        """Run the jobs of these names (all, if none are named) meanwhile."""
        tasks = [
            asyncio.ensure_future(job.run()) for job in self.jobs if not names or job.name in names
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def add(self, path: Path, name: str | None = None, *, sampler: bool = False) -> Library:
        with acting(OPERATOR):
            return await self.service.add_library(
                AddLibrary(path=bytes(path), name=name, sampler=sampler)
            )

    async def scan(self, *, full: bool = False, path: Path | None = None) -> ScanStatus:
        """Scan to the end; the final counts."""
        self.clock.advance(60_000)
        async with self.running("catalog scan"):
            with acting(OPERATOR, timeout=None):
                started = await self.service.start_scan(
                    StartScan(full=full, path=bytes(path) if path else None)
                )
                async for status in self.service.watch_scan(WatchScan(id=started.id)):
                    last = status
        assert last.phase is ScanPhase.DONE, last
        return last

    async def tracks(self, caller: Caller = ANNA) -> dict[str, Track]:
        """All tracks by title; titles must differ."""
        with acting(caller):
            before = await self.service.get_version(GetVersion())
            page = await self.service.list_tracks(ListTracks(sort=TrackSort.NAME, limit=500))
            albums = (await self.service.list_albums(ListAlbums(limit=500))).items
            if await self.service.get_version(GetVersion()) == before:
                # Under one version everything stays as it is, but for plays.
                seen = [replace(e, play_count=0, last_played_at=None) for e in page.items]
                on = [replace(e, play_count=0, last_played_at=None) for e in albums]
                assert self.seen.setdefault(before.version, (seen, on)) == (seen, on)
        found = {track.title: track for track in page.items}
        assert len(found) == len(page.items) == page.total
        return found

    async def until(self, holds: Callable[[], Awaitable[bool]], *names: str) -> None:
        """Run jobs until something holds."""
        async with self.running(*names), asyncio.timeout(30):
            while not await holds():
                await asyncio.sleep(0.02)

    async def tell(self, topic: str, event: Struct) -> None:
        """Put another service's event into the log."""
        record = Record(
            id=new_event_id(self.clock.now()),
            key="test",
            type=f"{topic.removeprefix('philomel.')}.{type(event).__name__}",
            value=codec.to_bytes(event),
        )
        await self.log.append(topic, [record])

    async def close(self) -> None:
        await self.log.close()


async def open_house(
    database_for: DatabaseFor, folder: Path, workers: Workers, settings: Settings | None = None
) -> House:
    database = await database_for(module.SCHEMA)
    return House(database, folder, workers, settings or CALM)
