"""Entries are written once; what each caller did with them is put at their beginning."""

from typing import Any

import msgspec
import pytest
from tests.gateway.running import House
from tests.gateway.subsonic.conftest import Ask, read_xml

from philomel.gateway import subsonic
from philomel.gateway.subsonic import texts
from philomel.gateway.subsonic.answer import Form
from philomel.gateway.subsonic.texts import Kind, Text, Texts

BOB = {"u": "bob", "p": "app-bob", "v": "1.16.1", "c": "test"}
ALICE = {"u": "alice", "p": "app-alice", "v": "1.16.1", "c": "test"}


def test_lists_say_what_single_answers_say(house: House, ask: Ask) -> None:
    def found(**more: object) -> dict[str, list[dict[str, Any]]]:
        answer: dict[str, list[dict[str, Any]]] = ask("search3", query="", **more)["searchResult3"]
        return answer

    plain = found()
    song, album, artist = (plain[name][0]["id"] for name in ("song", "album", "artist"))
    ask("star", id=song, albumId=album, artistId=artist)
    for id_, stars in ((song, 3), (album, 4), (artist, 5)):
        ask("setRating", id=id_, rating=stars)
    ask("scrobble", id=song)
    for _ in range(2):  # written, and kept
        mine = found()
        assert mine["song"][0] == ask("getSong", id=song)["song"]
        assert mine["song"][0]["playCount"] == plain["song"][0]["playCount"] + 1
        assert {"starred", "userRating", "played"} < set(mine["song"][0])
        whole = ask("getAlbum", id=album)["album"]
        assert mine["album"][0] == {key: whole[key] for key in mine["album"][0]}
        whole = ask("getArtist", id=artist)["artist"]
        assert mine["artist"][0] == {key: whole[key] for key in mine["artist"][0]}
        assert mine["song"][1:] == plain["song"][1:]
    others = {each["id"]: each for each in found(**ALICE)["song"]}
    assert {"starred", "userRating"}.isdisjoint(others[song])
    assert set(others) > {each["id"] for each in mine["song"]}


def test_xml_says_the_same(house: House, ask: Ask) -> None:
    song = ask("search3", query="")["searchResult3"]["song"][0]
    ask("star", id=song["id"])
    listed = ask("search3", query="")["searchResult3"]
    reply = house.http.get(f"{house.url}/rest/search3", params={**BOB, "query": ""})
    elements = list(read_xml(reply.content)[0])
    assert [each.tag.rpartition("}")[2] for each in elements] == [
        name for name in ("artist", "album", "song") for _ in listed[name]
    ]
    entries = [entry for name in ("artist", "album", "song") for entry in listed[name]]
    for element, entry in zip(elements, entries, strict=True):
        plain = {name: value for name, value in entry.items() if not isinstance(value, dict | list)}
        assert set(element.attrib) == set(plain)
        assert element.get("starred") == plain.get("starred")
        named = str(plain.get("title", plain.get("name")))
        assert element.get("title", element.get("name")) == named.replace("\x01", "")
        assert len(element.findall("{*}genres")) == len(entry.get("genres", ()))


def test_a_change_is_seen_at_once(house: House, ask: Ask) -> None:
    id_ = ask("search3", query="")["searchResult3"]["song"][0]["id"]
    ask("star", id=id_)
    assert [each["id"] for each in ask("getStarred2")["starred2"]["song"]] == [id_]
    named = 'A "new" name, </song> & "id":"x"'
    track = msgspec.structs.replace(house.shelf.tracks[id_], title=named)
    house.shelf.tracks[id_] = track
    assert [each["title"] for each in ask("getStarred2")["starred2"]["song"]] == [named]
    house.shelf.tracks[id_] = msgspec.structs.replace(track, library_id="none")
    assert ask("getStarred2")["starred2"]["song"] == []


def test_what_was_not_used_for_longest_is_forgotten() -> None:
    kept, form = Texts(), Form("json")
    old, new = (("old", Kind.ARTIST, False), ("new", Kind.ARTIST, False))
    size = texts.MOST_KEPT[Kind.ARTIST] // 4
    kept.keep(old, {"a": Text(b"a" * size), "b": Text(b"b" * size)})
    kept.keep(new, {"a": Text(b"A" * size)})
    assert kept.known(old, ("a",)).keys() == {"a"}
    kept.keep(new, {"c": Text(b"C" * size)})  # so "b" goes, which was used before "a"
    assert kept.known(old, ("a", "b")).keys() == {"a"}
    assert kept.known(new, ("a", "b", "c")).keys() == {"a", "c"}
    assert kept.known(("other", Kind.ARTIST, False), ("a",)) == {}
    assert texts.listed(Kind.ARTIST, form, "artist", [], {}, {}).text == b"[]"


def test_long_answers_are_sent_part_by_part(
    house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = f"{house.url}/rest/search3"
    forms: list[dict[str, str]] = [{}, {"f": "json"}, {"f": "jsonp", "callback": "take"}]
    at_once = [house.http.get(asked, params={**BOB, **form, "query": ""}) for form in forms]
    monkeypatch.setattr(subsonic, "_LARGE", 0)
    for form, whole in zip(forms, at_once, strict=True):
        reply = house.http.get(asked, params={**BOB, **form, "query": ""})
        assert reply.content == whole.content
        assert whole.headers["content-type"].startswith(reply.headers["content-type"])
        for name in ("content-length", "access-control-allow-origin"):
            assert reply.headers[name] == whole.headers[name]
        head = house.http.head(asked, params={**BOB, **form, "query": ""})
        assert (head.status_code, head.content) == (200, b"")
    assert ask("ping")["status"] == "ok"
