"""Every public method of the unmodified spotipy, once; what it reads was written elsewhere."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import spotipy
from tests.gateway.running import House, serving
from tests.gateway.shelf import ALICE, BOB, id_of

Asked = Callable[[spotipy.Spotify, House], Any]

AIRBAG, KARMA = id_of("track Airbag"), id_of("track Karma Police")
OK, KID_A, HOMOGENIC = (id_of(f"album {name}") for name in ("OK Computer", "Kid A", "Homogenic"))
RADIOHEAD, BJORK = id_of("artist Radiohead"), id_of("artist Björk")
NOTHING = id_of("nothing")
ROCK = id_of("genre Rock")
DAY = 86_400_000


def rest(house: House, method: str, **more: Any) -> Any:
    """What a Subsonic player of the same person gets."""
    login = {"u": "alice", "p": "app-alice", "v": "1.16.1", "c": "test", "f": "json"}
    answer = house.http.get(f"{house.url}/rest/{method}", params={**login, **more}).json()
    assert answer["subsonic-response"]["status"] == "ok"
    return answer["subsonic-response"]


def names(items: Any) -> list[str]:
    return [item["name"] for item in items]


def starred(house: House, kind: str) -> set[str]:
    return {item["id"] for item in rest(house, "getStarred2")["starred2"].get(kind, ())}


def refused(call: Callable[[], Any]) -> tuple[int, str | None]:
    with pytest.raises(spotipy.SpotifyException) as error:
        call()
    return error.value.http_status, error.value.reason


def commanded(name: str, *arguments: Any) -> Asked:
    """A command to the player: nothing plays."""
    return lambda s, _: refused(lambda: getattr(s, name)(*arguments)) == (404, "NO_ACTIVE_DEVICE")


def missing(name: str, *arguments: Any) -> Asked:
    return lambda s, _: refused(lambda: getattr(s, name)(*arguments))[0] == 404


def saved_tracks(s: spotipy.Spotify, house: House) -> bool:
    rest(house, "star", id=KARMA)
    (item,) = s.current_user_saved_tracks(market="DE")["items"]
    rest(house, "unstar", id=KARMA)
    return item["track"]["id"] == KARMA and not s.current_user_saved_tracks()["items"]


def saved_albums(s: spotipy.Spotify, house: House) -> bool:
    rest(house, "star", albumId=KID_A)
    (item,) = s.current_user_saved_albums()["items"]
    rest(house, "unstar", albumId=KID_A)
    return names(item["album"]["tracks"]["items"]) == ["Idioteque", "Optimistic"]


def followed_artists(s: spotipy.Spotify, house: House) -> bool:
    rest(house, "star", artistId=BJORK)
    (artist,) = s.current_user_followed_artists()["artists"]["items"]
    rest(house, "unstar", artistId=BJORK)
    return (artist["id"], artist["followers"]["total"]) == (BJORK, 1)


def kept_and_left(kind: str, id_: str, keep: str, contains: str, leave: str) -> Asked:
    """Saved here, starred there; and back."""

    def check(s: spotipy.Spotify, house: House) -> bool:
        getattr(s, keep)([id_])
        there = id_ in starred(house, kind)
        known = getattr(s, contains)([id_, NOTHING])
        getattr(s, leave)([id_])
        return there and known == [True, False] and id_ not in starred(house, kind)

    return check


def recently_played(s: spotipy.Spotify, house: House) -> bool:
    for ago in (50, 40, 30):
        rest(house, "scrobble", id=AIRBAG, time=house.clock.now() - ago * DAY)
    rest(house, "scrobble", id=KARMA, time=house.clock.now() - DAY)
    first = s.current_user_recently_played(limit=2)
    ids = [item["track"]["id"] for item in first["items"]]
    older = s.next(first)
    after = s.current_user_recently_played(limit=2, after=older["cursors"]["before"])
    newer = s.next(after)
    return (
        ids == [KARMA, AIRBAG]
        and len(older["items"]) == 2
        and [item["track"]["id"] for item in after["items"]] == [AIRBAG, AIRBAG]
        and [item["track"]["id"] for item in newer["items"]] == [KARMA]
    )


def top(s: spotipy.Spotify, house: House) -> bool:
    """The last four weeks have another favourite than the last six months."""
    house.keeper.plays.pop(ALICE, None)
    for ago in (50, 40):
        rest(house, "scrobble", id=AIRBAG, time=house.clock.now() - ago * DAY)
    bachelorette = id_of("track Bachelorette")
    rest(house, "scrobble", id=bachelorette, time=house.clock.now() - DAY)
    rest(house, "scrobble", id=KARMA, time=house.clock.now() - 200 * DAY)

    def ids(method: Callable[..., Any], time_range: str) -> list[str]:
        return [item["id"] for item in method(time_range=time_range)["items"]]

    tracks, artists = s.current_user_top_tracks, s.current_user_top_artists
    return (
        ids(tracks, "short_term") == [bachelorette]
        and ids(tracks, "medium_term") == [AIRBAG, bachelorette]
        and set(ids(tracks, "long_term")) == {AIRBAG, bachelorette, KARMA}
        and ids(artists, "short_term") == [BJORK]
        and ids(artists, "medium_term") == [RADIOHEAD, BJORK]
    )


def follows_people(s: spotipy.Spotify, _house: House) -> bool:
    s.user_follow_users([BOB, NOTHING])
    known = s.current_user_following_users([BOB, NOTHING])
    followers = s.user(BOB)["followers"]["total"]
    s.user_unfollow_users([BOB])
    return bool(
        known == [True, False] and followers == 1 and s.user(BOB)["followers"]["total"] == 0
    )


def features(s: spotipy.Spotify, _house: House) -> bool:
    known, unknown = s.audio_features([AIRBAG, NOTHING])
    return known["duration_ms"] == 200_001 and known["energy"] is None and unknown is None


def recommended(s: spotipy.Spotify, house: House) -> bool:
    found = s.recommendations(seed_tracks=[AIRBAG], limit=3, min_duration_ms=200_002)
    ids = {track["id"] for track in found["tracks"]}
    none = s.recommendations(seed_genres=["rock"], min_energy=0.9, min_tempo=1)["tracks"]
    secret = house.shelf.tracks[id_of("track Hidden Song")]
    return (
        len(found["tracks"]) == 3
        and AIRBAG not in ids
        and all(track["duration_ms"] >= 200_002 for track in found["tracks"])
        and [seed["type"] for seed in found["seeds"]] == ["TRACK"]
        and none == []
        and secret.id not in ids
    )


def saved_items(s: spotipy.Spotify, house: House) -> bool:
    s.current_user_saved_tracks_add([KARMA])
    known = s.current_user_saved_items([f"spotify:track:{KARMA}", f"spotify:artist:{BJORK}"])
    s.current_user_saved_tracks_delete([KARMA])
    return known == [True, False] and KARMA not in starred(house, "song")


def next_and_previous(s: spotipy.Spotify, _house: House) -> bool:
    first = s.album_tracks(OK, limit=2)
    second = s.next(first)
    return (
        names(second["items"]) == ["Karma Police"]
        and s.previous(second)["items"] == (first["items"])
    )


TRACKS_KEPT = kept_and_left(
    "song",
    KARMA,
    "current_user_saved_tracks_add",
    "current_user_saved_tracks_contains",
    "current_user_saved_tracks_delete",
)
ALBUMS_KEPT = kept_and_left(
    "album",
    OK,
    "current_user_saved_albums_add",
    "current_user_saved_albums_contains",
    "current_user_saved_albums_delete",
)
ARTISTS_KEPT = kept_and_left(
    "artist",
    RADIOHEAD,
    "user_follow_artists",
    "current_user_following_artists",
    "user_unfollow_artists",
)
METHODS: dict[str, Asked] = {
    "album": lambda s, h: s.album(OK)["name"] == rest(h, "getAlbum", id=OK)["album"]["name"],
    "album_tracks": lambda s, _: s.album_tracks(OK, limit=1, offset=2)["items"][0]["id"] == KARMA,
    "albums": lambda s, _: names(s.albums([KID_A, OK])["albums"]) == ["Kid A", "OK Computer"],
    "artist": lambda s, h: (
        s.artist(BJORK)["name"] == rest(h, "getArtist", id=BJORK)["artist"]["name"]
    ),
    "artist_albums": lambda s, _: s.artist_albums(RADIOHEAD, include_groups="single")["total"] == 1,
    "artist_related_artists": lambda s, _: s.artist_related_artists(RADIOHEAD)["artists"] == [],
    "artist_top_tracks": lambda s, _: len(s.artist_top_tracks(BJORK)["tracks"]) == 2,
    "artists": lambda s, _: (
        names(s.artists([BJORK, RADIOHEAD])["artists"]) == ["Björk", "Radiohead"]
    ),
    "audio_analysis": missing("audio_analysis", AIRBAG),
    "audio_features": features,
    "available_markets": lambda s, _: "DE" in s.available_markets()["markets"],
    "categories": lambda s, _: s.categories(limit=1)["categories"]["items"][0]["name"] == "Rock",
    "category": lambda s, _: s.category(ROCK)["name"] == "Rock",
    "current_playback": lambda s, _: s.current_playback() is None,
    "current_user": lambda s, _: s.current_user()["display_name"] == "Alice",
    "current_user_followed_artists": followed_artists,
    "current_user_following_artists": ARTISTS_KEPT,
    "current_user_following_users": follows_people,
    "current_user_playing_track": lambda s, _: s.current_user_playing_track() is None,
    "current_user_recently_played": recently_played,
    "current_user_saved_albums": saved_albums,
    "current_user_saved_albums_add": ALBUMS_KEPT,
    "current_user_saved_albums_contains": ALBUMS_KEPT,
    "current_user_saved_albums_delete": ALBUMS_KEPT,
    "current_user_saved_episodes": lambda s, _: s.current_user_saved_episodes()["items"] == [],
    "current_user_saved_episodes_add": lambda s, _: (
        s.current_user_saved_episodes_add([NOTHING]) is None
    ),
    "current_user_saved_episodes_contains": lambda s, _: (
        s.current_user_saved_episodes_contains([NOTHING]) == [False]
    ),
    "current_user_saved_episodes_delete": lambda s, _: (
        s.current_user_saved_episodes_delete([NOTHING]) is None
    ),
    "current_user_saved_items": saved_items,
    "current_user_saved_shows": lambda s, _: s.current_user_saved_shows()["total"] == 0,
    "current_user_saved_shows_add": lambda s, _: s.current_user_saved_shows_add([NOTHING]) is None,
    "current_user_saved_shows_contains": lambda s, _: (
        s.current_user_saved_shows_contains([NOTHING]) == [False]
    ),
    "current_user_saved_shows_delete": lambda s, _: (
        s.current_user_saved_shows_delete([NOTHING]) is None
    ),
    "current_user_saved_tracks": saved_tracks,
    "current_user_saved_tracks_add": TRACKS_KEPT,
    "current_user_saved_tracks_contains": TRACKS_KEPT,
    "current_user_saved_tracks_delete": TRACKS_KEPT,
    "current_user_top_artists": top,
    "current_user_top_tracks": top,
    "currently_playing": lambda s, _: s.currently_playing() is None,
    "devices": lambda s, _: s.devices() == {"devices": []},
    "episode": missing("episode", NOTHING),
    "episodes": lambda s, _: s.episodes([NOTHING])["episodes"] == [None],
    "get_audiobook": missing("get_audiobook", NOTHING),
    "get_audiobook_chapters": missing("get_audiobook_chapters", NOTHING),
    "get_audiobooks": lambda s, _: s.get_audiobooks([NOTHING])["audiobooks"] == [None],
    "me": lambda s, _: s.me()["id"] == ALICE,
    "new_releases": lambda s, h: (
        [a["id"] for a in s.new_releases()["albums"]["items"]]
        == [a["id"] for a in rest(h, "getAlbumList2", type="newest")["albumList2"]["album"]]
    ),
    "next": next_and_previous,
    "next_track": commanded("next_track"),
    "pause_playback": commanded("pause_playback"),
    "previous": next_and_previous,
    "previous_track": commanded("previous_track"),
    "queue": lambda s, _: s.queue() == {"currently_playing": None, "queue": []},
    "recommendation_genre_seeds": lambda s, h: (
        s.recommendation_genre_seeds()["genres"]
        == sorted(g["value"] for g in rest(h, "getGenres")["genres"]["genre"])
    ),
    "recommendations": recommended,
    "repeat": commanded("repeat", "track"),
    "search": lambda s, _: s.search("karma", limit=50)["tracks"]["items"][0]["id"] == KARMA,
    "search_markets": lambda s, _: (
        s.search_markets("karma", markets=["DE", "FR"], limit=1)["DE"]["tracks"]["items"][0]["id"]
        == KARMA
    ),
    "seek_track": commanded("seek_track", 1),
    "show": missing("show", NOTHING),
    "show_episodes": missing("show_episodes", NOTHING),
    "shows": lambda s, _: s.shows([NOTHING])["shows"] == [None],
    "shuffle": commanded("shuffle", True),
    "start_playback": commanded("start_playback"),
    "add_to_queue": commanded("add_to_queue", f"spotify:track:{AIRBAG}"),
    "track": lambda s, h: s.track(KARMA)["name"] == rest(h, "getSong", id=KARMA)["song"]["title"],
    "tracks": lambda s, _: names(s.tracks([KARMA, AIRBAG])["tracks"]) == ["Karma Police", "Airbag"],
    "transfer_playback": commanded("transfer_playback", "device"),
    "user": lambda s, _: (
        (s.user(BOB)["display_name"], refused(lambda: s.user(NOTHING))[0]) == ("bob", 404)
    ),
    "user_follow_artists": ARTISTS_KEPT,
    "user_follow_users": follows_people,
    "user_unfollow_artists": ARTISTS_KEPT,
    "user_unfollow_users": follows_people,
    "volume": commanded("volume", 50),
}
ELSEWHERE = {
    "set_auth": "keeps a token, asks nothing",
    # test_playlists has them.
    **{
        name: "about playlists"
        for name, _ in inspect.getmembers(spotipy.Spotify, inspect.isfunction)
        if "playlist" in name
    },
}


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[House, spotipy.Spotify]]:
    with serving(House()) as house:
        client = spotipy.Spotify(auth=house.people.token(ALICE), retries=0, status_retries=0)
        client.prefix = house.url + "/v1/"
        yield house, client
        client._session.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", METHODS)
def test_method(shared: tuple[House, spotipy.Spotify], name: str) -> None:
    house, client = shared
    house.keeper.plays.clear()
    house.keeper.marks.clear()
    assert METHODS[name](client, house)


def test_no_method_is_forgotten() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(spotipy.Spotify, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public == {*METHODS, *ELSEWHERE}
    assert not {*METHODS} & {*ELSEWHERE}
