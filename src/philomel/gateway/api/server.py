"""The server itself."""

from msgspec import Struct

from philomel.gateway.api.operation import Call, Nothing, Route
from philomel.services.catalog.contract import GetCounts


class Server(Struct, frozen=True):
    """Attributes:
    tracks, albums, artists: that the caller may see.
    """

    version: str
    tracks: int
    albums: int
    artists: int


async def get_server(call: Call, _: Nothing) -> Server:
    """This server, and how much music the caller finds on it."""
    counts = await call.services.catalog.get_counts(GetCounts())
    return Server(call.version, counts.tracks, counts.albums, counts.artists)


ROUTES = (Route("GET", "/server", get_server, Nothing, Server),)
