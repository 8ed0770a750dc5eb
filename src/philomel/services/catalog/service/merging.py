"""Merges, as administrators see, make and undo them."""

from collections.abc import Callable

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.caller import current
from philomel.kernel.clock import Clock
from philomel.kernel.paging import check_limit
from philomel.services.catalog.contract import (
    ListMerges,
    Merge,
    MergeReason,
    Merges,
    MergeTracks,
    NotMergeable,
    SplitTrack,
    TrackNotFound,
    UndoMerge,
)
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.store import loading
from philomel.services.catalog.store.announcing import acted, announce
from philomel.services.catalog.store.merging import records, undoing
from philomel.services.catalog.store.merging.tracks import merge_tracks, tracks_known


class Merging:
    """What administrators do with merges."""

    def __init__(self, database: Database, clock: Clock, signals: Signals) -> None:
        self._database = database
        self._clock = clock
        self._signals = signals

    async def list(self, request: ListMerges) -> Merges:
        check_limit(request.limit)
        return await self._database.read(lambda c: records.list_merges(c, request), long=True)

    async def merge_tracks(self, request: MergeTracks) -> Merge:
        person, now = current().caller.user_id, self._clock.now()

        def work(connection: Connection) -> Merge:
            merged = loading.resolve(connection, [request.heir, request.missing], ())
            heir = merged.get(request.heir, request.heir)
            missing = merged.get(request.missing, request.missing)
            if tracks_known(connection, (heir, missing)) != {heir, missing}:
                raise TrackNotFound("there is no such track")
            if heir == missing:
                raise NotMergeable("both ids are one track already")
            pair = records.Pair(
                heir, missing, MergeReason.PERSON, "an administrator said so", person
            )
            made = merge_tracks(connection, [pair], now, ordered=True)
            if not made:
                raise NotMergeable("the first track has a present file: only a missing one merges")
            return self._shown(connection, made[0])

        details = f"{request.missing} into {request.heir}"
        return await self._write(work, "merge.make", request.heir, details)

    async def undo(self, request: UndoMerge) -> Merge:
        now = self._clock.now()
        return await self._write(
            lambda connection: records.shown(undoing.undo(connection, request.id, now)),
            "merge.undo",
            request.id,
        )

    async def split(self, request: SplitTrack) -> Merge:
        person, now = current().caller.user_id, self._clock.now()
        return await self._write(
            lambda connection: records.shown(
                undoing.split(connection, request.track_id, person, now)
            ),
            "track.split",
            request.track_id,
        )

    async def _write(
        self, work: Callable[[Connection], Merge], action: str, target: str, details: str = ""
    ) -> Merge:
        now = self._clock.now()
        told = acted(action, target[:22], details[:100], now)

        def work_and_tell(connection: Connection) -> Merge:
            made = work(connection)
            announce(connection, told, now)
            return made

        done = await self._database.write(work_and_tell)
        self._signals.relay()
        return done

    @staticmethod
    def _shown(connection: Connection, merge_id: str) -> Merge:
        row = records.find(connection, merge_id)
        assert row is not None
        return records.shown(row)
