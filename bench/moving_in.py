"""Moving in: how long `philomel import navidrome` takes, and what others feel meanwhile.

    python -m bench.moving_in --tracks 200000 --marks 20000

The library and Navidrome's file are made up; a tenth of the songs there is not in the library.
A player asks the server for a page of albums all the time, and says how long it waited.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
from pathlib import Path

from bench.browse import OUT, prepare
from bench.process import usage
from bench.server import Server, machine, percentile, rest
from tests.servers.navidrome import Navidrome

_SONGS = """SELECT t.title, a.name AS artist, b.name AS album, t.duration_ms / 1000.0, f.path
FROM tracks t JOIN albums b ON b.id = t.album_id JOIN files f ON f.id = t.file_id
JOIN track_credits c ON c.track_id = t.id AND c.role = 0 JOIN artists a ON a.id = c.artist_id
GROUP BY t.id LIMIT ?"""
_LIKED = "2024-01-02 03:04:05+00:00"


def make(path: Path, catalog: Path, marks: int, *, by_path: bool) -> None:
    """A database with that many liked, rated and played songs of one person, and one playlist."""
    there = Navidrome.make(path, "/srv/music", "mover")
    with sqlite3.connect(catalog) as connection:
        found = connection.execute(_SONGS, (marks * 9 // 10,)).fetchall()
    songs = [
        (f"s{n}", path_.decode() if by_path else f"{n}.mp3", title, artist, album, length)
        for n, (title, artist, album, length, path_) in enumerate(found)
    ]
    songs += [
        (f"s{n}", f"new/{n}.mp3", f"Unheard {n}", "Nobody", "Nothing", 9.0)
        for n in range(len(songs), marks)
    ]
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO media_file VALUES (?, ?, ?, ?, ?, '', '', ?, 0, 0, '', 1, '{}')", songs
        )
        connection.executemany(
            "INSERT INTO annotation VALUES ('user-mover', ?, 'media_file', 3, ?, 4, 1, ?, NULL)",
            [(song[0], _LIKED, _LIKED) for song in songs],
        )
    there.playlist("mover", "long", "Long", [song[0] for song in songs[-10_000:]])


def bring(data: Path, path: Path) -> tuple[float, dict[str, object]]:
    """Seconds of an import, and what it says."""
    started = time.perf_counter()
    order = [sys.executable, "-m", "philomel", "import", "navidrome", str(path)]
    done = subprocess.run(
        [*order, "--json", "--data", str(data)], check=True, capture_output=True, text=True
    )
    person = json.loads(done.stdout)["people"][0]
    return time.perf_counter() - started, person["marks"]["track"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=200_000)
    parser.add_argument("--marks", type=int, default=20_000)
    parser.add_argument("--by-tags", action="store_true", help="paths say nothing")
    parser.add_argument("--keep", action="store_true", help="use the library of an earlier run")
    options = parser.parse_args()
    filled, _ = prepare(options.tracks, keep=options.keep)
    data = OUT / "moving-in"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(filled, data)
    login = json.loads((data / "filled.json").read_text())[0]
    path = OUT / "navidrome.db"
    path.unlink(missing_ok=True)
    make(path, next(data.rglob("catalog.sqlite")), options.marks, by_path=not options.by_tags)
    print(f"{machine()}\n{options.tracks:,} tracks here, {options.marks:,} marked songs there")
    waits: list[float] = []
    refused: list[float] = []
    over = threading.Event()
    with Server(data) as server:

        def listen() -> None:
            while not over.is_set():
                asked = time.perf_counter()
                try:
                    rest(server.url, login, "getAlbumList2", {"type": "newest", "size": 20})
                except urllib.error.HTTPError:
                    refused.append(asked)
                waits.append((time.perf_counter() - asked) * 1000)
                time.sleep(0.02)

        listener = threading.Thread(target=listen)
        listener.start()
        for name in ("first", "second"):
            waits.clear()
            before = usage(server.process.pid).cpu
            seconds, marks = bring(data, path)
            busy = usage(server.process.pid).cpu - before
            p50, p99, worst = percentile(waits, 50), percentile(waits, 99), max(waits)
            print(f"{name} run: {seconds:.1f} s, {busy:.1f} s of the server's CPU, {marks}")
            print(
                f"  a player meanwhile: p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {worst:.0f} ms,"
                f" {len(refused)} of {len(waits)} refused"
            )
        over.set()
        listener.join()


if __name__ == "__main__":
    main()
