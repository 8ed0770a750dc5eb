"""Lists: albums and songs in many orders, what is starred, what is played, and search."""

import asyncio
from collections.abc import Mapping, Sequence

from philomel.gateway.subsonic.call import BATCH, Call
from philomel.gateway.subsonic.errors import GENERIC, Failure
from philomel.gateway.subsonic.texts import Kind
from philomel.services.accounts.contract import ListUsers
from philomel.services.catalog.contract import (
    AlbumSort,
    GetVersion,
    ListAlbums,
    ListTracks,
    Track,
    TrackSort,
)
from philomel.services.playlists.contract import ItemKind, ListRated, ListSaved
from philomel.services.plays.contract import (
    ListNowPlaying,
    ListPlayed,
    NowPlaying,
    PlaybackState,
    PlayedKind,
    PlayedSort,
)
from philomel.services.search.contract import Search

Body = Mapping[str, object]

_SORTED = {
    "random": AlbumSort.RANDOM,
    "newest": AlbumSort.RECENTLY_ADDED,
    "alphabeticalByName": AlbumSort.NAME,
    "alphabeticalByArtist": AlbumSort.ARTIST,
}
_MAX_STARRED = 20_000
_MAX_QUERY = 500


async def get_album_list(call: Call) -> Body:
    ids, version = await _albums(call)
    return {"albumList": {"album": await call.listed(Kind.ALBUM_FOLDER, "album", ids, version)}}


async def get_album_list2(call: Call) -> Body:
    ids, version = await _albums(call)
    return {"albumList2": {"album": await call.listed(Kind.ALBUM, "album", ids, version)}}


async def get_random_songs(call: Call) -> Body:
    parameters = call.parameters
    request = ListTracks(
        sort=TrackSort.RANDOM,
        genre=parameters.get("genre") or None,
        from_year=_year(call, "fromYear"),
        to_year=_year(call, "toYear"),
        library_id=await call.library_id(),
        limit=max(1, parameters.whole("size", 10, high=BATCH)),
    )
    page = await call.services.catalog.list_track_ids(request)
    return {"randomSongs": {"song": await call.listed(Kind.SONG, "song", page.ids, page.version)}}


async def get_songs_by_genre(call: Call) -> Body:
    parameters = call.parameters
    request = ListTracks(
        genre=parameters.need("genre"),
        library_id=await call.library_id(),
        limit=max(1, parameters.whole("count", 10, high=BATCH)),
        offset=parameters.whole("offset", 0),
    )
    page = await call.services.catalog.list_track_ids(request)
    return {"songsByGenre": {"song": await call.listed(Kind.SONG, "song", page.ids, page.version)}}


async def get_starred(call: Call) -> Body:
    return {"starred": await _starred(call, folders=True)}


async def get_starred2(call: Call) -> Body:
    return {"starred2": await _starred(call, folders=False)}


async def get_now_playing(call: Call) -> Body:
    playing = (await call.services.plays.list_now_playing(ListNowPlaying())).items
    tracks = {track.id: track for track in await call.tracks([item.track_id for item in playing])}
    names = {call.caller.user_id: call.user_name}
    if any(item.user_id not in names for item in playing):
        users = await call.services.accounts.list_users(ListUsers())
        names |= {user.id: user.name for user in users.items}
    seen = [item for item in playing if item.track_id in tracks]
    songs = await call.songs([tracks[item.track_id] for item in seen])
    now = call.services.clock.now()
    entries = [
        {
            **song,
            "username": names.get(item.user_id, ""),
            "minutesAgo": max(0, (now - item.since) // 60_000),
            "playerId": number,
            "playerName": item.player,
            "state": item.state.value,
            "positionMs": _position(item, tracks[item.track_id], now),
            "playbackRate": item.rate,
        }
        for number, (item, song) in enumerate(zip(seen, songs, strict=True), start=1)
    ]
    return {"nowPlaying": {"entry": entries}}


def _position(playing: NowPlaying, track: Track, now: int) -> int:
    """Where the player is by now, if it went on as it told."""
    if playing.state is PlaybackState.PAUSED:
        return playing.position_ms
    went = round(max(0, now - playing.since) * playing.rate)
    return min(playing.position_ms + went, max(track.duration_ms, playing.position_ms))


async def search2(call: Call) -> Body:
    return {"searchResult2": await _search(call, folders=True)}


async def search3(call: Call) -> Body:
    return {"searchResult3": await _search(call, folders=False)}


async def search(call: Call) -> Body:
    """Songs only, by any of the words; long replaced by the others."""
    parameters = call.parameters
    words = [parameters.get(name) or "" for name in ("any", "artist", "album", "title")]
    offset = parameters.whole("offset", 0)
    request = Search(
        text=" ".join(filter(None, words))[:_MAX_QUERY],
        artists=0,
        albums=0,
        tracks=parameters.whole("count", 20, high=BATCH),
        track_offset=offset,
    )
    found = (await call.services.search.search(request)).tracks
    songs = await call.listed(Kind.SONG, "match", found.ids)
    return {"searchResult": {"offset": offset, "totalHits": found.total, "match": songs}}


async def _search(call: Call, *, folders: bool) -> Body:
    parameters = call.parameters
    text = parameters.need("query").strip()
    # An empty text in quotes is how players ask for everything.
    text = text.strip('"') if text.startswith('"') else text
    found = await call.services.search.search(
        Search(
            text=text[:_MAX_QUERY],
            artists=parameters.whole("artistCount", 20, high=BATCH),
            albums=parameters.whole("albumCount", 20, high=BATCH),
            tracks=parameters.whole("songCount", 20, high=BATCH),
            artist_offset=parameters.whole("artistOffset", 0),
            album_offset=parameters.whole("albumOffset", 0),
            track_offset=parameters.whole("songOffset", 0),
            library_id=await call.library_id(),
        )
    )
    return await _three(
        call, found.artists.ids, found.albums.ids, found.tracks.ids, folders=folders
    )


async def _three(
    call: Call,
    artists: Sequence[str],
    albums: Sequence[str],
    tracks: Sequence[str],
    *,
    folders: bool,
) -> Body:
    """A list of each kind."""
    version = (await call.services.catalog.get_version(GetVersion())).version
    found = await asyncio.gather(
        call.listed(Kind.ARTIST_FOLDER if folders else Kind.ARTIST, "artist", artists, version),
        call.listed(Kind.ALBUM_FOLDER if folders else Kind.ALBUM, "album", albums, version),
        call.listed(Kind.SONG, "song", tracks, version),
    )
    return dict(zip(("artist", "album", "song"), found, strict=True))


async def _albums(call: Call) -> tuple[Sequence[str], str | None]:
    """Ids, and the version of the catalogue if it was told with them."""
    parameters = call.parameters
    kind = parameters.need("type")
    size = max(1, parameters.whole("size", 10, high=BATCH))
    offset = parameters.whole("offset", 0)
    match kind:
        case "highest":
            rated = ListRated(ItemKind.ALBUM, limit=size, offset=offset)
            page = await call.services.playlists.list_rated(rated)
            return [mark.id for mark in page.items], None
        case "starred":
            saved = ListSaved(ItemKind.ALBUM, limit=size, offset=offset)
            page = await call.services.playlists.list_saved(saved)
            return [mark.id for mark in page.items], None
        case "frequent" | "recent":
            sort = PlayedSort.MOST if kind == "frequent" else PlayedSort.LAST
            request = ListPlayed(PlayedKind.ALBUM, sort, limit=size, offset=offset)
            played = await call.services.plays.list_played(request)
            return [count.id for count in played.items], None
        case _:
            return await _listed(call, kind, size, offset)


async def _listed(call: Call, kind: str, size: int, offset: int) -> tuple[Sequence[str], str]:
    """The lists that the catalogue keeps itself."""
    library_id = await call.library_id()
    if kind == "byYear":
        call.parameters.need("fromYear")
        call.parameters.need("toYear")
        first = call.parameters.whole("fromYear", 0, high=9_999)
        last = call.parameters.whole("toYear", 0, high=9_999)
        request = ListAlbums(
            sort=AlbumSort.YEAR if first <= last else AlbumSort.YEAR_DESCENDING,
            from_year=min(first, last),
            to_year=max(first, last),
            library_id=library_id,
            limit=size,
            offset=offset,
        )
    elif kind == "byGenre":
        genre = call.parameters.need("genre")
        request = ListAlbums(genre=genre, library_id=library_id, limit=size, offset=offset)
    elif kind in _SORTED:
        request = ListAlbums(sort=_SORTED[kind], library_id=library_id, limit=size, offset=offset)
    else:
        raise Failure(GENERIC, "there is no album list of this type")
    page = await call.services.catalog.list_album_ids(request)
    return page.ids, page.version


async def _starred(call: Call, *, folders: bool) -> Body:
    artist_ids, album_ids, track_ids = await asyncio.gather(
        _saved(call, ItemKind.ARTIST), _saved(call, ItemKind.ALBUM), _saved(call, ItemKind.TRACK)
    )
    return await _three(call, artist_ids, album_ids, track_ids, folders=folders)


async def _saved(call: Call, kind: ItemKind) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        page = await call.services.playlists.list_saved(ListSaved(kind, BATCH, cursor))
        ids += [mark.id for mark in page.items]
        cursor = page.next
        if cursor is None or len(ids) >= _MAX_STARRED:
            return ids


def _year(call: Call, name: str) -> int | None:
    if not call.parameters.get(name):
        return None
    return call.parameters.whole(name, 0, high=9_999)
