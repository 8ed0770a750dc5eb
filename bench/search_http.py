"""Search as you type over HTTP: what `bench.search` measures at the contract, at two doors.

A real server over a catalogue of made-up tracks; a listener who may see three of its four libraries
types query after query, over one connection: `search3` as a player does, `/v1/search` as a
program does, each keystroke once at either, ten artists, albums and tracks each.
"""

import http.client
import json
import time
import urllib.parse
from collections import defaultdict

from bench.browse import prepare
from bench.queries import Wanted, queries
from bench.server import Server, percentile, rest
from bench.shelves import Shelves

_TELL_SECONDS = 30.0
_COUNTS = {"artistCount": 10, "albumCount": 10, "songCount": 10}


def measure(shelves: Shelves, count: int, seconds: float, *, keep: bool) -> None:
    """Type so many queries, or for so long."""
    data, _ = prepare(shelves.count, keep=keep)
    admin = json.loads((data / "filled.json").read_text())[0]
    with Server(data) as server:
        wanted = queries(shelves, count)
        _await_index(server, admin, wanted)
        server.cli("library", "restrict", "spoken")
        listener = data / "listener.json"
        if not listener.exists():
            listener.write_text(json.dumps(server.add_user("listener", admin=False)))
        token = json.loads(server.cli("token", "listener", "--json"))["access_token"]
        doors = Doors(server, json.loads(listener.read_text()), token)
        for want in wanted[:10]:
            doors.type(want)
        doors.times.clear()
        started = told = time.perf_counter()
        for done, want in enumerate(wanted, 1):
            doors.type(want)
            if time.perf_counter() > told + _TELL_SECONDS:
                told = time.perf_counter()
                print(f"{done} of {count} queries", flush=True)
            if time.perf_counter() > started + seconds:
                print(f"ended after {done} of {count} queries")
                break
        doors.print()


class Doors:
    """Both doors over one connection each."""

    def __init__(self, server: Server, player: str, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._player = player + "&" + urllib.parse.urlencode(_COUNTS)
        self._token = {"Authorization": f"Bearer {token}"}
        self.times: dict[str, list[float]] = defaultdict(list)

    def type(self, want: Wanted) -> None:
        for length in range(1, len(want.typed) + 1):
            typed = urllib.parse.quote(want.typed[:length])
            self._get("search3", f"/rest/search3?{self._player}&query={typed}", {})
            path = f"/v1/search?type=artist,album,track&limit=10&q={typed}"
            if want.typed[:length].strip():
                self._get("/v1/search", path, self._token)

    def _get(self, name: str, path: str, headers: dict[str, str]) -> None:
        started = time.perf_counter()
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        self.times[name].append(time.perf_counter() - started)

    def print(self) -> None:
        print("\n| over HTTP | n | p50 ms | p90 | p99 | p99.9 |\n|---|---|---|---|---|---|")
        for name, times in self.times.items():
            figures = " | ".join(f"{percentile(times, p) * 1000:.2f}" for p in (50, 90, 99, 99.9))
            print(f"| {name} | {len(times)} | {figures} |")


def _await_index(server: Server, login: str, wanted: list[Wanted]) -> None:
    """Until the last kind that the index is filled with, tracks, can be found."""
    started = time.perf_counter()
    words = [want.typed for want in wanted if want.kind == "track" and not want.typo][:5]
    while not all(
        rest(server.url, login, "search3", {"query": word})["searchResult3"].get("song")
        for word in words
    ):
        time.sleep(2)
    print(f"the index was there after {time.perf_counter() - started:.0f} s more", flush=True)
