"""Tracks, albums and artists by id, and search."""

import asyncio
from collections.abc import Sequence

from philomel.gateway.webapi import objects
from philomel.gateway.webapi.call import Call, in_order, linked
from philomel.gateway.webapi.objects import Object
from philomel.gateway.webapi.parameters import checked_id, limit_of, offset_of, query_ids
from philomel.gateway.webapi.playlists import playlist_objects
from philomel.kernel.errors import InvalidArgument, NotFound
from philomel.services.catalog.contract import (
    Album,
    AlbumSort,
    AlbumType,
    Alias,
    ListAlbums,
    ListAlbumTracks,
    ListSiblings,
    ListTracks,
    Tracks,
    TracksOfAlbum,
    TrackSort,
)
from philomel.services.playlists.contract import GetPlaylists
from philomel.services.search.contract import Search

_MAX_IDS = 50
_MAX_ALBUM_IDS = 20
_ALBUM_TRACKS = 50
_TOP_TRACKS = 10
_MOST_RELINKED = 10
_SEARCHED = 5
_MAX_SEARCH_OFFSET = 1_000
_MAX_TEXT = 500
_TYPES = {
    "album": "albums",
    "artist": "artists",
    "track": "tracks",
    "playlist": "playlists",
    "show": "shows",
    "episode": "episodes",
    "audiobook": "audiobooks",
}
_GROUPS = ("album", "single", "compilation", "appears_on")
_GROUP_TYPES = {
    "album": (AlbumType.ALBUM,),
    "single": (AlbumType.SINGLE, AlbumType.EP),
    "compilation": (AlbumType.COMPILATION,),
}


async def get_track(call: Call) -> Object:
    reply = await _relinked(call, await call.get_tracks([checked_id(call.id)]))
    found = linked(_only(await call.track_objects(reply.items)), call.id)
    assert found is not None
    return found


async def get_tracks(call: Call) -> Object:
    ids = query_ids(call.query, _MAX_IDS)
    reply = await _relinked(call, await call.get_tracks(ids))
    return {"tracks": in_order(ids, await call.track_objects(reply.items), reply)}


async def get_album(call: Call) -> Object:
    reply = await call.get_albums([checked_id(call.id)])
    return _only(await full_albums(call, reply.items))


async def get_albums(call: Call) -> Object:
    ids = query_ids(call.query, _MAX_ALBUM_IDS)
    reply = await call.get_albums(ids)
    return {"albums": in_order(ids, await full_albums(call, reply.items), reply)}


async def get_album_tracks(call: Call) -> Object:
    reply = await call.get_albums([checked_id(call.id)])
    if not reply.items:
        raise NotFound("Resource not found")
    limit, offset = limit_of(call.query), offset_of(call.query)
    return await _album_tracks(call, reply.items[0], limit, offset)


async def get_artist(call: Call) -> Object:
    reply = await call.get_artists([checked_id(call.id)])
    return _only(await call.artist_objects(reply.items))


async def get_artists(call: Call) -> Object:
    ids = query_ids(call.query, _MAX_IDS)
    reply = await call.get_artists(ids)
    return {"artists": in_order(ids, await call.artist_objects(reply.items), reply)}


async def get_artist_albums(call: Call) -> Object:
    """The artist's albums in the groups asked for, group by group, the latest first."""
    artist_id = await _artist_id(call)
    limit, offset = limit_of(call.query), offset_of(call.query)
    found: list[tuple[Album, str]] = []
    total = 0
    for request, group in _album_lists(artist_id, call.query.get("include_groups")):
        # Each list is asked for what is left of the page; its total places the next one.
        wanted = max(1, limit - len(found))
        start = max(0, offset - total)
        page = await call.services.catalog.list_albums(_slice(request, wanted, start))
        if len(found) < limit:
            found += [(album, group or objects.album_type(album.type)) for album in page.items]
        total += page.total
    built = await call.album_objects([album for album, _ in found])
    items = [{**built[album.id], "album_group": group} for album, group in found]
    return call.page(items, total, limit, offset)


async def get_artist_top_tracks(call: Call) -> Object:
    request = ListTracks(
        sort=TrackSort.MOST_PLAYED, artist_id=await _artist_id(call), limit=_TOP_TRACKS
    )
    page = await call.services.catalog.list_tracks(request)
    return {"tracks": list((await call.track_objects(page.items)).values())}


async def search(call: Call) -> Object:
    text = call.query.get("q", "")
    if not text.strip():
        raise InvalidArgument("No search query")
    types = [name.strip() for name in call.query.get("type", "").split(",") if name.strip()]
    if not types:
        raise InvalidArgument("Missing parameter type")
    if any(name not in _TYPES for name in types):
        raise InvalidArgument("Bad search type field")
    limit = limit_of(call.query, _SEARCHED)
    offset = offset_of(call.query, _MAX_SEARCH_OFFSET)
    if call.query.get("include_external", "audio") != "audio":
        raise InvalidArgument("Invalid include_external")
    found = await call.services.search.search(
        Search(
            text=text[:_MAX_TEXT],
            with_fields=True,
            artists=limit if "artist" in types else 0,
            albums=limit if "album" in types else 0,
            tracks=limit if "track" in types else 0,
            playlists=limit if "playlist" in types else 0,
            artist_offset=offset,
            album_offset=offset,
            track_offset=offset,
            playlist_offset=offset,
        )
    )
    artists, albums, tracks = await asyncio.gather(
        call.get_artists(found.artists.ids),
        call.get_albums(found.albums.ids),
        call.get_tracks(found.tracks.ids),
    )
    artist_objects, album_objects, track_objects, playlists = await asyncio.gather(
        call.artist_objects(artists.items),
        call.album_objects(albums.items),
        call.track_objects(tracks.items),
        _found_playlists(call, found.playlists.ids),
    )
    pages = {
        "artist": (list(artist_objects.values()), found.artists.total),
        "album": (list(album_objects.values()), found.albums.total),
        "track": (list(track_objects.values()), found.tracks.total),
        "playlist": (playlists, found.playlists.total),
    }
    answer: Object = {}
    for name in dict.fromkeys(types):
        items, total = pages.get(name, ([], 0))
        keep = {"q": call.query.get("q", ""), "type": name}
        answer[_TYPES[name]] = call.page(items, total, limit, offset, keep=keep)
    return answer


async def _found_playlists(call: Call, ids: Sequence[str]) -> list[Object]:
    """Simplified playlists in the order found."""
    if not ids:
        return []
    known = await call.services.playlists.get_playlists(GetPlaylists(tuple(ids)))
    by_id = {playlist.id: playlist for playlist in known.items}
    return await playlist_objects(call, [by_id[id_] for id_ in ids if id_ in by_id])


async def full_albums(call: Call, albums: Sequence[Album]) -> dict[str, Object]:
    """Full album objects by id, with the first of their tracks."""
    pages, frame = await asyncio.gather(
        _first_tracks(call, [album.id for album in albums]),
        call.frame(album.cover for album in albums),
    )
    plain = objects.Frame(call.base)
    found: dict[str, Object] = {}
    for album in albums:
        page = pages.get(album.id, TracksOfAlbum(album.id, (), 0))
        items = [objects.simple_track(plain, track) for track in page.items]
        path = f"/v1/albums/{album.id}/tracks"
        tracks = call.page(items, page.total, _ALBUM_TRACKS, 0, path=path, keep={})
        notices = [track.tags.copyright for track in page.items if track.tags]
        found[album.id] = objects.album(frame, album, tracks, notices)
    return found


async def _first_tracks(call: Call, ids: Sequence[str]) -> dict[str, TracksOfAlbum]:
    """The first page of each album; in several calls only where these are many tracks."""
    found: dict[str, TracksOfAlbum] = {}
    rest = tuple(ids)
    while rest:
        reply = await call.services.catalog.list_album_tracks(
            ListAlbumTracks(rest, limit=_ALBUM_TRACKS)
        )
        found |= {each.album_id: each for each in reply.albums}
        rest = reply.rest
    return found


async def _relinked(call: Call, reply: Tracks) -> Tracks:
    """The same recording on another edition, in place of tracks whose files are away."""
    gone = [track for track in reply.items if track.asset_id is None][:_MOST_RELINKED]
    if not gone:
        return reply
    siblings = await asyncio.gather(
        *(call.services.catalog.list_siblings(ListSiblings(track.id)) for track in gone)
    )
    instead = {
        track.id: here[0]
        for track, found in zip(gone, siblings, strict=True)
        if (here := [each for each in found.items if each.asset_id is not None])
    }
    items = [instead.get(track.id, track) for track in reply.items]
    moved = [
        Alias(alias.old, instead[alias.new].id if alias.new in instead else alias.new)
        for alias in reply.aliases
    ]
    moved += [Alias(old, new.id) for old, new in instead.items()]
    return Tracks(tuple(items), tuple(moved))


async def _album_tracks(call: Call, album: Album, limit: int, offset: int) -> Object:
    page = await call.services.catalog.list_tracks(
        ListTracks(sort=TrackSort.ALBUM_ORDER, album_id=album.id, limit=limit, offset=offset)
    )
    frame = objects.Frame(call.base)
    items = [objects.simple_track(frame, track) for track in page.items]
    path = f"/v1/albums/{album.id}/tracks"
    return call.page(items, page.total, limit, offset, path=path, keep={})


async def _artist_id(call: Call) -> str:
    reply = await call.get_artists([checked_id(call.id)])
    if not reply.items:
        raise NotFound("Resource not found")
    return reply.items[0].id


def _album_lists(artist_id: str, groups: str | None) -> list[tuple[ListAlbums, str | None]]:
    """What to ask the catalogue for, and the group of what it answers."""
    own = ListAlbums(sort=AlbumSort.YEAR_DESCENDING, artist_id=artist_id)
    others = ListAlbums(sort=AlbumSort.YEAR_DESCENDING, artist_id=artist_id, appears_on=True)
    if groups is None:
        return [(own, None), (others, "appears_on")]
    names = {name.strip() for name in groups.split(",") if name.strip()}
    if not names or not names <= set(_GROUPS):
        raise InvalidArgument("Invalid include_groups")
    found: list[tuple[ListAlbums, str | None]] = []
    for group, types in _GROUP_TYPES.items():
        if group in names:
            found += [
                (ListAlbums(sort=own.sort, artist_id=artist_id, type=type_), group)
                for type_ in types
            ]
    if "appears_on" in names:
        found.append((others, "appears_on"))
    return found


def _slice(request: ListAlbums, limit: int, offset: int) -> ListAlbums:
    return ListAlbums(
        sort=request.sort,
        artist_id=request.artist_id,
        appears_on=request.appears_on,
        type=request.type,
        limit=limit,
        offset=offset,
    )


def _only(found: dict[str, Object]) -> Object:
    for item in found.values():
        return item
    raise NotFound("Resource not found")
