"""How soon the ladder plays: the first part of a rung that is not there yet, and of one that is.

    python -m bench.ladder [--music DIR] [--tracks 20]

Loopback, warm page cache, one listener. The first part counts from asking for the header of
the rung on an open connection until the last byte of its first part; what a player asks for
before that (the master playlist and the rung's) was answered. A whole rung counts from there
until its last part.
"""

import argparse
import http.client
import json
import re
import time
import urllib.parse
from pathlib import Path
from typing import Any

from bench.delivery import WESNOTH, summary
from bench.process import usage
from bench.server import Server, machine, rest


class Listener:
    """One who plays HLS."""

    def __init__(self, server: Server, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self._token = token

    def get(self, path: str) -> bytes:
        self._connection.request("GET", path, headers={"Authorization": f"Bearer {self._token}"})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path.partition('?')[0]}: {answer.status} {body[:200]!r}")
        return body

    def playback(self, track: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get(f"/api/philomel/v1/tracks/{track}/playback"))
        return found

    def rungs(self, hls: str) -> dict[str, tuple[str, list[str]]]:
        """Header and parts of every rung, by its name."""
        found = {}
        for line in re.findall(r"(?m)^[^#\n]+", self.get(hls).decode()):
            index = urllib.parse.urljoin(hls, line)
            text = self.get(index).decode()
            header = re.search(r'URI="([^"]+)"', text)
            assert header is not None
            parts = [
                urllib.parse.urljoin(index, part) for part in re.findall(r"(?m)^[^#\n]+", text)
            ]
            found[line.partition("/")[0]] = (urllib.parse.urljoin(index, header[1]), parts)
        return found

    def first(self, rung: tuple[str, list[str]]) -> float:
        started = time.perf_counter()
        self.get(rung[0])
        self.get(rung[1][0])
        return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=WESNOTH)
    parser.add_argument("--work", type=Path, default=Path("bench/out"))
    parser.add_argument("--tracks", type=int, default=20)
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {"machine": machine()}
    with Server(work / f"ladder-{time.time_ns()}") as server:
        login = server.add_user()
        server.cli("library", "add", str(options.music.resolve()))
        server.cli("scan", "--wait", "analysis", "--json")
        made = json.loads(server.cli("token", "bench", "--json"))
        listener = Listener(server, made["token"] if "token" in made else made["access_token"])
        songs = rest(server.url, login, "search3", {"query": "e", "songCount": 200})
        tracks = [
            (song["id"], song["duration"])
            for song in songs["searchResult3"]["song"]
            if song["duration"] > 60
        ][: options.tracks]
        listener.playback(tracks[0][0])  # whoever imports, imports now
        time.sleep(2)
        uncached: dict[str, list[float]] = {}
        cached: dict[str, list[float]] = {}
        speed: dict[str, list[float]] = {}
        for track, seconds in tracks:
            for name, rung in listener.rungs(listener.playback(track)["hls"]).items():
                uncached.setdefault(name, []).append(listener.first(rung))
                started = time.perf_counter()
                for part in rung[1][1:]:
                    listener.get(part)
                speed.setdefault(name, []).append(seconds / (time.perf_counter() - started))
                time.sleep(0.05)  # between its last part and its publication
                cached.setdefault(name, []).append(listener.first(rung))
        report["first_part_uncached"] = {name: summary(each) for name, each in uncached.items()}
        report["first_part_cached"] = {name: summary(each) for name, each in cached.items()}
        report["times_real_time"] = {
            name: round(sum(each) / len(each)) for name, each in speed.items()
        }
        parts = [
            part
            for _, rung in listener.rungs(listener.playback(tracks[0][0])["hls"]).items()
            for part in rung[1]
        ]
        before = usage(server.process.pid).cpu
        count = 0
        while count < 2000:
            for part in parts:
                listener.get(part)
                count += 1
        report["cached_part_cpu_ms"] = round(
            (usage(server.process.pid).cpu - before) * 1000 / count, 3
        )
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
