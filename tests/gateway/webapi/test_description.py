"""Every answer has the published shape, with every field that the description names."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.gateway.home import Home
from tests.specs.checking import Description

from philomel.gateway.site.player import PATHS

PAGES = Path(__file__).parents[3] / "web" / "src" / "app" / "App.tsx"
WEB_API = Description("spotify-web-api")
# What stands in braces is the id of it.
ASKED = {
    "/tracks/{id}": "/tracks/{track}",
    "/tracks": "/tracks?ids={track}",
    "/albums/{id}": "/albums/{album}",
    "/albums": "/albums?ids={album}",
    "/albums/{id}/tracks": "/albums/{album}/tracks?limit=1&offset=1",
    "/artists/{id}": "/artists/{artist}",
    "/artists": "/artists?ids={artist}",
    "/artists/{id}/albums": "/artists/{artist}/albums?limit=2&offset=1",
    "/artists/{id}/top-tracks": "/artists/{artist}/top-tracks",
    "/search": "/search?q=radiohead&type=track,album,artist&limit=2&offset=1",
    "/me": "/me",
    "/me/tracks": "/me/tracks",
    "/me/tracks/contains": "/me/tracks/contains?ids={track}",
    "/me/albums": "/me/albums",
    "/me/albums/contains": "/me/albums/contains?ids={track}",
    "/me/following": "/me/following?type=artist",
    "/me/following/contains": "/me/following/contains?type=artist&ids={artist}",
    "/me/library/contains": "/me/library/contains?uris=spotify:track:{track}",
    "/me/player/recently-played": "/me/player/recently-played",
    "/me/top/tracks": "/me/top/tracks",
    "/me/top/artists": "/me/top/artists",
}
# The description says that these are never null; the service it describes sends null.
NULLS = (".email is null", ".href is null", ".next is null", ".after is null", ".context is null")
# Only there when a track was replaced by another, or may not be played.
OCCASIONAL = {"linked_from", "restrictions"}


@pytest.fixture
def answers(home: Home) -> Mapping[str, Any]:
    here = {
        "track": home.track("Airbag"),
        "album": home.album("OK Computer"),
        "artist": home.artist("Radiohead"),
    }
    home.rest("star", id=here["track"], albumId=here["album"], artistId=here["artist"])
    home.rest("scrobble", id=home.track("Bachelorette"), time=home.began - 86_400_000)
    headers = home.headers("alice")
    return {
        path: home.http.get(f"{home.url}/v1{asked.format_map(here)}", headers=headers).json()
        for path, asked in ASKED.items()
    }


def test_answers_have_the_published_shape(answers: Mapping[str, Any]) -> None:
    found = {
        path: [problem for problem in problems if not problem.endswith(NULLS)]
        for path, answer in answers.items()
        if (problems := WEB_API.problems(path, answer))
    }
    assert not {path: problems for path, problems in found.items() if problems}


def test_no_field_is_left_out(answers: Mapping[str, Any]) -> None:
    album = answers["/albums/{id}"]
    track = answers["/tracks/{id}"]
    page = answers["/albums/{id}/tracks"]
    for schema, value in (
        ("TrackObject", track),
        ("SimplifiedAlbumObject", track["album"]),
        ("SimplifiedArtistObject", track["artists"][0]),
        ("AlbumObject", album),
        ("SimplifiedTrackObject", page["items"][0]),
        ("PagingObject", page),
        ("ArtistObject", answers["/artists/{id}"]),
        ("PrivateUserObject", answers["/me"]),
        ("CursorPagingObject", answers["/me/following"]["artists"]),
        ("PlayHistoryObject", answers["/me/player/recently-played"]["items"][0]),
    ):
        assert (schema, WEB_API.missing(schema, value) - OCCASIONAL) == (schema, set())
    assert "album_group" in answers["/artists/{id}/albums"]["items"][0]
    assert page["previous"].endswith("/tracks?offset=0&limit=1")
    assert page["next"].endswith("/tracks?offset=2&limit=1")


def test_every_address_for_people_has_a_page(answers: Mapping[str, Any], home: Home) -> None:
    """What programs show as a link is a page of the web player."""
    made = home.rest("createPlaylist", name="Road", songId=home.track("Airbag"))["playlist"]["id"]
    found = [*answers.values(), home.web("GET", f"/playlists/{made}")]
    addresses = set(re.findall(r'"spotify": "([^"]+)"', json.dumps(found)))
    assert all(address.startswith(home.url) for address in addresses)
    kinds = {urlsplit(address).path.split("/")[1] for address in addresses}
    assert kinds == {"album", "artist", "playlist", "track", "user"}
    assert kinds <= set(re.findall(r'path="/(\w+)/:id"', PAGES.read_text()))
    assert {f"/{kind}/{{id:str}}" for kind in kinds} <= {*PATHS}
