"""Backups of a server that is hard at work, and what comes back from them."""

import io
import json
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.journeys.players import rest
from tests.journeys.processes import PROGRAM, Process, environment
from tests.journeys.shapes import Shape, all_in_one, split
from tests.journeys.test_crashes import fill
from tests.media.files import make
from tests.servers.s3 import BUCKET

from philomel.app.refusal import Exit

SONGS = 20


class Listening:
    """People who like and play, and what was acknowledged to them."""

    def __init__(self, url: str, login: str, ids: list[str]) -> None:
        self.liked: list[str] = []
        self.played: list[tuple[str, int]] = []
        self.slowest = 0.0
        self._url, self._login, self._ids = url, login, ids
        self._over = threading.Event()
        self._threads = [threading.Thread(target=do) for do in (self._like, self._play)]

    @contextmanager
    def going_on(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(60)

    def _like(self) -> None:
        # Liked and unliked in turn, so that every round is a change.
        for number in range(1_000_000):
            if self._over.is_set():
                return
            id_ = self._ids[number % len(self._ids)]
            self._call("star", id=id_)
            if number < len(self._ids):
                self.liked.append(id_)

    def _play(self) -> None:
        at = 1_700_000_000_000
        while not self._over.is_set():
            at += 300_000
            id_ = self._ids[at // 300_000 % len(self._ids)]
            self._call("scrobble", id=id_, time=at)
            self.played.append((id_, at))

    def _call(self, name: str, **parameters: object) -> None:
        started = time.monotonic()
        rest(self._url, self._login, name, **parameters)
        self.slowest = max(self.slowest, time.monotonic() - started)


def songs_of(shape: Shape, login: str, folder: Path) -> list[str]:
    for number in range(SONGS):
        tags = {"title": f"Early {number}", "artist": "The First"}
        make(folder / f"{number}.ogg", tags, frequency=200.0 + 5 * number)
    shape.add_music(folder, "first")
    found = rest(shape.url, login, "search3", query="", songCount=SONGS)["searchResult3"]["song"]
    return [song["id"] for song in found]


def column(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as driver:
        return driver.execute(statement).fetchall()


def values(path: Path, statement: str) -> set[Any]:
    return {row[0] for row in column(path, statement)}


def check_whole(folder: Path, databases: Path) -> None:
    """No reference dangles, and no event is missing.

    Args:
        folder: with the log.
        databases: folder of the services' files.
    """
    catalog = databases / "catalog.sqlite"
    tracks = values(catalog, "SELECT id FROM tracks UNION SELECT old FROM aliases")
    things = tracks | values(catalog, "SELECT id FROM albums UNION SELECT id FROM artists")
    assert values(databases / "playlists.sqlite", "SELECT item_id FROM mark") <= things
    assert values(databases / "plays.sqlite", "SELECT track_id FROM play") <= tracks
    people = values(databases / "accounts.sqlite", "SELECT id FROM users")
    assert values(databases / "plays.sqlite", "SELECT user_id FROM play") <= people
    if (databases / "media.sqlite").exists():
        # A scan registers an asset first; what has come so far may have no file yet.
        files = values(catalog, "SELECT id FROM files WHERE state = 1")
        assert files <= values(databases / "media.sqlite", "SELECT id FROM assets")
    log = folder / "log.sqlite"
    kept = {
        path.stem: values(path, "SELECT event_id FROM inbox")
        for path in databases.glob("*.sqlite")
        if path != log
    }
    names = dict(column(log, "SELECT id, name FROM topic"))
    for group, topic, position in column(log, "SELECT consumer, topic, next FROM position"):
        (end,) = column(log, f"SELECT coalesce(max(offset) + 1, 0) FROM record_{topic}")[0]
        assert position <= end
        done = values(log, f"SELECT event_id FROM record_{topic} WHERE offset < {position}")
        # The index has no inbox; it is made anew.
        assert group == "search" or str(group) not in kept or done <= kept[str(group)], (
            group,
            names,
        )


def counted(databases: Path) -> None:
    """Every play was heard of: what others keep of plays is what plays keeps."""
    plays = dict(
        column(databases / "plays.sqlite", "SELECT track_id, count(*) FROM play GROUP BY 1")
    )
    totals = dict(column(databases / "plays.sqlite", "SELECT track_id, times FROM track_total"))
    assert totals == plays


def test_a_backup_under_load_is_whole(tmp_path: Path) -> None:
    shape = all_in_one(tmp_path)
    restored: Process | None = None
    try:
        login = shape.add_listener("anna", admin=True)
        ids = songs_of(shape, login, tmp_path / "first")
        many = tmp_path / "many"
        fill(many)
        shape.operator.done("library", "add", str(many), "--name", "many")
        listening = Listening(shape.url, login, ids)
        scanning = threading.Thread(target=shape.operator.cli, args=("scan",))
        held = []
        acknowledged: list[tuple[str, int]] = []
        with listening.going_on():
            scanning.start()
            for number in range(3):
                acknowledged = list(listening.played)
                folder = tmp_path / f"backup {number}"
                done = shape.operator.done("backup", str(folder))
                held.append(done["held_seconds"])
                assert (done["missing"], done["keys"]) == ([], True)
                check_whole(folder, folder / "databases")
                kept = set(
                    column(
                        folder / "databases" / "plays.sqlite",
                        "SELECT track_id, played_at FROM play",
                    )
                )
                assert set(acknowledged) <= kept
            scanning.join(90)
        assert min(held) < 0.2
        assert acknowledged
        shape.kill()

        restored = Process(tmp_path / "restored")
        restored.done("restore", str(folder))
        check_whole(restored.data, restored.data)
        # Another machine: other paths, other inodes, other times.
        for name in ("first", "many"):
            there = tmp_path / "elsewhere" / name
            shutil.copytree(tmp_path / name, there, copy_function=shutil.copyfile)
            shutil.rmtree(tmp_path / name)
        restored.start()
        for name in ("first", "many"):
            restored.done("library", "relocate", name, str(tmp_path / "elsewhere" / name))
        assert restored.done("scan")["missing"] == 0
        login_there = login  # the same app password: the key ring came along
        liked = rest(restored.url, login_there, "getStarred2")["starred2"]["song"]
        assert {song["id"] for song in liked} <= set(ids)
        total = len(column(folder / "databases" / "plays.sqlite", "SELECT * FROM play"))
        until = time.monotonic() + 30
        while True:  # what was on its way at that moment arrives
            songs = [rest(restored.url, login_there, "getSong", id=id_)["song"] for id_ in ids]
            if sum(song.get("playCount", 0) for song in songs) == total:
                break
            assert time.monotonic() < until
            time.sleep(0.05)
        restored.stop()
        counted(restored.data)
        tracks = values(restored.data / "catalog.sqlite", "SELECT id FROM tracks")
        assert len(tracks) == len(values(restored.data / "catalog.sqlite", "SELECT id FROM files"))
    finally:
        shape.kill()
        if restored is not None:
            restored.kill()


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 64), "green").save(made, "PNG")
    return made.getvalue()


def test_a_split_server_on_one_moment(tmp_path: Path, postgres_url: str, s3_url: str) -> None:
    """Core on PostgreSQL with its log in a file; media keeps its own elsewhere."""
    shape = split(tmp_path, postgres_url, s3_url, BUCKET)
    restored = Process(tmp_path / "restored")
    try:
        login = shape.add_listener("anna", admin=True)
        ids = songs_of(shape, login, tmp_path / "first")
        listening = Listening(shape.url, login, ids)
        with listening.going_on():
            for number in range(3):
                before = list(listening.played)
                folder = tmp_path / f"backup {number}"
                made = shape.operator.done("backup", str(folder))
                check_whole(folder, folder / "databases")
                plays = folder / "databases" / "plays.sqlite"
                assert set(before) <= set(column(plays, "SELECT track_id, played_at FROM play"))
        assert made["missing"] == ["media"]
        refused = shape.processes["media"].cli("backup", str(tmp_path / "none"))
        assert refused.status == Exit.USAGE
        shape.kill()
        # Into one process on SQLite; what media knew is found again.
        restored.done("restore", str(folder))
        restored.start()
        restored.done("scan", "--full", "--wait", "analysis")
        assert rest(restored.url, login, "getStarred2")["starred2"]["song"]
        address = f"{restored.url}/rest/download?{login}&id={ids[0]}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.read(4) == b"OggS"
    finally:
        shape.kill()
        restored.kill()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Process:
    """A stopped installation with a song, a picture and a person."""
    folder = tmp_path_factory.mktemp("small")
    process = Process(folder / "data")
    tags = {"title": "Nightingale", "artist": "Anna"}
    make(folder / "music" / "song.flac", tags, cover=picture())
    process.done("user", "add", "anna", "--admin", "--password-stdin", given="a nightingale sang")
    process.done("library", "add", str(folder / "music"), "--name", "music")
    process.done("scan", "--wait", "analysis")
    return process


def test_what_is_damaged_is_not_restored(small: Process, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    made = small.done("backup", str(folder))
    assert made["files"] == len([path for path in folder.rglob("*") if path.is_file()]) - 1
    assert list((folder / "blobs").rglob("*.jpg"))
    assert folder.stat().st_mode & 0o777 == 0o700
    target = Process(tmp_path / "target")
    assert target.done("restore", str(folder), "--check")["bytes"] == made["bytes"]
    for victim in ("databases/catalog.sqlite", "log.sqlite", "keys"):
        broken = tmp_path / "broken"
        shutil.copytree(folder, broken)
        data = bytearray((broken / victim).read_bytes())
        data[len(data) // 2] ^= 1
        (broken / victim).write_bytes(data)
        outcome = target.cli("restore", str(broken), "--json")
        assert (outcome.status, outcome.json()["error"]["code"]) == (
            Exit.REFUSED,
            "damaged_backup",
        )
        shutil.rmtree(broken)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for change, code in (
        ({"format": 99}, "later_backup"),
        ({"databases": [{**manifest["databases"][0], "compatible_from": 999}]}, "later_backup"),
        ({"files": [{"path": "../outside", "size": 1, "sha256": ""}]}, "damaged_backup"),
    ):
        (folder / "manifest.json").write_text(json.dumps({**manifest, **change}))
        outcome = target.cli("restore", str(folder), "--json")
        assert outcome.json()["error"]["code"] == code
    assert target.cli("restore", str(tmp_path)).status == Exit.NOT_FOUND
    assert not list(target.data.glob("*.sqlite"))


def test_restore_asks_before_it_replaces(small: Process, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    small.done("backup", str(folder), "--without-keys")
    assert not (folder / "keys").exists()
    assert small.cli("backup", str(folder)).status == Exit.REFUSED
    target = Process(tmp_path / "target")
    target.done("user", "add", "bert", "--admin", "--password-stdin", given="a nightingale sang")
    own = (target.data / "keys").read_bytes()
    assert target.cli("restore", str(folder)).status == Exit.REFUSED
    target.start()
    assert target.cli("restore", str(folder), "--force").status == Exit.REFUSED
    target.stop()
    done = target.done("restore", str(folder), "--force")
    assert [user["name"] for user in target.done("user", "list")["users"]] == ["anna"]
    assert (target.data / "keys").read_bytes() == own
    aside = target.data / done["aside"]
    assert values(aside / "accounts.sqlite", "SELECT name FROM users") == {"bert"}
    assert target.done("reindex")["documents"] > 0


def limited(process: Process, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that cannot write a file of more than some kilobytes: a full disk."""
    script = (
        "import resource, signal, sys;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        "from philomel.app.cli import main;"
        "sys.exit(main(sys.argv[1:]))"
    )
    line = [PROGRAM[0], "-c", script, *arguments, "--data", str(process.data)]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment())


def test_a_full_disk_leaves_nothing_half(small: Process, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    failed = limited(small, "backup", str(folder))
    assert failed.returncode == Exit.UNAVAILABLE, failed.stderr
    assert "Traceback" not in failed.stderr
    assert list(tmp_path.iterdir()) == []
    small.done("backup", str(folder))

    target = Process(tmp_path / "target")
    target.done("user", "add", "bert", "--admin", "--password-stdin", given="a nightingale sang")
    failed = limited(target, "restore", str(folder), "--force")
    assert failed.returncode == Exit.UNAVAILABLE, failed.stderr
    # What was there before is back, and works.
    assert [user["name"] for user in target.done("user", "list")["users"]] == ["bert"]
    assert not list(target.data.glob("replaced-*"))

    shutil.copytree(small.data, tmp_path / "leaving")
    leaving, there = Process(tmp_path / "leaving"), Process(tmp_path / "there")
    to = str(there.data / "philomel.toml")
    failed = limited(leaving, "move", "--to", to)
    assert failed.returncode == Exit.UNAVAILABLE, failed.stderr
    assert "Traceback" not in failed.stderr
    # The old place is as it was; with room the move goes on.
    users = leaving.done("user", "list")
    leaving.done("move", "--to", to)
    assert there.done("user", "list") == users


def test_killed_at_any_moment(small: Process, tmp_path: Path) -> None:
    """A backup is there or not; a restore is run again, and nothing serves half of one."""
    folder, target = tmp_path / "backup", Process(tmp_path / "target")
    target.done("user", "add", "bert", "--admin", "--password-stdin", given="a nightingale sang")
    for round_ in range(3):
        delay = 0.2 + 0.1 * round_
        if not kill_after(delay, small, "backup", str(folder)):
            assert not folder.exists() or small.done("restore", str(folder), "--check")
    if not folder.exists():
        small.done("backup", str(folder))
    assert not folder.with_name("backup.tmp").exists()
    for round_ in range(3):
        delay = 0.2 + 0.1 * round_
        kill_after(delay, target, "restore", str(folder), "--force")
        half = (target.data / "arriving.json").exists()
        users = target.cli("user", "list", "--json")
        if half:
            assert users.json()["error"]["code"] == "unfinished"
        else:
            assert [user["name"] for user in users.json()["users"]] in (["anna"], ["bert"])
    target.done("restore", str(folder), "--force")
    assert [user["name"] for user in target.done("user", "list")["users"]] == ["anna"]
    for aside in target.data.glob("replaced-*"):
        assert values(aside / "accounts.sqlite", "SELECT name FROM users")


def kill_after(seconds: float, process: Process, *arguments: str) -> bool:
    """Whether the command was done before it was killed."""
    running = subprocess.Popen(
        [*PROGRAM, *arguments, "--data", str(process.data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    try:
        return running.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
        running.wait()
        return False
