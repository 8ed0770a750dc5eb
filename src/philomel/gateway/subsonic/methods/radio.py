"""Internet radio stations, played through this server."""

from collections.abc import Mapping

from philomel.gateway.subsonic.call import Call
from philomel.gateway.subsonic.errors import NOT_ALLOWED, Failure
from philomel.services.media.contract import (
    AddStation,
    ChangeStation,
    ListStations,
    RemoveStation,
)

Body = Mapping[str, object]


async def get_internet_radio_stations(call: Call) -> Body:
    """`streamUrl` is an address of this server that passes the station on."""
    stations = (await call.services.media.list_stations(ListStations())).items
    shown = [
        {
            "id": station.id,
            "name": station.name,
            "streamUrl": call.base + station.path,
            "homePageUrl": station.home_page_url,
        }
        for station in stations
    ]
    return {"internetRadioStations": {"internetRadioStation": shown}}


async def create_internet_radio_station(call: Call) -> Body:
    url, name = call.parameters.need("streamUrl"), call.parameters.need("name")
    _check_admin(call)
    home = call.parameters.get("homepageUrl") or ""
    await call.services.media.add_station(AddStation(name, url, home))
    return {}


async def update_internet_radio_station(call: Call) -> Body:
    """A player that edits sends back the address it was given: that changes no station."""
    station_id = call.parameters.id()
    url, name = call.parameters.need("streamUrl"), call.parameters.need("name")
    _check_admin(call)
    own = url.startswith((f"{call.base}/media/radio/", "/media/radio/"))
    request = ChangeStation(
        station_id,
        name=name,
        stream_url=None if own else url,
        home_page_url=call.parameters.get("homepageUrl"),
    )
    await call.services.media.change_station(request)
    return {}


async def delete_internet_radio_station(call: Call) -> Body:
    station_id = call.parameters.id()
    _check_admin(call)
    await call.services.media.remove_station(RemoveStation(station_id))
    return {}


def _check_admin(call: Call) -> None:
    if not call.caller.admin:
        raise Failure(NOT_ALLOWED, "only an administrator changes stations")
