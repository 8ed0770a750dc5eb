"""How spotipy asks for each endpoint: every public method of it, once."""

from collections.abc import Mapping, Sequence
from typing import Any

import spotipy
from tests.clients.webapi.place import Refused, Row, Ways, ways_of

ELSEWHERE = {
    "set_auth": "keeps a token, asks nothing",
    "next": "follows a page of any list",
    "previous": "as next",
    "playlist_is_following": "fails in its own warning",
    "user_playlist_is_following": "as playlist_is_following",
}
_ITEMS = "/v1/playlists/{id}/items"
_LIBRARY = "/v1/me/library"
_PLAYER = "/v1/me/player"
_NO_DEVICE = "NO_ACTIVE_DEVICE"
ROWS: Sequence[Row] = (
    ("GET /v1/albums/{id}", "album", "id"),
    ("GET /v1/albums", "albums", "ids"),
    ("GET /v1/albums/{id}/tracks", "album_tracks", "id limit= offset="),
    ("GET /v1/artists/{id}", "artist", "id"),
    ("GET /v1/artists", "artists", "ids"),
    ("GET /v1/artists/{id}/albums", "artist_albums", "id include_groups= limit= offset="),
    ("GET /v1/artists/{id}/top-tracks", "artist_top_tracks", "id market"),
    ("GET /v1/artists/{id}/related-artists", "artist_related_artists", "id"),
    ("GET /v1/tracks/{id}", "track", "id"),
    ("GET /v1/tracks", "tracks", "ids"),
    ("GET /v1/audio-features", "audio_features", "ids", "", "audio_features"),
    ("GET /v1/audio-analysis/{id}", "audio_analysis", "id"),
    ("GET /v1/search", "search", "q type= limit=", "track"),
    ("GET /v1/search", "search", "q type= limit=", "album"),
    ("GET /v1/search", "search", "q type= limit=", "artist"),
    ("GET /v1/search", "search", "q type= limit=", "playlist"),
    ("GET /v1/search", "search", "q type= limit=", "show"),
    ("GET /v1/search", "search_markets", "q type= limit=", "track"),
    ("GET /v1/browse/new-releases", "new_releases", "limit= offset="),
    ("GET /v1/browse/categories", "categories", "limit= offset="),
    ("GET /v1/browse/categories/{id}", "category", "id"),
    ("GET /v1/browse/categories/{id}/playlists", "category_playlists", "id limit= offset="),
    ("GET /v1/browse/featured-playlists", "featured_playlists", "limit= offset="),
    ("GET /v1/recommendations", "recommendations", "seed_tracks= limit= min_duration_ms="),
    ("GET /v1/recommendations/available-genre-seeds", "recommendation_genre_seeds"),
    ("GET /v1/markets", "available_markets"),
    ("GET /v1/me", "me"),
    ("GET /v1/me", "current_user"),
    ("GET /v1/users/{id}", "user", "id"),
    ("GET /v1/me/tracks", "current_user_saved_tracks", "limit= offset="),
    ("GET /v1/me/albums", "current_user_saved_albums", "limit= offset="),
    ("GET /v1/me/episodes", "current_user_saved_episodes", "limit= offset="),
    ("GET /v1/me/shows", "current_user_saved_shows", "limit= offset="),
    ("GET /v1/me/following", "current_user_followed_artists", "limit= after="),
    ("GET /v1/me/episodes/contains", "current_user_saved_episodes_contains", "ids"),
    *(
        (f"{method} {_LIBRARY}{more}", f"current_user_saved_{kind}s_{what}", "ids", kind)
        for kind in ("track", "album", "show", "episode")
        for method, more, what in (
            ("PUT", "", "add"), ("GET", "/contains", "contains"), ("DELETE", "", "delete"),
        )
        if (kind, what) != ("episode", "contains")
    ),
    (f"GET {_LIBRARY}/contains", "current_user_saved_items", "uris", "all"),
    (f"GET {_LIBRARY}/contains", "current_user_following_artists", "ids", "artist"),
    (f"GET {_LIBRARY}/contains", "current_user_following_users", "ids", "user"),
    (f"PUT {_LIBRARY}", "user_follow_artists", "ids", "artist"),
    (f"PUT {_LIBRARY}", "user_follow_users", "ids", "user"),
    (f"DELETE {_LIBRARY}", "user_unfollow_artists", "ids", "artist"),
    (f"DELETE {_LIBRARY}", "user_unfollow_users", "ids", "user"),
    (f"PUT {_LIBRARY}", "current_user_follow_playlist", "one", "playlist"),
    (f"PUT {_LIBRARY}", "user_playlist_follow_playlist", '"owner" one', "playlist"),
    ("GET /v1/me/top/tracks", "current_user_top_tracks", "limit= time_range="),
    ("GET /v1/me/top/artists", "current_user_top_artists", "limit= time_range="),
    (f"GET {_PLAYER}/recently-played", "current_user_recently_played", "limit= after= before="),
    ("GET /v1/me/playlists", "current_user_playlists", "limit= offset="),
    ("POST /v1/me/playlists", "current_user_playlist_create", "name public= description="),
    ("GET /v1/users/{id}/playlists", "user_playlists", "id limit= offset="),
    ("POST /v1/users/{id}/playlists", "user_playlist_create", "id name public= description="),
    ("GET /v1/playlists/{id}", "playlist", "id"),
    ("GET /v1/playlists/{id}", "user_playlist", '"owner" id'),
    ("PUT /v1/playlists/{id}", "playlist_change_details", "id name= public= description="),
    ("PUT /v1/playlists/{id}", "user_playlist_change_details",
     '"owner" id name= public= description='),
    (f"GET {_ITEMS}", "playlist_items", "id limit= offset="),
    (f"GET {_ITEMS}", "playlist_tracks", "id limit= offset="),
    (f"GET {_ITEMS}", "user_playlist_tracks", '"owner" id limit= offset='),
    (f"POST {_ITEMS}", "playlist_add_items", "id uris position="),
    (f"POST {_ITEMS}", "user_playlist_add_tracks", '"owner" id ids position='),
    (f"POST {_ITEMS}", "user_playlist_add_episodes", '"owner" id ids', "episodes"),
    (f"PUT {_ITEMS}", "playlist_replace_items", "id uris"),
    (f"PUT {_ITEMS}", "user_playlist_replace_tracks", '"owner" id ids'),
    (f"PUT {_ITEMS}", "playlist_reorder_items", "id range_start insert_before range_length",
     "move"),
    (f"PUT {_ITEMS}", "user_playlist_reorder_tracks",
     '"owner" id range_start insert_before range_length', "move"),
    (f"DELETE {_ITEMS}", "playlist_remove_all_occurrences_of_items", "id uris"),
    (f"DELETE {_ITEMS}", "user_playlist_remove_all_occurrences_of_tracks", '"owner" id ids'),
    (f"DELETE {_ITEMS}", "playlist_remove_specific_occurrences_of_items",
     "id tracks snapshot_id", "positions"),
    ("DELETE /v1/playlists/{id}/tracks", "user_playlist_remove_specific_occurrences_of_tracks",
     '"owner" id tracks snapshot_id', "positions"),
    ("GET /v1/playlists/{id}/images", "playlist_cover_image", "id"),
    ("PUT /v1/playlists/{id}/images", "playlist_upload_cover_image", "id jpeg"),
    ("DELETE /v1/playlists/{id}/followers", "current_user_unfollow_playlist", "id"),
    ("DELETE /v1/playlists/{id}/followers", "user_playlist_unfollow", '"owner" id'),
    (f"GET {_PLAYER}", "current_playback"),
    (f"GET {_PLAYER}/currently-playing", "currently_playing"),
    (f"GET {_PLAYER}/currently-playing", "current_user_playing_track"),
    (f"GET {_PLAYER}/devices", "devices"),
    (f"GET {_PLAYER}/queue", "queue"),
    (f"PUT {_PLAYER}", "transfer_playback", '"device"', _NO_DEVICE),
    (f"PUT {_PLAYER}/play", "start_playback", "", _NO_DEVICE),
    (f"PUT {_PLAYER}/pause", "pause_playback", "", _NO_DEVICE),
    (f"POST {_PLAYER}/next", "next_track", "", _NO_DEVICE),
    (f"POST {_PLAYER}/previous", "previous_track", "", _NO_DEVICE),
    (f"PUT {_PLAYER}/seek", "seek_track", "1", _NO_DEVICE),
    (f"PUT {_PLAYER}/repeat", "repeat", '"track"', _NO_DEVICE),
    (f"PUT {_PLAYER}/shuffle", "shuffle", "true", _NO_DEVICE),
    (f"PUT {_PLAYER}/volume", "volume", "50", _NO_DEVICE),
    (f"POST {_PLAYER}/queue", "add_to_queue", '"spotify:track:x"', _NO_DEVICE),
    ("GET /v1/shows/{id}", "show", "id"),
    ("GET /v1/shows", "shows", "ids"),
    ("GET /v1/shows/{id}/episodes", "show_episodes", "id"),
    ("GET /v1/episodes/{id}", "episode", "id"),
    ("GET /v1/episodes", "episodes", "ids"),
    ("GET /v1/audiobooks/{id}", "get_audiobook", "id"),
    ("GET /v1/audiobooks", "get_audiobooks", "ids"),
    ("GET /v1/audiobooks/{id}/chapters", "get_audiobook_chapters", "id"),
)  # fmt: skip


def ways(client: spotipy.Spotify) -> Ways:
    def call(method: str, placed: Sequence[Any], named: Mapping[str, Any]) -> Any:
        try:
            if method == "search_markets":  # which are all one here
                return client.search_markets(*placed, markets=["DE"], **named)["DE"]
            return getattr(client, method)(*placed, **named)
        except spotipy.SpotifyException as error:
            raise Refused(error.http_status, f"{error.reason} {error.msg}") from None

    return ways_of(ROWS, call)
