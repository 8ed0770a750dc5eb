"""A library that moved whole is matched again: how fast, how completely, in how much memory.

    python -m bench.identity [--files 100000] [--work DIR] [--music DIR]

Two moves are measured, one after the other, each by the next scan: every folder renamed (the
same bytes, times and inodes under other paths, which say enough without a look at the tags),
and everything copied to other paths with new inodes and times, as on another machine. The
background analysis is off: tags alone decide the second, as they do in the first minutes.
`--music` names an existing set of files: links to them are moved, and they stay. Each step
is told on standard error as it ends. 100,000 files need about five minutes of a quiet machine,
without the making of the files, which takes three.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.process import usage
from bench.scan import Memory
from bench.server import Server, machine

RENAMED_S = 60.0
PEAK_MB = 250.0
"""What a library of 100,000 files may need."""


def rename_all(music: Path) -> None:
    """Every folder with files gets another path, and every file another name."""
    for number, folder in enumerate(sorted(p for p in music.rglob("*") if p.is_dir())[::-1]):
        files = [entry for entry in folder.iterdir() if entry.is_file()]
        if not files:
            continue
        place = music / "moved" / f"{number % 97:02}" / f"{number} {folder.name}"
        place.mkdir(parents=True)
        for file in files:
            file.rename(place / f"m {file.name}")


def copy_all(music: Path) -> None:
    """The same bytes in new files, with new times, under other paths."""
    fresh = music.with_name(music.name + "-copy")
    shutil.copytree(music / "moved", fresh / "copied", copy_function=shutil.copyfile)
    shutil.rmtree(music)
    fresh.rename(music)


def ids(data: Path) -> dict[tuple[str, int, int | None, str], str]:
    """Tracks by what does not change: their ids."""
    with sqlite3.connect(f"file:{data / 'catalog.sqlite'}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT t.title, t.duration_ms, t.track_number, a.name, t.id, f.size FROM tracks t "
            "JOIN albums a ON a.id = t.album_id JOIN files f ON f.id = t.file_id "
            "WHERE NOT t.missing"
        )
        return {(r[0], r[1], r[2], f"{r[3]} {r[5]}"): r[4] for r in rows}


def rescan(server: Server) -> dict[str, Any]:
    memory = Memory()
    used = usage(server.process.pid).cpu
    started = time.perf_counter()
    status = json.loads(server.cli("scan", "--json"))
    wall = time.perf_counter() - started
    memory.stop()
    return {
        "wall_s": round(wall, 2),
        "cpu_s": round(usage(server.process.pid).cpu - used, 2),
        "load": round(os.getloadavg()[0], 1),
        "peak_pss_mb": round(memory.peak / 1e6, 1),
        **{name: status[name] for name in ("found", "added", "changed", "moved", "missing")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--work", type=Path, default=Path("bench/out"))
    parser.add_argument("--music", type=Path)
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    music = work / f"identity-{time.time_ns()}"
    if options.music is None:
        command = [sys.executable, "bench/generate.py", str(music), "--files", str(options.files)]
        subprocess.run(command, check=True)
    else:
        shutil.copytree(options.music, music, copy_function=os.link)
    data = work / f"identity-data-{time.time_ns()}"
    report: dict[str, Any] = {"machine": machine(), "files": options.files}
    peaks = []
    with Server(data, PHILOMEL_MEDIA_ANALYSIS_WORKERS="0") as server:
        server.cli("library", "add", str(music))
        before: dict[tuple[str, int, int | None, str], str] = {}
        for name, move in (
            ("first", None), ("unchanged", None), ("renamed", rename_all), ("copied", copy_all)
        ):  # fmt: skip
            if move is not None:
                move(music)
            found = rescan(server)
            if move is None:
                before = ids(data)
            else:
                after = ids(data)
                found["kept"] = sum(after.get(key) == id_ for key, id_ in before.items())
                found["of"] = len(before)
            report[name] = found
            peaks.append(found["peak_pss_mb"])
            print(name, json.dumps(found), file=sys.stderr, flush=True)
    renamed = report["renamed"]
    report["targets, for 100,000 files"] = {
        f"renamed whole in {RENAMED_S:.0f} s": f"{renamed['wall_s']} s",
        f"peak PSS of every scan {PEAK_MB:.0f} MB": f"{max(peaks)} MB",
    }
    print(json.dumps(report, indent=2))
    for folder in (music, data):
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
