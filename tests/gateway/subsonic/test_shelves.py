"""All artists are written once; what each caller thinks of them is put in between."""

import msgspec
from tests.gateway.running import House
from tests.gateway.shelf import id_of
from tests.gateway.subsonic.conftest import Ask, read_xml

BEATLES = id_of("artist The Beatles")
ALICE = {"u": "alice", "p": "app-alice", "v": "1.16.1", "c": "test"}


def test_an_index_is_true_for_whoever_asks_and_after_every_change(house: House, ask: Ask) -> None:
    def index(method: str = "getArtists", **more: object) -> dict[str, dict[str, object]]:
        answer = ask(method, **more)
        shelves = answer["artists" if method == "getArtists" else "indexes"]["index"]
        return {each["id"]: each for shelf in shelves for each in shelf["artist"]}

    before = index()
    some = next(iter(before))
    assert index() == before
    ask("star", artistId=some)
    ask("setRating", id=some, rating=4)
    marked = index()[some]
    assert {key: marked[key] for key in before[some]} == before[some]
    assert marked["userRating"] == 4
    assert "starred" in marked
    assert index("getIndexes")[some]["starred"] == marked["starred"]
    others = index(**ALICE)
    assert set(before) < set(others)
    assert "starred" not in others[some]
    artist = house.shelf.artists[some]
    named = 'A "new" name, </artist> & "id":"' + some + '"'
    house.shelf.artists[some] = msgspec.structs.replace(artist, name=named, sort_name="éa")
    assert index()[some]["name"] == named
    assert index()[some]["starred"] == marked["starred"]


def test_xml_and_json_say_the_same(house: House, ask: Ask) -> None:
    for method, name in (("getArtists", "artists"), ("getIndexes", "indexes")):
        listed = ask(method)[name]["index"]
        some = listed[0]["artist"][0]["id"]
        ask("star", artistId=some)
        listed = ask(method)[name]["index"]
        for _ in range(2):  # made, and kept
            query = {"u": "bob", "p": "app-bob", "v": "1.16.1", "c": "test"}
            reply = house.http.get(f"{house.url}/rest/{method}", params=query)
            shelves = list(read_xml(reply.content)[0])
            assert [shelf.get("name") for shelf in shelves] == [one["name"] for one in listed]
            found = [dict(each.attrib) for shelf in shelves for each in shelf]
            expected = [each for shelf in listed for each in shelf["artist"]]
            for each, other in zip(found, expected, strict=True):
                assert {key: str(other[key]) for key in each if key in other} == each
