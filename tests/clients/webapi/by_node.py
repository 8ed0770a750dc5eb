"""How two programs for Node ask for each endpoint: every method of theirs that asks."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.clients.webapi.place import Refused, Row, Ways, ways_of
from tests.gateway.home import Home

RUNNER = Path(__file__).parents[1] / "web_api.cjs"
LOCK = json.loads((RUNNER.parent / "package.json").read_text())["dependencies"]
MODULES = Path(".tools/clients").absolute()
_TRACKS = "/v1/playlists/{id}/tracks"
_PLAYER = "/v1/me/player"
_NO_DEVICE = "NO_ACTIVE_DEVICE"

SDK: Sequence[Row] = (
    ("GET /v1/albums/{id}", "albums.get", "id"),
    ("GET /v1/albums", "albums.get", "ids", "", "albums"),
    ("GET /v1/albums/{id}/tracks", "albums.tracks", "id null limit offset"),
    ("GET /v1/artists/{id}", "artists.get", "id"),
    ("GET /v1/artists", "artists.get", "ids", "", "artists"),
    ("GET /v1/artists/{id}/albums", "artists.albums", "id include_groups null limit offset"),
    ("GET /v1/artists/{id}/top-tracks", "artists.topTracks", "id market"),
    ("GET /v1/artists/{id}/related-artists", "artists.relatedArtists", "id"),
    ("GET /v1/tracks/{id}", "tracks.get", "id"),
    ("GET /v1/tracks", "tracks.get", "ids", "", "tracks"),
    ("GET /v1/audio-features/{id}", "tracks.audioFeatures", "id"),
    ("GET /v1/audio-features", "tracks.audioFeatures", "ids", "", "audio_features"),
    ("GET /v1/audio-analysis/{id}", "tracks.audioAnalysis", "id"),
    *(
        ("GET /v1/search", "search", f'q ["{kind}"] "DE" limit', kind)
        for kind in ("track", "album", "artist", "playlist", "show", "episode", "audiobook")
    ),
    ("GET /v1/browse/new-releases", "browse.getNewReleases", '"DE" limit offset'),
    ("GET /v1/browse/categories", "browse.getCategories", '"DE" "de" limit offset'),
    ("GET /v1/browse/categories/{id}", "browse.getCategory", "id"),
    ("GET /v1/browse/categories/{id}/playlists", "browse.getPlaylistsForCategory",
     "id null limit offset"),
    ("GET /v1/browse/featured-playlists", "browse.getFeaturedPlaylists",
     "null null null limit offset"),
    ("GET /v1/recommendations", "recommendations.get", "seed_tracks= limit= min_duration_ms="),
    ("GET /v1/recommendations/available-genre-seeds", "recommendations.genreSeeds"),
    ("GET /v1/markets", "markets.getAvailableMarkets"),
    ("GET /v1/me", "currentUser.profile"),
    ("GET /v1/users/{id}", "users.profile", "id"),
    ("GET /v1/me/top/tracks", "currentUser.topItems", '"tracks" time_range limit'),
    ("GET /v1/me/top/artists", "currentUser.topItems", '"artists" time_range limit'),
    ("GET /v1/me/following", "currentUser.followedArtists", "null limit"),
    *(
        (f"{method} /v1/me/following{more}", f"currentUser.{name}ArtistsOrUsers",
         f'ids "{kind}"', kind)
        for kind in ("artist", "user")
        for method, more, name in (
            ("PUT", "", "follow"), ("DELETE", "", "unfollow"), ("GET", "/contains", "follows"),
        )
    ),
    *(
        (f"{method} /v1/me/{kind.lower()}s{more}", f"currentUser.{kind.lower()}s.{name}", "ids")
        for kind in ("Album", "Audiobook", "Episode", "Show", "Track")
        for method, more, name in (
            ("PUT", "", f"save{kind}s"),
            ("DELETE", "", f"removeSaved{kind}s"),
            ("GET", "/contains", "hasSavedShow" if kind == "Show" else f"hasSaved{kind}s"),
        )
    ),
    ("GET /v1/me/albums", "currentUser.albums.savedAlbums", "limit offset"),
    ("GET /v1/me/audiobooks", "currentUser.audiobooks.savedAudiobooks", "limit offset"),
    ("GET /v1/me/episodes", "currentUser.episodes.savedEpisodes", "null limit offset"),
    ("GET /v1/me/shows", "currentUser.shows.savedShows", "limit offset"),
    ("GET /v1/me/tracks", "currentUser.tracks.savedTracks", "limit offset"),
    ("GET /v1/me/playlists", "currentUser.playlists.playlists", "limit offset"),
    ("PUT /v1/playlists/{id}/followers", "currentUser.playlists.follow", "id"),
    ("DELETE /v1/playlists/{id}/followers", "currentUser.playlists.unfollow", "id"),
    ("GET /v1/playlists/{id}/followers/contains", "currentUser.playlists.isFollowing", "id ids"),
    ("GET /v1/playlists/{id}", "playlists.getPlaylist", "id"),
    ("GET " + _TRACKS, "playlists.getPlaylistItems", "id null null limit offset"),
    ("PUT /v1/playlists/{id}", "playlists.changePlaylistDetails",
     "id name= public= description="),
    ("PUT " + _TRACKS, "playlists.movePlaylistItems", "id range_start range_length insert_before",
     "move"),
    ("PUT " + _TRACKS, "playlists.updatePlaylistItems", "id uris="),
    ("PUT " + _TRACKS, "playlists.updatePlaylistItems",
     "id range_start= range_length= insert_before=", "move"),
    ("POST " + _TRACKS, "playlists.addItemsToPlaylist", "id uris position"),
    ("DELETE " + _TRACKS, "playlists.removeItemsFromPlaylist", "id tracks="),
    ("GET /v1/users/{id}/playlists", "playlists.getUsersPlaylists", "id limit offset"),
    ("POST /v1/users/{id}/playlists", "playlists.createPlaylist",
     "id name= public= description="),
    ("GET /v1/playlists/{id}/images", "playlists.getPlaylistCoverImage", "id"),
    ("PUT /v1/playlists/{id}/images", "playlists.addCustomPlaylistCoverImageFromBase64String",
     "id jpeg"),
    ("PUT /v1/playlists/{id}/images", "playlists.addCustomPlaylistCoverImage", "id bytes"),
    (f"GET {_PLAYER}", "player.getPlaybackState"),
    (f"GET {_PLAYER}/devices", "player.getAvailableDevices"),
    (f"GET {_PLAYER}/currently-playing", "player.getCurrentlyPlayingTrack"),
    (f"GET {_PLAYER}/recently-played", "player.getRecentlyPlayedTracks", "limit range"),
    (f"GET {_PLAYER}/queue", "player.getUsersQueue"),
    (f"PUT {_PLAYER}", "player.transferPlayback", '["device"]', _NO_DEVICE),
    (f"PUT {_PLAYER}/play", "player.startResumePlayback", '"device"', _NO_DEVICE),
    (f"PUT {_PLAYER}/pause", "player.pausePlayback", '"device"', _NO_DEVICE),
    (f"POST {_PLAYER}/next", "player.skipToNext", '"device"', _NO_DEVICE),
    (f"POST {_PLAYER}/previous", "player.skipToPrevious", '"device"', _NO_DEVICE),
    (f"PUT {_PLAYER}/seek", "player.seekToPosition", "1", _NO_DEVICE),
    (f"PUT {_PLAYER}/repeat", "player.setRepeatMode", '"off"', _NO_DEVICE),
    (f"PUT {_PLAYER}/volume", "player.setPlaybackVolume", "50", _NO_DEVICE),
    (f"PUT {_PLAYER}/shuffle", "player.togglePlaybackShuffle", "true", _NO_DEVICE),
    (f"POST {_PLAYER}/queue", "player.addItemToPlaybackQueue", '"spotify:track:x"', _NO_DEVICE),
    ("GET /v1/shows/{id}", "shows.get", 'id "DE"'),
    ("GET /v1/shows", "shows.get", 'ids "DE"', "", "shows"),
    ("GET /v1/shows/{id}/episodes", "shows.episodes", 'id "DE"'),
    ("GET /v1/episodes/{id}", "episodes.get", 'id "DE"'),
    ("GET /v1/episodes", "episodes.get", 'ids "DE"', "", "episodes"),
    ("GET /v1/audiobooks/{id}", "audiobooks.get", 'id "DE"'),
    ("GET /v1/audiobooks", "audiobooks.get", 'ids "DE"', "", "audiobooks"),
    ("GET /v1/audiobooks/{id}/chapters", "audiobooks.getAudiobookChapters", 'id "DE"'),
    ("GET /v1/chapters/{id}", "chapters.get", 'id "DE"'),
    ("GET /v1/chapters", "chapters.get", 'ids "DE"', "", "chapters"),
)  # fmt: skip
NODE: Sequence[Row] = (
    ("GET /v1/albums/{id}", "getAlbum", "id"),
    ("GET /v1/albums", "getAlbums", "ids"),
    ("GET /v1/albums/{id}/tracks", "getAlbumTracks", "id limit= offset="),
    ("GET /v1/artists/{id}", "getArtist", "id"),
    ("GET /v1/artists", "getArtists", "ids"),
    ("GET /v1/artists/{id}/albums", "getArtistAlbums", "id include_groups= limit= offset="),
    ("GET /v1/artists/{id}/top-tracks", "getArtistTopTracks", "id market"),
    ("GET /v1/artists/{id}/related-artists", "getArtistRelatedArtists", "id"),
    ("GET /v1/tracks/{id}", "getTrack", "id"),
    ("GET /v1/tracks", "getTracks", "ids"),
    ("GET /v1/audio-features/{id}", "getAudioFeaturesForTrack", "id"),
    ("GET /v1/audio-features", "getAudioFeaturesForTracks", "ids"),
    ("GET /v1/audio-analysis/{id}", "getAudioAnalysisForTrack", "id"),
    ("GET /v1/search", "search", 'q ["audiobook"] limit=', "audiobook"),
    ("GET /v1/search", "searchTracks", "q limit=", "track"),
    ("GET /v1/search", "searchAlbums", "q limit=", "album"),
    ("GET /v1/search", "searchArtists", "q limit=", "artist"),
    ("GET /v1/search", "searchPlaylists", "q limit=", "playlist"),
    ("GET /v1/search", "searchShows", "q limit=", "show"),
    ("GET /v1/search", "searchEpisodes", "q limit=", "episode"),
    ("GET /v1/browse/new-releases", "getNewReleases", "limit= offset="),
    ("GET /v1/browse/categories", "getCategories", "limit= offset="),
    ("GET /v1/browse/categories/{id}", "getCategory", "id"),
    ("GET /v1/browse/categories/{id}/playlists", "getPlaylistsForCategory", "id limit= offset="),
    ("GET /v1/browse/featured-playlists", "getFeaturedPlaylists", "limit= offset="),
    ("GET /v1/recommendations", "getRecommendations", "seed_tracks= limit= min_duration_ms="),
    ("GET /v1/recommendations/available-genre-seeds", "getAvailableGenreSeeds"),
    ("GET /v1/me", "getMe"),
    ("GET /v1/users/{id}", "getUser", "id"),
    ("GET /v1/me/top/tracks", "getMyTopTracks", "time_range= limit="),
    ("GET /v1/me/top/artists", "getMyTopArtists", "time_range= limit="),
    (f"GET {_PLAYER}/recently-played", "getMyRecentlyPlayedTracks", "limit= before= after="),
    ("GET /v1/me/following", "getFollowedArtists", "limit="),
    *(
        (f"{method} /v1/me/following{more}", f"{name}{kind.title()}s", "ids", kind)
        for kind in ("artist", "user")
        for method, more, name in (
            ("PUT", "", "follow"), ("DELETE", "", "unfollow"), ("GET", "/contains", "isFollowing"),
        )
    ),
    *(
        (f"{method} /v1/me/{kind.lower()}{more}", f"{name}{kind}", spec)
        for kind in ("Tracks", "Albums", "Shows")
        for method, more, name, spec in (
            ("GET", "", "getMySaved", "limit= offset="),
            ("PUT", "", "addToMySaved", "ids"),
            ("DELETE", "", "removeFromMySaved", "ids"),
            ("GET", "/contains", "containsMySaved", "ids"),
        )
    ),
    ("GET /v1/users/{id}/playlists", "getUserPlaylists", "id limit= offset="),
    ("GET /v1/me/playlists", "getUserPlaylists", "limit= offset="),
    ("GET /v1/playlists/{id}", "getPlaylist", "id"),
    ("GET " + _TRACKS, "getPlaylistTracks", "id limit= offset="),
    ("POST /v1/me/playlists", "createPlaylist", "name public= description="),
    ("PUT /v1/playlists/{id}", "changePlaylistDetails", "id name= public= description="),
    ("PUT /v1/playlists/{id}/followers", "followPlaylist", "id"),
    ("DELETE /v1/playlists/{id}/followers", "unfollowPlaylist", "id"),
    ("GET /v1/playlists/{id}/followers/contains", "areFollowingPlaylist", '"owner" id ids'),
    ("POST " + _TRACKS, "addTracksToPlaylist", "id uris position="),
    ("DELETE " + _TRACKS, "removeTracksFromPlaylist", "id tracks"),
    ("DELETE " + _TRACKS, "removeTracksFromPlaylistByPosition", "id positions snapshot_id",
     "positions"),
    ("PUT " + _TRACKS, "replaceTracksInPlaylist", "id uris"),
    ("PUT " + _TRACKS, "reorderTracksInPlaylist", "id range_start insert_before range_length=",
     "move"),
    ("PUT /v1/playlists/{id}/images", "uploadCustomPlaylistCoverImage", "id jpeg"),
    (f"GET {_PLAYER}", "getMyCurrentPlaybackState"),
    (f"GET {_PLAYER}/devices", "getMyDevices"),
    (f"GET {_PLAYER}/currently-playing", "getMyCurrentPlayingTrack"),
    (f"PUT {_PLAYER}", "transferMyPlayback", '["device"]', _NO_DEVICE),
    (f"PUT {_PLAYER}/play", "play", "", _NO_DEVICE),
    (f"PUT {_PLAYER}/pause", "pause", "", _NO_DEVICE),
    (f"POST {_PLAYER}/next", "skipToNext", "", _NO_DEVICE),
    (f"POST {_PLAYER}/previous", "skipToPrevious", "", _NO_DEVICE),
    (f"PUT {_PLAYER}/seek", "seek", "1", _NO_DEVICE),
    (f"PUT {_PLAYER}/repeat", "setRepeat", '"off"', _NO_DEVICE),
    (f"PUT {_PLAYER}/shuffle", "setShuffle", "true", _NO_DEVICE),
    (f"PUT {_PLAYER}/volume", "setVolume", "50", _NO_DEVICE),
    (f"POST {_PLAYER}/queue", "addToQueue", '"spotify:track:x"', _NO_DEVICE),
    ("GET /v1/shows/{id}", "getShow", "id"),
    ("GET /v1/shows", "getShows", "ids"),
    ("GET /v1/shows/{id}/episodes", "getShowEpisodes", "id"),
    ("GET /v1/episodes/{id}", "getEpisode", "id"),
    ("GET /v1/episodes", "getEpisodes", "ids"),
)  # fmt: skip


class Node:
    """The program that calls both."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running

    def tell(self, *order: Any) -> Any:
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps(order[0] if len(order) == 1 else order) + "\n")
        self._running.stdin.flush()
        answer = json.loads(self._running.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"]["status"], answer["error"]["text"])
        return answer["value"]

    def methods(self, client: str) -> set[str]:
        return {*self.tell([client])}

    def ways(self, client: str) -> Ways:
        def call(method: str, placed: Sequence[Any], named: Mapping[str, Any]) -> Any:
            more = [dict(named)] if named else []
            answer = self.tell(client, method, [*placed, *more])
            # What they make of an answer without a body.
            return None if answer in ("", {}) else answer

        return ways_of(SDK if client == "sdk" else NODE, call)


@contextmanager
def node(home: Home) -> Iterator[Node]:
    program = shutil.which("node")
    assert program is not None, "node is not installed: run tools/engines.py"
    assert (MODULES / "node_modules").is_dir(), "the clients are not there: run tools/engines.py"
    with subprocess.Popen(
        [program, str(RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        made = Node(running)
        order = {"modules": str(MODULES), "url": home.url, "token": home.token("alice")}
        made.tell(order)
        yield made
        assert running.stdin is not None
        running.stdin.close()
