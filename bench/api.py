"""The public doors at 200,000 tracks: latency, CPU and behaviour under load, beside supysonic.

Both scan the same files, which are made first; all of it takes an hour the first time.

    python -m bench.api [--peer] [--quick] [--keep] [--only NAME] [--prepare]

One client first, call by call; then 64 connections in open loop at half of what was measured
that the server can do, and at twice as much. One of a hundred requests stars a track.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import household
from bench.asking import Load, Wire, closed_loop, get, open_loop
from bench.household import Household, Person, Size
from bench.numbered import Ids
from bench.process import usage
from bench.server import machine, percentile
from bench.shelves import Shelves
from bench.supysonic_people import PLAYLIST
from msgspec import Struct

OUT = Path(__file__).parent / "out"
Make = Callable[[Person], bytes]
CONNECTIONS = 64
WRITE_EACH = 100
SHOWN = 20
"""Answers whose fields are compared."""
PEER_SECONDS = 20.0
"""What a single call of the peer may take, all its requests together."""


class Call(Struct, frozen=True):
    """Attributes:
    make: a request of a person; the next one is another.
    target: p99, milliseconds.
    theirs: the same of supysonic, if it has it.
    """

    name: str
    make: Make
    target: float
    theirs: Make | None = None


class Seen(Struct):
    """Of one call, one client: latencies in ms, and CPU of all server processes in ms each.

    Attributes:
        bodies: some of the answers.
        size: of all answers' bodies, bytes.
    """

    taken: list[float]
    cpu: float
    bodies: list[bytes]
    size: int

    @property
    def kib(self) -> int:
        return self.size // len(self.taken) >> 10

    def fields(self) -> set[str]:
        return set().union(*(_fields(json.loads(body)) for body in self.bodies))

    def row(self) -> str:
        p50, p90, p99 = (percentile(self.taken, p) for p in (50, 90, 99))
        return f"{len(self.taken)} | {p50:.1f} | {p90:.1f} | {p99:.1f} | {self.cpu:.2f}"


class Calls:
    """Every measured call, with parameters that change from one to the next."""

    def __init__(self, size: Size, household: Household, peer: Ids | None, seed: int) -> None:
        self._size = size
        self._playlist = household.playlist
        self._ids = household.ids
        self._theirs = peer
        self._seed = seed
        self._chance = random.Random(seed)
        shelves: Shelves = size.shelves()
        self._words = [word for album in shelves.albums[:400] for word in album.name.split()]

    def star(self, person: Person) -> bytes:
        number = self._chance.randrange(self._size.tracks)
        return _rest(person.login, "star", id=self._ids("track", number))

    def their_star(self, person: Person) -> bytes:
        assert self._theirs is not None
        number = self._chance.randrange(self._size.tracks)
        return _rest(_peer(person), "star", id=self._theirs("track", number))

    def again(self) -> None:
        """Ask for the same things as after the last time: of the other server."""
        self._chance.seed(self._seed)

    def all(self) -> list[Call]:
        return [
            self._both("getAlbumList2, 500", 20, "getAlbumList2", self._page),
            self._both("getAlbum", 20, "getAlbum", lambda: {"id": ("album", self._album())}),
            self._both("getArtists", 20, "getArtists", dict),
            self._both("search3", 20, "search3", lambda: {"query": self._text()}),
            self._program("/v1/tracks, 50", lambda: f"tracks?ids={self._some('track', 50)}"),
            self._program("/v1/albums/{id}", lambda: f"albums/{self._some('album', 1)}"),
            self._program("/v1/search", self._search),
            self._program("/v1/me/tracks, 50", self._liked),
            *self.heavy(),
        ]

    def heavy(self) -> list[Call]:
        found = [
            self._both("getRandomSongs, 500", 100, "getRandomSongs", lambda: {"size": 500}),
        ]
        if self._playlist:
            name = f"getPlaylist, {self._size.playlist:,} tracks"
            found.append(
                Call(
                    name,
                    lambda person: _rest(person.login, "getPlaylist", id=self._playlist),
                    100,
                    lambda person: _rest(_peer(person), "getPlaylist", id=PLAYLIST),
                )
            )
        return found

    def mixed(self, people: list[Person], count: int) -> list[bytes]:
        """All calls but the heavy ones, as often each, and one write in a hundred."""
        calls = [call.make for call in self.all() if call.target < 100]
        return [
            self.star(person) if number % WRITE_EACH == 0 else calls[number % len(calls)](person)
            for number in range(count)
            for person in [people[number % len(people)]]
        ]

    def _both(self, name: str, target: float, method: str, some: Callable[[], Any]) -> Call:
        def ours(person: Person) -> bytes:
            return _rest(person.login, method, **_named(self._ids, some()))

        def theirs(person: Person) -> bytes:
            assert self._theirs is not None
            return _rest(_peer(person), method, **_named(self._theirs, some()))

        return Call(name, ours, target, theirs)

    def _program(self, name: str, path: Callable[[], str]) -> Call:
        return Call(name, lambda person: get(f"/v1/{path()}", person.token), 20)

    def _page(self) -> dict[str, Any]:
        kind = self._chance.choice(("newest", "alphabeticalByName"))
        last = max(1, self._size.albums - 500)
        return {"type": kind, "size": 500, "offset": self._chance.randrange(last)}

    def _album(self) -> int:
        return self._chance.randrange(self._size.albums)

    def _text(self) -> str:
        """A word as it is being typed."""
        word = self._chance.choice(self._words)
        return word[: self._chance.randint(3, max(3, len(word)))]

    def _some(self, kind: str, count: int) -> str:
        of = self._size.tracks if kind == "track" else self._size.albums
        return ",".join(self._ids(kind, self._chance.randrange(of)) for _ in range(count))

    def _search(self) -> str:
        kinds = "track,album,artist"
        return "search?" + urlencode({"q": self._text(), "type": kinds, "limit": 20})

    def _liked(self) -> str:
        return f"me/tracks?limit=50&offset={self._chance.randrange(max(1, self._size.likes - 50))}"


def _rest(login: str, method: str, **parameters: Any) -> bytes:
    return get(f"/rest/{method}?{login}&{urlencode(parameters)}")


def _named(naming: Ids, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters, with the ids of one server or the other."""
    return {
        name: naming(*value) if isinstance(value, tuple) else value
        for name, value in parameters.items()
    }


def _peer(person: Person) -> str:
    return household.peer_login(int(person.name.removeprefix("bench")))


class Target(Struct, frozen=True):
    """A server: its port, its process, and how it is written to."""

    port: int
    pid: int
    star: Make


async def one_client(
    target: Target, make: Make, people: list[Person], times: int, seconds: float
) -> Seen:
    """A call over and over, at most `seconds` long, each time for another person."""
    wire, taken, bodies, size = Wire(target.port), list[float](), list[bytes](), 0
    for person in people[:3]:
        await wire.ask(make(person))  # what is made once, such as a plan, is not counted
    before, ends = usage(target.pid).cpu, time.perf_counter() + seconds
    for number in range(times):
        person = people[number % len(people)]
        if number % WRITE_EACH == WRITE_EACH // 2:
            await wire.ask(target.star(person))
        request = make(person)
        started = time.perf_counter()
        reply = await wire.ask(request)
        taken.append((time.perf_counter() - started) * 1000)
        if reply.status != 200 or b'"failed"' in reply.body[:60]:
            raise RuntimeError(f"{request[:80]!r}: {reply.status} {reply.body[:200]!r}")
        size += len(reply.body)
        if number < SHOWN:
            bodies.append(reply.body)
        if time.perf_counter() > ends and number >= 2:
            break
    cpu = (usage(target.pid).cpu - before) / len(taken) * 1000
    wire.close()
    return Seen(taken, cpu, bodies, size)


def _fields(node: Any, path: str = "") -> set[str]:
    """The names of everything in an answer, lists as one entry."""
    if isinstance(node, list):
        return set().union(*(_fields(item, path) for item in node[:50]))
    if not isinstance(node, dict):
        return {path}
    return set().union(*(_fields(value, f"{path}/{name}") for name, value in node.items()))


async def singly(
    calls: Calls, ours: Target, peer: Target | None, house: Household, times: int, only: str
) -> float:
    """Every call with `only` in its name, by one client; gives the p50 of the mixture, ms."""
    print("\n| call | p99 at most | n | p50 ms | p90 | p99 | CPU ms | KiB |", end="")
    print(" supysonic n | p50 ms | p90 | p99 | CPU ms | KiB | requests per CPU-second, ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for call in (each for each in calls.all() if only in each.name):
        # The long playlist is the first person's.
        people = house.people[:1] if "getPlaylist" in call.name else house.people
        calls.again()
        seen = await one_client(ours, call.make, people, times, 120)
        row = f"| {call.name} | {call.target:.0f} ms | {seen.row()} | {seen.kib} |"
        if peer is None or call.theirs is None:
            print(row + " | | | | | | |", flush=True)
            continue
        calls.again()
        try:
            theirs = await one_client(peer, call.theirs, people, times, PEER_SECONDS)
        except RuntimeError as error:  # gunicorn ends what takes longer than half a minute
            print(f"{row} fails | | | | | | |\n\n{error}\n", flush=True)
            continue
        rest = f" {theirs.row()} | {theirs.kib} | {theirs.cpu / seen.cpu:.1f} |"
        print(row + rest, flush=True)
        missing = theirs.fields() - seen.fields()
        if missing:
            print(f"\nonly supysonic answers: {', '.join(sorted(missing))}\n")
    mixture = iter(calls.mixed(house.people, times * 2))
    taken = (await one_client(ours, lambda _: next(mixture), house.people, times, 60)).taken
    middle = percentile(taken, 50)
    print(
        f"\nall of the light calls mixed: p50 {middle:.1f} ms, p99 {percentile(taken, 99):.1f} ms"
    )
    return middle


async def loaded(calls: Calls, ours: Target, house: Household, middle: float, seconds: int) -> None:
    """Many connections: what the server can do, then half and twice as much."""

    def some(count: float) -> list[bytes]:
        return calls.mixed(house.people, int(count))

    await closed_loop(ours.port, some(200), 8)
    guess = (await closed_loop(ours.port, some(400), 8)).rate
    capacity = (await closed_loop(ours.port, some(guess * seconds), 8)).rate
    print(f"\ncapacity with 8 connections that wait for nothing: {capacity:.0f} requests/s")
    print("\n| open loop | asked/s | good/s | p50 ms | p99 | p99 / single p50 |", end="")
    print(" 429 or 503 with Retry-After | without | failed | timed out |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for share in (0.5, 2.0, 0.5):
        rate = capacity * share
        load = await open_loop(ours.port, some(rate * seconds), rate, CONNECTIONS)
        print(_load_row(f"{share:.0%}", rate, load, middle), flush=True)


def _load_row(name: str, rate: float, load: Load, middle: float) -> str:
    p50, p99 = (percentile(load.good, p) * 1000 for p in (50, 99))
    return (
        f"| {name} | {rate:.0f} | {load.rate:.0f} | {p50:.1f} | {p99:.1f} | {p99 / middle:.1f} |"
        f" {load.told} | {load.untold} | {load.failed} | {load.late} |"
    )


async def measure(options: argparse.Namespace, size: Size, house: Household) -> None:
    other = household.prepare_peer(OUT, size, keep=options.keep) if options.peer else None
    if options.prepare:
        return
    calls = Calls(size, house, household.ids_of(other) if other else None, options.seed)
    with ExitStack() as stack:
        peer = None
        if other is not None:
            port, pid = stack.enter_context(other.serve())
            peer = Target(port, pid, calls.their_star)
        server = stack.enter_context(house.server())
        await household.mint(house)
        await household.quiet(server.process.pid, options.settle)
        ours = Target(server.port, server.process.pid, calls.star)
        middle = await singly(calls, ours, peer, house, options.times, options.only)
        if options.only:
            return
        await loaded(calls, ours, house, middle, options.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=500, help="requests of each call")
    parser.add_argument("--seconds", type=int, default=20, help="of each part with 64 connections")
    parser.add_argument(
        "--settle", type=int, default=900, help="seconds to wait at most until the server rests"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="calls with this in their names, no load")
    parser.add_argument("--peer", action="store_true", help="measure supysonic too")
    parser.add_argument("--quick", action="store_true", help="10,000 tracks, 50 requests of each")
    parser.add_argument("--keep", action="store_true", help="use the data of the run before")
    parser.add_argument("--prepare", action="store_true", help="only make the data")
    options = parser.parse_args()
    size = Size()
    if options.quick:
        size = Size(tracks=10_000, albums=800, artists=400, likes=250, playlist=1_000)
        options.times, options.seconds, options.settle = 50, 5, 60
    house = household.prepare(OUT, size, keep=options.keep)
    print(f"{machine()}, {size.tracks:,} tracks, {size.people} people", flush=True)
    asyncio.run(measure(options, size, house))


if __name__ == "__main__":
    main()
