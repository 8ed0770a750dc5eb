"""Internet radio: stations that everybody on this server may hear, passed on by the server."""

from msgspec import Struct


class Station(Struct, frozen=True):
    """Attributes:
    stream_url: where the station sends, or a playlist (M3U, PLS) that names it.
    path: signed, from the server's root: plays the station through the server. Good for a
        day at least, and for as long as the station is in the list.
    added_at: milliseconds since the Unix epoch.
    """

    id: str
    name: str
    stream_url: str
    home_page_url: str
    path: str
    added_at: int


class Stations(Struct, frozen=True):
    items: tuple[Station, ...]


class ListStations(Struct, frozen=True):
    pass


class AddStation(Struct, frozen=True):
    """Attributes:
    name: 1 to 200 characters.
    stream_url, home_page_url: http or https, at most 2,000 characters.
    """

    name: str
    stream_url: str
    home_page_url: str = ""


class ChangeStation(Struct, frozen=True):
    """What is left out stays."""

    station_id: str
    name: str | None = None
    stream_url: str | None = None
    home_page_url: str | None = None


class RemoveStation(Struct, frozen=True):
    station_id: str
