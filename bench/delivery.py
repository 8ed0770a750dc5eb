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
from collections.abc import Mapping
from pathlib import Path

from bench.peer import Supysonic
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


class Player:
    """Measures a Subsonic server."""

    def __init__(self, port: int, pid: int, login: str, rounds: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._pid, self._login, self._rounds = pid, login, rounds
        songs = rest(f"http://127.0.0.1:{port}", login, "search3", {"query": "e", "songCount": 100})
        self._ids = [s["id"] for s in songs["searchResult3"]["song"] if s["duration"] > 60]

    def measure(self, extra: Mapping[str, str | int], headers: dict[str, str]) -> dict[str, float]:
        times, sounds, before = [], [], usage(self._pid).cpu
        for index in range(self._rounds):
            query = urllib.parse.urlencode({"id": self._ids[index % len(self._ids)], **extra})
            path = f"/rest/stream?{self._login}&{query}"
            first, sound = first_bytes(self._connection, path, headers)
            times.append(first)
            sounds.append(sound)
        spent = usage(self._pid).cpu - before
        return summary(times[5:]) | {
            "sound_p50_ms": round(percentile(sounds[5:], 50), 2),
            "cpu_ms": round(spent * 1000 / self._rounds, 2),
        }

    def all(self, formats: tuple[str, ...]) -> dict[str, dict[str, float]]:
        """Ranges and transcodes, each with its figures."""
        wanted = {"Range": "bytes=100000-165535"}
        return {"range": self.measure({"format": "raw"}, wanted)} | {
            f"transcode_{name}": self.measure({"format": name, "maxBitRate": 128}, {})
            for name in formats
        }


def peer(music: Path, work: Path, rounds: int) -> dict[str, object]:
    """The same files from supysonic, which has no seek in a transcode."""
    supysonic = Supysonic(work)
    supysonic.add(music)
    supysonic.scan()
    with supysonic.serve() as (port, pid):
        player = Player(port, pid, supysonic.login, rounds)
        report: dict[str, object] = {**player.all(("opus", "mp3"))}
        report["idle_pss_mb"] = round(usage(pid).pss / 1e6, 1)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=WESNOTH)
    parser.add_argument("--work", type=Path, default=Path("bench/out"))
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--peer", action="store_true", help="measure supysonic as well")
    options = parser.parse_args()
    music, work = options.music.resolve(), options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    data = work / f"delivery-{time.time_ns()}"
    report: dict[str, object] = {"machine": machine()}
    with Server(data) as server:
        login = server.add_user()
        server.cli("library", "add", str(music))
        server.cli("scan", "--wait", "analysis", "--json")
        player = Player(server.port, server.process.pid, login, options.rounds)
        report |= player.all(("opus", "mp3", "aac", "ogg"))
        for name in ("opus", "mp3"):
            seek: dict[str, str | int] = {"format": name, "maxBitRate": 128, "timeOffset": 45}
            report[f"seek_{name}"] = player.measure(seek, {})
        report["after_use_pss_mb"] = round(usage(server.process.pid).pss / 1e6, 1)
    with Server(data) as server:
        time.sleep(5)
        idle = usage(server.process.pid)
        report["ready_s"] = round(server.ready_after, 2)
        report["idle_pss_mb"] = round(idle.pss / 1e6, 1)
        report["idle_processes"] = idle.processes
        time.sleep(10)
        report["idle_cpu_percent"] = round((usage(server.process.pid).cpu - idle.cpu) * 10, 2)
    if options.peer:
        report["supysonic"] = peer(music, work, options.rounds)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
