"""What is known about artists and albums, what is like a song, and what of an artist is played."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

from philomel.gateway.subsonic.call import BATCH, Call
from philomel.gateway.subsonic.errors import MISSING_PARAMETER, Failure, not_found
from philomel.gateway.subsonic.items import Item
from philomel.gateway.subsonic.methods.media import cover_key
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import (
    AlbumSort,
    Artist,
    Cover,
    CreditRole,
    ListAlbums,
    ListTracks,
    Track,
    TrackSort,
)
from philomel.services.enrichment.contract import ArtistInfo, GetArtistInfo
from philomel.services.media.contract import SignCovers
from philomel.services.search.contract import Search

Body = Mapping[str, object]
T = TypeVar("T")

_SIZES = {"smallImageUrl": 64, "mediumImageUrl": 300, "largeImageUrl": 1_200}
_LAST_FM = "https://www.last.fm/music/"
_GENRES = 3
_PARTNERS = 200
"""Tracks of an artist that are looked at for those who take part in them."""


async def get_artist_info(call: Call) -> Body:
    return {"artistInfo": await _artist_info(call, folders=True)}


async def get_artist_info2(call: Call) -> Body:
    return {"artistInfo2": await _artist_info(call, folders=False)}


async def get_album_info(call: Call) -> Body:
    """Pictures and ids; nobody writes notes on albums here, so they are empty."""
    id_ = call.parameters.id()
    for album in await call.albums([id_]):
        return {"albumInfo": await _album_info(call, album.musicbrainz_id, album.cover)}
    for track in await call.tracks([id_]):
        if track.album is not None:
            album = await call.album(track.album.id)
            return {"albumInfo": await _album_info(call, album.musicbrainz_id, album.cover)}
    raise not_found("the album")


async def get_similar_songs(call: Call) -> Body:
    return {"similarSongs": {"song": await _similar_songs(call)}}


async def get_similar_songs2(call: Call) -> Body:
    return {"similarSongs2": {"song": await _similar_songs(call)}}


async def get_top_songs(call: Call) -> Body:
    """What all listeners play most; `id` goes before `artist` (topSongsByArtistId)."""
    count = call.parameters.whole("count", 50, high=BATCH)
    artist_id = await _artist_asked(call)
    if artist_id is None or count == 0:
        return {"topSongs": {"song": []}}
    request = ListTracks(sort=TrackSort.MOST_PLAYED, artist_id=artist_id, limit=count)
    page = await call.services.catalog.list_tracks(request)
    return {"topSongs": {"song": await call.songs(page.items)}}


async def _artist_asked(call: Call) -> str | None:
    """The artist by id or name; None for a name that nobody has."""
    parameters = call.parameters
    if parameters.get("id"):
        return (await call.artist(parameters.id())).id
    name = (parameters.get("artist") or "").strip()
    if not name:
        raise Failure(MISSING_PARAMETER, "required parameter is missing: artist or id")
    found = await call.services.search.search(Search(name[:500], artists=20, albums=0, tracks=0))
    artists = await call.artists(found.artists.ids)
    same = (artist.id for artist in artists if artist.name.casefold() == name.casefold())
    return next(same, None)


async def _artist_info(call: Call, *, folders: bool) -> Item:
    count = call.parameters.whole("count", 20, high=100)
    artist = await _artist_of(call, call.parameters.id())
    info, pictures, similar = await asyncio.gather(
        _known(call, artist.id), _pictures(call, artist.cover), _similar_artists(call, artist)
    )
    shown = [one for one in await call.artists(similar) if one.id != artist.id][:count]
    links = [link.url for link in info.links if link.url.startswith(_LAST_FM)]
    return {
        "biography": info.biography or "",
        "musicBrainzId": artist.musicbrainz_id or info.musicbrainz_id or "",
        "lastFmUrl": links[0] if links else "",
        **pictures,
        "similarArtist": await call.artist_items(shown, folders=folders),
    }


async def _artist_of(call: Call, id_: str) -> Artist:
    """The artist of that id, or of the album or song of that id."""
    for artist in await call.artists([id_]):
        return artist
    albums, tracks = await asyncio.gather(call.albums([id_]), call.tracks([id_]))
    for credits_ in [thing.credits for thing in albums] + [thing.credits for thing in tracks]:
        return await call.artist(credits_[0].artist.id)
    raise not_found("the artist")


async def _known(call: Call, artist_id: str) -> ArtistInfo:
    try:
        return await call.services.enrichment.get_artist_info(GetArtistInfo(artist_id))
    except NotFound:
        return ArtistInfo(artist_id)


async def _album_info(call: Call, musicbrainz_id: str | None, cover: Cover | None) -> Item:
    return {
        "notes": "",
        "musicBrainzId": musicbrainz_id or "",
        "lastFmUrl": "",
        **await _pictures(call, cover),
    }


async def _pictures(call: Call, cover: Cover | None) -> Item:
    """Addresses that need no credentials; each size is the next one that there is."""
    if cover is None or not cover.sizes:
        return dict.fromkeys(_SIZES, "")
    largest = max(cover.sizes)
    sizes = [
        min((known for known in cover.sizes if known >= size), default=largest)
        for size in _SIZES.values()
    ]
    request = SignCovers(tuple(cover_key(cover, size) for size in sizes))
    signed = await call.services.media.sign_covers(request)
    paths = [call.base + one.path for one in signed.items]
    return dict(zip(_SIZES, paths, strict=True))


async def _similar_artists(call: Call, artist: Artist) -> Sequence[str]:
    """First who takes part in this artist's tracks, then whose albums are of the same genres."""
    request = ListTracks(sort=TrackSort.MOST_PLAYED, artist_id=artist.id, limit=_PARTNERS)
    tracks = (await call.services.catalog.list_tracks(request)).items
    partners = [
        credit.artist.id
        for track in tracks
        for credit in track.credits
        if credit.role in {CreditRole.ARTIST, CreditRole.ALBUM_ARTIST}
    ]
    genres = _genres_of(tracks)
    shelves = await asyncio.gather(*(_artists_of_genre(call, genre) for genre in genres))
    unique = dict.fromkeys([*partners, *_in_turn(shelves)])
    unique.pop(artist.id, None)
    return list(unique)[:BATCH]


async def _artists_of_genre(call: Call, genre: str) -> Sequence[str]:
    request = ListAlbums(sort=AlbumSort.MOST_PLAYED, genre=genre, limit=100)
    albums = (await call.services.catalog.list_albums(request)).items
    return [credit.artist.id for album in albums for credit in album.credits]


async def _similar_songs(call: Call) -> list[Item]:
    """Songs of the same artists and genres, in turn, by chance; never the song itself."""
    count = call.parameters.whole("count", 50, high=BATCH)
    id_ = call.parameters.id()
    seeds = await _seeds(call, id_)
    if count == 0 or not seeds:
        return []
    artist_ids = dict.fromkeys(
        credit.artist.id
        for track in seeds
        for credit in track.credits
        if credit.role is CreditRole.ARTIST
    )
    limit = min(count + 1, BATCH)
    requests = [
        *(
            ListTracks(sort=TrackSort.RANDOM, genre=genre, limit=limit)
            for genre in _genres_of(seeds)
        ),
        *(
            ListTracks(sort=TrackSort.RANDOM, artist_id=artist_id, limit=limit)
            for artist_id in list(artist_ids)[:_GENRES]
        ),
    ]
    pages = await asyncio.gather(*map(call.services.catalog.list_tracks, requests))
    found = {track.id: track for track in _in_turn([page.items for page in pages])}
    found.pop(id_, None)
    return await call.songs(list(found.values())[:count])


async def _seeds(call: Call, id_: str) -> Sequence[Track]:
    """The song of that id, or some of the album's or artist's."""
    tracks = await call.tracks([id_])
    if tracks:
        return tracks
    if await call.albums([id_]):
        request = ListTracks(sort=TrackSort.ALBUM_ORDER, album_id=id_)
    elif await call.artists([id_]):
        request = ListTracks(sort=TrackSort.MOST_PLAYED, artist_id=id_)
    else:
        raise not_found("the song, album or artist")
    return (await call.services.catalog.list_tracks(request)).items


def _genres_of(tracks: Iterable[Track]) -> Sequence[str]:
    """The genres that most of these are of."""
    counts: dict[str, int] = {}
    for track in tracks:
        for genre in track.genres:
            counts[genre] = counts.get(genre, 0) + 1
    return sorted(counts, key=lambda genre: -counts[genre])[:_GENRES]


def _in_turn(shelves: Sequence[Sequence[T]]) -> Iterable[T]:
    """The first of each shelf, then the second of each."""
    return (one for turn in zip_longest(*shelves) for one in turn if one is not None)
