"""Related artists and recommendations, out of a few pages of the catalogue."""

import asyncio
import math
import re
from collections.abc import Sequence

from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.discovery import features
from philomel.gateway.webapi.discovery.likeness import (
    Seeds,
    Wanted,
    artists_of,
    likeness,
    related_artists,
    spread,
    year_of,
)
from philomel.gateway.webapi.objects import Object, popularity
from philomel.gateway.webapi.parameters import checked_id, checked_ids, limit_of
from philomel.kernel.errors import InvalidArgument, NotFound
from philomel.services.catalog.contract import (
    AlbumSort,
    Artist,
    Genre,
    ListAlbums,
    ListGenres,
    ListTracks,
    Track,
    TrackSort,
)

_RELATED = 20
_CREDITS = 200
_ALBUMS = 100
_GENRES = 3
_MOST_SEEDS = 5
_POOL = 60
_KNOWN = ("duration_ms", "key", "loudness", "mode", "popularity", "tempo")
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?", re.ASCII)


async def related(call: Call) -> Object:
    reply = await call.get_artists([checked_id(call.id)])
    if not reply.items:
        raise NotFound("Resource not found")
    artist = reply.items[0]
    catalog, genres = call.services.catalog, artist.genres[:_GENRES]
    tracks = await catalog.list_tracks(ListTracks(artist_id=artist.id, limit=_CREDITS))
    pages = await asyncio.gather(
        *(
            catalog.list_albums(ListAlbums(AlbumSort.MOST_PLAYED, genre=name, limit=_ALBUMS))
            for name in genres
        )
    )
    albums = {name: page.items for name, page in zip(genres, pages, strict=True)}
    ids = related_artists(artist, tracks.items, albums)
    found = await call.get_artists(ids[: 2 * _RELATED])
    # Composers and others who never made an album of their own come after those who did.
    first = [each for each in found.items if each.album_count]
    rest = [each for each in found.items if not each.album_count]
    objects = await call.artist_objects([*first, *rest][:_RELATED])
    return {"artists": list(objects.values())}


async def recommendations(call: Call) -> Object:
    """Tracks like the seeds; of ranges and targets those that something is known about count."""
    limit = limit_of(call.query, most=100)
    wanted = _wanted(call)
    artist_ids, genre_names, track_ids = (
        _listed(call, f"seed_{kind}") for kind in ("artists", "genres", "tracks")
    )
    count = len(artist_ids) + len(genre_names) + len(track_ids)
    if not 1 <= count <= _MOST_SEEDS:
        raise InvalidArgument(f"Between 1 and {_MOST_SEEDS} seeds are needed")
    checked_ids([*artist_ids, *track_ids], _MOST_SEEDS)
    artists, tracks, genres = await asyncio.gather(
        call.get_artists(artist_ids),
        call.get_tracks(track_ids),
        _genres(call, genre_names),
    )
    pools = await _pools(call, artists.items, tracks.items, genres)
    seeds = Seeds(
        artists=frozenset(
            [artist.id for artist in artists.items]
            + [id_ for track in tracks.items for id_ in artists_of(track)]
        ),
        genres=frozenset(
            name.casefold()
            for names in (
                [genre.name for genre in genres],
                *(artist.genres for artist in artists.items),
                *(track.genres for track in tracks.items),
            )
            for name in names
        ),
        tracks=frozenset(track.id for track in tracks.items),
        years=[year for track in tracks.items if (year := year_of(track)) is not None],
    )
    chosen = _choose(pools, seeds, wanted, limit)
    objects = await call.track_objects(chosen)
    return {"seeds": _seeds(call, pools, wanted, seeds), "tracks": list(objects.values())}


Pool = tuple[str, str, Sequence[Track]]
"""Kind and id of a seed, and the tracks that came by it."""


async def _pools(
    call: Call, artists: Sequence[Artist], tracks: Sequence[Track], genres: Sequence[Genre]
) -> list[Pool]:
    seeds: list[tuple[str, str, list[ListTracks]]] = [
        ("ARTIST", artist.id, [_by(artist.id), *map(_of, artist.genres[:1])]) for artist in artists
    ]
    for track in tracks:
        asked = [*map(_by, artists_of(track)[:1]), *map(_of, track.genres[:2])]
        seeds.append(("TRACK", track.id, asked))
    seeds += [("GENRE", genre.name, [_of(genre.name)]) for genre in genres]
    pages = await asyncio.gather(
        *(call.services.catalog.list_tracks(request) for _, _, asked in seeds for request in asked)
    )
    left = iter(pages)
    return [
        (kind, id_, [track for _ in asked for track in next(left).items])
        for kind, id_, asked in seeds
    ]


def _choose(pools: Sequence[Pool], seeds: Seeds, wanted: Wanted, limit: int) -> list[Track]:
    found = {track.id: track for _, _, tracks in pools for track in tracks}
    fitting = [track for track in found.values() if _fits(track, seeds, wanted)]
    fitting.sort(key=lambda each: wanted.distance(_numbers(each)) - likeness(each, seeds))
    return spread(fitting, limit)


def _fits(track: Track, seeds: Seeds, wanted: Wanted) -> bool:
    here = track.asset_id is not None and track.id not in seeds.tracks
    return here and wanted.allows(_numbers(track))


def _numbers(track: Track) -> dict[str, float | None]:
    return {**features.numbers(track, popularity(track.play_count))}


def _seeds(call: Call, pools: Sequence[Pool], wanted: Wanted, seeds: Seeds) -> list[Object]:
    found: list[Object] = []
    for kind, id_, tracks in pools:
        unique = {track.id: track for track in tracks}
        left = sum(_fits(track, seeds, wanted) for track in unique.values())
        href = None if kind == "GENRE" else f"{call.base}/v1/{kind.lower()}s/{id_}"
        found.append(
            {
                "afterFilteringSize": left,
                "afterRelinkingSize": left,
                "href": href,
                "id": id_,
                "initialPoolSize": len(unique),
                "type": kind,
            }
        )
    return found


def _by(artist_id: str) -> ListTracks:
    return ListTracks(TrackSort.RANDOM, artist_id=artist_id, limit=_POOL)


def _of(genre: str) -> ListTracks:
    return ListTracks(TrackSort.RANDOM, genre=genre, limit=_POOL)


async def _genres(call: Call, names: Sequence[str]) -> list[Genre]:
    """The genres of that name, whatever the case, "hip-hop" being "Hip Hop" too."""
    if not names:
        return []
    known = await call.services.catalog.list_genres(ListGenres())
    by_name = {_plain(genre.name): genre for genre in known.items}
    return [by_name[_plain(name)] for name in names if _plain(name) in by_name]


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.casefold().strip()))


def _listed(call: Call, name: str) -> list[str]:
    return [part.strip() for part in call.query.get(name, "").split(",") if part.strip()]


def _wanted(call: Call) -> Wanted:
    found: dict[str, dict[str, float]] = {"min": {}, "max": {}, "target": {}}
    for parameter, text in call.query.items():
        word, _, name = parameter.partition("_")
        if word not in found or name not in (*_KNOWN, *features.UNKNOWN):
            continue
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise InvalidArgument(f"Invalid {parameter}")
        if name in _KNOWN:
            found[word][name] = float(text)
    return Wanted(least=found["min"], most=found["max"], aims=found["target"])
