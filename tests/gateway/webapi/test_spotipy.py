"""Every public method of the unmodified spotipy, once; what it reads was written elsewhere."""

import inspect
from importlib.metadata import version

import pytest
import spotipy
from tests.clients.recording import client
from tests.clients.webapi.by_spotipy import ELSEWHERE, ROWS, ways
from tests.clients.webapi.judging import judge_all
from tests.clients.webapi.place import At, ids
from tests.gateway.home import Home


# Old names of methods are what existing programs call.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_every_method(home: Home) -> None:
    at = At(home)
    spotify = spotipy.Spotify(auth=home.token("alice"), retries=0, status_retries=0)
    spotify.prefix = home.url + "/v1/"
    with client("spotipy", version("spotipy"), home) as ran:
        judge_all(at, ways(spotify), ran)
        with ran.call("GET /v1/albums/{id}/tracks") as check:
            first = spotify.album_tracks(at.known.ok, limit=2)
            second = spotify.next(first)
            songs = at.rest("getAlbum", id=at.known.ok)["album"]["song"]
            check.equal(ids(first["items"] + second["items"]), ids(songs))
            check.equal(spotify.previous(second)["items"], first["items"])
        with pytest.raises(TypeError):
            spotify.playlist_is_following(at.playlist("y"), [home.alice])
        ran.unable("GET /v1/playlists/{id}/followers/contains", "it fails in a warning of its own")
    spotify._session.close()


def test_no_method_is_forgotten() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(spotipy.Spotify, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public == {row[1] for row in ROWS} | {*ELSEWHERE}
