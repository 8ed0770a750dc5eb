"""Every answer in all of its forms: one mapping between XML and JSON, and what both must have."""

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from tests.journeys.subsonic.place import Place
from tests.specs.checking import Description
from tests.specs.subsonic_xml import XMLNS, problems

from philomel.gateway.subsonic.methods import ALL, Status

OPEN_SUBSONIC = Description("opensubsonic")
TEXTS = {"artistInfo", "artistInfo2", "albumInfo"}
MOVING = {"scanning", "positionMs", "minutesAgo", "playerId"}
"""What differs between two answers of which one came later."""
NEW = {"createShare": {"id", "url", "created"}, "createPlaylist": {"changed", "coverArt"}}
"""What is another one each time something is made."""
SHUFFLED = {"getRandomSongs", "getSimilarSongs", "getSimilarSongs2"}
TRIES = 4
DECISION = "getTranscodeDecision"
NOTHING_SAID = {"getTranscodeStream", "hls.m3u8", "stream", "download", "getCoverArt", "getAvatar"}
"""Their answers are bytes."""


def asked(songs: list[dict[str, Any]], playlist: str) -> dict[str, list[tuple[str, str]]]:
    """Parameters for every method that needs some; writing ones change what reading ones show."""
    song = songs[0]
    id_, album, artist = song["id"], song["albumId"], song["artistId"]
    media = [("mediaId", id_), ("mediaType", "song")]
    one: dict[str, list[tuple[str, str]]] = {
        "getMusicDirectory": [("id", album)],
        "getArtist": [("id", artist)],
        "getAlbum": [("id", album)],
        "getSong": [("id", id_)],
        "getVideoInfo": [("id", id_)],
        "getArtistInfo": [("id", artist)],
        "getArtistInfo2": [("id", artist)],
        "getAlbumInfo": [("id", album)],
        "getAlbumInfo2": [("id", album)],
        "getSimilarSongs": [("id", artist), ("count", "500")],
        "getSimilarSongs2": [("id", artist), ("count", "500")],
        "getTopSongs": [("id", artist)],
        "getAlbumList": [("type", "alphabeticalByName"), ("size", "500")],
        "getAlbumList2": [("type", "alphabeticalByName"), ("size", "500")],
        "getRandomSongs": [("size", "500")],
        "getSongsByGenre": [("genre", song.get("genre", "x"))],
        "search": [("title", "battle")],
        "search2": [("query", "battle")],
        "search3": [("query", "battle")],
        "getPlaylist": [("id", playlist)],
        "getLyrics": [("title", "x")],
        "getLyricsBySongId": [("id", id_)],
        "getUser": [("username", "anna")],
        "getCaptions": [("id", id_)],
        "star": [("id", id_)],
        "unstar": [("id", songs[20]["id"])],
        "setRating": [("id", id_), ("rating", "3")],
        "scrobble": [("id", id_), ("time", "1700000000000")],
        "reportPlayback": [*media, ("positionMs", "1"), ("state", "playing")],
        "createBookmark": [("id", id_), ("position", "1"), ("comment", 'a <b> "c"')],
        "savePlayQueue": [("id", id_), ("current", id_)],
        "savePlayQueueByIndex": [("id", id_), ("currentIndex", "0")],
        "createPlaylist": [("playlistId", playlist), ("songId", id_), ("songId", id_)],
        "createShare": [("id", album), ("id", id_), ("description", "a\tb\nc \U0001f99c")],
        "getTranscodeDecision": media,
    }
    return one


def test_xml_carries_what_json_carries_on_every_method(
    place: Place, songs: list[dict[str, Any]]
) -> None:
    """And posted calls and those with `.view` are answered like any other."""
    text = 'Quotes "inside" & <tags>'
    playlist = place.done("createPlaylist", ("songId", songs[3]["id"]), name=text)["playlist"]["id"]
    place.done("createInternetRadioStation", streamUrl="http://r.example/a?b=1&c=2", name=text)
    place.done("createShare", id=songs[4]["id"], description=text)
    place.done("scrobble", id=songs[5]["id"], submission="false")
    place.done("createBookmark", id=songs[6]["id"], position=5, comment=text)
    place.done("savePlayQueue", id=songs[6]["id"], current=songs[6]["id"])
    known = asked(songs, playlist)
    wrong: list[str] = []
    compared = 0
    for method in ALL:
        if method.name in NOTHING_SAID:
            continue
        for _ in range(TRIES):  # what was done before is still on its way to some lists
            unequal, told, xml = in_every_form(place, method.name, known.get(method.name, []))
            root, answer = ET.fromstring(xml), told["subsonic-response"]
            unequal += _differences(root, answer, method.name, method.name)
            if not unequal:
                break
        wrong += unequal
        if answer["status"] == "ok":
            verb = "post" if method.name == DECISION else "get"
            wrong += OPEN_SUBSONIC.problems(f"/rest/{method.name}", told, verb)
        if method.name in known and method.status is Status.FULL:
            assert (method.name, answer.get("error")) == (method.name, None)
        wrong += [f"{method.name}: {problem}" for problem in problems(root)]
        compared += 1
    assert wrong == []
    assert compared == len(ALL) - len(NOTHING_SAID)


def in_every_form(
    place: Place, method: str, given: list[tuple[str, str]]
) -> tuple[list[str], Any, bytes]:
    """What is not equal among the ways to ask, and the JSON and the XML of a call."""
    query = [*place.anna.items(), *given]
    plain = [pair for pair in query if pair[0] != "f"]
    ask, address = place.http.get, f"/rest/{method}"
    if method == DECISION:
        client = json.dumps({"name": "x", "platform": "y", "transcodingProfiles": []})
        told = place.http.post(address, params=tuple(query), content=client).json()
        return [], told, place.http.post(address, params=tuple(plain), content=client).content
    told = ask(address, params=tuple(query)).json()
    expected, wrong = _shape(told, method), list[str]()
    posted = place.http.post(f"{address}.view", data=dict(_grouped(query)))
    script = ask(address, params=(*plain, ("f", "jsonp"), ("callback", "a.b"))).text
    if _shape(posted.json(), method) != expected:
        wrong.append(f"{method} by POST")
    if not script.startswith("/**/a.b(") or not script.endswith(");"):
        wrong.append(f"{method} as JSONP: {script:.60}")
    elif _shape(json.loads(script[8:-2]), method) != expected:
        wrong.append(f"{method} as JSONP")
    xml = place.http.post(address, data=dict(_grouped(plain))).content
    got = ask(f"{address}.view", params=tuple(plain)).content
    if method not in SHUFFLED and method not in NEW and not MOVING & _names(told):
        wrong += [f"{method} by POST, as XML"] * (xml != got)
    return wrong, told, got


def _names(told: Any) -> set[str]:
    """Every name in an answer."""
    if isinstance(told, dict):
        return set(told).union(*map(_names, told.values()))
    return set().union(*map(_names, told)) if isinstance(told, list) else set()


def _grouped(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for name in dict.fromkeys(name for name, _ in pairs):
        yield name, [value for key, value in pairs if key == name]


def _shape(told: Any, method: str) -> Any:
    """An answer without what moves, and in no order where the order is chance."""
    if isinstance(told, dict):
        moving = MOVING | NEW.get(method, set())
        return {key: _shape(value, method) for key, value in told.items() if key not in moving}
    if isinstance(told, list):
        items = [_shape(value, method) for value in told]
        return sorted(items, key=str) if method in SHUFFLED else items
    return told


def _differences(element: ET.Element, node: Any, where: str, method: str) -> Iterator[str]:
    """How an element differs from the JSON of the same thing."""
    attributes = dict(element.attrib)
    moving = MOVING | NEW.get(method, set())
    children = list(element)
    for key, value in node.items():
        path = f"{where}.{key}"
        found = [child for child in children if child.tag == XMLNS + key]
        if isinstance(value, dict):
            if len(found) != 1:
                yield f"{path}: {len(found)} elements"
            else:
                yield from _differences(found[0], value, path, method)
        elif isinstance(value, list):
            yield from _listed(found, value, path, method)
        elif key == "value" and "cue" not in node:
            if (element.text or "") != value:
                yield f"{path}: {element.text!r}"
        elif where.rpartition(".")[2] in TEXTS:
            if [child.text or "" for child in found] != [value]:
                yield f"{path}: {found}"
        elif attributes.pop(key, None) != _text(value) and key not in moving:
            yield f"{path}: {element.attrib.get(key)!r} is not {value!r}"
        children = [child for child in children if child not in found]
    yield from (f"{where}: {name} in XML alone" for name in attributes)
    yield from (f"{where}: <{child.tag}> in XML alone" for child in children)


def _listed(found: list[ET.Element], values: list[Any], path: str, method: str) -> Iterator[str]:
    if len(found) != len(values):
        yield f"{path}: {len(found)} elements for {len(values)}"
        return
    if method in SHUFFLED and values and isinstance(values[0], dict) and "id" in values[0]:
        found = sorted(found, key=lambda child: child.attrib["id"])
        values = sorted(values, key=lambda value: str(value["id"]))
    for child, value in zip(found, values, strict=True):
        if isinstance(value, dict):
            yield from _differences(child, value, path, method)
        elif (child.text or "") != _text(value):
            yield f"{path}: {child.text!r} is not {value!r}"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
