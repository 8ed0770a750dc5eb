"""Answers what was found, to those who may see what it is about."""

from collections.abc import Callable

from sqlalchemy import Connection

from philomel.engines import outbox
from philomel.engines.log import Record
from philomel.engines.sql import Database
from philomel.kernel.caller import SERVICE, CallerKind, acting, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import new_event_id
from philomel.kernel.paging import MAX_PAGE
from philomel.rpc import codec
from philomel.services.accounts.contract import AdminActed
from philomel.services.catalog.contract import (
    Catalog,
    GetArtists,
    GetSearchEntries,
    GetTracks,
)
from philomel.services.enrichment import contract as it
from philomel.services.enrichment.store import sql


class EnrichmentService:
    """Implements `Enrichment`.

    Args:
        wake: called when there may be something to do.
    """

    def __init__(
        self, database: Database, catalog: Catalog, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._wake = wake

    async def get_artist_info(self, request: it.GetArtistInfo, /) -> it.ArtistInfo:
        # The catalogue knows what the caller may see, and where merged ids went.
        seen = (await self._catalog.get_artists(GetArtists((request.artist_id,)))).items
        info = None
        if seen:
            artist_id = seen[0].id
            info = await self._database.read(lambda c: sql.get_info(c, artist_id))
        if info is None:
            raise it.InfoNotFound("nothing is known of that artist")
        return info

    async def get_found_lyrics(self, request: it.GetFoundLyrics, /) -> it.FoundLyrics:
        seen = (await self._catalog.get_tracks(GetTracks((request.track_id,)))).items
        lyrics = None
        if seen:
            track_id = seen[0].id
            lyrics = await self._database.read(lambda c: sql.get_lyrics(c, track_id))
        if lyrics is None:
            raise it.InfoNotFound("no lyrics of that track were found")
        return lyrics

    async def get_state(self, _request: it.GetState, /) -> it.State:
        current().caller.require_admin()
        return await self._database.read(sql.get_state, long=True)

    async def set_enabled(self, request: it.SetEnabled, /) -> it.State:
        current().caller.require_admin()
        now = self._clock.now()
        told = _acted("enrichment.on" if request.enabled else "enrichment.off", now)

        def choose(connection: Connection) -> None:
            sql.choose(connection, enabled=request.enabled, now=now)
            outbox.announce(connection, told)

        await self._database.write(choose)
        self._wake()
        return await self._database.read(sql.get_state, long=True)

    async def look_again(self, request: it.LookAgain, /) -> None:
        current().caller.require_admin()
        if len(request.ids) > MAX_PAGE:
            raise InvalidArgument(f"at most {MAX_PAGE} ids at a time")
        with acting(SERVICE):
            found = await self._catalog.get_search_entries(GetSearchEntries(request.ids))
        entries = [(entry.id, entry.kind) for entry in found.items]
        await self._database.write(lambda c: sql.look_again(c, entries))
        self._wake()


def _acted(action: str, now: int) -> list[Record]:
    """What the caller does at this moment, for the audit log; nothing of Philomel's own work."""
    caller = current().caller
    if caller.kind is CallerKind.SERVICE:
        return []
    event = AdminActed(
        action=action,
        target="",
        details="",
        actor_id=caller.user_id or "",
        actor_kind=caller.kind.value,
        client_id=caller.client_id or "",
        at=now,
    )
    name = f"accounts.{type(event).__name__}"
    return [Record(new_event_id(now), "choice", name, codec.to_bytes(event))]
