"""Tags in files: what stands there, changing it, and taking that back."""

from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Route
from philomel.services.catalog.contract import (
    GetTags,
    ListMends,
    Mend,
    Mends,
    MendTags,
    TaggedTracks,
    UndoMend,
)


class OfTrack(Struct, frozen=True):
    track_id: str


class OfAlbum(Struct, frozen=True):
    album_id: str


async def get_track_tags(call: Call, asked: OfTrack) -> TaggedTracks:
    """What stands in a track's file, and whether it can be changed."""
    return await call.services.catalog.get_tags(GetTags((asked.track_id,)))


async def get_album_tags(call: Call, asked: OfAlbum) -> TaggedTracks:
    """What stands in the files of an album, at most 100 of them."""
    return await call.services.catalog.get_tags(GetTags(album_id=asked.album_id))


async def mend_tags(call: Call, asked: MendTags) -> Mend:
    """Change tags in a track's file; what is not named stays."""
    return await call.services.catalog.mend_tags(asked)


async def list_mends(call: Call, asked: ListMends) -> Mends:
    """Which tags were changed, by whom and when, latest first."""
    return await call.services.catalog.list_mends(asked)


async def undo_mend(call: Call, asked: UndoMend) -> Mend:
    """Make a file what it was before a change, byte by byte."""
    return await call.services.catalog.undo_mend(asked)


ROUTES = (
    Route("GET", "/tracks/{track_id}/tags", get_track_tags, OfTrack, TaggedTracks, Access.ADMIN),
    Route("GET", "/albums/{album_id}/tags", get_album_tags, OfAlbum, TaggedTracks, Access.ADMIN),
    Route("PATCH", "/tracks/{track_id}/tags", mend_tags, MendTags, Mend, Access.ADMIN),
    Route("GET", "/mends", list_mends, ListMends, Mends, Access.ADMIN),
    Route("POST", "/mends/{id}/undo", undo_mend, UndoMend, Mend, Access.ADMIN),
)
