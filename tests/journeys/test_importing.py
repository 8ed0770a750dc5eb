"""Moving in: what people kept elsewhere is theirs here, through every door, and once."""

import json
import shutil
import sqlite3
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.processes import PROGRAM, Process, environment
from tests.media.files import make
from tests.servers.navidrome import Navidrome
from tests.servers.supysonic import supysonic

from philomel.app.refusal import Exit

TITLES = ("Dawn", "Dusk", "Noon")
LIKED = "2024-01-02 03:04:05+00:00"
MANY = 1_200
SECONDS = 30.0


def song(folder: Path, title: str) -> Path:
    tags = {"title": title, "artist": "The Warblers", "album": "Reed Beds"}
    number = TITLES.index(title)
    path = folder / "The Warblers" / f"{title}.flac"
    return make(path, tags, seconds=2.0 + number, frequency=300.0 + 50 * number)


class Home:
    """Where people move to: a library of two songs, with a server on it or without."""

    def __init__(self, folder: Path) -> None:
        self.process = Process(folder / "data")
        self.music = folder / "music"
        for title in TITLES[:2]:
            song(self.music, title)
        self.process.done("library", "add", str(self.music), "--name", "music")
        self.process.done("scan")
        self._logins: dict[str, str] = {}

    def rest(self, who: str, method: str, **asked: str) -> Any:
        if who not in self._logins:
            made = self.process.done("app-password", "add", who, "journey")
            login = {"u": who, "p": made["password"], "v": "1.16.1", "c": "j", "f": "json"}
            self._logins[who] = urllib.parse.urlencode(login)
        more = urllib.parse.urlencode(asked)
        url = f"{self.process.url}/rest/{method}?{self._logins[who]}&{more}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            found = json.load(answer)["subsonic-response"]
        assert found["status"] == "ok", found
        return found

    def webapi(self, who: str, path: str) -> Any:
        token = self.process.done("token", who)["access_token"]
        request = urllib.request.Request(
            f"{self.process.url}/v1/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def starred(self, who: str) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = self.rest(who, "getStarred2")["starred2"]
        return found


def eventually(found: Callable[[], Any], wanted: Any) -> None:
    """What follows an event is there soon."""
    until = time.monotonic() + SECONDS
    while (last := found()) != wanted:
        assert time.monotonic() < until, last
        time.sleep(0.05)  # between two looks; what is waited for is the answer


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.process.kill()


@pytest.fixture
def there(tmp_path: Path) -> Navidrome:
    """All three songs, one of which is not at home yet."""
    made = Navidrome.make(tmp_path / "navidrome.db", "/srv/music", "anna", "bob")
    for number, title in enumerate(TITLES):
        path = f"The Warblers/{title}.flac" if title == "Dawn" else f"{number}.mp3"
        made.song(title, "The Warblers", "Reed Beds", path, 2.0 + number)
    made.mark("anna", "media_file", made.songs["Dawn"], plays=5, rating=4, starred=LIKED)
    made.mark("anna", "media_file", made.songs["Noon"], plays=2, starred=LIKED)
    made.mark("anna", "album", "album-Reed Beds", starred=LIKED)
    made.mark("anna", "artist", "artist-The Warblers", starred=LIKED)
    made.mark("bob", "media_file", made.songs["Dusk"], rating=2)
    for minute in range(2):
        made.insert("scrobbles", made.songs["Dawn"], "user-anna", 1_704_200_000 + 60 * minute)
    made.playlist("anna", "list", "Mine", [made.songs[title] for title in ("Noon", "Dusk")])
    rules = '{"all": [{"is": {"loved": true}}], "sort": "title", "limit": 9}'
    made.playlist("anna", "smart", "Loved", [], rules)
    made.insert("bookmark", "user-anna", made.songs["Dusk"], "media_file", "x", 777, "", None, None)
    return made


def test_from_navidrome_beside_a_server(home: Home, there: Navidrome) -> None:
    home.process.start()
    order = ("import", "navidrome", str(there.path), "--user-map", "bob=robert")
    tried = home.process.done(*order, "--dry-run")
    assert [person["state"] for person in tried["people"]] == ["made", "made"]
    assert home.process.done("user", "list")["users"] == []

    report = home.process.done(*order)
    anna, robert = report["people"]
    assert anna["marks"]["track"]["by"] == {"path": 1}
    assert (anna["marks"]["track"]["waiting"], robert["marks"]["track"]["by"]) == (1, {"tags": 1})
    assert set(report["links"]) == {"anna", "robert"}
    kept = Path(report["report"])
    assert kept.stat().st_mode & 0o077 == 0
    misses = json.loads(kept.read_bytes())["people"][0]["misses"]
    assert {each["title"] for each in misses} == {"Noon"}
    assert not any(link.rpartition("=")[2] in kept.read_text() for link in report["links"].values())

    starred = home.starred("anna")
    assert [each["title"] for each in starred["song"]] == ["Dawn"]
    assert starred["song"][0]["starred"].startswith("2024-01-02T03:04:05")
    assert starred["song"][0]["userRating"] == 4
    assert (len(starred["album"]), len(starred["artist"])) == (1, 1)
    liked = home.webapi("anna", "me/tracks")["items"]
    assert [(each["added_at"], each["track"]["name"]) for each in liked] == [
        ("2024-01-02T03:04:05Z", "Dawn")
    ]
    id_ = starred["song"][0]["id"]

    def counted() -> int:
        found: int = home.rest("anna", "getSong", id=id_)["song"]["playCount"]
        return found

    eventually(counted, 5)
    recent = home.webapi("anna", "me/player/recently-played")["items"]
    assert len(recent) == 2
    bookmarks = home.rest("anna", "getBookmarks")["bookmarks"]["bookmark"]
    assert [each["position"] for each in bookmarks] == [777]

    noted = home.process.done("audit", "list")["entries"]
    told = {entry["action"]: entry["details"] for entry in noted}
    assert told["import.navidrome"] == "2 people, 5 marks, 2 playlists"
    again = home.process.done(*order)
    assert again["links"] == {}
    assert [each["known"] for each in again["people"][0]["marks"].values()] == [2, 1, 1]
    assert {each["state"] for each in again["people"][0]["playlists"]} == {"unchanged"}

    # Two more plays there, a like, and a song at the end of the list; and the file arrives here.
    there.mark("anna", "media_file", there.songs["Dawn"], plays=7, rating=4, starred=LIKED)
    there.mark("anna", "media_file", there.songs["Dusk"], starred=LIKED)
    there.playlist("anna", "list", "Mine", [there.songs[t] for t in ("Noon", "Dusk", "Dawn")])
    third = home.process.done(*order)
    states = {each["name"]: each["state"] for each in third["people"][0]["playlists"]}
    assert states == {"Mine": "continued", "Loved": "unchanged"}
    eventually(counted, 7)
    song(home.music, "Noon")
    home.process.done("scan")

    def titles() -> set[str]:
        return {each["title"] for each in home.starred("anna")["song"]}

    eventually(titles, set(TITLES))
    last = home.process.done(*order)
    (mine,) = (each for each in last["people"][0]["playlists"] if each["name"] == "Mine")
    assert (mine["state"], mine["entries"]["waiting"]) == ("unchanged", 0)
    assert counted() == 7


def test_without_a_server_and_through_kills(home: Home, tmp_path: Path) -> None:
    """Whatever was acknowledged before a kill stays, and beginning again completes it."""
    there = Navidrome.make(tmp_path / "large.db", "/srv", "anna")
    titles = [f"Song {number}" for number in range(MANY)]
    songs = [
        (f"song-{t}", f"{t}.mp3", t, "Ouzel", "Long", "a", "b", 9.0, 1, 0, "", 1, "{}")
        for t in titles
    ]
    with sqlite3.connect(there.path) as connection:
        marks = ", ".join("?" * 13)
        connection.executemany(f"INSERT INTO media_file VALUES ({marks})", songs)
        connection.executemany(
            "INSERT INTO annotation VALUES ('user-anna', ?, 'media_file', 3, ?, 0, 1, ?, NULL)",
            [(song[0], LIKED, LIKED) for song in songs],
        )
    there.playlist("anna", "long", "Long", [song[0] for song in songs])
    there.song("Dawn", "The Warblers", "Reed Beds", "The Warblers/Dawn.flac", 2.0)
    there.mark("anna", "media_file", there.songs["Dawn"], plays=4, starred=LIKED)
    order = ("import", "navidrome", str(there.path), "--json")
    for step in ("likes", "playlists"):
        command = [*PROGRAM, *order, "--data", str(home.process.data)]
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment()
        ) as running:
            assert running.stderr is not None
            for line in running.stderr:
                if step.encode() in line:
                    break
            running.kill()
    home.process.done(*order[:3])
    final = home.process.done(*order[:3])["people"][0]
    assert final["marks"]["track"]["known"] == MANY + 1
    (long,) = final["playlists"]
    assert (long["state"], long["entries"]["known"]) == ("unchanged", MANY)
    home.process.start()
    dawn = home.starred("anna")["song"]
    assert [each["title"] for each in dawn] == ["Dawn"]
    eventually(lambda: home.rest("anna", "getSong", id=dawn[0]["id"])["song"]["playCount"], 4)


def test_from_a_real_supysonic(home: Home, tmp_path: Path) -> None:
    music = tmp_path / "theirs"
    shutil.copytree(home.music, music)
    song(music, "Noon")
    with supysonic(tmp_path / "supysonic", music, "anna", "correct horse") as url:

        def ask(method: str, **asked: Any) -> Any:
            login = {"u": "anna", "p": "correct horse", "v": "1.12.0", "c": "test", "f": "json"}
            query = urllib.parse.urlencode(login | asked, doseq=True)
            with urllib.request.urlopen(f"{url}/rest/{method}.view?{query}", timeout=30) as answer:
                return json.load(answer)["subsonic-response"]

        songs = ask("search3", query="", songCount=10)["searchResult3"]["song"]
        ids = {each["title"]: each["id"] for each in songs}
        assert set(ids) == set(TITLES)
        ask("star", id=[ids["Dawn"], ids["Noon"]], albumId=songs[0]["albumId"])
        ask("setRating", id=ids["Dusk"], rating=3)
        ask("createPlaylist", name="Theirs", songId=[ids["Noon"], ids["Dawn"]])
        order = ("import", "subsonic", url, "--user", "anna", "--password-stdin")
        wrong = home.process.cli(*order, given="wrong\n")
        assert (wrong.status, "Traceback" in wrong.err) == (Exit.REFUSED, False)
        report = home.process.done(*order, given="correct horse\n")
        again = home.process.done(*order, given="correct horse\n")
    (anna,) = report["people"]
    assert anna["marks"]["track"] == {
        "total": 3, "by": {"path": 2}, "waiting": 1, "known": 0,
    }  # fmt: skip
    assert anna["marks"]["album"]["by"] == {"tags": 1}
    assert [(each["name"], each["entries"]["total"]) for each in anna["playlists"]] == [
        ("Theirs", 2)
    ]
    assert again["people"][0]["marks"]["track"]["known"] == 3
    assert again["people"][0]["playlists"][0]["state"] == "unchanged"
    assert any("plain HTTP" in note for note in report["notes"])
    assert "correct horse" not in Path(report["report"]).read_text()
    home.process.start()
    starred = home.starred("anna")
    assert [each["title"] for each in starred["song"]] == ["Dawn"]
    assert len(starred["album"]) == 1
    # Plays are not told by this server: nothing is made up.
    assert anna["plays"] == 0


def test_playlists_as_files_on_the_command_line(home: Home, tmp_path: Path) -> None:
    home.process.done("user", "add", "anna", "--password-stdin", given="correct horse battery")
    road, loved, odd = (tmp_path / name for name in ("road.m3u8", "loved.nsp", "odd.nsp"))
    road.write_text("#EXTM3U\n#PLAYLIST:On the road\nThe Warblers/Dawn.flac\nx/Gone.mp3\n")
    loved.write_text('{"name": "Often", "all": [{"gt": {"playCount": 3}}]}')
    odd.write_text('{"all": [{"is": {"mood": "calm"}}]}')
    order = ("playlist", "import", "--user", "anna", str(road), str(loved))
    tried = home.process.done(*order, "--dry-run")["playlists"]
    assert [(e["name"], e["total"], e["missing"], e["playlist"]) for e in tried] == [
        ("On the road", 2, 1, None),
        ("Often", 0, 0, None),
    ]
    told = home.process.cli(*order)
    assert told.out.splitlines() == [
        "road.m3u8: On the road: 1 of 2 tracks found",
        "  not found: x/Gone.mp3",
        "loved.nsp: Often: a smart playlist, of 0 tracks at the moment",
    ]
    again = home.process.cli(*order, str(odd), str(tmp_path / "nothing.m3u"), "--json")
    made, rules = again.json()["playlists"]
    assert again.status == Exit.USAGE
    assert list(again.json()["refused"]) == [str(odd), str(tmp_path / "nothing.m3u")]
    assert "odd.nsp: 'mood' is no field here" in again.err
    assert (made["known"], rules["known"]) == (True, True)
    given = home.process.cli("playlist", "export", "--user", "anna", "--format", "xspf",
                             made["playlist"]["id"])  # fmt: skip
    assert (given.status, given.out.count("<track>")) == (Exit.OK, 2)
    assert "<title>Dawn</title>" in given.out
    for refused, status in (
        (("import", "--user", "nobody", str(road)), Exit.NOT_FOUND),
        (("export", "--user", "anna", "x" * 22), Exit.NOT_FOUND),
    ):
        outcome = home.process.cli("playlist", *refused)
        assert (outcome.status, "Traceback" in outcome.err) == (status, False), refused
        assert outcome.err


def test_playlists_from_files_and_what_is_refused(home: Home, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    where = home.music / "The Warblers" / "Dawn.flac"
    entries = f"#EXTM3U\n{where}\n#EXTINF:4,The Warblers - Noon\n/x/y.mp3\n/etc/passwd\n"
    (lists / "Morning.m3u8").write_text(entries)
    order = ("import", "m3u", str(lists), "--user", "anna")
    report = home.process.done(*order)
    (morning,) = report["people"][0]["playlists"]
    assert morning["entries"] == {"total": 3, "by": {"path": 1}, "waiting": 2, "known": 0}
    assert home.process.done(*order)["people"][0]["playlists"][0]["state"] == "unchanged"
    for refused in (
        ("navidrome", str(where)),
        ("navidrome", str(tmp_path / "nothing.db")),
        ("subsonic", "ftp://127.0.0.1", "--user", "anna", "--password-stdin"),
        ("subsonic", "http://127.0.0.1:9", "--user", "anna", "--password-stdin"),
        ("subsonic", "http://127.0.0.1:9", "--user", "anna"),
        ("m3u", str(tmp_path / "nothing"), "--user", "anna"),
    ):
        outcome = home.process.cli("import", *refused, given="secret")
        assert outcome.status not in (Exit.OK, 120), refused
        assert "Traceback" not in outcome.err
