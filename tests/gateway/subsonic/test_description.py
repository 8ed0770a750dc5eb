"""Every answer has the shape OpenSubsonic publishes, with every field that we support."""

from typing import Any

from tests.gateway.home import Home
from tests.gateway.subsonic.conftest import Ask
from tests.specs.checking import Description

OPEN_SUBSONIC = Description("opensubsonic")
TRACK, ALBUM, ARTIST = ("{track}", "{album}", "{artist}")
ASKED: dict[str, dict[str, object]] = {
    "ping": {},
    "getLicense": {},
    "getOpenSubsonicExtensions": {},
    "getMusicFolders": {},
    "getIndexes": {},
    "getArtists": {},
    "getMusicDirectory": {"id": ALBUM},
    "getGenres": {},
    "getArtist": {"id": ARTIST},
    "getAlbum": {"id": ALBUM},
    "getSong": {"id": TRACK},
    "getAlbumList": {"type": "newest"},
    "getAlbumList2": {"type": "newest"},
    "getRandomSongs": {},
    "getSongsByGenre": {"genre": "Rock"},
    "getNowPlaying": {},
    "getStarred": {},
    "getStarred2": {},
    "search2": {"query": "radiohead"},
    "search3": {"query": "radiohead"},
    "getUser": {"username": "bob"},
    "getScanStatus": {},
    "getLyrics": {"artist": "x", "title": "y"},
    "getLyricsBySongId": {"id": TRACK},
    "getArtistInfo": {"id": ARTIST},
    "getArtistInfo2": {"id": TRACK},
    "getAlbumInfo": {"id": ALBUM},
    "getAlbumInfo2": {"id": TRACK},
    "getSimilarSongs": {"id": TRACK},
    "getSimilarSongs2": {"id": ARTIST},
    "getTopSongs": {"artist": "radiohead"},
    "getVideos": {},
    "getUsers": {},
    "tokenInfo": {},
    "search": {"title": "airbag"},
    "star": {"id": TRACK},
    "unstar": {"id": ARTIST},
    "setRating": {"id": TRACK, "rating": 3},
    "scrobble": {"id": TRACK, "submission": "false"},
}
# Fields of servers with data that we do not have, and of files that are missing.
UNSUPPORTED_SONG = {
    "averageRating",
    "bookmarkPosition",
    "originalHeight",
    "originalWidth",
    "transcodedContentType",
    "transcodedSuffix",
}


def test_answers_have_the_published_shape(bob: Ask) -> None:
    for given in ({"id": TRACK}, {"albumId": ALBUM}, {"artistId": ARTIST}):
        bob("star", **given)
    bob("scrobble", id=TRACK, submission="false")
    for method, parameters in ASKED.items():
        answer = {"subsonic-response": bob(method, **parameters)}
        assert (method, answer["subsonic-response"]["status"]) == (method, "ok"), answer
        assert (method, OPEN_SUBSONIC.problems(f"/rest/{method}", answer)) == (method, [])
    refused = {"subsonic-response": bob("getSong", id="x")}
    assert OPEN_SUBSONIC.problems("/rest/getSong", refused) == []


def test_supported_fields_are_always_there(home: Home, bob: Ask) -> None:
    """A field is supported or not: players must not have to guess from one answer."""
    bob("star", id=TRACK)
    bob("setRating", id=TRACK, rating=3)
    bob("scrobble", id=TRACK)
    song: dict[str, Any] = bob("getSong", id=TRACK)["song"]
    assert OPEN_SUBSONIC.missing("Child", song) == UNSUPPORTED_SONG
    plain: dict[str, Any] = bob("getSong", id=home.track("Karma Police"))["song"]
    assert set(song) - set(plain) == {"starred", "userRating", "played"}
    bob("star", albumId=ALBUM)
    bob("setRating", id=ALBUM, rating=3)
    album = bob("getAlbum", id=ALBUM)["album"]
    assert OPEN_SUBSONIC.missing("AlbumID3", album) == set()
    artist = bob("getArtist", id=ARTIST)["artist"]
    assert OPEN_SUBSONIC.missing("ArtistID3", artist) <= {
        "artistImageUrl",
        "coverArt",
        "disambiguation",
        "starred",
    }
