"""What people did to their music outlives what happens to the files."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.journeys.players import rest, web_api
from tests.journeys.shapes import Shape
from tests.media.files import make

ALBUM = {"artist": "The Reeds", "albumartist": "The Reeds", "album": "Winter Water"}


@dataclass(frozen=True)
class Listener:
    """Somebody with a folder of music, a player and a program."""

    shape: Shape
    music: Path
    login: str
    token: str

    def ask(self, method: str, **parameters: Any) -> Any:
        return rest(self.shape.url, self.login, method, **parameters)

    def status(self, method: str, **parameters: Any) -> tuple[int, bytes]:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        answer = httpx.get(f"{self.shape.url}/rest/{method}?{self.login}&{query}")
        return answer.status_code, answer.content

    def songs(self) -> dict[str, Any]:
        found = self.ask("search3", query="", songCount=100)["searchResult3"].get("song", [])
        return {song["title"]: song for song in found}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def scan(self) -> Any:
        return self.shape.operator.done("scan", "--path", str(self.music))


@pytest.fixture(scope="module")
def listener(shape: Shape, tmp_path_factory: pytest.TempPathFactory) -> Listener:
    music = tmp_path_factory.mktemp("music") / "mine"
    for number, title in enumerate(("First Frost", "Thin Ice", "Thaw")):
        tags = {**ALBUM, "title": title, "tracknumber": str(number + 1)}
        make(music / "winter" / f"{number}.ogg", tags, frequency=300.0 + 40 * number)
    login = shape.add_listener("anna", admin=True)
    assert shape.add_music(music, "mine")["added"] == 3
    return Listener(shape, music, login, shape.token("anna"))


def test_a_moved_and_retagged_track_is_the_same_track(listener: Listener) -> None:
    before = listener.songs()["First Frost"]
    id_ = before["id"]
    listener.ask("star", id=id_)
    listener.ask("setRating", id=id_, rating=4)
    for _ in range(3):
        listener.ask("scrobble", id=id_)
    old = listener.music / before["path"]
    new = listener.music / "elsewhere" / "renamed.ogg"
    new.parent.mkdir()
    old.rename(new)
    assert (moved := listener.scan())["moved"] == 1, moved
    # A tagger writes in place, and another name and album at that.
    data = make(
        listener.music / "x.ogg", {"title": "Hoar Frost", "artist": "The Reeds", "album": "Other"},
        frequency=300.0,
    )  # fmt: skip
    new.write_bytes(data.read_bytes())
    data.unlink()
    os.utime(new, ns=(1, 1))
    changed = listener.scan()
    assert (changed["added"], changed["missing"]) == (0, 0), changed
    songs = listener.songs()
    assert "First Frost" not in songs
    assert songs["Hoar Frost"]["id"] == id_
    kept = listener.ask("getSong", id=id_)["song"]
    assert (kept["title"], kept["album"]) == ("Hoar Frost", "Other")
    assert kept["starred"]
    assert (kept["userRating"], kept["playCount"]) == (4, 3)
    saved = web_api(listener.shape.url, listener.token, "/me/tracks")["items"]
    assert [item["track"]["id"] for item in saved] == [id_]
    assert listener.status("download", id=id_) == (200, new.read_bytes())


def test_a_deleted_file_is_shown_as_missing_and_comes_back(listener: Listener) -> None:
    song = listener.songs()["Thin Ice"]
    listener.ask("star", id=song["id"])
    path = listener.music / song["path"]
    aside = listener.music.parent / "aside.ogg"
    shutil.copy2(path, aside)
    path.unlink()
    assert listener.scan()["missing"] == 1
    url, token = listener.shape.url, listener.token
    track = web_api(url, token, f"/tracks/{song['id']}")
    assert (track["name"], track["is_playable"]) == ("Thin Ice", False)
    status, body = listener.status("stream", id=song["id"])
    assert (status, b'"code":70' in body) == (200, True)
    libraries = listener.shape.operator.done("library", "list")["libraries"]
    assert [library["missing"] for library in libraries if library["name"] == "mine"] == [1]
    starred = [each["id"] for each in listener.ask("getStarred2")["starred2"]["song"]]
    assert song["id"] in starred
    shutil.copy2(aside, path)
    listener.scan()
    again = web_api(url, token, f"/tracks/{song['id']}")
    assert again["is_playable"]
    assert listener.status("download", id=song["id"]) == (200, path.read_bytes())
    assert listener.ask("getSong", id=song["id"])["song"]["starred"]


def test_a_folder_that_vanishes_empties_nothing(listener: Listener) -> None:
    before = listener.songs()
    away = listener.music.with_name("away")
    listener.music.rename(away)
    for mount_point in (False, True):
        if mount_point:
            listener.music.mkdir()
        outcome = listener.shape.operator.cli("scan", "--json")
        assert outcome.status != 0
        told = outcome.json()
        assert (told["missing"], bool(told["error"])) == (0, True)
        assert listener.songs() == before
    listener.music.rmdir()
    away.rename(listener.music)
    assert listener.scan()["unchanged"] == len(before)
    song = before["Thaw"]
    assert listener.status("download", id=song["id"])[0] == 200


def test_a_hidden_library_is_nowhere_and_comes_back_whole(
    listener: Listener, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    tags = {"title": "Zugvogel", "artist": "Nachtigall", "album": "Geheim", "genre": "Secret Folk"}
    make(secret / "1.mp3", {**tags, "lyrics": "whispered"}, frequency=900.0)
    operator = listener.shape.operator
    operator.done("library", "add", str(secret), "--name", "secret")
    operator.done("scan", "--path", str(secret))
    bert = Listener(
        listener.shape, listener.music, listener.shape.add_listener("bert"),
        listener.shape.token("bert"),
    )  # fmt: skip
    song = listener.songs()["Zugvogel"]
    listener.ask("star", id=song["id"], albumId=song["albumId"], artistId=song["artistId"])
    ids = (song["id"], song["albumId"], song["artistId"])
    people = (listener, bert)
    count = len(listener.songs())
    operator.done("library", "remove", "secret")
    for person in people:
        assert len(person.songs()) == count - 1
        assert_unseen(person, ids)
    assert web_api(listener.shape.url, listener.token, "/me/tracks")["items"]
    operator.done("library", "add", str(secret), "--name", "secret")
    operator.done("scan", "--path", str(secret))
    for person in people:
        assert person.songs()["Zugvogel"]["id"] == song["id"]
    assert listener.ask("getSong", id=song["id"])["song"]["starred"]
    # What one person likes is nobody else's.
    assert bert.ask("getStarred2")["starred2"].get("song", []) == []


def test_a_restricted_library_is_only_for_who_may_see_it(
    listener: Listener, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    tags = {"title": "Zugvogel", "artist": "Nachtigall", "album": "Geheim", "genre": "Secret Folk"}
    make(closed / "1.mp3", {**tags, "lyrics": "whispered"}, frequency=950.0)
    operator = listener.shape.operator
    operator.cli("library", "remove", "secret", "--purge")  # has the same names
    operator.done("library", "add", str(closed), "--name", "closed")
    operator.done("scan", "--path", str(closed))
    login = listener.shape.add_listener("carl")
    carl = Listener(listener.shape, listener.music, login, listener.shape.token("carl"))
    song = next(s for s in carl.songs().values() if s["album"] == "Geheim")
    ids = (song["id"], song["albumId"], song["artistId"])
    said = operator.done("library", "restrict", "closed", "--user", "anna")
    assert said["people"] == ["anna"]
    assert listener.ask("getSong", id=song["id"])["song"]["title"] == "Zugvogel"
    assert listener.status("download", id=song["id"])[0] == 200
    until(lambda: "Geheim" not in str(carl.ask("search3", query="geheim")))
    assert_unseen(carl, ids)
    shown = httpx.get(f"{listener.shape.url}/api/philomel/v1/libraries", headers=carl.headers)
    assert "closed" not in shown.text
    assert operator.done("library", "grant", "closed", "carl")["people"] == ["anna", "carl"]
    assert carl.ask("getSong", id=song["id"])["song"]["title"] == "Zugvogel"
    operator.done("library", "revoke", "closed", "anna", "carl")
    until(lambda: "Geheim" not in str(listener.ask("search3", query="geheim")))
    assert_unseen(listener, ids)  # administrators see what they were given like others
    assert operator.done("library", "open", "closed")["people"] == []
    assert carl.ask("getSong", id=song["id"])["song"]["title"] == "Zugvogel"
    operator.done("library", "remove", "closed", "--purge")


def test_a_scan_is_started_watched_and_cancelled_by_a_program(listener: Listener) -> None:
    address = f"{listener.shape.url}/api/philomel/v1/scans"
    token = listener.shape.operator.done("token", "anna", "--scope", "*")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.post(address, headers=listener.headers, json={}).status_code == 403
    with httpx.Client(headers=headers, timeout=30) as http:
        seen: list[tuple[str, str]] = []
        with http.stream("GET", f"{address}/events") as events:
            started: dict[str, Any] = {}
            for id_, status in messages(events):
                if not started:  # what was last; now one of our own
                    started = http.post(address, json={"full": True}).json()
                seen.append((id_, status["id"]))
                if status["id"] == started["id"] and status["phase"] == "done":
                    break
        assert status["read"] == status["found"] == len(listener.songs())
        assert http.get(f"{address}/current").json() == status
        assert http.delete(f"{address}/current").status_code == 404
        # Whoever comes again is not told again what they know.
        with http.stream("GET", f"{address}/events", headers={"Last-Event-ID": id_}) as events:
            again = http.post(address, json={}).json()
            first = next(messages(events))
            assert (first[0] != id_, first[1]["id"]) == (True, again["id"])
        refused = http.post(address, json={"path": "/nowhere"})
        assert refused.status_code == 400


def messages(events: httpx.Response) -> Iterator[tuple[str, Any]]:
    """The id and data of each server-sent event."""
    id_ = ""
    for line in events.iter_lines():
        if line.startswith("id: "):
            id_ = line[4:]
        elif line.startswith("data: "):
            yield id_, json.loads(line[6:])


def until(holds: Callable[[], bool]) -> None:
    """Search remembers for two seconds which libraries somebody may see."""
    limit = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)


def assert_unseen(person: Listener, ids: tuple[str, str, str]) -> None:
    """No list, search, page, picture or stream says anything of a hidden library."""
    track, album, artist = ids
    shown = [
        person.ask("getArtists"),
        person.ask("getIndexes"),
        person.ask("getGenres"),
        person.ask("getMusicFolders"),
        person.ask("getStarred2"),
        person.ask("getStarred"),
        person.ask("getRandomSongs", size=500),
        person.ask("getSongsByGenre", genre="Secret Folk"),
        person.ask("getLyrics", artist="Nachtigall", title="Zugvogel"),
        *(person.ask("search3", query=words) for words in ("zugvogel", "nachtigal", "geheim")),
        *(
            person.ask("getAlbumList2", type=kind, size=500)
            for kind in ("newest", "random", "alphabeticalByName", "starred", "recent", "frequent")
        ),
    ]
    url = person.shape.url
    shown += [
        web_api(url, person.token, "/search", q="zugvogel", type="track,album,artist"),
        web_api(url, person.token, "/me/tracks"),
        web_api(url, person.token, "/me/albums"),
        web_api(url, person.token, "/me/following", type="artist"),
    ]
    for answer in shown:
        text = str(answer)
        for name in ("Zugvogel", "Nachtigall", "Geheim", "Secret Folk", *ids):
            assert name not in text
    for method, id_ in (
        ("getSong", track), ("getAlbum", album), ("getArtist", artist), ("stream", track),
        ("download", track), ("getCoverArt", track), ("getCoverArt", f"al-{album}"),
        ("getLyricsBySongId", track), ("star", track), ("scrobble", track),
        ("getMusicDirectory", album),
    ):  # fmt: skip
        status, body = person.status(method, id=id_)
        assert (method, status, b'"code":70' in body) == (method, 200, True)
    headers = {"Authorization": f"Bearer {person.token}"}
    for path in (f"tracks/{track}", f"albums/{album}", f"artists/{artist}"):
        assert httpx.get(f"{url}/v1/{path}", headers=headers).status_code == 404
