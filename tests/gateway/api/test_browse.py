"""Ways through the music over the extension API."""

from typing import Any

import httpx
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, BOB, CLOSED, OPEN, id_of

from philomel.gateway import api
from philomel.services.catalog.contract import LyricLine, Lyrics, LyricSet

TRACK, ALBUM = id_of("track Airbag"), id_of("album OK Computer")


def ask(house: House, path: str, who: str = ALICE, /, **query: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {house.people.token(who)}"}
    return house.http.get(f"{house.url}{api.PREFIX}{path}", headers=headers, params=query)


def test_what_is_inside_a_track(house: House) -> None:
    line = LyricLine("<b>One</b>", 1_500)
    words = LyricSet("eng", synced=True, worded=False, source="tag", lines=(line,))
    house.shelf.lyrics[TRACK] = Lyrics("[00:01.500]<b>One</b>", synced=True, sets=(words,))
    lyrics = ask(house, f"/tracks/{TRACK}/lyrics")
    assert lyrics.json()["sets"][0]["lines"] == [{"text": "<b>One</b>", "start_ms": 1_500}]
    assert lyrics.headers["content-type"].startswith("application/json")
    chapters = ask(house, f"/tracks/{TRACK}/chapters").json()
    assert chapters == {"items": [{"start_ms": 0, "end_ms": 1_000, "title": "<One>"}]}
    hidden = id_of("track Hidden Song")
    for part in ("lyrics", "chapters"):
        assert ask(house, f"/tracks/{hidden}/{part}", BOB).status_code == 404
    assert len(ask(house, f"/tracks/{TRACK}/siblings").json()["items"]) == 9
    for path in (f"/tracks/{hidden}/siblings", f"/albums/{id_of('no album')}/editions"):
        assert ask(house, path, BOB).status_code == 404, path
    (edition,) = ask(house, f"/albums/{ALBUM}/editions").json()["items"]
    assert (edition["name"], edition["artists"][0]["role"]) == ("OK Computer", "album_artist")


def test_folders_are_asked_for_by_the_paths_they_are_listed_with(house: House) -> None:
    page = ask(house, "/browse/folders", library=OPEN, path=b"a".hex(), limit=2).json()
    assert page["folders"] == [{"path": b"a/\xff".hex(), "name": "\ufffd"}]
    assert (page["above"], page["next"], len(page["tracks"])) == ("", "more", 2)
    assert ask(house, "/browse/folders", library=OPEN, path="no hex").status_code == 400
    assert ask(house, "/browse/folders", BOB, library=CLOSED).status_code == 404


def test_pages_of_lists(house: House) -> None:
    albums = ask(house, "/browse/albums", sort="random", limit=3).json()
    assert len(albums["items"]) == 3
    assert ask(house, "/browse/tracks", sort="most_played", limit=2).json()["items"]
    assert ask(house, "/browse/artists", sort="name").json()["items"][0]["album_count"]
    (label,) = ask(house, "/browse/labels").json()["items"]
    assert label == {"id": "parlophone", "name": "Parlophone", "album_count": 3}
    assert ask(house, "/browse/albums", sort="sideways").status_code == 400


def test_one_page_has_what_a_table_shows(house: House) -> None:
    page = ask(house, "/browse/tracks", sort="album", reverse=True, limit=2).json()
    assert page["total"] >= len(page["items"]) == 2
    assert {"added_at", "genres", "bpm", "explicit", "images"} <= page["items"][0].keys()
    (album,) = ask(house, f"/albums/{ALBUM}/editions").json()["items"]
    assert [picture["width"] for picture in album["images"]] == [640, 300, 64]
    assert album["images"][0]["url"].startswith(f"{house.url}/media/cover/")
    letters = ask(house, "/browse/letters", of="albums", one_edition=True).json()
    assert letters["items"] == [{"letter": "a", "offset": 0}]
    assert ask(house, "/browse/letters", of="songs").status_code == 400
