"""One listener's private things, and every route there is asked for them by another one."""

import json
import re
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.attacks.conftest import Target, picture, session
from tests.attacks.test_strangers import ROUTES
from tests.journeys.shapes import PASSWORD
from tests.media.files import make

from philomel.gateway.api import PREFIX, TOPICS
from philomel.gateway.subsonic.methods import METHODS
from philomel.gateway.webapi.operation import State
from philomel.gateway.webapi.table import OPERATIONS

CANARY = "Zanzibar"
"""In everything that is carl's alone. It is never sent in a request of bert's."""
_VARIABLE = re.compile(r"\{[^}]*\}")
_ENDS = {("POST", "/sign-out"), ("POST", "/password"), ("DELETE", f"{PREFIX}/me/sessions")}
"""They end bert's own session."""
_CHANGING = re.compile(
    r'\?[^"\\ ]*|"(last_used_at|seen_at|used_at|lastVisited|visitCount)":[^,}]*|"etag":"[^"]*"|'
    r'"replayGain": ?{[^}]*}'
)
"""What differs between two looks at the same: signatures of addresses, and when one last came."""


@dataclass(frozen=True)
class Victim:
    """Attributes:
    login: what carl's player sends.
    browser: in which he is signed in.
    ids: of what is his, by what it is.
    reads: everything he sees of his own, by the address it came from.
    cover: a picture that only he may see.
    """

    login: str
    browser: httpx.Client
    ids: Mapping[str, str]
    reads: Mapping[str, str]
    cover: bytes


@pytest.fixture(scope="module")
def victim(target: Target, boss: httpx.Client) -> Iterator[Victim]:
    hidden = target.outside / "hidden"
    for number in (1, 2):
        make(
            hidden / f"{number}.flac",
            {"title": f"{CANARY} {number}", "artist": f"{CANARY} Band", "album": f"{CANARY} Quokka",
             "albumartist": f"{CANARY} Band", "genre": f"{CANARY}core", "tracknumber": str(number)},
            frequency=400.0 + 70 * number, cover=picture(20, 40, 220),
        )  # fmt: skip
    administer(boss, "POST", "/users", name="carl", password=PASSWORD)
    path = {"path": str(hidden), "name": f"{CANARY} library"}
    library = administer(boss, "POST", "/libraries", **path)["id"]
    access = {"restricted": True, "grant": ["carl"]}
    administer(boss, "PUT", f"/libraries/{library}/access", **access)
    administer(boss, "POST", "/scans")
    with session(target, "carl", f"{CANARY} browser") as browser:
        made = browser.post(f"{PREFIX}/me/app-passwords", json={"label": f"{CANARY} phone"}).json()
        login = urllib.parse.urlencode({"u": "carl", "p": _word(made, "password"), "f": "json"})
        until = time.monotonic() + 60
        while not (song := _song(target, login)):
            assert time.monotonic() < until
            time.sleep(0.05)  # between two looks; what is waited for is the scan and the picture
        ids = {"library": library, "app password": _word(made, "id")}
        ids |= _belongings(target, login, song, browser)
        cover = _cover(target, login, song)
        reads = dict(_reads(target, login, browser, ids))
        assert sum(text.count(CANARY) for text in reads.values()) > 30
        yield Victim(login, browser, ids, reads, cover.content)


def administer(boss: httpx.Client, method: str, way: str, **body: Any) -> Any:
    answer = boss.request(method, PREFIX + way, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def _song(target: Target, login: str) -> Any:
    """Carl's own, once both of its album and their picture are there."""
    songs = target.ask("search3", login, query=CANARY)["searchResult3"].get("song", [])
    if len(songs) < 2 or "coverArt" not in songs[0]:
        return None
    return min(songs, key=lambda each: str(each["title"]))


def _cover(target: Target, login: str, song: Mapping[str, str]) -> httpx.Response:
    answer = target.http.get(f"/rest/getCoverArt?{login}&id={song['coverArt']}")
    assert answer.headers["content-type"].startswith("image/")
    return answer


def _belongings(
    target: Target, login: str, song: Mapping[str, str], browser: httpx.Client
) -> dict[str, str]:
    """Make one of everything that a listener can own; their ids."""

    def post(path: str, **body: Any) -> Any:
        answer = browser.post(PREFIX + path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def ask(method: str, **parameters: Any) -> Any:
        answer = target.ask(method, login, **parameters)
        assert answer["status"] == "ok", answer
        return answer

    track, album, artist = song["id"], song["albumId"], song["artistId"]
    folder = post("/folders", name=f"{CANARY} folder")["id"]
    playlist = post("/playlists", name=f"{CANARY} list", description=CANARY, folder_id=folder)["id"]
    rule = {"field": "title", "operator": "contains", "values": [CANARY]}
    smart = post("/playlists", name=f"{CANARY} smart", rules={"rules": [rule]})["id"]
    post(f"/playlists/{playlist}/items", items=[{"track_id": track}])
    brought = post(
        "/playlists/import", content=f"#EXTINF:3,{CANARY} - Unheard\n/x.mp3\n", name=CANARY
    )
    items = browser.get(f"{PREFIX}/playlists/{playlist}/items").json()["items"]
    for kind, id_ in (("id", track), ("albumId", album), ("artistId", artist)):
        ask("star", **{kind: id_})
    ask("setRating", id=track, rating=4)
    ask("scrobble", id=track)
    ask("createBookmark", id=track, position=4321, comment=CANARY)
    ask("savePlayQueue", id=track, current=track, position=77)
    share = ask("createShare", id=track, description=CANARY)["shares"]["share"][0]["id"]
    app = post("/me/apps", name=f"{CANARY} app", redirect_uris=["https://a.example/cb"])
    session_id = browser.get(f"{PREFIX}/me/sessions").json()["items"][0]["id"]
    return {
        "track": track, "album": album, "artist": artist, "folder": folder, "playlist": playlist,
        "smart": smart, "entry": items[0]["entry_id"], "brought": _word(brought, "id"),
        "share": share, "app": _word(app, "client_id"), "session": session_id,
        "user": browser.get(f"{PREFIX}/me").json()["id"],
    }  # fmt: skip


def _word(made: Any, name: str) -> str:
    """What stands under a name in an answer, however deep it lies."""
    if name in made:
        return str(made[name])
    return next(
        str(each[name]) for each in made.values() if isinstance(each, dict) and name in each
    )


def _reads(
    target: Target, login: str, browser: httpx.Client, ids: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Everything that carl sees of his own."""
    playlist = ids["playlist"]
    for path in (
        "/v1/me", "/v1/me/playlists", f"/v1/playlists/{playlist}",
        f"/v1/playlists/{playlist}/items",
        f"/v1/playlists/{ids['smart']}/items", "/v1/me/tracks", "/v1/me/albums",
        "/v1/me/following?type=artist", "/v1/me/player/recently-played",
        *(PREFIX + path for path in (
            "/me", "/me/apps", "/me/app-passwords", "/me/programs", "/me/sessions", "/folders",
            "/playlists", f"/playlists/{playlist}", f"/playlists/{ids['brought']}/items", "/wants",
        )),
    ):  # fmt: skip
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.text)
        yield path, _CHANGING.sub("", answer.text)
    for method in ("getPlaylists", "getBookmarks", "getPlayQueue", "getShares", "getStarred2"):
        yield method, _CHANGING.sub("", json.dumps(target.ask(method, login)))
    yield "getSong", _CHANGING.sub("", json.dumps(target.ask("getSong", login, id=ids["track"])))


def values(ids: Mapping[str, str], id_: str) -> dict[str, Any]:
    """What a parameter of this name is given, to get at `id_`."""
    uris = [f"spotify:{kind}:{id_}" for kind in ("track", "album", "artist", "playlist", "user")]
    one = ("id", "playlistId", "playlist_id", "songId", "albumId", "artistId", "songIdToAdd",
           "folder_id", "parent_id", "library", "library_id", "musicFolderId", "user_id", "userId",
           "ownerId", "client_id", "missing", "heir", "track_id", "track", "entry_id", "current",
           "mediaId", "pending", "before", "snapshot_id", "username")  # fmt: skip
    return {
        **dict.fromkeys(one, id_),
        "ids": id_, "entry_ids": [id_, ids["entry"]], "uris": ",".join(uris[:4]),
        "items": [{"track_id": id_}], "type": "track", "q": "zanzi", "query": "zanzi",
        "seed_tracks": id_, "seed_artists": id_, "name": "x", "position": 0, "range_start": 0,
        "insert_before": 1, "public": True, "rules": {"rules": [
            {"field": "playlist", "operator": "is", "values": [id_]}]},
        "limit": 50, "mediaType": "song", "genre": "Field", "label": "x", "text": "x",
        "size": "200", "rating": 1, "time": "1700000000000",
    }  # fmt: skip


def asked_of(
    route: tuple[str, str], ids: Mapping[str, str], asks: Mapping[tuple[str, str], set[str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Addresses and parameters with which this route may lead to what is carl's."""
    path, told = route[1], set[str]()
    for kind, id_ in ids.items():
        if path.startswith("/v1") and kind not in (_PUBLIC[:1] if path in _NOTHING else _PUBLIC):
            continue
        given = values(ids, id_)
        known = asks.get(route)
        if known is not None:
            inside = set(re.findall(r"\{(\w+)", path))
            given = {name: value for name, value in given.items() if name in known - inside}
        elif route[0] == "GET" and not path.startswith("/v1"):
            given = {"id": id_} if kind == "library" else {}
        address = _VARIABLE.sub(id_, path)
        if (asked := f"{address} {given}") not in told:
            told.add(asked)
            yield address, given


_PUBLIC = ("track", "album", "artist", "playlist", "smart", "user")
"""Kinds that the Web API has words for."""
_NOTHING = {
    "/v1" + re.sub(r"\{(\w+)\}", r"{\1:str}", each.path)
    for each in OPERATIONS
    if each.state is not State.FULL
}
"""There is nothing of anybody's."""
_PLAYED = ("track", "album", "artist", "playlist", "smart", "share", "library")
"""Kinds that players know."""


def asks_of_api() -> dict[tuple[str, str], set[str]]:
    """The parameters of each operation of the extension API; it refuses others."""
    return {
        (each.method, PREFIX + re.sub(r"\{(\w+)\}", r"{\1:str}", each.path)): {
            field.encode_name for field in msgspec.structs.fields(each.asks)
        }
        for topic in TOPICS.values()
        for each in topic
        if not each.streams
    }


def test_no_route_gives_or_changes_what_is_anothers(
    target: Target, listener: httpx.Client, victim: Victim
) -> None:
    asks, count = asks_of_api(), 0
    for route in ROUTES:
        method, path = route
        if route in _ENDS:
            continue
        is_site = not path.startswith(("/v1", "/api/"))
        for address, given in asked_of(route, victim.ids, asks):
            sent: dict[str, Any] = {"params": _flat(given)}
            if method != "GET" and is_site:
                sent = {"data": _flat(given)}
            elif method in {"POST", "PUT", "PATCH"}:
                sent = {"json": given, "params": {} if route in asks else _flat(given)}
            answer = listener.request(method, address, **sent)
            count += 1
            assert answer.status_code < 500, (method, address, answer.text)
            _assert_nothing(victim, f"{method} {address}", answer)
    assert count > 800
    assert listener.get("/account").status_code == 200
    _assert_all_is_as_it_was(target, victim)


def _flat(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if not isinstance(value, list | dict)}


def test_no_method_of_players_gives_or_changes_what_is_anothers(
    target: Target, victim: Victim
) -> None:
    for method in METHODS:
        if method == "startScan":
            continue
        for kind in _PLAYED:
            id_ = victim.ids[kind]
            given = {**_flat(values(victim.ids, id_)), "type": "newest", "username": "carl"}
            query = urllib.parse.urlencode(given)
            answer = target.http.get(f"/rest/{method}?{target.bert}&{query}")
            assert answer.status_code < 500, (method, kind, answer.text)
            _assert_nothing(victim, f"{method} {kind}", answer)
    _assert_all_is_as_it_was(target, victim)


def _assert_nothing(victim: Victim, asked: str, answer: httpx.Response) -> None:
    kind = answer.headers.get("content-type", "")
    assert CANARY not in answer.text, (asked, answer.text[:600])
    assert not kind.startswith(("audio/", "video/")), asked
    assert answer.content != victim.cover, asked


def _assert_all_is_as_it_was(target: Target, victim: Victim) -> None:
    for path, text in _reads(target, victim.login, victim.browser, victim.ids):
        assert text == victim.reads[path], path
    target.assert_well()


def test_what_is_hidden_is_not_even_counted(target: Target, victim: Victim) -> None:
    """Searches, suggestions, genres, counts and pages say nothing of a library one may not hear."""
    headers = {"Authorization": f"Bearer {target.bert_token}"}
    for half in ("zanz", "Zanziba", "zanzibarcore", "ZANZIBR", "quokka"):
        found = target.ask("search3", target.bert, query=half)["searchResult3"]
        assert not any(found.get(kind) for kind in ("song", "album", "artist")), half
        told = target.http.get(
            "/v1/search", params={"q": half, "type": "track,album,artist"}, headers=headers
        ).json()
        assert {told[kind]["total"] for kind in ("tracks", "albums", "artists")} == {0}, half
    shelves = {"getGenres": "genres", "getIndexes": "indexes", "getArtists": "artists"}
    for method, shelf in {**shelves, "getMusicFolders": "musicFolders"}.items():
        mine = json.dumps(target.ask(method, target.bert)[shelf])
        assert CANARY in json.dumps(target.ask(method, victim.login)[shelf])
        assert CANARY not in mine
    scan = target.ask("getScanStatus", target.bert)
    assert scan["status"] == "ok" or scan["error"]["code"] == 50
    listed = target.http.get(f"{PREFIX}/browse/tracks", params={"limit": 500}, headers=headers)
    assert str(Path(target.outside)) not in listed.text
    # The signed address that carl got opens nothing for a stranger who changes it.
    track = victim.ids["track"]
    ways = victim.browser.get(f"{PREFIX}/tracks/{track}/playback").text
    (path,) = set(re.findall(r'"(?:https?://[^"/]+)?(/media/[^"]+)"', ways)[:1])
    assert target.http.get(path).status_code == 200
    assert 400 <= target.http.get(path[:-2] + "xx").status_code < 500


def test_a_share_is_one_thing_and_no_more(
    target: Target, boss: httpx.Client, victim: Victim
) -> None:
    made = target.ask("createShare", victim.login, id=victim.ids["track"])["shares"]["share"][0]
    address = made["url"].removeprefix(target.url)
    opened = target.http.get(address)
    assert opened.status_code == 200
    assert CANARY in opened.text
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", opened.text, re.DOTALL)
    assert all('src="./assets/' in opening and not inline for opening, inline in scripts)
    assert "/media/" not in opened.text
    assert opened.headers["referrer-policy"] == "no-referrer"
    below = f"{address}/tracks/{victim.ids['track']}"
    heard = target.http.get(f"{below}/files/original")
    assert target.http.get(f"{below}/download").status_code == 403
    assert heard.headers["content-type"].startswith("audio/")
    assert "philomel_session" not in str(opened.headers) + str(heard.headers)
    bull = target.song("Bullseye")["id"]
    token = address.removeprefix("/share/")
    for path in (
        f"{address}/tracks/{bull}/playback", f"{address}/tracks/{bull}/files/original",
        f"{address}/tracks/{bull}/cover", f"{below}/files/..%2f{bull}", f"{below}/files/nothing",
        f"{address}/{bull}", f"{address}/{victim.ids['album']}", f"{address}/../{bull}",
        f"{address}/..%2f{bull}", f"/share/{token[:-1]}", f"/share/{token}x",
        f"/share/{token.swapcase()}", f"/share/{victim.ids['share']}", "/share/", "/share/%00",
        f"/share/{made['id']}.", f"/share/{token}%0d%0aX:y", f"/share/{'a' * 5_000}",
        f"/share/{token}/{victim.ids['track']}/x",
    ):  # fmt: skip
        refused = target.http.get(path)
        assert (path, refused.status_code) == (path, 404)
        assert CANARY not in refused.text
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert target.http.request(method, address).status_code == 405
    # It ends with its moment, with its owner's right to hear it, and with its owner.
    access = f"/libraries/{victim.ids['library']}/access"
    administer(boss, "PUT", access, revoke=["carl"])
    assert CANARY not in target.http.get(address).text
    assert target.http.get(f"{below}/files/original").status_code == 404
    administer(boss, "PUT", access, grant=["carl"])
    assert target.http.get(address).status_code == 200
    administer(boss, "PATCH", f"/users/{victim.ids['user']}", disabled=True)
    assert target.http.get(address).status_code == 404
    assert target.http.get(f"{below}/files/original").status_code == 404
    administer(boss, "PATCH", f"/users/{victim.ids['user']}", disabled=False)
    assert target.http.get(address).status_code == 200
    target.ask("updateShare", victim.login, id=made["id"], expires=int(time.time() * 1000) + 300)
    until = time.monotonic() + 30
    while target.http.get(address).status_code != 410:
        assert time.monotonic() < until
    target.ask("deleteShare", victim.login, id=made["id"])
    assert target.http.get(address).status_code == 410
