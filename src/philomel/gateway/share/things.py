"""The tracks behind a share, as its owner sees them at the moment."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import Catalog, GetTracks, ListTracks, Track, TrackSort
from philomel.services.playlists.contract import (
    GetPlaylist,
    ListItems,
    Playlists,
    Share,
    SharedKind,
)

_MOST = 1_000
_BATCH = 500


class Shared(Struct, frozen=True):
    """Attributes:
    playlist: the name of the first one that is shared, if any.
    """

    tracks: Sequence[Track]
    playlist: str = ""


async def load(catalog: Catalog, playlists: Playlists, share: Share) -> Shared:
    """In the order they were chosen, albums and playlists in theirs; at most 1,000."""
    ids = tuple(entry.id for entry in share.entries if entry.kind is SharedKind.TRACK)
    singles = await _singles(catalog, ids)
    tracks: list[Track] = []
    name = ""
    for entry in share.entries:
        if len(tracks) >= _MOST:
            break
        if entry.kind is SharedKind.ALBUM:
            request = ListTracks(sort=TrackSort.ALBUM_ORDER, album_id=entry.id, limit=_BATCH)
            tracks += (await catalog.list_tracks(request)).items
        elif entry.kind is SharedKind.PLAYLIST:
            title, listed = await _playlist(catalog, playlists, entry.id)
            name = name or title
            tracks += listed
        elif entry.id in singles:
            tracks.append(singles[entry.id])
    return Shared(list({track.id: track for track in tracks}.values())[:_MOST], name)


async def _playlist(
    catalog: Catalog, playlists: Playlists, playlist_id: str
) -> tuple[str, Sequence[Track]]:
    """Its name and tracks; nothing if it is gone, or not for its sharer any more."""
    try:
        name = (await playlists.get_playlist(GetPlaylist(playlist_id))).name
        ids: list[str] = []
        start = 0
        while start < _MOST:
            page = await playlists.list_items(ListItems(playlist_id, _BATCH, start))
            ids += [item.track_id for item in page.items if item.track_id is not None]
            start += _BATCH
            if start >= page.total:
                break
    except NotFound:
        return "", ()
    known = await _singles(catalog, ids)
    return name, [known[id_] for id_ in ids if id_ in known]


async def _singles(catalog: Catalog, ids: Sequence[str]) -> Mapping[str, Track]:
    """The tracks by the ids they are asked for by, those of today and earlier ones."""
    known: dict[str, Track] = {}
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), _BATCH):
        found = await catalog.get_tracks(GetTracks(tuple(unique[start : start + _BATCH])))
        known |= {track.id: track for track in found.items}
        known |= {alias.old: known[alias.new] for alias in found.aliases if alias.new in known}
    return known
