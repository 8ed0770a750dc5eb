"""The unmodified spotipy reads, searches and saves."""

import pytest
import spotipy
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, BOB, id_of
from tests.gateway.webapi.conftest import Client

from philomel.services.plays.contract import Play

OK = id_of("album OK Computer")
PARANOID = id_of("track Paranoid Android")
KARMA = id_of("track Karma Police")
RADIOHEAD = id_of("artist Radiohead")
UNKNOWN = id_of("nothing")


def test_tracks(house: House, spotify: spotipy.Spotify) -> None:
    track = spotify.track(PARANOID)
    assert track["uri"] == f"spotify:track:{PARANOID}"
    assert (track["name"], track["track_number"], track["duration_ms"]) == (
        "Paranoid Android",
        2,
        200_002,
    )
    assert track["artists"][0]["id"] == RADIOHEAD
    album = track["album"]
    assert (album["id"], album["total_tracks"], album["album_type"]) == (OK, 3, "album")
    assert (album["release_date"], album["release_date_precision"]) == ("1997", "year")
    assert [image["width"] for image in album["images"]] == [640, 300, 64]
    assert all(image["url"].startswith(house.url + "/media/") for image in album["images"])
    assert track["href"] == f"{house.url}/v1/tracks/{PARANOID}"
    several = spotify.tracks([KARMA, UNKNOWN, f"spotify:track:{PARANOID}"])["tracks"]
    assert [track and track["name"] for track in several] == [
        "Karma Police",
        None,
        "Paranoid Android",
    ]


def test_merged_ids_answer_for_ever(house: House, spotify: spotipy.Spotify) -> None:
    house.shelf.aliases[UNKNOWN] = PARANOID
    assert spotify.track(UNKNOWN)["id"] == PARANOID
    found = spotify.tracks([UNKNOWN, KARMA])["tracks"]
    assert [track["id"] for track in found] == [PARANOID, KARMA]


def test_albums(spotify: spotipy.Spotify) -> None:
    album = spotify.album(OK)
    names = [track["name"] for track in album["tracks"]["items"]]
    assert names == ["Airbag", "Paranoid Android", "Karma Police"]
    assert album["tracks"]["next"] is None
    assert len(spotify.albums([OK, UNKNOWN])["albums"]) == 2
    page = spotify.album_tracks(OK, limit=2)
    assert [track["name"] for track in page["items"]] == ["Airbag", "Paranoid Android"]
    rest = spotify.next(page)
    assert [track["name"] for track in rest["items"]] == ["Karma Police"]
    assert rest["next"] is None
    assert spotify.previous(rest)["items"] == page["items"]


def test_artists(spotify: spotipy.Spotify) -> None:
    artist = spotify.artist(RADIOHEAD)
    assert (artist["name"], artist["type"]) == ("Radiohead", "artist")
    assert [found["name"] for found in spotify.artists([RADIOHEAD])["artists"]] == ["Radiohead"]
    everything = spotify.artist_albums(RADIOHEAD)
    names = [album["name"] for album in everything["items"]]
    assert names == ["Kid A", "OK Computer", "My Iron Lung"]
    singles = spotify.artist_albums(RADIOHEAD, include_groups="single")
    groups = [(album["name"], album["album_group"]) for album in singles["items"]]
    assert groups == [("My Iron Lung", "single")]
    both = spotify.artist_albums(RADIOHEAD, include_groups="album,single", limit=2)
    assert both["total"] == 3
    names = [album["name"] for album in both["items"]]
    names += [album["name"] for album in spotify.next(both)["items"]]
    assert names == ["Kid A", "OK Computer", "My Iron Lung"]
    with pytest.warns(DeprecationWarning, match="artist_top_tracks"):
        assert len(spotify.artist_top_tracks(RADIOHEAD)["tracks"]) == 6


def test_search(house: House, spotify: spotipy.Spotify) -> None:
    found = spotify.search("radiohead", type="track,album,artist,playlist", limit=4)
    assert found["tracks"]["total"] == 6
    assert len(found["tracks"]["items"]) == 4
    assert [artist["name"] for artist in found["artists"]["items"]] == ["Radiohead"]
    assert found["playlists"]["items"] == []
    more = spotify.next(found["tracks"])["tracks"]
    assert len(more["items"]) == 2
    assert more["previous"].startswith(house.url)
    exact = spotify.search('track:"karma police" artist:radiohead year:1997')
    assert [track["id"] for track in exact["tracks"]["items"]] == [KARMA]


def test_saved_tracks_and_albums(spotify: spotipy.Spotify) -> None:
    spotify.current_user_saved_tracks_add([PARANOID, KARMA, UNKNOWN])
    assert spotify.current_user_saved_tracks_contains([PARANOID, UNKNOWN]) == [True, False]
    saved = spotify.current_user_saved_tracks()
    names = {item["track"]["name"] for item in saved["items"]}
    assert names == {"Paranoid Android", "Karma Police"}
    assert saved["items"][0]["added_at"].endswith("Z")
    spotify.current_user_saved_tracks_delete([PARANOID])
    assert spotify.current_user_saved_tracks()["total"] == 1
    spotify.current_user_saved_albums_add([OK])
    assert spotify.current_user_saved_albums_contains([OK]) == [True]
    (album,) = spotify.current_user_saved_albums()["items"]
    assert album["album"]["tracks"]["total"] == 3
    spotify.current_user_saved_albums_delete([OK])
    assert spotify.current_user_saved_albums()["total"] == 0


def test_following(spotify: spotipy.Spotify) -> None:
    spotify.user_follow_artists([RADIOHEAD, id_of("artist Björk")])
    assert spotify.current_user_following_artists([RADIOHEAD, UNKNOWN]) == [True, False]
    page = spotify.current_user_followed_artists(limit=1)["artists"]
    rest = spotify.current_user_followed_artists(limit=1, after=page["cursors"]["after"])
    names = [artist["name"] for artist in [*page["items"], *rest["artists"]["items"]]]
    assert sorted(names) == ["Björk", "Radiohead"]
    assert rest["artists"]["cursors"]["after"] is None
    spotify.user_unfollow_artists([RADIOHEAD])
    assert spotify.current_user_followed_artists()["artists"]["total"] == 1


async def test_plays(house: House, spotify: spotipy.Spotify) -> None:
    house.keeper.plays[ALICE] = [
        Play(PARANOID, 1_690_000_000_000),
        Play(KARMA, 1_690_000_500_123),
        Play(PARANOID, 1_690_000_900_000),
    ]
    recent = spotify.current_user_recently_played(limit=2)
    names = [item["track"]["name"] for item in recent["items"]]
    assert names == ["Paranoid Android", "Karma Police"]
    assert recent["items"][1]["played_at"] == "2023-07-22T04:35:00.123Z"
    assert len(spotify.next(recent)["items"]) == 1
    assert spotify.current_user_top_tracks()["items"][0]["id"] == PARANOID
    assert spotify.current_user_top_artists()["items"][0]["id"] == RADIOHEAD


def test_me(house: House, client: Client) -> None:
    me = client(house.people.token(ALICE)).current_user()
    assert (me["id"], me["display_name"], me["product"]) == (ALICE, "Alice", "premium")
    little = client(house.people.token(ALICE, "user-library-read")).current_user()
    assert "product" not in little
    with pytest.raises(spotipy.SpotifyException) as refused:
        client(house.people.token(None)).current_user()
    assert refused.value.http_status == 401


def test_what_one_may_not_see_is_not_there(house: House, client: Client) -> None:
    hidden = [id_of(name) for name in ("track Hidden Song", "album Hidden Record")]
    bob = client(house.people.token(BOB))
    assert bob.tracks([hidden[0]]) == {"tracks": [None]}
    assert bob.search("hidden", type="track,album,artist")["tracks"]["total"] == 0
    for ask, id_ in ((bob.track, hidden[0]), (bob.album, hidden[1]), (bob.album_tracks, hidden[1])):
        with pytest.raises(spotipy.SpotifyException) as refused:
            ask(id_)
        assert refused.value.http_status == 404
    bob.current_user_saved_tracks_add([hidden[0]])
    assert bob.current_user_saved_tracks()["items"] == []


def test_one_call_fills_a_whole_page(house: House, spotify: spotipy.Spotify) -> None:
    ids = [track_id for track_id, track in house.shelf.tracks.items() if track.album]
    house.shelf.calls.clear()
    house.signer.calls.clear()
    spotify.tracks(ids)
    assert house.shelf.calls == ["get_tracks", "get_albums"]
    assert house.signer.calls == ["sign_covers"]
    house.shelf.calls.clear()
    house.signer.calls.clear()
    spotify.albums(list(house.shelf.albums))
    assert house.shelf.calls == ["get_albums", "list_album_tracks"]
    assert house.signer.calls == ["sign_covers"]
