"""What people did to their music outlives what happens to the files."""

import os
import shutil
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
