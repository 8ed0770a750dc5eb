"""A server's start on a library of 200,000 tracks, and what it holds when it is idle."""

import argparse
import json
import shutil
import time
from pathlib import Path

from bench.filling import fill
from bench.process import usage
from bench.server import Server, machine, percentile, rest
from bench.shelves import Shelves

OUT = Path(__file__).parent / "out"
IDLE_SECONDS = 10


def prepare(tracks: int, *, keep: bool) -> tuple[Path, str]:
    """A data folder with that many tracks and their index; the folder and a player's login."""
    data = OUT / f"coldstart-{tracks}"
    ready = data / "filled.json"
    if not (keep and ready.exists()):
        shutil.rmtree(data, ignore_errors=True)
        data.parent.mkdir(exist_ok=True)
        with Server(data) as server:
            login = server.add_user()
        fill(next(data.rglob("catalog.sqlite")), Shelves(tracks))
        with Server(data) as server:
            started = time.perf_counter()
            while not rest(server.url, login, "search3", {"query": "love"})["searchResult3"].get(
                "song"
            ):
                time.sleep(0.2)
            print(f"the index was made in {time.perf_counter() - started:.0f} s")
            time.sleep(2)
            print(f"{usage(server.process.pid).pss >> 20} MiB PSS after that")
        ready.write_text(json.dumps(login))
    return data, json.loads(ready.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=200_000)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="20,000 tracks, two starts")
    parser.add_argument("--keep", action="store_true", help="use the data of the run before")
    options = parser.parse_args()
    if options.quick:
        options.tracks, options.starts = 20_000, 2
    data, login = prepare(options.tracks, keep=options.keep)
    print(f"{machine()}, {options.tracks:,} tracks")
    starts, first, idle, cpu = [], [], [], []
    for _ in range(options.starts):
        with Server(data) as server:
            starts.append(server.ready_after)
            asked = time.perf_counter()
            rest(server.url, login, "getAlbumList2", {"type": "newest", "size": 50})
            rest(server.url, login, "search3", {"query": "lov"})
            first.append(time.perf_counter() - asked)
            time.sleep(2)
            before = usage(server.process.pid)
            time.sleep(IDLE_SECONDS)
            after = usage(server.process.pid)
            idle.append(after.pss / 2**20)
            cpu.append((after.cpu - before.cpu) / IDLE_SECONDS * 100)
    print("\n| | median | worst |\n|---|---|---|")
    for name, values, unit in (
        ("healthy after", starts, "s"),
        ("then the first list and the first search", first, "s"),
        ("idle, PSS of all processes", idle, "MiB"),
        ("idle, CPU of a core", cpu, "%"),
    ):
        print(f"| {name} | {percentile(values, 50):.2f} {unit} | {max(values):.2f} {unit} |")


if __name__ == "__main__":
    main()
