"""The unmodified spotipy reads, searches and saves."""

from collections.abc import Callable, Iterator

import pytest
import spotipy
from tests.clients.webapi.place import Known
from tests.gateway.home import NOTHING, Home
from tests.gateway.webapi.conftest import Client


@pytest.fixture
def known(home: Home) -> Known:
    return Known.at(home)


def test_tracks(home: Home, spotify: spotipy.Spotify, known: Known) -> None:
    track = spotify.track(known.paranoid)
    assert track["uri"] == f"spotify:track:{known.paranoid}"
    assert (track["name"], track["track_number"], track["duration_ms"]) == (
        "Paranoid Android",
        2,
        3_000,
    )
    assert track["artists"][0]["id"] == known.radiohead
    album = track["album"]
    assert (album["id"], album["total_tracks"], album["album_type"]) == (known.ok, 3, "album")
    assert (album["release_date"], album["release_date_precision"]) == ("1997", "year")
    assert [image["width"] for image in album["images"]] == [1200, 640, 300, 64]
    assert all(image["url"].startswith(home.url + "/media/") for image in album["images"])
    assert track["href"] == f"{home.url}/v1/tracks/{known.paranoid}"
    several = spotify.tracks([known.karma, NOTHING, f"spotify:track:{known.paranoid}"])["tracks"]
    assert [track and track["name"] for track in several] == [
        "Karma Police",
        None,
        "Paranoid Android",
    ]


def test_albums(spotify: spotipy.Spotify, known: Known) -> None:
    album = spotify.album(known.ok)
    names = [track["name"] for track in album["tracks"]["items"]]
    assert names == ["Airbag", "Paranoid Android", "Karma Police"]
    assert album["tracks"]["next"] is None
    assert len(spotify.albums([known.ok, NOTHING])["albums"]) == 2
    page = spotify.album_tracks(known.ok, limit=2)
    assert [track["name"] for track in page["items"]] == ["Airbag", "Paranoid Android"]
    rest = spotify.next(page)
    assert [track["name"] for track in rest["items"]] == ["Karma Police"]
    assert rest["next"] is None
    assert spotify.previous(rest)["items"] == page["items"]


def test_artists(spotify: spotipy.Spotify, known: Known) -> None:
    artist = spotify.artist(known.radiohead)
    assert (artist["name"], artist["type"]) == ("Radiohead", "artist")
    assert [found["name"] for found in spotify.artists([known.radiohead])["artists"]] == [
        "Radiohead"
    ]
    everything = spotify.artist_albums(known.radiohead)
    names = [album["name"] for album in everything["items"]]
    assert names == ["Kid A", "OK Computer", "My Iron Lung"]
    singles = spotify.artist_albums(known.radiohead, include_groups="single")
    groups = [(album["name"], album["album_group"]) for album in singles["items"]]
    assert groups == [("My Iron Lung", "single")]
    both = spotify.artist_albums(known.radiohead, include_groups="album,single", limit=2)
    assert both["total"] == 3
    names = [album["name"] for album in both["items"]]
    names += [album["name"] for album in spotify.next(both)["items"]]
    assert names == ["Kid A", "OK Computer", "My Iron Lung"]
    with pytest.warns(DeprecationWarning, match="artist_top_tracks"):
        assert len(spotify.artist_top_tracks(known.radiohead)["tracks"]) == 6


def test_search(home: Home, spotify: spotipy.Spotify, known: Known) -> None:
    found = spotify.search("radiohead", type="track,album,artist,playlist", limit=4)
    assert found["tracks"]["total"] == 6
    assert len(found["tracks"]["items"]) == 4
    assert [artist["name"] for artist in found["artists"]["items"]] == ["Radiohead"]
    assert found["playlists"]["items"] == []
    more = spotify.next(found["tracks"])["tracks"]
    assert len(more["items"]) == 2
    assert more["previous"].startswith(home.url)
    exact = spotify.search('track:"karma police" artist:radiohead year:1997')
    assert [track["id"] for track in exact["tracks"]["items"]] == [known.karma]


def test_saved_tracks_and_albums(spotify: spotipy.Spotify, known: Known) -> None:
    spotify.current_user_saved_tracks_add([known.paranoid, known.karma, NOTHING])
    assert spotify.current_user_saved_tracks_contains([known.paranoid, NOTHING]) == [True, False]
    saved = spotify.current_user_saved_tracks()
    names = {item["track"]["name"] for item in saved["items"]}
    assert names == {"Paranoid Android", "Karma Police"}
    assert saved["items"][0]["added_at"].endswith("Z")
    spotify.current_user_saved_tracks_delete([known.paranoid])
    assert spotify.current_user_saved_tracks()["total"] == 1
    spotify.current_user_saved_albums_add([known.ok])
    assert spotify.current_user_saved_albums_contains([known.ok]) == [True]
    (album,) = spotify.current_user_saved_albums()["items"]
    assert album["album"]["tracks"]["total"] == 3
    spotify.current_user_saved_albums_delete([known.ok])
    assert spotify.current_user_saved_albums()["total"] == 0


def test_following(spotify: spotipy.Spotify, known: Known) -> None:
    spotify.user_follow_artists([known.radiohead, known.bjork])
    assert spotify.current_user_following_artists([known.radiohead, NOTHING]) == [True, False]
    page = spotify.current_user_followed_artists(limit=1)["artists"]
    rest = spotify.current_user_followed_artists(limit=1, after=page["cursors"]["after"])
    names = [artist["name"] for artist in [*page["items"], *rest["artists"]["items"]]]
    assert sorted(names) == ["Björk", "Radiohead"]
    assert rest["artists"]["cursors"]["after"] is None
    spotify.user_unfollow_artists([known.radiohead])
    assert spotify.current_user_followed_artists()["artists"]["total"] == 1


def test_plays(home: Home, client: Client, known: Known) -> None:
    for id_, at in (
        (known.paranoid, 1_690_000_000_000),
        (known.karma, 1_690_000_500_123),
        (known.paranoid, 1_690_000_900_000),
    ):
        home.rest("scrobble", who="bob", id=id_, time=at)
    bob = client(home.token("bob"))
    # Other suites let him play as well, but today.
    recent = bob.current_user_recently_played(limit=2, before=1_690_000_900_001)
    names = [item["track"]["name"] for item in recent["items"]]
    assert names == ["Paranoid Android", "Karma Police"]
    assert recent["items"][1]["played_at"] == "2023-07-22T04:35:00.123Z"
    assert len(bob.next(recent)["items"]) == 1
    ranges = {"time_range": "long_term"}
    assert bob.current_user_top_tracks(**ranges)["items"][0]["id"] == known.paranoid
    assert bob.current_user_top_artists(**ranges)["items"][0]["id"] == known.radiohead
    lately = bob.current_user_top_tracks()["items"]
    assert known.karma not in {track["id"] for track in lately}


def test_me(home: Home, client: Client) -> None:
    me = client(home.token("alice")).current_user()
    assert (me["id"], me["display_name"], me["product"]) == (home.alice, "Alice", "premium")
    little = client(home.token("alice", "user-library-read")).current_user()
    assert "product" not in little
    with pytest.raises(spotipy.SpotifyException) as refused:
        client(home.program).current_user()
    assert refused.value.http_status == 401


def test_what_one_may_not_see_is_not_there(home: Home, client: Client) -> None:
    hidden = [home.track("Hidden Song"), home.album("Hidden Record")]
    bob = client(home.token("bob"))
    assert bob.tracks([hidden[0]]) == {"tracks": [None]}
    assert bob.search("hidden", type="track,album,artist")["tracks"]["total"] == 0
    for ask, id_ in ((bob.track, hidden[0]), (bob.album, hidden[1]), (bob.album_tracks, hidden[1])):
        with pytest.raises(spotipy.SpotifyException) as refused:
            ask(id_)
        assert refused.value.http_status == 404
    bob.current_user_saved_tracks_add([hidden[0]])
    assert bob.current_user_saved_tracks()["items"] == []


def test_one_call_fills_a_whole_page(home: Home, spotify: spotipy.Spotify) -> None:
    """However much there is on it: as the server counts the calls of its services."""

    def calls(ask: Callable[[], object]) -> Iterator[dict[str, int]]:
        for _ in range(20):
            before = home.calls()
            ask()
            after = home.calls()
            counted = {name: count - before.get(name, 0) for name, count in after.items()}
            yield {name: count for name, count in counted.items() if count}

    tracks = [home.track(title) for title in ("Airbag", "Karma Police", "Jóga", "Hidden Song")]
    albums = [home.album(name) for name in ("OK Computer", "Kid A", "Homogenic", "Hidden Record")]
    # What the server does by itself meanwhile is counted as well, but not each time.
    once = {"catalog.GetTracks": 1, "catalog.GetAlbums": 1, "media.SignCovers": 1}
    assert once in calls(lambda: spotify.tracks(tracks))
    once = {"catalog.GetAlbums": 1, "catalog.ListAlbumTracks": 1, "media.SignCovers": 1}
    assert once in calls(lambda: spotify.albums(albums))
