"""Which ids turned out to be one, and how that is taken back."""

from philomel.gateway.api.operation import Access, Call, Route
from philomel.services.catalog.contract import (
    ListMerges,
    Merge,
    Merges,
    MergeTracks,
    SplitTrack,
    UndoMerge,
)


async def list_merges(call: Call, asked: ListMerges) -> Merges:
    """Which ids became aliases of others and why, latest first."""
    return await call.services.catalog.list_merges(asked)


async def merge_tracks(call: Call, asked: MergeTracks) -> Merge:
    """Say that a missing track is another one."""
    return await call.services.catalog.merge_tracks(asked)


async def undo_merge(call: Call, asked: UndoMerge) -> Merge:
    """Make two of one again; likes and ratings are then on both."""
    return await call.services.catalog.undo_merge(asked)


async def split_track(call: Call, asked: SplitTrack) -> Merge:
    """Give a track's present file a new id, and let the track wait for its own."""
    return await call.services.catalog.split_track(asked)


ROUTES = (
    Route("GET", "/merges", list_merges, ListMerges, Merges, Access.ADMIN),
    Route("POST", "/merges", merge_tracks, MergeTracks, Merge, Access.ADMIN),
    Route("POST", "/merges/{id}/undo", undo_merge, UndoMerge, Merge, Access.ADMIN),
    Route("POST", "/tracks/{track_id}/split", split_track, SplitTrack, Merge, Access.ADMIN),
)
