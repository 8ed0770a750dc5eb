"""Backup, restore and move: what they cost those who listen, and what a kill leaves.

python -m bench.keeping calls --tracks 200000
python -m bench.keeping kills --rounds 200
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.browse import prepare
from bench.server import Server, machine, percentile, rest
from tests.journeys import processes
from tests.journeys.processes import PROGRAM, Process, environment
from tests.journeys.shapes import make_database
from tests.media.files import make
from tests.servers import postgres, s3

from philomel.app.keeping import manifest
from philomel.app.keeping.restore import check

SECONDS = 20.0
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("getAlbumList2", {"type": "newest", "size": 50}),
    ("search3", {"query": "lo", "songCount": 20}),
    ("star", {}),
    ("scrobble", {}),
)


def calls(tracks: int) -> None:
    """The times of calls, while no backup is made and while one follows the other."""
    data, _ = prepare(tracks, keep=True)
    login = json.loads((data / "filled.json").read_text())[0]
    print(machine())
    with Server(data) as server:
        server.cli("reindex")
        found = rest(server.url, login, "search3", {"query": "lo", "songCount": 200})
        ids = [song["id"] for song in found["searchResult3"]["song"] if _known(server, login, song)]
        for name in ("without", "with"):
            seen, backups = _listen(server, login, ids, backing=name == "with")
            for call, times in sorted(seen.items()):
                p50, p99 = (percentile(times, p) * 1000 for p in (50, 99))
                slowest = max(times) * 1000
                count = len(times)
                print(f"| {name} | {call} | {count} | {p50:.1f} | {p99:.1f} | {slowest:.1f} |")
            for made in backups:
                seconds, held = made["seconds"], made["held_seconds"] * 1000
                print(f"{made['bytes'] >> 20} MiB in {seconds} s, writers held {held:.1f} ms")


def _known(server: Server, login: str, song: dict[str, Any]) -> bool:
    """Whether it can be liked: some of the made up ids are larger than 128 bits."""
    try:
        rest(server.url, login, "star", {"id": song["id"]})
    except RuntimeError:
        return False
    return True


def _listen(
    server: Server, login: str, ids: list[str], *, backing: bool
) -> tuple[dict[str, list[float]], list[dict[str, Any]]]:
    over = threading.Event()
    seen: dict[str, list[float]] = defaultdict(list)
    backups: list[dict[str, Any]] = []

    def listen() -> None:
        chance = random.Random(7)
        while not over.is_set():
            for name, parameters in CALLS:
                more = {} if parameters else {"id": chance.choice(ids)}
                started = time.perf_counter()
                rest(server.url, login, name, {**parameters, **more})
                seen[name].append(time.perf_counter() - started)
            over.wait(0.02)  # a person, not a flood: what is measured is waiting

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if not backing:
                over.wait(0.5)
                continue
            with tempfile.TemporaryDirectory(dir=server.data.parent) as folder:
                backups.append(json.loads(server.cli("backup", f"{folder}/backup", "--json")))
    finally:
        over.set()
        listener.join()
    return seen, backups


def kills(rounds: int) -> None:
    """Kill each of the three at random moments; what must not be is an error."""
    chance = random.Random(11)
    folder = Path(tempfile.mkdtemp(prefix="philomel-kills-"))
    with postgres.start(folder / "postgres") as database, _s3(folder / "s3") as endpoint:
        here = _installation(folder)
        whole = folder / "whole"
        took = {"backup": _took(here, "backup", str(whole))}
        counted: dict[str, list[int]] = {name: [0, 0] for name in ("backup", "restore", "move")}
        for number in range(rounds):
            name = ("backup", "restore", "move")[number % 3]
            if name == "backup":
                killed = _backup(here, folder / f"b{number}", took[name] * chance.uniform(0.3, 1.1))
            elif name == "restore":
                killed = _restore(folder / f"r{number}", whole, chance.uniform(0.3, 1.3))
            else:
                settings = {
                    "database": make_database(database, f"moved_{number}"),
                    "blobs": f"s3://{s3.BUCKET}/{number}",
                    "s3.endpoint": endpoint,
                    "s3.access_key": s3.ACCESS_KEY,
                    "s3.secret_key": s3.SECRET_KEY,
                }
                there = Process(folder / f"m{number}", settings)
                killed = _move(folder / f"h{number}", here, there, chance.uniform(0.4, 2.6))
            counted[name][0] += 1
            counted[name][1] += int(killed)
    shutil.rmtree(folder)
    for name, (tried, ended) in counted.items():
        print(f"{name}: {tried} rounds, {ended} killed at work, nothing lost, nothing half")


def _s3(folder: Path) -> Any:
    folder.mkdir()
    return s3.start(folder)


def _installation(folder: Path) -> Process:
    process = Process(folder / "here")
    for number in range(30):
        make(folder / "music" / f"{number}.ogg", {"title": f"Song {number}"}, seconds=0.2)
    process.done("user", "add", "anna", "--admin", "--password-stdin", given="a nightingale sang")
    process.done("library", "add", str(folder / "music"), "--name", "music")
    process.done("scan", "--wait", "analysis")
    return process


def _took(process: Process, *arguments: str) -> float:
    started = time.monotonic()
    process.done(*arguments)
    return time.monotonic() - started


def _killed(process: Process, seconds: float, *arguments: str) -> bool:
    line = [*PROGRAM, *arguments, "--data", str(process.data)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(line, stdout=quiet, stderr=quiet, env=environment()) as running:
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            return True
    return False


def _backup(here: Process, folder: Path, seconds: float) -> bool:
    killed = _killed(here, seconds, "backup", str(folder))
    if folder.exists():
        check(folder)
    else:
        assert killed
        here.done("backup", str(folder))
    assert not folder.with_name(folder.name + ".tmp").exists()
    shutil.rmtree(folder)
    return killed


def _restore(folder: Path, whole: Path, seconds: float) -> bool:
    target = Process(folder)
    target.done("user", "add", "bert", "--admin", "--password-stdin", given="a nightingale sang")
    killed = _killed(target, seconds, "restore", str(whole), "--force")
    outcome = target.cli("user", "list", "--json")
    if outcome.status:
        assert outcome.json()["error"]["code"] == "unfinished", outcome.out
    else:
        assert outcome.json()["users"][0]["name"] in {"anna", "bert"}
    target.done("restore", str(whole), "--force")
    assert target.done("user", "list")["users"][0]["name"] == "anna"
    again = folder.with_name(f"{folder.name}-again")
    target.done("backup", str(again))
    rows = {each.service: each.rows for each in manifest.read(whole).databases}
    found = {each.service: each.rows for each in manifest.read(again).databases}
    assert found == rows
    shutil.rmtree(folder)
    shutil.rmtree(again)
    return killed


def _move(folder: Path, origin: Process, there: Process, seconds: float) -> bool:
    shutil.copytree(origin.data, folder)
    here = Process(folder)
    settings = str(there.data / "philomel.toml")
    killed = _killed(here, seconds, "move", "--to", settings)
    moved = (here.data / "moved.json").exists()
    arrived = (there.data / "keys").exists() and not (there.data / "arriving.json").exists()
    assert moved or not arrived, "both places are open"
    if not moved:
        here.done("app-password", "add", "anna", "meanwhile")
    if not arrived:
        here.done("move", "--to", settings)
    kept = there.done("app-password", "list", "anna")["app_passwords"]
    assert len(kept) == (0 if moved else 1)
    assert there.done("reindex")["documents"] >= 30
    shutil.rmtree(folder)
    shutil.rmtree(there.data)
    return killed


def main() -> None:
    processes.STOP_SECONDS = 60.0  # the machine may be busy: what a stop takes is no question here
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("calls").add_argument("--tracks", type=int, default=200_000)
    commands.add_parser("kills").add_argument("--rounds", type=int, default=200)
    parsed = parser.parse_args()
    if parsed.what == "calls":
        calls(parsed.tracks)
    else:
        kills(parsed.rounds)


if __name__ == "__main__":
    main()
