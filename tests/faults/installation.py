"""One installation with real files that is killed again and again, and what must be there after."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.client import HTTPException
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from PIL import Image
from tests.faults.lists import Lists
from tests.journeys.players import rest
from tests.journeys.processes import PROGRAM, Process, environment
from tests.journeys.shapes import Shape
from tests.media.files import make

from philomel.app.keeping.restore import check

AWAY = (OSError, HTTPException, ValueError, AssertionError)
"""What a client sees of a server that was killed."""

SUFFIXES = (".ogg", ".flac", ".mp3", ".wav")
LONG_SECONDS = 90.0


class Installation:
    """A server, its music, and what somebody was told is kept.

    Args:
        folder: a new one, for everything.
        chance: draws what happens.
        files: to begin with.
    """

    def __init__(self, folder: Path, chance: random.Random, files: int = 24) -> None:
        self.chance = chance
        self.music = folder / "music"
        self.titles: dict[Path, str] = {}
        self.away: dict[Path, bytes] = {}
        self.liked: dict[str, set[bool]] = {}
        self.process = Process(folder / "here")
        self.backing: Backing | None = None
        self._titles: dict[Path, str] = {}
        self._made = 0
        for _ in range(files):
            self.add()
        self.long = self.add(".wav", LONG_SECONDS)
        self.songs: dict[str, str] = {}

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, chance: random.Random, files: int = 24) -> Iterator[Self]:
        """It runs and knows its music; however this ends, nothing of it runs any more."""
        here = cls(folder, chance, files)
        try:
            here.begin()
            yield here
        finally:
            here.process.kill()
            if here.backing is not None:
                here.backing.kill()

    def begin(self) -> None:
        """Start it for the first time."""
        self.process.start()
        self.shape = Shape(self.process.url, self.process, {"all": self.process})
        self.login = self.shape.add_listener("anna", admin=True)
        self.token = self.shape.token("anna")
        self.shape.add_music(self.music)
        self.process.done("scan", "--wait", "analysis")
        self.songs = {song["title"]: song["id"] for song in self.listed()}
        self.lists = Lists(self.shape.token("anna"))
        self.lists.begin(self.process.url)

    def add(self, suffix: str | None = None, seconds: float | None = None) -> Path:
        """A new recording in a new album with a cover of its own."""
        self._made += 1
        number = self._made
        title = f"Piece {number:05d}"
        path = self.music / f"{number % 7}" / f"{number}" / f"x{suffix or self._pick(SUFFIXES)}"
        shade = (number * 37 % 256, number * 91 % 256, number * 53 % 256)
        make(
            path,
            {"title": title, "artist": f"Band {number % 5}", "album": f"Album {number}"},
            seconds=seconds or self.chance.uniform(0.4, 2.0),
            frequency=150.0 + number * 13 % 4000,
        )
        picture = BytesIO()
        Image.new("RGB", (700, 700), shade).save(picture, "PNG")
        (path.parent / "cover.png").write_bytes(picture.getvalue())
        self.titles[path] = self._titles[path] = title
        return path

    def shuffle(self, count: int) -> None:
        """Files come, are moved and change; the next time some are gone, and then come back."""
        some = [path for path in self.titles if path != self.long]
        self.chance.shuffle(some)
        if self.away:
            for path, data in self.away.items():
                path.write_bytes(data)
            self.titles |= {path: self._titles[path] for path in self.away}
            self.away.clear()
            for _ in range(count):
                self.add()
            for path in some[:count]:
                target = path.with_name(f"moved-{path.name}")
                path.rename(target)
                self.titles[target] = self._titles[target] = self.titles.pop(path)
        else:
            for path in some[:count]:
                self.away[path] = path.read_bytes()
                path.unlink()
                del self.titles[path]
            for path in some[count : 2 * count]:
                os.utime(path)

    def listed(self) -> list[Any]:
        """All songs that a player sees."""
        found: list[Any] = []
        while page := rest(
            self.process.url, self.login, "search3", query="", songCount=500,
            songOffset=len(found), artistCount=0, albumCount=0,
        )["searchResult3"].get("song", []):  # fmt: skip
            found += page
        return found

    @contextmanager
    def listener(self) -> Iterator[None]:
        """Somebody likes and forgets all the while, and remembers what was acknowledged."""
        over = threading.Event()
        chance = random.Random(self.chance.random())
        ids = sorted(self.songs.values())

        def listen() -> None:
            while not over.wait(0.01):
                id_, like = chance.choice(ids), chance.random() < 0.6
                kept = self.liked.get(id_, {False})
                self.liked[id_] = kept | {like}  # under way: either may come true
                try:
                    rest(self.process.url, self.login, "star" if like else "unstar", id=id_)
                    self.liked[id_] = {like}
                    self.lists.edit(self.process.url, chance, ids)
                except AWAY:
                    return

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(60)

    def open(self, path: str) -> Any:
        """A request of the administrator's program, or of an address that needs none."""
        headers = {"Authorization": f"Bearer {self.token}"} if path.startswith("/api") else {}
        request = urllib.request.Request(self.process.url + path, headers=headers)
        return urllib.request.urlopen(request, timeout=30)

    def read(self, path: str) -> None:
        with self.open(path) as answer:
            answer.read()

    def come_back(self) -> None:
        """It starts, and everything that was acknowledged is there."""
        self.process.start()
        self.check_databases()
        self.lists.check(self.process.url, self.process.data)
        starred = rest(self.process.url, self.login, "getStarred2")["starred2"].get("song", [])
        kept = {song["id"] for song in starred}
        for id_, may_be in self.liked.items():
            assert (id_ in kept) in may_be, "what was acknowledged is not so"
        told = self.process.done("scan")
        assert (told["phase"], told["found"], told["errors"]) == ("done", len(self.titles), 0)
        # What is away is still shown: likes wait for it.
        there = Counter([*self.titles.values(), *(self._titles[path] for path in self.away)])
        until = time.monotonic() + 20
        while (found := Counter(song["title"] for song in self.listed())) != there:
            assert time.monotonic() < until, (found - there, there - found, told)
            time.sleep(0.05)  # between two looks; what is waited for is the index
        songs = {song["title"]: song["id"] for song in self.listed()}
        assert all(songs[title] == id_ for title, id_ in self.songs.items()), "another id"
        self.songs = songs
        self.liked = {id_: {id_ in kept} for id_ in songs.values()}
        self.check_log()

    def check_databases(self) -> None:
        for path in self.process.data.glob("*.sqlite"):
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
                assert database.execute("PRAGMA foreign_key_check").fetchall() == [], path

    def check_log(self) -> None:
        said = self.process.said()
        for line in said.splitlines():
            assert not (line.startswith("{") and json.loads(line)["level"] == "error"), line
        assert "Traceback" not in said

    def check_leftovers(self) -> None:
        """Nothing lies around that nobody knows, once what is old enough was swept."""
        self.process.stop()
        blobs, data = self.process.data / "blobs", self.process.data
        before = time.time() - 3 * 86_400
        for path in [path for path in blobs.rglob("*") if path.is_file()]:
            os.utime(path, (before, before))
        self.process.start()
        self.add()
        self.process.done("scan", "--wait", "analysis")
        known = {f"{row[0]}" for row in self._rows("renditions", "SELECT name FROM renditions")}
        covers = self._covers()
        until = time.monotonic() + 20
        while left := self._unknown(known, covers):
            assert time.monotonic() < until, left
            time.sleep(0.1)  # between two looks; what is waited for is the sweep
            covers = self._covers()
        self.process.stop()
        patterns = ("*.tmp", "*.part", "*.unfinished", "arriving.json", "*.sock", "replaced-*")
        assert not [path for pattern in patterns for path in data.rglob(pattern)]
        assert not list((data / "spool").glob("*"))
        self.check_databases()
        self.process.start()

    def _covers(self) -> set[str]:
        kept = self._rows("catalog", "SELECT id FROM covers")
        drawn = self._rows("playlists", "SELECT id FROM mosaic")
        return {f"{row[0]}" for row in [*kept, *drawn]}

    def _unknown(self, known: set[str], covers: set[str]) -> list[Path]:
        blobs = self.process.data / "blobs"
        found = [path for path in (blobs / ".partial").glob("*") if path.is_file()]
        made = [path for path in (blobs / "renditions").rglob("*") if path.is_file()]
        found += [path for path in made if f"{path.relative_to(blobs / 'renditions')}" not in known]
        kept = (blobs / "covers").rglob("*.jpg")
        found += [path for path in kept if path.name.rpartition("-")[0] not in covers]
        return found

    def _rows(self, name: str, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.process.data / f"{name}.sqlite")) as database:
            return database.execute(query).fetchall()

    def _pick(self, some: tuple[str, ...]) -> str:
        return some[self._made % len(some)]


def scan(here: Installation) -> None:
    """Reading files when the end comes."""
    here.shuffle(6)
    _in_background(lambda: rest(here.process.url, here.login, "startScan"))


def analysis(here: Installation) -> None:
    """Decoding files when the end comes."""
    here.shuffle(4)
    here.process.done("scan")


def transcode(here: Installation) -> None:
    """Several listen to what is made as they listen."""
    id_ = here.songs[here.titles[here.long]]
    for format_ in ("mp3", "opus", "ogg"):
        address = f"/rest/stream?{here.login}&id={id_}&format={format_}&maxBitRate=96"
        _in_background(partial(here.read, address))


def hls(here: Installation) -> None:
    """Several rungs are being made and kept."""
    path = here.chance.choice([*here.titles, here.long, here.long])
    with here.open(f"/api/philomel/v1/tracks/{here.songs[here.titles[path]]}/playback") as answer:
        files = json.load(answer)["files"]
    for file in here.chance.sample(files[1:], 3):
        _in_background(partial(here.read, file["path"]))


def backup(here: Installation) -> None:
    """A backup is made beside the server."""
    here.backing = Backing(here.process, here.process.data.parent / "backup")


class Backing:
    """A backup in the making, which is killed with the server or goes on without it."""

    def __init__(self, process: Process, target: Path) -> None:
        self._process, self._target = process, target
        line = [*PROGRAM, "backup", str(target), "--data", str(process.data)]
        quiet = subprocess.DEVNULL
        self._running = subprocess.Popen(line, stdout=quiet, stderr=quiet, env=environment())

    def kill(self) -> None:
        self._running.kill()
        self._running.wait()

    def end(self, *, killed: bool) -> None:
        if killed:
            self._running.kill()
        status = self._running.wait(60)
        if self._target.exists():
            check(self._target)
        else:
            assert status != 0

    def again(self) -> None:
        """What is whole stays; what is not is made anew, and nothing lies beside it."""
        if not self._target.exists():
            self._process.done("backup", str(self._target))
        check(self._target)
        assert not list(self._target.parent.glob("backup?*"))
        shutil.rmtree(self._target)


WORK: dict[str, tuple[Callable[[Installation], None], float]] = {
    "scan": (scan, 0.8),
    "analysis": (analysis, 4.0),
    "transcode": (transcode, 1.0),
    "hls": (hls, 1.5),
    "backup": (backup, 2.0),
}
"""What is done, and within how many seconds the end comes."""


def kill_at_work(here: Installation, name: str) -> None:
    """One round: work, the end at a random moment, and the return."""
    begin, seconds = WORK[name]
    with here.listener():
        begin(here)
        time.sleep(here.chance.uniform(0.0, seconds))  # the moment of death is what is drawn
        here.process.kill()
    if here.backing is not None:
        here.backing.end(killed=here.chance.random() < 0.5)
    here.come_back()
    if here.backing is not None:
        here.backing.again()
        here.backing = None


def _in_background(work: Callable[[], Any]) -> None:
    def quietly() -> None:
        with suppress(*AWAY, urllib.error.URLError):
            work()

    threading.Thread(target=quietly, daemon=True).start()
