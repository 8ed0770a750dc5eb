"""The tracks behind a share, as its owner sees them at the moment."""

from collections.abc import Sequence

from msgspec import Struct

from philomel.services.catalog.contract import Catalog, GetTracks, ListTracks, Track, TrackSort
from philomel.services.playlists.contract import Share, SharedKind

_MOST = 1_000
_BATCH = 500


class Shared(Struct, frozen=True):
    tracks: Sequence[Track]


async def load(catalog: Catalog, share: Share) -> Shared:
    """In the order they were chosen, albums in theirs; at most 1,000."""
    ids = tuple(entry.id for entry in share.entries if entry.kind is SharedKind.TRACK)
    singles = {}
    if ids:
        found = await catalog.get_tracks(GetTracks(ids))
        singles = {track.id: track for track in found.items}
        singles |= {
            alias.old: singles[alias.new] for alias in found.aliases if alias.new in singles
        }
    tracks: list[Track] = []
    for entry in share.entries:
        if len(tracks) >= _MOST:
            break
        if entry.kind is SharedKind.ALBUM:
            request = ListTracks(sort=TrackSort.ALBUM_ORDER, album_id=entry.id, limit=_BATCH)
            tracks += (await catalog.list_tracks(request)).items
        elif entry.id in singles:
            tracks.append(singles[entry.id])
    return Shared(list({track.id: track for track in tracks}.values())[:_MOST])
