"""The server itself."""

from msgspec import Struct

from philomel.gateway.api.operation import Call, Nothing, Route
from philomel.gateway.qr import draw
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


class Text(Struct, frozen=True):
    """Attributes:
    content: 1 to 1,000 characters.
    """

    content: str


class Drawing(Struct, frozen=True):
    """Attributes:
    path: the dark squares as the `d` of an SVG path, each one unit; the first begins at 0, 0.
    size: of the picture, with a border of four units on every side.
    """

    path: str
    size: int


async def draw_code(_: Call, asked: Text) -> Drawing:
    """A text as a QR code, to be shown to a phone."""
    code = draw(asked.content)
    return Drawing(code.path, code.size)


ROUTES = (
    Route("GET", "/server", get_server, Nothing, Server),
    Route("POST", "/qr", draw_code, Text, Drawing, most=60),
)
