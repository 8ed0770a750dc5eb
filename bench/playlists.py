"""Playlists over HTTP: one of 10,000 entries, 1,000 lists, and rules over 200,000 tracks.

    python -m bench.playlists --tracks 200000

The library is made up. Its listener has 5,000 likes and 5,000 tracks that they played.
"""

import argparse
import json
import random
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bench.browse import prepare
from bench.filling import id_of
from bench.process import usage
from bench.server import Server, machine, percentile, rest

Call = Callable[[], Any]
ENTRIES, LISTS, KEPT = 10_000, 1_000, 5_000
_ROW = "| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |"
RULES: Mapping[str, Mapping[str, object]] = {
    "liked": {"rules": [{"field": "liked", "operator": "is", "values": ["true"]}]},
    "never played": {"rules": [{"field": "plays", "operator": "is", "values": ["0"]}]},
    "most played": {"sort": "plays", "descending": True, "limit": 100},
    "not heard for long": {
        "rules": [{"field": "last_played", "operator": "beyond_days", "values": ["30"]}],
        "sort": "last_played",
    },
    "a genre of some years, at random": {
        "rules": [
            {"field": "genre", "operator": "is", "values": ["Genre 1", "Genre 2"]},
            {"field": "year", "operator": "between", "values": ["1980", "1999"]},
        ],
        "sort": "random",
    },
    "every track": {},
}


class Listener:
    """Asks the server as one person, and says how long it took."""

    def __init__(self, server: Server, token: str, login: str) -> None:
        self._server = server
        self._token = token
        self._login = login

    def ask(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            self._server.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or b"null")

    def rest(self, name: str, **parameters: object) -> Any:
        return rest(self._server.url, self._login, name, parameters)

    def see(self, name: str, calls: Iterable[Call]) -> None:
        """All of the calls, one after the other; CPU is the server's, for each."""
        taken: list[float] = []
        cpu = usage(self._server.process.pid).cpu
        for call in calls:
            started = time.perf_counter()
            call()
            taken.append((time.perf_counter() - started) * 1000)
        cpu = (usage(self._server.process.pid).cpu - cpu) * 1000 / len(taken)
        row = percentile(taken, 50), percentile(taken, 99), max(taken), cpu
        print(_ROW.format(name, len(taken), *row), flush=True)


def play(data: Path, user: str, tracks: int) -> None:
    """What the listener heard, as it is counted."""
    now = int(time.time() * 1000)
    rows = [
        (user, "track", id_of("track", number), 1 + number % 40, now - number * 3_600_000)
        for number in range(0, tracks, max(1, tracks // KEPT))
    ]
    with sqlite3.connect(data / "plays.sqlite") as plays:
        plays.executemany(
            "INSERT OR IGNORE INTO play_count (user_id, kind, item_id, times, last_played_at) "
            "VALUES (?, ?, ?, ?, ?)",
            rows,
        )


def lists(me: Listener, tracks: int) -> None:
    chance = random.Random(5)
    songs = [id_of("track", number) for number in chance.sample(range(tracks), ENTRIES)]
    uris = [f"spotify:track:{id_}" for id_ in songs]
    print("\n| what | n | p50 ms | p99 | slowest | CPU ms each |\n|---|---|---|---|---|---|")
    long = me.ask("POST", "/v1/me/playlists", {"name": "Long"})["id"]
    path = f"/v1/playlists/{long}/tracks"

    def add(start: int, count: int, **more: object) -> Call:
        return partial(me.ask, "POST", path, {"uris": uris[start : start + count], **more})

    def move(start: int, before: int, length: int) -> Call:
        order = {"range_start": start, "insert_before": before, "range_length": length}
        return partial(me.ask, "PUT", path, order)

    def read(start: int, count: int) -> Call:
        return partial(me.ask, "GET", f"{path}?offset={start}&limit={count}")

    places = [chance.randrange(ENTRIES - 200) for _ in range(100)]
    me.see("append 100, up to 10,000", (add(n, 100) for n in range(0, ENTRIES, 100)))
    me.see("move one entry far", (move(n, ENTRIES - n, 1) for n in places))
    me.see("move 100 entries far", (move(n, (n * 7) % ENTRIES, 100) for n in places[:50]))
    gone = ({"tracks": [{"uri": uri}]} for uri in uris[:50])
    me.see("remove a track", (partial(me.ask, "DELETE", path, body) for body in gone))
    me.see("put one in the middle", (add(n, 1, position=5_000) for n in range(50)))
    me.see("read 100 at the start", (read(0, 100) for _ in range(100)))
    me.see("read 100 anywhere", (read(n, 100) for n in places))
    me.see("getPlaylist, all of it", [partial(me.rest, "getPlaylist", id=long)] * 5)
    create = partial(me.ask, "POST", "/v1/me/playlists")
    me.see("make a playlist", (partial(create, {"name": f"List {n}"}) for n in range(LISTS)))
    mine = me.ask("GET", "/v1/me/playlists?limit=50")["items"]
    for each in mine:
        some = chance.sample(uris, 20)
        me.ask("POST", f"/v1/playlists/{each['id']}/tracks", {"uris": some})
    page = "/v1/me/playlists?limit=50&offset="
    me.see("50 of 1,000, with covers", [partial(me.ask, "GET", f"{page}0")] * 50)
    me.see("50 of 1,000, empty ones", [partial(me.ask, "GET", f"{page}500")] * 50)
    me.see("getPlaylists, all 1,001", [partial(me.rest, "getPlaylists")] * 20)
    for name, rules in RULES.items():
        tried = {"rules": rules, "limit": 0}
        ask = partial(me.ask, "POST", "/api/philomel/v1/playlists/try", tried)
        me.see(f"count: {name}", [ask] * 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=200_000)
    parser.add_argument("--keep", action="store_true", help="use the library of the last run")
    parsed = parser.parse_args()
    print(machine())
    data, _ = prepare(parsed.tracks, keep=parsed.keep)
    name = f"lister{time.time_ns():x}"
    with Server(data) as server:
        login = server.add_user(name)
        token = json.loads(server.cli("token", name, "--json"))["access_token"]
        me = Listener(server, token, login)
        user = me.ask("GET", "/v1/me")["id"]
        play(data, user, parsed.tracks)
        for start in range(0, KEPT, 50):
            ids = ",".join(id_of("track", number) for number in range(start, start + 50))
            me.ask("PUT", f"/v1/me/tracks?ids={ids}")
        lists(me, parsed.tracks)
        print(f"\nserver: {usage(server.process.pid).pss >> 20} MiB")


if __name__ == "__main__":
    main()
