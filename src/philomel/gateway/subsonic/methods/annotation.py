"""Stars, ratings and plays."""

from collections.abc import Iterable, Mapping

from philomel.gateway.subsonic.call import Call, batches
from philomel.gateway.subsonic.errors import GENERIC, MISSING_PARAMETER, Failure, not_found
from philomel.gateway.subsonic.parameters import checked_whole
from philomel.services.catalog.contract import (
    Albums,
    Artists,
    GetAlbums,
    GetArtists,
    GetTracks,
    Tracks,
)
from philomel.services.playlists.contract import ItemKind, Rate, Save, Unsave
from philomel.services.plays.contract import (
    Play,
    PlaybackState,
    RecordPlays,
    ReportPlayback,
    SetNowPlaying,
)

Body = Mapping[str, object]
_MAX_PLAYER = 100


async def star(call: Call) -> Body:
    for kind, ids in (await _starred_things(call)).items():
        for batch in batches(ids):
            await call.services.playlists.save(Save(kind, batch))
    return {}


async def unstar(call: Call) -> Body:
    for kind, ids in (await _starred_things(call)).items():
        for batch in batches(ids):
            await call.services.playlists.unsave(Unsave(kind, batch))
    return {}


async def set_rating(call: Call) -> Body:
    id_ = call.parameters.id()
    rating = checked_whole("rating", call.parameters.need("rating"))
    if rating > 5:
        raise Failure(GENERIC, "rating must be between 0 and 5")
    for kind, ids in (await _kinds(call, [id_])).items():
        for known in ids:
            await call.services.playlists.rate(Rate(kind, known, rating))
    return {}


async def scrobble(call: Call) -> Body:
    ids = call.parameters.ids("id")
    if not ids:
        raise Failure(MISSING_PARAMETER, "required parameter is missing: id")
    listed = call.parameters.all("id")
    times = [checked_whole("time", value) for value in call.parameters.all("time")]
    player = (call.parameters.get("c") or "")[:_MAX_PLAYER]
    if not await call.tracks(ids):
        raise not_found("the song")
    if not call.parameters.flag("submission", default=True):
        await call.services.plays.set_now_playing(SetNowPlaying(ids[0], player))
        return {}
    now = call.services.clock.now()
    plays = [  # the service leaves out what the caller cannot see
        Play(id_, times[number] if number < len(times) else now, player=player)
        for number, id_ in enumerate(listed)
    ]
    for start in range(0, len(plays), 500):
        await call.services.plays.record_plays(RecordPlays(tuple(plays[start : start + 500])))
    return {}


async def report_playback(call: Call) -> Body:
    """What a player does (extension playbackReport): one listen counts as one play at most."""
    parameters = call.parameters
    id_ = parameters.id("mediaId")
    if parameters.need("mediaType") != "song":
        raise not_found("the episode")
    try:
        state = PlaybackState(parameters.need("state"))
    except ValueError:
        raise Failure(GENERIC, "state must be starting, playing, paused or stopped") from None
    position = checked_whole("positionMs", parameters.need("positionMs"))
    track = await call.track(id_)
    request = ReportPlayback(
        track.id,
        state,
        position,
        rate=parameters.number("playbackRate", 1.0, low=0.01, high=16.0),
        player=(parameters.get("c") or "")[:_MAX_PLAYER],
        count=not parameters.flag("ignoreScrobble", default=False),
    )
    await call.services.plays.report_playback(request)
    return {}


async def _starred_things(call: Call) -> dict[ItemKind, list[str]]:
    """What the parameters name, by kind.

    Raises:
        Failure: nothing is named, or something that the caller cannot see.
    """
    ids = call.parameters.ids("id")
    album_ids = call.parameters.ids("albumId")
    artist_ids = call.parameters.ids("artistId")
    if not (ids or album_ids or artist_ids):
        raise Failure(MISSING_PARAMETER, "required parameter is missing: id, albumId or artistId")
    found = await _kinds(call, ids)
    albums = [album.id for album in await call.albums(album_ids)]
    artists = [artist.id for artist in await call.artists(artist_ids)]
    if len(albums) < len(album_ids):
        raise not_found("the album")
    if len(artists) < len(artist_ids):
        raise not_found("the artist")
    found[ItemKind.ALBUM] += albums
    found[ItemKind.ARTIST] += artists
    return found


async def _kinds(call: Call, ids: Iterable[str]) -> dict[ItemKind, list[str]]:
    """These ids by kind: `id` names songs, and albums and artists as folders."""
    left = list(ids)
    catalog = call.services.catalog
    found: dict[ItemKind, list[str]] = {kind: [] for kind in ItemKind}
    for batch in batches(left):
        tracks = await catalog.get_tracks(GetTracks(batch))
        found[ItemKind.TRACK] += [track.id for track in tracks.items]
        left = _without(left, tracks)
    for batch in batches(left):
        albums = await catalog.get_albums(GetAlbums(batch))
        found[ItemKind.ALBUM] += [album.id for album in albums.items]
        left = _without(left, albums)
    for batch in batches(left):
        artists = await catalog.get_artists(GetArtists(batch))
        found[ItemKind.ARTIST] += [artist.id for artist in artists.items]
        left = _without(left, artists)
    if left:
        raise not_found()
    return found


def _without(ids: Iterable[str], reply: Tracks | Albums | Artists) -> list[str]:
    """The ids that `reply` does not answer, be it under another id."""
    answered = {item.id for item in reply.items} | {alias.old for alias in reply.aliases}
    return [id_ for id_ in ids if id_ not in answered]
