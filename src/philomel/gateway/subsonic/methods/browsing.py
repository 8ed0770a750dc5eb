"""Browsing: folders, artists, albums, songs and genres."""

import asyncio
from collections.abc import Mapping

from philomel.gateway.subsonic.answer import Prepared
from philomel.gateway.subsonic.call import BATCH, Call, folder_number
from philomel.gateway.subsonic.errors import NOT_FOUND, Failure
from philomel.gateway.subsonic.items import Item, disc_titles
from philomel.services.catalog.contract import (
    Album,
    AlbumSort,
    ListAlbums,
    ListGenres,
    ListTracks,
    Track,
    TrackSort,
)
from philomel.services.playlists.contract import ItemKind, ListRated, ListSaved, Mark

Body = Mapping[str, object]
# Sorting drops these; the catalogue's sort names have done so already.
IGNORED_ARTICLES = "The An A Die Das Ein Eine Les Le La"


async def get_music_folders(call: Call) -> Body:
    folders = [
        {"id": folder_number(library.id), "name": library.name}
        for library in await call.libraries()
    ]
    return {"musicFolders": {"musicFolder": folders}}


async def get_artists(call: Call) -> Body:
    index, changed_at = await _index(call, folders=False)
    artists = {"ignoredArticles": IGNORED_ARTICLES, "lastModified": changed_at, "index": index}
    return {"artists": artists}


async def get_indexes(call: Call) -> Body:
    """No artists if nothing changed since the player's list."""
    since = call.parameters.whole("ifModifiedSince", 0)
    index, changed_at = await _index(call, folders=True, since=since)
    indexes = {"ignoredArticles": IGNORED_ARTICLES, "lastModified": changed_at, "index": index}
    return {"indexes": indexes}


async def get_artist(call: Call) -> Body:
    artist = await call.artist(call.parameters.id())
    albums = await _albums_of(call, artist.id)
    (item,), album_items = await asyncio.gather(
        call.artist_items([artist]), call.album_items(albums)
    )
    return {"artist": {**item, "album": album_items}}


async def get_album(call: Call) -> Body:
    album = await call.album(call.parameters.id())
    tracks = await _tracks_of(call, album.id)
    (item,), songs = await asyncio.gather(call.album_items([album]), call.songs(tracks))
    return {"album": {**item, "discTitles": disc_titles(tracks), "song": songs}}


async def get_song(call: Call) -> Body:
    track = await call.track(call.parameters.id())
    (item,) = await call.songs([track])
    return {"song": item}


async def get_music_directory(call: Call) -> Body:
    """Artists hold their albums, albums their songs: players see folders."""
    id_ = call.parameters.id()
    for artist in await call.artists([id_]):
        albums = await _albums_of(call, id_)
        children = await call.album_items(albums, folders=True)
        (item,) = await call.artist_items([artist], folders=True)
        return {"directory": {**_heading(item), "child": children}}
    for album in await call.albums([id_]):
        songs = await call.songs(await _tracks_of(call, id_))
        (item,) = await call.album_items([album])
        heading = _heading(item)
        if "artistId" in item:
            heading["parent"] = item["artistId"]
        return {"directory": {**heading, "child": songs}}
    raise Failure(NOT_FOUND, "the directory was not found")


async def get_genres(call: Call) -> Body:
    genres = await call.services.catalog.list_genres(ListGenres())
    found = [
        {"value": genre.name, "songCount": genre.track_count, "albumCount": genre.album_count}
        for genre in genres.items
    ]
    return {"genres": {"genre": found}}


async def _index(call: Call, *, folders: bool, since: int = 0) -> tuple[Prepared, int]:
    """All artists under their letters."""
    library_id = await call.library_id()
    marks = await _marks_of_artists(call)
    services = call.services
    return await services.shelves.of(
        services.catalog, library_id, call.form, marks, folders=folders, since=since
    )


async def _marks_of_artists(call: Call) -> dict[str, Mark]:
    """What the caller thinks of artists, whichever: few people like many of them."""
    found: dict[str, Mark] = {}
    cursor: str | None = None
    while True:
        saved = await call.services.playlists.list_saved(ListSaved(ItemKind.ARTIST, BATCH, cursor))
        found |= {mark.id: mark for mark in saved.items}
        cursor = saved.next
        if cursor is None:
            break
    offset, total = 0, 1
    while offset < total:
        rated = await call.services.playlists.list_rated(ListRated(ItemKind.ARTIST, BATCH, offset))
        for mark in rated.items:
            liked = found.get(mark.id)
            found[mark.id] = Mark(mark.id, liked.saved_at if liked else None, mark.rating)
        offset, total = offset + BATCH, rated.total
    return found


async def _albums_of(call: Call, artist_id: str) -> list[Album]:
    """The artist's own albums by year; where others let them appear, if there are none."""
    for appears_on in (False, True):
        found: list[Album] = []
        cursor: str | None = None
        while True:
            page = await call.services.catalog.list_albums(
                ListAlbums(
                    sort=AlbumSort.YEAR,
                    artist_id=artist_id,
                    appears_on=appears_on,
                    limit=BATCH,
                    cursor=cursor,
                )
            )
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        if found:
            return found
    return []


async def _tracks_of(call: Call, album_id: str) -> list[Track]:
    found: list[Track] = []
    cursor: str | None = None
    while True:
        page = await call.services.catalog.list_tracks(
            ListTracks(sort=TrackSort.ALBUM_ORDER, album_id=album_id, limit=BATCH, cursor=cursor)
        )
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def _heading(item: Item) -> Item:
    names = ("id", "name", "starred", "userRating", "playCount")
    return {name: item[name] for name in names if name in item}
