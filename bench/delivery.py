"""Start, idle memory, and how soon bytes come: ranges, transcodes, seeks in transcodes.

    python -m bench.delivery [--music DIR] [--rounds 200]

Loopback, warm page cache. First byte counts from sending the request on an open
connection until the first byte of the body. A seek is a new transcode with an offset.
"""

import argparse
import http.client
import json
import time
import urllib.parse
from pathlib import Path

from bench.process import usage
from bench.server import Server, machine, percentile, rest

SOUND = 6_000
"""Bytes after which the headers of every format are over (Vorbis: code books, about 4 kB)."""

WESNOTH = Path("/usr/share/games/wesnoth/1.16/data/core/music")


def first_bytes(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> tuple[float, float]:
    """Milliseconds until the first byte of the body, and until it surely holds sound."""
    started = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read(1)
    first = (time.perf_counter() - started) * 1000
    answer.read(SOUND)
    sound = (time.perf_counter() - started) * 1000
    if answer.status not in (200, 206):
        raise RuntimeError(f"status {answer.status}")
    if headers:
        answer.read()
    else:
        connection.close()
    return first, sound


def summary(times: list[float]) -> dict[str, float]:
    return {f"p{percent}_ms": round(percentile(times, percent), 2) for percent in (50, 90, 99)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=WESNOTH)
    parser.add_argument("--work", type=Path, default=Path("bench/out"))
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    data = options.work.resolve() / f"delivery-{time.time_ns()}"
    report: dict[str, object] = {"machine": machine()}
    with Server(data) as server:
        login = server.add_user()
        server.cli("library", "add", str(options.music.resolve()))
        server.cli("scan", "--wait", "analysis", "--json")
        songs = rest(server.url, login, "search3", {"query": "", "songCount": 40})
        ids = [song["id"] for song in songs["searchResult3"]["song"] if song["duration"] > 60]
        connection = http.client.HTTPConnection("127.0.0.1", server.port)

        def measure(extra: dict[str, str | int], headers: dict[str, str]) -> dict[str, float]:
            times, sounds, before = [], [], usage(server.process.pid).cpu
            for index in range(options.rounds):
                query = urllib.parse.urlencode({"id": ids[index % len(ids)], **extra})
                path = f"/rest/stream?{login}&{query}"
                first, sound = first_bytes(connection, path, headers)
                times.append(first)
                sounds.append(sound)
            spent = usage(server.process.pid).cpu - before
            return summary(times[5:]) | {
                "sound_p50_ms": round(percentile(sounds[5:], 50), 2),
                "cpu_ms": round(spent * 1000 / options.rounds, 2),
            }

        report["range"] = measure({"format": "raw"}, {"Range": "bytes=100000-165535"})
        for codec in ("opus", "mp3", "aac", "ogg"):
            report[f"transcode_{codec}"] = measure({"format": codec, "maxBitRate": 128}, {})
        report["seek_opus"] = measure({"format": "opus", "maxBitRate": 128, "timeOffset": 45}, {})
        report["seek_mp3"] = measure({"format": "mp3", "maxBitRate": 128, "timeOffset": 45}, {})
    with Server(data) as server:
        time.sleep(5)
        idle = usage(server.process.pid)
        report["ready_s"] = round(server.ready_after, 2)
        report["idle_pss_mb"] = round(idle.pss / 1e6, 1)
        report["idle_processes"] = idle.processes
        time.sleep(10)
        report["idle_cpu_percent"] = round((usage(server.process.pid).cpu - idle.cpu) * 10, 2)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
