"""The tracks behind a share, as its owner sees them at the moment."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import (
    Album,
    Catalog,
    Cover,
    GetAlbums,
    GetTracks,
    ListTracks,
    Track,
    TrackSort,
)
from philomel.services.playlists.contract import (
    GetPlaylist,
    GetPlaylistCovers,
    ListItems,
    Playlist,
    Playlists,
    Share,
    SharedKind,
)

_MOST = 1_000
_BATCH = 500


class Shared(Struct, frozen=True):
    """Attributes:
    album, playlist: if that alone is shared, and still there.
    cover: of what is shared, as one picture; None if nothing has one.
    """

    tracks: Sequence[Track]
    album: Album | None = None
    playlist: Playlist | None = None
    cover: Cover | None = None

    @property
    def song(self) -> Track | None:
        """The only one there is."""
        whole = self.album is not None or self.playlist is not None
        return self.tracks[0] if len(self.tracks) == 1 and not whole else None


async def load(catalog: Catalog, playlists: Playlists, share: Share) -> Shared:
    """In the order they were chosen, albums and playlists in theirs; at most 1,000."""
    ids = tuple(entry.id for entry in share.entries if entry.kind is SharedKind.TRACK)
    singles = await _singles(catalog, ids)
    tracks: list[Track] = []
    for entry in share.entries:
        if len(tracks) >= _MOST:
            break
        if entry.kind is SharedKind.ALBUM:
            request = ListTracks(sort=TrackSort.ALBUM_ORDER, album_id=entry.id, limit=_BATCH)
            tracks += (await catalog.list_tracks(request)).items
        elif entry.kind is SharedKind.PLAYLIST:
            listed = await _listed(playlists, entry.id)
            known = await _singles(catalog, listed)
            tracks += [known[id_] for id_ in listed if id_ in known]
        elif entry.id in singles:
            tracks.append(singles[entry.id])
    found = tuple({track.id: track for track in tracks}.values())[:_MOST]
    first = next((track.cover for track in found if track.cover is not None), None)
    album, playlist, cover = None, None, first
    if len(share.entries) == 1:
        (entry,) = share.entries
        if entry.kind is SharedKind.ALBUM:
            album = next(iter((await catalog.get_albums(GetAlbums((entry.id,)))).items), None)
            cover = first if album is None else album.cover or first
        elif entry.kind is SharedKind.PLAYLIST:
            playlist, own = await _playlist(playlists, entry.id)
            cover = own or first
    return Shared(found, album, playlist, cover)


async def find(catalog: Catalog, playlists: Playlists, share: Share, track_id: str) -> Track:
    """One of its tracks, without reading all the others where that can be helped.

    Raises:
        NotFound: it is not shared, or not any more.
    """
    found = (await catalog.get_tracks(GetTracks((track_id,)))).items
    if found and found[0].id == track_id and await _holds(playlists, share, found[0]):
        return found[0]
    for track in (await load(catalog, playlists, share)).tracks:
        if track.id == track_id:
            return track
    raise NotFound("nothing is shared at this address")


async def _holds(playlists: Playlists, share: Share, track: Track) -> bool:
    of = {kind: _ids(share, kind) for kind in SharedKind}
    if track.id in of[SharedKind.TRACK]:
        return True
    if track.album is not None and track.album.id in of[SharedKind.ALBUM]:
        return True
    for playlist_id in of[SharedKind.PLAYLIST]:
        if track.id in await _listed(playlists, playlist_id):
            return True
    return False


def _ids(share: Share, kind: SharedKind) -> set[str]:
    return {entry.id for entry in share.entries if entry.kind is kind}


async def _playlist(playlists: Playlists, playlist_id: str) -> tuple[Playlist | None, Cover | None]:
    """With its picture; nothing if it is gone, or not for its sharer any more."""
    try:
        found = await playlists.get_playlist(GetPlaylist(playlist_id))
    except NotFound:
        return None, None
    shown = (await playlists.get_playlist_covers(GetPlaylistCovers((playlist_id,)))).items
    cover = shown[0].cover if shown else None
    return found, None if cover is None else Cover(cover.id, cover.sizes)


async def _listed(playlists: Playlists, playlist_id: str) -> Sequence[str]:
    """Its tracks' ids; nothing if it is gone, or not for its sharer any more."""
    ids: list[str] = []
    start = 0
    try:
        while start < _MOST:
            page = await playlists.list_items(ListItems(playlist_id, _BATCH, start))
            ids += [item.track_id for item in page.items if item.track_id is not None]
            start += _BATCH
            if start >= page.total:
                break
    except NotFound:
        return ()
    return ids


async def _singles(catalog: Catalog, ids: Iterable[str]) -> Mapping[str, Track]:
    """The tracks by the ids they are asked for by, those of today and earlier ones."""
    known: dict[str, Track] = {}
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), _BATCH):
        found = await catalog.get_tracks(GetTracks(tuple(unique[start : start + _BATCH])))
        known |= {track.id: track for track in found.items}
        known |= {alias.old: known[alias.new] for alias in found.aliases if alias.new in known}
    return known
