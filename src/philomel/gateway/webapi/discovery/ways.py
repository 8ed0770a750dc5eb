"""Ways in: what is new, genres as categories, public playlists, markets."""

from philomel.gateway.webapi import objects
from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.objects import Object
from philomel.gateway.webapi.parameters import checked_id, limit_of, offset_of
from philomel.gateway.webapi.playlists import playlist_objects
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import AlbumSort, Genre, ListAlbums, ListGenres
from philomel.services.playlists.contract import ListPublicPlaylists

_LOOKED_AT = 500
"""Public playlists that are looked through for the name of a genre."""


async def new_releases(call: Call) -> Object:
    """The albums that came into the libraries last: to its listeners they are what is new."""
    limit, offset = limit_of(call.query), offset_of(call.query)
    request = ListAlbums(sort=AlbumSort.RECENTLY_ADDED, limit=limit, offset=offset)
    page = await call.services.catalog.list_albums(request)
    items = list((await call.album_objects(page.items)).values())
    return {"albums": call.page(items, page.total, limit, offset)}


async def categories(call: Call) -> Object:
    """The genres, those with the most albums first."""
    limit, offset = limit_of(call.query), offset_of(call.query)
    genres = await _genres(call)
    items = [_category(call, genre) for genre in genres[offset : offset + limit]]
    return {"categories": call.page(items, len(genres), limit, offset)}


async def category(call: Call) -> Object:
    return _category(call, await genre_of(call))


async def featured(call: Call) -> Object:
    """The public playlists of this server, those that most people follow first."""
    limit, offset = limit_of(call.query), offset_of(call.query)
    page = await call.services.playlists.list_public_playlists(
        ListPublicPlaylists(limit=limit, offset=offset)
    )
    items = await playlist_objects(call, page.items)
    return {
        "message": "Playlists of this server",
        "playlists": call.page(items, page.total, limit, offset),
    }


async def category_playlists(call: Call) -> Object:
    """Of these, the ones that name the genre themselves."""
    genre = await genre_of(call)
    limit, offset = limit_of(call.query), offset_of(call.query)
    page = await call.services.playlists.list_public_playlists(
        ListPublicPlaylists(limit=_LOOKED_AT)
    )
    name = genre.name.casefold()
    named = [each for each in page.items if name in f"{each.name}\n{each.description}".casefold()]
    items = await playlist_objects(call, named[offset : offset + limit])
    return {"message": genre.name, "playlists": call.page(items, len(named), limit, offset)}


async def genre_of(call: Call) -> Genre:
    """The genre that the path names.

    Raises:
        NotFound: the caller sees nothing of that genre.
    """
    id_ = checked_id(call.id)
    for genre in await _genres(call):
        if genre.id == id_:
            return genre
    raise NotFound("Resource not found")


async def genre_seeds(call: Call) -> Object:
    return {"genres": sorted(genre.name for genre in await _genres(call))}


async def markets(_call: Call) -> Object:
    return {"markets": objects.MARKETS}


async def _genres(call: Call) -> list[Genre]:
    found = await call.services.catalog.list_genres(ListGenres())
    return sorted(found.items, key=lambda genre: (-genre.album_count, genre.name))


def _category(call: Call, genre: Genre) -> Object:
    return {
        "href": f"{call.base}/v1/browse/categories/{genre.id}",
        "icons": [],
        "id": genre.id,
        "name": genre.name,
    }
