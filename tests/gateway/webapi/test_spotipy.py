"""Every public method of the unmodified spotipy, once; what it reads was written elsewhere."""

import inspect
from importlib.metadata import version
from pathlib import Path

import pytest
import spotipy
from tests.clients.recording import client
from tests.clients.webapi.by_spotipy import ELSEWHERE, ROWS, ways
from tests.clients.webapi.judging import judge_all
from tests.clients.webapi.place import OK, At, ids, keeping
from tests.gateway.shelf import ALICE


# Old names of methods are what existing programs call.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_every_method(tmp_path: Path) -> None:
    with keeping(tmp_path) as house:
        at, agent = At(house), "python-requests"
        spotify = spotipy.Spotify(auth=house.people.token(ALICE), retries=0, status_retries=0)
        spotify.prefix = house.url + "/v1/"
        with client("spotipy", version("spotipy"), house.witness, agent=agent) as ran:
            judge_all(at, ways(spotify), ran)
            with ran.call("GET /v1/albums/{id}/tracks") as check:
                first = spotify.album_tracks(OK, limit=2)
                second = spotify.next(first)
                songs = at.rest("getAlbum", id=OK)["album"]["song"]
                check.equal(ids(first["items"] + second["items"]), ids(songs))
                check.equal(spotify.previous(second)["items"], first["items"])
            with pytest.raises(TypeError):
                spotify.playlist_is_following(at.playlist("y"), [ALICE])
            ran.unable(
                "GET /v1/playlists/{id}/followers/contains", "it fails in a warning of its own"
            )
        spotify._session.close()


def test_no_method_is_forgotten() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(spotipy.Spotify, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public == {row[1] for row in ROWS} | {*ELSEWHERE}
