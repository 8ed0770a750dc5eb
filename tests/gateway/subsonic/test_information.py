"""What is known of artists and albums, what is like a song, and what is played most."""

import io

from PIL import Image
from tests.gateway.home import Home
from tests.gateway.running import House
from tests.gateway.shelf import id_of
from tests.gateway.subsonic.conftest import Ask, read_xml

RADIOHEAD, BJORK = id_of("artist Radiohead"), id_of("artist Björk")
AIRBAG, OK = id_of("track Airbag"), id_of("album OK Computer")
XMLNS = "{http://subsonic.org/restapi}"


def test_an_artist_is_known_by_any_of_their_things(house: House, ask: Ask) -> None:
    house.shelf.add("Portishead", "Dummy", ["Roads"], genre="Rock")
    for id_ in (RADIOHEAD, OK, AIRBAG):
        info = ask("getArtistInfo2", id=id_)["artistInfo2"]
        assert info["biography"] == "A band."
        names = {artist["name"] for artist in info["similarArtist"]}
        assert names == {"Portishead"}
    assert ask("getArtistInfo", id=BJORK)["artistInfo"] == {
        "biography": "",
        "musicBrainzId": "",
        "lastFmUrl": "",
        "smallImageUrl": "",
        "mediumImageUrl": "",
        "largeImageUrl": "",
        "similarArtist": [],
    }
    none = ask("getArtistInfo2", id=RADIOHEAD, count=0)["artistInfo2"]
    assert none["similarArtist"] == []


def test_pictures_of_albums_need_no_credentials(home: Home, bob: Ask) -> None:
    info = bob("getAlbumInfo2", id="{track}")["albumInfo"]
    assert info == bob("getAlbumInfo", id="{album}")["albumInfo"]
    assert info["notes"] == ""
    for name, edge in (("small", 64), ("medium", 300), ("large", 1_200)):
        picture = home.http.get(info[f"{name}ImageUrl"])
        assert Image.open(io.BytesIO(picture.content)).size == (edge, edge)


def test_plain_values_of_informations_are_elements_in_xml(house: House) -> None:
    """In the order that the schema of Subsonic gives them."""
    reply = house.http.get(f"{house.url}/rest/getArtistInfo2?u=bob&p=app-bob&id={RADIOHEAD}")
    info = read_xml(reply.content).find(f"{XMLNS}artistInfo2")
    assert info is not None
    assert [child.tag.removeprefix(XMLNS) for child in info] == [
        "biography", "musicBrainzId", "lastFmUrl",
        "smallImageUrl", "mediumImageUrl", "largeImageUrl",
    ]  # fmt: skip
    assert info[0].text == "A band."
    assert info.attrib == {}


def test_similar_songs_are_of_the_same_genres_and_artists(home: Home, bob: Ask) -> None:
    airbag = home.track("Airbag")
    for method, parent in (
        ("getSimilarSongs", "similarSongs"),
        ("getSimilarSongs2", "similarSongs2"),
    ):
        for id_ in ("{track}", "{album}", "{artist}"):
            songs = bob(method, id=id_, count=4)[parent]["song"]
            assert 0 < len(songs) <= 4
            assert {song["genre"] for song in songs} == {"Rock"}
            assert airbag not in {song["id"] for song in songs} or id_ != "{track}"
        assert bob(method, id="{track}", count=0)[parent]["song"] == []


def test_top_songs_by_name_and_by_id(bob: Ask) -> None:
    by_id = bob("getTopSongs", id="{artist}", artist="Björk")["topSongs"]["song"]
    assert {song["artist"] for song in by_id} == {"Radiohead"}
    by_name = bob("getTopSongs", artist="radiohead", count=2)["topSongs"]["song"]
    assert by_name == by_id[:2]
    for unknown in ("Radio", "Secret Band"):
        assert bob("getTopSongs", artist=unknown)["topSongs"]["song"] == []
