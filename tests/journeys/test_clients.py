"""Unmodified players and programs on real music, in every shape."""

import time
import urllib.parse
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import spotipy
from libopensonic import AsyncConnection, errors
from tests.journeys.shapes import PASSWORD, Shape
from tests.specs.checking import Description

OPEN_SUBSONIC = Description("opensubsonic")
WEB_API = Description("spotify-web-api")
NULLS = (".email is null", ".next is null", ".after is null", ".context is null")


@dataclass(frozen=True)
class Home:
    """A server that knows the music and one listener."""

    url: str
    login: dict[str, str]
    token: str


@pytest.fixture(scope="module")
def home(shape: Shape, wesnoth: Path) -> Home:
    login = dict(urllib.parse.parse_qsl(shape.add_listener("anna", admin=True)))
    scan = shape.add_music(wesnoth)
    files = len(list(wesnoth.glob("*.ogg")))
    assert scan["phase"] == "done"
    assert (scan["found"], scan["added"], scan["errors"]) == (files, files, 0)
    return Home(shape.url, login, shape.token("anna"))


@pytest.fixture
async def player(home: Home) -> AsyncIterator[AsyncConnection]:
    address, _, port = home.url.rpartition(":")
    made = AsyncConnection(address, "anna", home.login["p"], port=int(port))
    yield made
    await made.cleanup()


@pytest.fixture
def spotify(home: Home) -> Iterator[spotipy.Spotify]:
    made = spotipy.Spotify(auth=home.token, retries=0, status_retries=0)
    made.prefix = home.url + "/v1/"
    yield made
    made._session.close()


async def test_a_player_browses_stars_and_plays(player: AsyncConnection, wesnoth: Path) -> None:
    assert await player.ping()
    song = (await player.search3("knalgan")).song[0]
    assert (song.title, song.artist) == ("Knalgan Theme", "Ryan Reilly")
    album = await player.get_album(song.album_id)
    assert song.id in {each.id for each in album.song}
    artist = await player.get_artist(song.artist_id)
    assert artist.name == "Ryan Reilly"
    await player.star(sids=[song.id], album_ids=[album.id], artist_ids=[artist.id])
    await player.set_rating(song.id, 4)
    await player.scrobble(song.id)
    starred = await player.get_starred2()
    assert [each.id for each in starred.song] == [song.id]
    assert [each.id for each in starred.album] == [album.id]
    known = await player.get_song(song.id)
    assert (known.user_rating, known.play_count) == (4, 1)
    for kind in ("frequent", "recent", "starred"):
        assert [each.id for each in await player.get_album_list2(kind)] == [album.id]
    original = (wesnoth / Path(song.path).name).read_bytes()
    assert await (await player.download(song.id)).read() == original
    mp3 = await player.stream(song.id, tformat="mp3", max_bit_rate=64, time_offset=500)
    assert mp3.headers["content-type"] == "audio/mpeg"
    assert await mp3.read()
    picture = await player.get_cover_art(song.cover_art or song.id)
    assert picture.headers["content-type"].startswith("image/")
    assert await picture.read()


def test_a_second_scan_finds_nothing_new(home: Home, shape: Shape, wesnoth: Path) -> None:
    assert home.url == shape.url
    again = shape.operator.done("scan")
    assert (again["unchanged"], again["added"]) == (len(list(wesnoth.glob("*.ogg"))), 0)


async def test_an_empty_search_pages_through_everything(
    player: AsyncConnection, wesnoth: Path
) -> None:
    seen: list[str] = []
    for offset in range(0, 60, 7):
        page = await player.search3('""', 0, 0, 0, 0, 7, offset)
        seen += [song.id for song in page.song or []]
    assert len(seen) == len(set(seen)) == len(list(wesnoth.glob("*.ogg")))


async def test_the_account_password_is_no_players_password(home: Home) -> None:
    address, _, port = home.url.rpartition(":")
    player = AsyncConnection(address, "anna", PASSWORD, port=int(port))
    with pytest.raises(errors.CredentialError, match="app password"):
        await player.ping()
    await player.cleanup()


def test_a_program_reads_searches_and_saves(spotify: spotipy.Spotify) -> None:
    found = spotify.search("knalgan", type="track,album,artist")
    track = found["tracks"]["items"][0]
    assert track["name"] == "Knalgan Theme"
    assert spotify.track(track["id"]) == track
    album = spotify.album(track["album"]["id"])
    assert track["id"] in {each["id"] for each in album["tracks"]["items"]}
    assert spotify.artist(track["artists"][0]["id"])["name"] == "Ryan Reilly"
    spotify.current_user_saved_tracks_add([track["id"]])
    assert spotify.current_user_saved_tracks_contains([track["id"]]) == [True]
    saved = spotify.current_user_saved_tracks()
    assert track["id"] in {item["track"]["id"] for item in saved["items"]}
    spotify.user_follow_artists([track["artists"][0]["id"]])
    assert spotify.current_user_followed_artists()["artists"]["total"] == 1
    assert spotify.me()["display_name"] == "anna"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_program_discovers(home: Home, spotify: spotipy.Spotify) -> None:
    """What the catalogue, the plays and the accounts say of themselves, in every shape."""
    track = spotify.search("knalgan", limit=1)["tracks"]["items"][0]
    artist = track["artists"][0]["id"]
    httpx.get(f"{home.url}/rest/scrobble", params={**home.login, "id": track["id"]})
    for time_range in ("short_term", "long_term"):
        top = spotify.current_user_top_tracks(time_range=time_range)["items"]
        assert track["id"] in {each["id"] for each in top}
        artists = spotify.current_user_top_artists(time_range=time_range)["items"]
        assert artist in {each["id"] for each in artists}
    (genre, *_) = spotify.recommendation_genre_seeds()["genres"]
    categories = spotify.categories(limit=50)["categories"]["items"]
    assert genre in {each["name"] for each in categories}
    assert spotify.category(categories[0]["id"]) == categories[0]
    (album, *_) = spotify.new_releases(limit=1)["albums"]["items"]
    (whole,) = spotify.albums([album["id"]])["albums"]
    assert whole == spotify.album(album["id"])
    assert whole["tracks"]["items"] == spotify.album_tracks(album["id"])["items"]
    assert whole["tracks"]["total"] == whole["total_tracks"] > 0
    found = spotify.recommendations(seed_artists=[artist], limit=5)["tracks"]
    assert len({each["id"] for each in found}) == 5
    assert artist not in {each["id"] for each in spotify.artist_related_artists(artist)["artists"]}
    (features,) = spotify.audio_features([track["id"]])
    assert features["duration_ms"] == track["duration_ms"]
    me = spotify.me()["id"]
    spotify.user_follow_users([me])
    assert spotify.current_user_following_users([me]) == [True]
    assert spotify.user(me)["followers"]["total"] == 1
    spotify.user_follow_artists([artist])
    assert spotify.artist(artist)["followers"]["total"] == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_program_finds_its_playlist(spotify: spotipy.Spotify) -> None:
    track = spotify.search("knalgan", limit=1)["tracks"]["items"][0]
    made = spotify.current_user_playlist_create("Wanderings", public=True)
    spotify.playlist_add_items(made["id"], [track["uri"]])
    until = time.monotonic() + 10
    while not (found := spotify.search("wanderi", type="playlist")["playlists"])["items"]:
        assert time.monotonic() < until
        time.sleep(0.1)  # search hears of it a moment later
    (playlist,) = found["items"]
    assert (playlist["id"], playlist["owner"]["display_name"]) == (made["id"], "anna")
    assert (playlist["tracks"]["total"], found["total"]) == (1, 1)


def test_answers_have_the_published_shapes(home: Home) -> None:
    with httpx.Client(base_url=home.url, params=home.login) as http:

        def ask(method: str, **parameters: object) -> dict[str, Any]:
            answer = http.get(f"/rest/{method}", params={**home.login, **parameters}).json()  # type: ignore[dict-item]  # strings and numbers
            assert OPEN_SUBSONIC.problems(f"/rest/{method}", answer) == []
            body: dict[str, Any] = answer["subsonic-response"]
            return body

        song = ask("search3", query="battle")["searchResult3"]["song"][0]
        for method, parameters in (
            ("getArtists", {}),
            ("getIndexes", {}),
            ("getGenres", {}),
            ("getMusicFolders", {}),
            ("getAlbumList2", {"type": "newest", "size": 500}),
            ("getAlbum", {"id": song["albumId"]}),
            ("getArtist", {"id": song["artistId"]}),
            ("getSong", {"id": song["id"]}),
            ("getStarred2", {}),
            ("getScanStatus", {}),
            ("getUser", {"username": "anna"}),
        ):
            assert ask(method, **parameters)["status"] == "ok"
    with httpx.Client(
        base_url=home.url + "/v1", headers={"Authorization": f"Bearer {home.token}"}
    ) as http:
        for path, asked in (
            ("/tracks/{id}", f"/tracks/{song['id']}"),
            ("/albums/{id}", f"/albums/{song['albumId']}"),
            ("/artists/{id}", f"/artists/{song['artistId']}"),
            ("/artists/{id}/albums", f"/artists/{song['artistId']}/albums"),
            ("/search", "/search?q=battle&type=track,album,artist"),
            ("/me", "/me"),
            ("/me/tracks", "/me/tracks"),
        ):
            problems = WEB_API.problems(path, http.get(asked).json())
            left = [
                problem for problem in problems if not problem.endswith((*NULLS, ".href is null"))
            ]
            assert (path, left) == (path, [])
