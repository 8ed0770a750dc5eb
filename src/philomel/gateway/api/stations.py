"""Internet radio stations, played through this server."""

from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Nothing, Route
from philomel.services.media.contract import (
    AddStation,
    ChangeStation,
    ListStations,
    RemoveStation,
    Station,
)


class StationView(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    url: plays the station through this server; good for a day at least.
    stream_url: where the station sends; for administrators only.
    added_at: milliseconds since the Unix epoch.
    """

    id: str
    name: str
    url: str
    home_page_url: str
    added_at: int
    stream_url: str | None = None


class StationViews(Struct, frozen=True):
    items: tuple[StationView, ...]


class NewStation(Struct, frozen=True):
    """Attributes:
    stream_url: http or https; that of a playlist (M3U, PLS) plays its first entry.
    """

    name: str
    stream_url: str
    home_page_url: str = ""


class StationChange(Struct, frozen=True):
    """What is left out stays."""

    id: str
    name: str | None = None
    stream_url: str | None = None
    home_page_url: str | None = None


class OneStation(Struct, frozen=True):
    id: str


async def list_stations(call: Call, _: Nothing) -> StationViews:
    """All stations, by name."""
    found = await call.services.media.list_stations(ListStations())
    return StationViews(tuple(_view(call, station) for station in found.items))


async def add_station(call: Call, asked: NewStation) -> StationView:
    """Add a station."""
    request = AddStation(asked.name, asked.stream_url, asked.home_page_url)
    return _view(call, await call.services.media.add_station(request))


async def change_station(call: Call, asked: StationChange) -> StationView:
    """Change a station."""
    request = ChangeStation(asked.id, asked.name, asked.stream_url, asked.home_page_url)
    return _view(call, await call.services.media.change_station(request))


async def remove_station(call: Call, asked: OneStation) -> None:
    """Remove a station."""
    await call.services.media.remove_station(RemoveStation(asked.id))


def _view(call: Call, station: Station) -> StationView:
    return StationView(
        id=station.id,
        name=station.name,
        url=call.base + station.path,
        home_page_url=station.home_page_url,
        added_at=station.added_at,
        stream_url=station.stream_url if call.caller.admin else None,
    )


ROUTES = (
    Route("GET", "/stations", list_stations, Nothing, StationViews),
    Route("POST", "/stations", add_station, NewStation, StationView, Access.ADMIN),
    Route("PATCH", "/stations/{id}", change_station, StationChange, StationView, Access.ADMIN),
    Route("DELETE", "/stations/{id}", remove_station, OneStation, None, Access.ADMIN),
)
