"""Follows media, plays and accounts: what they announce, the catalogue keeps copies of."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from sqlalchemy import Connection

from philomel.engines.log import Message
from philomel.engines.outbox import Effect
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.rpc import codec
from philomel.services.accounts.contract import UserCreated, UserRemoved
from philomel.services.catalog.store.announcing import announce, entries_changed
from philomel.services.catalog.store.loading import resolve
from philomel.services.catalog.store.merging import loudness
from philomel.services.catalog.store.merging.hearing import (
    Heard,
    Played,
    credited,
    record_analysis,
    set_totals,
    sum_artists,
)
from philomel.services.catalog.store.merging.loudness import Measured
from philomel.services.media.contract import Asset, AssetsAnalysed, GetAssets, Media
from philomel.services.plays.contract import TotalsChanged

COUNTED = 25
"""Tracks whose counts are written in one transaction."""
TOPICS = ("philomel.media", "philomel.plays", "philomel.accounts")


class Follower:
    """Handles events; each one has its effect once."""

    def __init__(
        self,
        database: Database,
        media: Media,
        clock: Clock,
        forget_person: Callable[[str], Awaitable[None]],
        admit_person: Callable[[str, Sequence[str]], Awaitable[None]],
    ) -> None:
        self._database = database
        self._media = media
        self._clock = clock
        self._forget_person = forget_person
        self._admit_person = admit_person

    async def handle(self, message: Message) -> Effect | None:
        match message.record.type:
            case "media.AssetsAnalysed":
                event = codec.from_bytes(AssetsAnalysed, message.record.value)
                return await self.analysed(event.ids)
            case "plays.TotalsChanged":
                return await self._counted(codec.from_bytes(TotalsChanged, message.record.value))
            case "accounts.UserCreated":
                created = codec.from_bytes(UserCreated, message.record.value)
                await self._admit_person(created.user_id, created.libraries)
                return None
            case "accounts.UserRemoved":
                removed = codec.from_bytes(UserRemoved, message.record.value)
                await self._forget_person(removed.user_id)
                return None
            case _:
                return None

    async def analysed(self, ids: tuple[str, ...]) -> Effect | None:
        """Keep what media found out about these assets."""
        assets = await self._media.get_assets(GetAssets(ids=ids))
        heard = {
            asset.id: Heard(None if asset.silent else asset.stream_hash, asset.duration_ms)
            for asset in assets.items
            if asset.stream_hash is not None
        }
        if not heard:
            return None
        measured = {asset.id: _measured(asset) for asset in assets.items if asset.id in heard}

        def keep(connection: Connection) -> None:
            now = self._clock.now()
            record_analysis(connection, heard, now)
            loudness.record(connection, measured, now)

        return keep

    async def _counted(self, event: TotalsChanged) -> Effect | None:
        """Keep totals in several short transactions: written twice they are the same.

        The event is done with its last one, so what a crash leaves out is made good.
        """
        totals = {
            total.track_id: Played(total.count, total.last_played_at) for total in event.tracks
        }
        if not totals:
            return None
        merged = await self._database.read(lambda c: resolve(c, list(totals), ()))
        named = {merged.get(id_, id_): plays for id_, plays in totals.items()}
        for some in _batches(named):
            await self._database.write(partial(set_totals, totals=some))
        named_by = await self._database.read(lambda c: credited(c, named), long=True)
        for artists in named_by.artists:
            await self._database.write(partial(sum_artists, artist_ids=artists))

        def tell(connection: Connection) -> None:
            now = self._clock.now()
            events = entries_changed(named_by.every(named), now)
            announce(connection, events, now, plays_only=True)

        return tell


def _measured(asset: Asset) -> Measured:
    if asset.loudness is None:
        return Measured(None, None)
    return Measured(asset.loudness.integrated, asset.loudness.true_peak)


def _batches(totals: Mapping[str, Played]) -> Iterator[dict[str, Played]]:
    items = iter(totals.items())
    while some := dict(islice(items, COUNTED)):
        yield some
