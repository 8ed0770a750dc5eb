"""Missing tracks live on in present ones that they turn out to be."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy import Connection

from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.clock import Clock
from philomel.kernel.errors import PhilomelError
from philomel.services.catalog.rules.succession import choose
from philomel.services.catalog.store import scanning
from philomel.services.catalog.store.merging import heirs
from philomel.services.catalog.store.merging.records import Pair
from philomel.services.catalog.store.merging.tracks import merge_tracks
from philomel.services.media.contract import AssetNotFound, FindRecordings, Media

_log = logging.getLogger(__name__)

MERGED = 50
"""Tracks merged in one transaction, so that none is long."""
LOOK_SECONDS = 10.0
_LIKELY = 50


async def retire(
    database: Database, clock: Clock, fence: Callable[[Connection], None], scan_id: str
) -> None:
    """The files of removed libraries are missing: the same music elsewhere is their heir."""
    while True:
        gone = await database.read(heirs.of_removed)
        if not gone:
            return

        def work(connection: Connection, gone: Sequence[str] = gone) -> None:
            fence(connection)
            now = clock.now()
            lost = scanning.mark(
                connection, missing=gone, displaced=(), returned=(), now=now, scan_id=scan_id
            )
            scanning.tell(connection, lost, now, scan_id)

        await database.write(work)


async def pass_on_by_tags(
    database: Database,
    clock: Clock,
    fence: Callable[[Connection], None],
    check: Callable[[], Awaitable[None]],
) -> int:
    """Merge every missing track with the present one that its tags and place say it is.

    Args:
        fence: refuses to write once another process does the same.
        check: called between pages; may raise to stop.

    Returns:
        How many tracks found an heir.
    """
    total = 0
    while True:
        merged, after = 0, ("", "")
        while True:
            search = partial(heirs.heirs_by_tags, after=after)
            pairs, follow = await database.read(search, long=True)
            for start in range(0, len(pairs), MERGED):
                some = pairs[start : start + MERGED]

                def work(connection: Connection, some: Sequence[Pair] = some) -> int:
                    fence(connection)
                    return len(merge_tracks(connection, some, clock.now()))

                merged += await database.write(work)
            await check()
            if follow is None:
                break
            after = follow
        total += merged
        if not merged:  # a track can inherit from several, one in each round
            return total


class Heirs:
    """The job that compares what waits by its sound."""

    name = "catalog heirs"

    def __init__(
        self, database: Database, clock: Clock, media: Media, announced: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._media = media
        self._announced = announced

    async def run(self) -> None:
        while True:
            due = await self._database.read(heirs.due)
            try:
                for file_id in due:
                    await self._seek(file_id)
            except PhilomelError as error:  # media is away: what waits goes on waiting
                _log.info("comparing sounds waits: %s", error.message)
                due = ()
            if not due:
                await asyncio.sleep(LOOK_SECONDS)

    async def _seek(self, file_id: str) -> None:
        """Find the heir of a missing track, or the missing track that a new one is."""
        scores = await self._recordings(file_id)
        now = self._clock.now()

        def work(connection: Connection) -> bool:
            heirs.sought(connection, [file_id])
            known = heirs.sides(connection, [file_id, *scores])
            one = known.pop(file_id, None)
            if one is None or not known:
                return False
            missing, present = (
                [each for each in known.values() if (each.lost_at is None) is here]
                for here in (False, True)
            )
            if one.lost_at is not None:
                pairs = [(one, choose(one, present, scores))]
            else:
                mine = {one.file_id: 0.0}
                pairs = [
                    (lost, choose(lost, [one], mine | {one.file_id: scores[lost.file_id]}))
                    for lost in missing
                ]
            found = [(heir[1].strength, lost, heir) for lost, heir in pairs if heir is not None]
            if not found:
                return False
            _, lost, (heir, proof) = max(found, key=lambda each: each[0])
            pair = Pair(heir.track_id, lost.track_id, proof.reason, proof.text)
            return bool(merge_tracks(connection, [pair], now))

        if await self._database.write(work):
            self._announced()

    async def _recordings(self, file_id: str) -> dict[str, float]:
        """What is the same recording as this, and how much it sounds alike."""
        with acting(SERVICE):
            try:
                found = await self._media.find_recordings(FindRecordings(file_id, limit=_LIKELY))
            except AssetNotFound:
                return {}
        return {each.asset_id: each.score for each in found.items}
