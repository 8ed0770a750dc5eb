"""What a listener waits for in the web player: sound after a click, frames, search, first paint.

    python -m bench.web [--music DIR] [--only click shaped scroll search lighthouse] [--keep]

A real server with 10,000 small files and four albums of whole pieces, and one whose catalogue was
filled with 50,000 tracks; Debian's Chromium, driven by `measure.mjs`. `--music` names a folder that
`bench.generate` wrote before.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.browse import prepare
from bench.generate import albums, write_album
from bench.server import Server, machine
from tools import web
from tools.engines import install_project

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "bench" / "out"
WESNOTH = Path("/usr/share/games/wesnoth")
PARTS = ("click", "shaped", "scroll", "search", "lighthouse")
NAME = "bench"
PASSWORD = "correct horse battery"
WORDS = ("velvet river", "lantern", "gentle machin")
EACH = 12
ENCODERS = {
    "flac": ("-c:a", "flac", "-sample_fmt", "s16"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "256k"),
    "ogg": ("-c:a", "copy"),
    "opus": ("-c:a", "libopus", "-b:a", "128k"),
}


def pieces(folder: Path) -> None:
    """Albums of whole pieces, one for each format."""
    sources = sorted(WESNOTH.glob("*/data/core/music/*.ogg"))[:EACH]
    for format_, encoder in ENCODERS.items():
        album = folder / f"Bench {format_}"
        album.mkdir(parents=True, exist_ok=True)
        for number, source in enumerate(sources, 1):
            target = album / f"{number:02} {source.stem}.{format_}"
            if target.exists():
                continue
            told = {"title": source.stem, "artist": "Bench", "album": album.name, "track": number}
            tags = [word for key, value in told.items() for word in ("-metadata", f"{key}={value}")]
            if format_ in ("ogg", "opus"):
                tags = [
                    word
                    for key, value in told.items()
                    for word in ("-metadata:s:a:0", f"{key}={value}")
                ]
            part = target.with_suffix(f".part.{format_}")
            subprocess.run(
                ["ffmpeg", "-loglevel", "error", "-y", "-i", str(source), "-map", "0:a",
                 "-map_metadata", "-1", *encoder, *tags, str(part)],
                check=True,
            )  # fmt: skip
            part.rename(target)


def library(tracks: int) -> Path:
    """A folder with that many small files."""
    folder = OUT / f"music-{tracks}"
    mark = folder.with_suffix(".complete")
    if not mark.exists():
        print(f"writing {tracks} files to {folder}", flush=True)
        for album in albums(tracks, 1):
            write_album(folder, album, 1)
        mark.touch()
    return folder


def table(seen: dict[str, Any]) -> list[str]:
    rows = ["| | target | p50 | p90 | slowest | n |", "|---|---|---|---|---|---|"]

    def row(name: str, target: str, values: list[float]) -> None:
        ordered = sorted(values)
        p50, p90 = (ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for p in (50, 90))
        rows.append(
            f"| {name} | {target} | **{p50:.0f} ms** | {p90:.0f} ms | {ordered[-1]:.0f} ms"
            f" | {len(ordered)} |"
        )

    kinds = {
        "cold": ("click, nothing fetched before", "120 ms", "265 ms"),
        "hovered": ("click, the pointer was on it", "50 ms", ""),
        "next": ("next, near the end", "50 ms", ""),
    }
    for part, which in (("click", 1), ("shaped", 2)):
        where = "" if part == "click" else ", 50 ms and 5 Mbit/s"
        for kind, names in kinds.items():
            if part in seen:
                by_format = seen[part][kind]
                row(names[0] + where, names[which], [n for v in by_format.values() for n in v])
                for name, values in by_format.items():
                    row(f"· {name}", "", values)
    if "search" in seen:
        s = seen["search"]
        rows.append(
            f"| key to results | 100 ms | **{s['p50']:.0f} ms** | {s['p90']:.0f} ms"
            f" | {s['worst']:.0f} ms | {s['n']} |"
        )
    return rows


def report(seen: dict[str, Any]) -> None:
    """What one part has seen."""
    if "chromium" in seen:
        print(f"\n{machine()}, Chromium {seen['chromium']}, Node {seen['node']}")
    if seen.keys() & {"click", "shaped", "search"}:
        print("\n" + "\n".join(table(seen)))
    if "search" in seen:
        s = seen["search"]
        print(f"\nTyped fast into a slow search: {s['sent']} sent, {s['aborted']} given up.")
    if "scroll" in seen:
        s = seen["scroll"]
        print(f"\nScrolling {s['rows']:,} tracks, main-thread CPU a frame (target 8 ms)\n")
        print("| px a frame | all | script | frames/s |\n|---|---|---|---|")
        for step in ("60", "1200"):
            one = s[step]
            print(
                f"| {step} | **{one['task']:.1f} ms** | {one['script']:.1f} ms | {one['fps']:.0f} |"
            )
    if "lighthouse" in seen:
        light = seen["lighthouse"]
        print(
            f"\nLighthouse {light['version']}, desktop, Node {light['node']},"
            f" {light['tracks']} tracks found by one letter\n"
        )
        print("| page | performance | accessibility | best practices | LCP | TBT | CLS |")
        print("|---|---|---|---|---|---|---|")
        for name, one in light["pages"].items():
            print(
                f"| {name} | {one['performance']:.0f} | {one['accessibility']:.0f}"
                f" | {one['practices']:.0f} | {one['lcp']:.0f} ms | {one['tbt']:.0f} ms"
                f" | {one['cls']:.3f} | {' '.join(one['below'])}"
            )


def real_server(data: Path, folders: list[Path]) -> None:
    """A data folder with an owner, who has added the folders."""
    with Server(data) as server:
        server.cli("user", "add", NAME, "--admin", "--password-stdin", stdin=PASSWORD)
        for folder in folders:
            server.cli("library", "add", str(folder), "--name", folder.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--music", type=Path)
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=5, help="runs of Lighthouse")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=())
    parser.add_argument("--keep", action="store_true", help="the data of the run before")
    parser.add_argument("--prepare", action="store_true", help="and measure nothing")
    wanted = parser.parse_args()
    if not web.is_built():
        web.build()
    target = ROOT / ".tools" / "bench-web"
    install_project(Path(__file__).parent, target, "Lighthouse and Playwright")
    data = OUT / "web-real"
    if not (wanted.keep and data.with_suffix(".complete").exists()):
        shutil.rmtree(data, ignore_errors=True)
        data.with_suffix(".complete").unlink(missing_ok=True)
        pieces(OUT / "web-pieces")
        real_server(data, [wanted.music or library(wanted.tracks), OUT / "web-pieces"])
        data.with_suffix(".complete").touch()
    filled, _ = prepare(wanted.rows, keep=True)
    shutil.copy(Path(__file__).parent / "measure.mjs", target / "measure.mjs")
    with Server(data) as real, Server(filled) as long:
        real.cli("scan", "--wait", "analysis")
        if wanted.prepare:
            return
        asked = {
            "real": real.url, "filled": long.url, "times": wanted.times, "name": NAME,
            "password": PASSWORD, "only": wanted.only, "words": WORDS,
        }  # fmt: skip
        with subprocess.Popen(
            ["node", str(target / "measure.mjs"), json.dumps(asked)],
            env=dict(os.environ) | web.environment(), stdout=subprocess.PIPE, text=True,
        ) as measuring:  # fmt: skip
            for line in measuring.stdout or ():
                report(json.loads(line))
                sys.stdout.flush()
    if measuring.returncode:
        sys.exit("not everything could be measured")


if __name__ == "__main__":
    main()
