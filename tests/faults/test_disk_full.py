"""The disk under the data folder is full: the server says so, serves what it has, and recovers."""

import json
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.journeys.processes import Process
from tests.journeys.shapes import Shape
from tests.media.files import make

MOUNT = (
    'mount -t tmpfs -o size=24m full "$0.small" && cp -a "$0/." "$0.small"'
    ' && mount --bind "$0.small" "$0" && exec "$@"'
)
"""The data folder on a small disk that only the server sees."""
SECONDS = 60.0


@dataclass
class Small:
    """A server on a small disk.

    Attributes:
        liked: what was acknowledged.
    """

    process: Process
    music: Path
    login: str
    token: str
    http: httpx.Client
    songs: dict[str, str] = field(default_factory=dict)
    liked: set[str] = field(default_factory=set)

    @property
    def filler(self) -> Path:
        return Path(f"/proc/{self.process.pid}/root{self.process.data}/filler")

    def fill(self) -> None:
        """Until not one more byte fits."""
        with self.filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                while True:
                    try:
                        file.write(bytes(size))
                    except OSError:
                        break

    def ask(self, method: str, **parameters: Any) -> Any:
        query = urllib.parse.urlencode(parameters)
        answer = self.http.get(f"/rest/{method}?{self.login}&{query}")
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        return answer.json()["subsonic-response"]

    def found(self) -> dict[str, str]:
        told = self.ask("search3", query="", songCount=100)["searchResult3"]
        return {song["title"]: song["id"] for song in told.get("song", [])}

    def analysed(self) -> bool:
        told = self.ask("search3", query="", songCount=100)["searchResult3"]["song"]
        return all("trackGain" in song["replayGain"] for song in told)

    def starred(self) -> set[str]:
        return {song["id"] for song in self.ask("getStarred2")["starred2"].get("song", [])}

    def like(self, id_: str) -> Any:
        """None if it was done, or what was said instead."""
        like = id_ not in self.liked
        told = self.ask("star" if like else "unstar", id=id_)
        if told["status"] == "ok":
            self.liked ^= {id_}
            return None
        return told["error"]

    def rung(self, title: str, name: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        path = f"/api/philomel/v1/tracks/{self.songs[title]}/playback"
        files = self.http.get(path, headers=headers).json()["files"]
        return self.http.get(next(file["path"] for file in files if file["name"] == name))

    def scanned(self) -> bool:
        return not self.ask("getScanStatus")["scanStatus"]["scanning"]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    process, music = Process(tmp_path / "all"), tmp_path / "music"
    for number in range(6):
        make(music / f"{number}.wav", {"title": f"Early {number}"}, frequency=200.0 + 50 * number,
             seconds=3)  # fmt: skip
    process.start()
    shape = Shape(process.url, process, {"all": process})
    login, token = shape.add_listener("anna", admin=True), shape.token("anna")
    shape.add_music(music)
    process.done("scan", "--wait", "analysis")
    process.stop()
    (tmp_path / "all.small").mkdir()
    process.within = (
        *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT), str(process.data),
    )  # fmt: skip
    process.start()
    with httpx.Client(base_url=process.url, timeout=60) as http:
        made = Small(process, music, login, token, http)
        made.songs = made.found()
        yield made
    process.kill()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)  # between two looks; what is waited for is the condition


def test_it_says_so_serves_on_and_recovers(small: Small) -> None:
    assert len(small.songs) == 6
    for id_ in list(small.songs.values())[:3]:
        assert small.like(id_) is None
    small.fill()
    refused = []
    for id_ in [*small.songs.values()] * 200:
        # What room the files have is used up first.
        if (error := small.like(id_)) is not None:
            refused.append(error)
            if len(refused) == 3:
                break
    assert [("full" in error["message"]) for error in refused] == [True] * 3, refused
    # All that needs no room goes on, also what encodes as one listens.
    assert small.http.get("/healthz").status_code == 200
    assert small.starred() == small.liked
    assert small.found() == small.songs
    song = small.songs["Early 0"]
    original = small.http.get(f"/rest/stream?{small.login}&id={song}")
    assert original.content == (small.music / "0.wav").read_bytes()
    made = small.http.get(f"/rest/stream?{small.login}&id={song}&format=mp3&maxBitRate=64")
    assert made.content[:1] == b"\xff"
    # What needs room is refused in plain words, and leaves nothing half.
    answer = small.rung("Early 0", "flac")
    assert answer.status_code == 503, (answer.status_code, answer.text[:300])
    for number in range(4):
        make(small.music / f"late-{number}.wav", {"title": f"Late {number}"},
             frequency=700.0 + 50 * number, seconds=3)  # fmt: skip
    assert "full" in small.ask("startScan")["error"]["message"]
    # Room enough to begin with a scan, and too little to end it.
    with small.filler.open("r+b") as file:
        file.truncate(small.filler.stat().st_size - (96 << 10))
    small.ask("startScan")
    small.fill()
    assert small.starred() == small.liked

    small.filler.unlink()
    until(lambda: small.like(song) is None)
    assert small.starred() == small.liked
    until(small.scanned)
    until(lambda: small.ask("startScan")["status"] == "ok")
    until(lambda: len(small.found()) == 10)
    small.songs = small.found()
    until(lambda: small.rung("Late 0", "flac").status_code == 200)
    until(small.analysed)
    small.process.stop()
    lines = [line for line in small.process.said().splitlines() if line.startswith("{")]
    warned = [told["message"] for told in map(json.loads, lines) if told["level"] == "warning"]
    assert [message for message in warned if "the disk is full" in message], warned
    assert not list(small.process.data.rglob("*.tmp"))
