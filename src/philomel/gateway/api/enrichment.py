"""What open services know of the music."""

from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Nothing, Route
from philomel.services.enrichment.contract import (
    ArtistInfo,
    GetArtistInfo,
    GetState,
    LookAgain,
    SetEnabled,
    State,
)


class OfArtist(Struct, frozen=True):
    id: str


async def get_artist_info(call: Call, asked: OfArtist) -> ArtistInfo:
    """An artist's biography and links; the source must be named where the text is shown."""
    return await call.services.enrichment.get_artist_info(GetArtistInfo(asked.id))


async def get_enrichment(call: Call, _: Nothing) -> State:
    """Whether open services are asked about the music, and how far that is."""
    return await call.services.enrichment.get_state(GetState())


async def set_enrichment(call: Call, asked: SetEnabled) -> State:
    """Ask open services from now on, or no longer; what was found stays."""
    return await call.services.enrichment.set_enabled(asked)


async def look_again(call: Call, asked: LookAgain) -> None:
    """Ask about these entries once more."""
    await call.services.enrichment.look_again(asked)


ROUTES = (
    Route("GET", "/artists/{id}/info", get_artist_info, OfArtist, ArtistInfo),
    Route("GET", "/enrichment", get_enrichment, Nothing, State, Access.ADMIN),
    Route("PUT", "/enrichment", set_enrichment, SetEnabled, State, Access.ADMIN),
    Route("POST", "/enrichment/again", look_again, LookAgain, None, Access.ADMIN),
)
