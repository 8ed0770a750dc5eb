"""First scan, unchanged rescan, memory, and how other calls fare meanwhile.

    python -m bench.scan [--files 20000] [--work DIR] [--peer]

The first scan counts from the start of the command until the last file is found by
search. `--peer` scans the same files with supysonic 0.7.9 from PyPI, in an environment of
its own.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections import defaultdict
from pathlib import Path

import mutagen
from bench.peer import Supysonic
from bench.process import usage
from bench.server import Server, machine, percentile, rest


class Load:
    """Browse, search, star and stream calls, one after the other, each timed."""

    def __init__(self, url: str, login: str) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self._url, self._login = url, login
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _timed(self, name: str, parameters: dict[str, str | int]) -> dict[str, object]:
        started = time.perf_counter()
        answer = rest(self._url, self._login, name, dict(parameters))
        self.times[name].append((time.perf_counter() - started) * 1000)
        return answer

    def _stream(self, track: str) -> None:
        request = urllib.request.Request(
            f"{self._url}/rest/stream?{self._login}&id={track}&format=raw",
            headers={"Range": "bytes=0-4095"},
        )
        started = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
        self.times["stream"].append((time.perf_counter() - started) * 1000)

    def _round(self) -> None:
        self._timed("getAlbumList2", {"type": "newest", "size": 50})
        self._timed("getArtists", {})
        found = rest(self._url, self._login, "search3", {"query": "a", "songCount": 20})
        self._timed("search3", {"query": "lov", "songCount": 20})
        songs = found["searchResult3"].get("song", [])
        if songs:
            self._timed("star", {"id": songs[0]["id"]})
            self._stream(songs[0]["id"])

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            try:
                self._round()
            except (OSError, RuntimeError) as error:
                self.errors.append(str(error))


class Memory:
    """The largest sum of PSS over the server, its workers and the command that waits."""

    def __init__(self) -> None:
        self.peak = 0
        self.processes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            seen = usage(os.getpid(), itself=False)
            if seen.pss > self.peak:
                self.peak, self.processes = seen.pss, seen.processes

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def last_file(music: Path) -> tuple[str, str]:
    """Title and path of the file that a sorted walk comes to last."""
    last = max((path for path in music.rglob("*") if path.is_file()), key=os.fsencode)
    tags = mutagen.File(last, easy=True)
    return str(tags["title"][0]), str(last.relative_to(music))


def scan(music: Path, data: Path, files: int, *, loaded: bool) -> dict[str, object]:
    """Scan `music` into a new data folder and scan it again unchanged."""
    title, path = last_file(music)
    with Server(data) as server:
        login = server.add_user()
        server.cli("library", "add", str(music))
        before = usage(server.process.pid)
        memory = Memory()
        load = Load(server.url, login)
        if loaded:
            load.start()
        started = time.perf_counter()
        command = threading.Thread(target=server.cli, args=("scan", "--json"))
        command.start()
        while True:
            found = rest(server.url, login, "search3", {"query": title, "songCount": 100})
            songs = found["searchResult3"].get("song", [])
            if any(song["path"].endswith(path) for song in songs):
                break
            time.sleep(0.25)
        wall = time.perf_counter() - started
        command.join()
        cpu = usage(server.process.pid).cpu - before.cpu
        if loaded:
            load.stop()
        memory.stop()
        started, before = time.perf_counter(), usage(server.process.pid)
        again = json.loads(server.cli("scan", "--json"))
        rescan = time.perf_counter() - started
        rescan_cpu = usage(server.process.pid).cpu - before.cpu
    return {
        "files": files,
        "files_per_second": round(files / wall),
        "wall_s": round(wall, 2),
        "server_cpu_s": round(cpu, 2),
        "peak_pss_mb": round(memory.peak / 1e6, 1),
        "processes": memory.processes,
        "rescan_files_per_second": round(files / rescan),
        "rescan_wall_s": round(rescan, 2),
        "rescan_server_cpu_s": round(rescan_cpu, 2),
        "rescan_unchanged": again["unchanged"],
        "calls_ms": {
            name: {
                "n": len(times),
                "p50": round(percentile(times, 50), 1),
                "p99": round(percentile(times, 99), 1),
            }
            for name, times in load.times.items()
        },
        "call_errors": load.errors[:5],
    }


def peer(music: Path, work: Path, files: int) -> dict[str, object]:
    """The same files through supysonic's scanner."""
    supysonic = Supysonic(work)
    supysonic.add(music)
    first, again = supysonic.scan(), supysonic.scan()
    return {
        "files_per_second": round(files / first),
        "wall_s": round(first, 2),
        "rescan_files_per_second": round(files / again),
        "rescan_wall_s": round(again, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--work", type=Path, default=Path("bench/out"))
    parser.add_argument("--peer", action="store_true", help="scan with supysonic as well")
    parser.add_argument("--idle", action="store_true", help="make no calls meanwhile")
    options = parser.parse_args()
    work = options.work.resolve()
    music = work / f"music-{options.files}"
    complete = work / f"music-{options.files}.complete"
    if not complete.exists():
        generate = [sys.executable, "bench/generate.py", str(music), "--files", str(options.files)]
        subprocess.run(generate, check=True)
        complete.touch()
    data = work / f"data-{time.time_ns()}"
    report = {
        "machine": machine(),
        "philomel": scan(music, data, options.files, loaded=not options.idle),
    }
    if options.peer:
        report["supysonic"] = peer(music, work, options.files)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
