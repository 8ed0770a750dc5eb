"""Every answer has the published shape, with every field that the description names."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, id_of
from tests.specs.checking import Description

from philomel.services.playlists.contract import ItemKind, Mark
from philomel.services.plays.contract import Play

WEB_API = Description("spotify-web-api")
TRACK, ALBUM = id_of("track Airbag"), id_of("album OK Computer")
ARTIST = id_of("artist Radiohead")
ASKED = {
    "/tracks/{id}": f"/tracks/{TRACK}",
    "/tracks": f"/tracks?ids={TRACK}",
    "/albums/{id}": f"/albums/{ALBUM}",
    "/albums": f"/albums?ids={ALBUM}",
    "/albums/{id}/tracks": f"/albums/{ALBUM}/tracks?limit=1&offset=1",
    "/artists/{id}": f"/artists/{ARTIST}",
    "/artists": f"/artists?ids={ARTIST}",
    "/artists/{id}/albums": f"/artists/{ARTIST}/albums?limit=2&offset=1",
    "/artists/{id}/top-tracks": f"/artists/{ARTIST}/top-tracks",
    "/search": "/search?q=radiohead&type=track,album,artist&limit=2&offset=1",
    "/me": "/me",
    "/me/tracks": "/me/tracks",
    "/me/tracks/contains": f"/me/tracks/contains?ids={TRACK}",
    "/me/albums": "/me/albums",
    "/me/albums/contains": f"/me/albums/contains?ids={TRACK}",
    "/me/following": "/me/following?type=artist",
    "/me/following/contains": f"/me/following/contains?type=artist&ids={ARTIST}",
    "/me/library/contains": f"/me/library/contains?uris=spotify:track:{TRACK}",
    "/me/player/recently-played": "/me/player/recently-played",
    "/me/top/tracks": "/me/top/tracks",
    "/me/top/artists": "/me/top/artists",
}
# The description says that these are never null; the service it describes sends null.
NULLS = (".email is null", ".href is null", ".next is null", ".after is null", ".context is null")
# Only there when a track was replaced by another, or may not be played.
OCCASIONAL = {"linked_from", "restrictions"}


@pytest.fixture
def answers(house: House) -> Mapping[str, Any]:
    kept = house.keeper
    for kind, id_ in (
        (ItemKind.TRACK, TRACK),
        (ItemKind.ALBUM, ALBUM),
        (ItemKind.ARTIST, ARTIST),
    ):
        kept.marks[ALICE, kind] = {id_: Mark(id_, 1_700_000_000_000)}
    kept.plays[ALICE] = [Play(TRACK, 1_690_000_000_000)]
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    return {
        path: house.http.get(f"{house.url}/v1{asked}", headers=headers).json()
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
