"""Internet radio stations, and the addresses that play them."""

from collections.abc import Sequence

from philomel.engines.keys import Keys
from philomel.engines.log import Record
from philomel.kernel.caller import CallerKind, current
from philomel.kernel.clock import Clock
from philomel.kernel.ids import new_event_id, new_id
from philomel.rpc import codec
from philomel.services.accounts.contract import AdminActed
from philomel.services.media.contract import (
    AddStation,
    BadStation,
    ChangeStation,
    ListStations,
    RemoveStation,
    Station,
    StationNotFound,
    Stations,
)
from philomel.services.media.rules import addresses, stations
from philomel.services.media.rules.addresses import StationAddress
from philomel.services.media.store.stations import SqlStations, StationRow

PURPOSE = "media.url"
"""Of every signed address."""


class StationService:
    """The part of the media service that knows stations."""

    def __init__(self, kept: SqlStations, keys: Keys, clock: Clock) -> None:
        self._kept = kept
        self._signs = keys
        self._time = clock

    async def list_stations(self, _request: ListStations, /) -> Stations:
        caller = current().caller
        caller.require_scope("streaming")
        expires_s = addresses.cover_expiry(self._time.now())
        return Stations(
            tuple(
                self._station(row, expires_s, caller.user_id or "")
                for row in await self._kept.all()
            )
        )

    async def add_station(self, request: AddStation, /) -> Station:
        current().caller.require_admin()
        row = StationRow(
            id=new_id(),
            name=stations.check_name(request.name),
            stream_url=stations.check_url(request.stream_url),
            home_page_url=_home(request.home_page_url),
            added_at=self._time.now(),
        )
        if not await self._kept.add(row, stations.MOST, self._acted("station.add", row)):
            raise BadStation(f"at most {stations.MOST} stations")
        return self._shown(row)

    async def change_station(self, request: ChangeStation, /) -> Station:
        current().caller.require_admin()
        known = await self._find(request.station_id)
        name, url, home = request.name, request.stream_url, request.home_page_url
        row = StationRow(
            id=known.id,
            name=known.name if name is None else stations.check_name(name),
            stream_url=known.stream_url if url is None else stations.check_url(url),
            home_page_url=known.home_page_url
            if home is None
            else home and stations.check_url(home),
            added_at=known.added_at,
        )
        if not await self._kept.change(row, self._acted("station.change", row)):
            raise StationNotFound("there is no such station")
        return self._shown(row)

    async def remove_station(self, request: RemoveStation, /) -> None:
        current().caller.require_admin()
        known = await self._find(request.station_id)
        await self._kept.remove(known.id, self._acted("station.remove", known))

    async def _find(self, station_id: str) -> StationRow:
        found = await self._kept.find(station_id)
        if found is None:
            raise StationNotFound("there is no such station")
        return found

    def _shown(self, row: StationRow) -> Station:
        expires_s = addresses.cover_expiry(self._time.now())
        return self._station(row, expires_s, current().caller.user_id or "")

    def _station(self, row: StationRow, expires_s: int, user_id: str) -> Station:
        text = addresses.text_of(StationAddress(row.id, expires_s, user_id))
        path = f"{text}&s={self._signs.sign(PURPOSE, text.encode())}"
        return Station(
            id=row.id,
            name=row.name,
            stream_url=row.stream_url,
            home_page_url=row.home_page_url,
            path=path,
            added_at=row.added_at,
        )

    def _acted(self, action: str, row: StationRow) -> Sequence[Record]:
        """What the caller does at this moment, for the audit log."""
        caller = current().caller
        if caller.kind is CallerKind.SERVICE:
            return []
        now = self._time.now()
        event = AdminActed(
            action=action,
            target=row.id,
            details=row.name,
            actor_id=caller.user_id or "",
            actor_kind=caller.kind.value,
            client_id=caller.client_id or "",
            at=now,
        )
        name = f"accounts.{type(event).__name__}"
        return [Record(new_event_id(now), "stations", name, codec.to_bytes(event))]


def _home(url: str) -> str:
    """A home page may be left out."""
    return url and stations.check_url(url)
