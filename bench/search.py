"""Search as you type over two million tracks, at the search service's contract.

Every keystroke of every query is a search for artists, albums and tracks together, by a
caller who may see some of the libraries. A fifth of the queries has a typo.
"""

import argparse
import asyncio
import os
import resource
import shutil
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import cast

from bench import search_http
from bench.process import usage
from bench.queries import SEEN, Wanted, queries, with_fields
from bench.server import machine, percentile
from bench.shelves import Shelves, Track

from philomel.engines.index import Document
from philomel.engines.index.tantivy import Index
from philomel.kernel.caller import Caller, CallerKind, acting
from philomel.kernel.clock import SystemClock
from philomel.services.catalog.contract import Catalog, Libraries, Library, LibraryKind
from philomel.services.playlists.contract import Playlists
from philomel.services.search.contract import Found, Search
from philomel.services.search.service import KINDS, SearchService

OUT = Path(__file__).parent / "out"
BATCH = 5_000
CALLER = Caller(CallerKind.USER, "someone".ljust(22, "0"), "someone", scopes=("*",))
Pairs = tuple[tuple[str, str], ...]
_SLOW = 40
_TODAY = int(time.time()) // 86_400
_TELL_SECONDS = 30.0


class OnlyLibraries:
    """The part of a catalogue that a search asks."""

    async def list_libraries(self, _request: object, /) -> Libraries:
        return Libraries(
            tuple(Library(f"lib{n}", f"lib{n}", LibraryKind.MUSIC, b"", 0) for n in range(SEEN))
        )


async def build(index: Index, shelves: Shelves) -> float:
    """Fill the index; seconds."""
    started = time.perf_counter()
    waiting: list[Document] = []
    since_flush = 0

    async def add(document: Document) -> None:
        nonlocal since_flush
        waiting.append(document)
        if len(waiting) == BATCH:
            await index.put(waiting, new=True)
            waiting.clear()
            since_flush += BATCH
            if since_flush >= 200_000:
                await index.flush()
                since_flush = 0

    for document in documents(shelves):
        await add(document)
    await index.put(waiting, new=True)
    await index.flush()
    return time.perf_counter() - started


def documents(shelves: Shelves) -> Iterator[Document]:
    """All there is, as the search service writes it."""
    lies_in: dict[int, set[str]] = defaultdict(set)
    for number, album in enumerate(shelves.albums):
        lies_in[album.artist].add(f"lib{album.library}")
        yield Document(
            f"album{number}", "album", album.name, shelves.artists[album.artist].name,
            (f"lib{album.library}",), album.popularity, *_facts(shelves, number),
        )  # fmt: skip
    for number, one in enumerate(shelves.artists):
        there = tuple(sorted(lies_in[number]))
        yield Document(f"artist{number}", "artist", one.name, "", there, one.popularity)
    for number, track in enumerate(shelves.tracks()):
        yield as_document(shelves, number, track)


def as_document(shelves: Shelves, number: int, track: Track, more: int = 0) -> Document:
    on = shelves.albums[track.album]
    artist = shelves.artists[on.artist].name
    fields, values, numbers = _facts(shelves, track.album)
    return Document(
        f"track{number}", "track", track.name, f"{artist} {on.name}", (f"lib{on.library}",),
        track.popularity + more, (*fields, ("album", on.name)),
        (*values, ("isrc", f"XXPHM{number:07}")), numbers,
    )  # fmt: skip


def _facts(shelves: Shelves, number: int) -> tuple[Pairs, Pairs, tuple[tuple[str, int], ...]]:
    album = shelves.albums[number]
    return (
        (("artist", shelves.artists[album.artist].name), ("genre", f"Genre {album.genre}")),
        (("upc", f"{number:012}"),),
        (("year", album.year), ("added", _TODAY - number * 700 // len(shelves.albums))),
    )


def row(name: str, times: list[float]) -> str:
    figures = [percentile(times, p) * 1000 for p in (50, 90, 99, 99.9)]
    return f"| {name} | {len(times)} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |"


class Result:
    """What was seen."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self.right: dict[str, list[bool]] = defaultdict(list)
        self.slow: list[tuple[float, str]] = []
        self.missed: list[str] = []
        self.cpu: list[float] = []

    def keystroke(self, typed: str, took: float, cpu: float, *, typo: bool) -> None:
        length = len(typed)
        name = "1" if length == 1 else "2" if length == 2 else "3" if length == 3 else "4-6"
        name = "7-12" if length > 6 else name
        self.times["13 and more" if length > 12 else name].append(took)
        self.times["all"].append(took)
        if typo:
            self.times["of queries with a typo"].append(took)
        self.cpu.append(cpu)
        self.slow.append((cpu, typed))
        if len(self.slow) > 10_000:
            self.slow = sorted(self.slow, reverse=True)[:_SLOW]

    def progress(self, done: int, of: int) -> None:
        wall = [percentile(self.times["all"], p) * 1000 for p in (50, 99)]
        cpu = [percentile(self.cpu, p) * 1000 for p in (50, 99)]
        print(
            f"{done:,} of {of:,} queries, {len(self.cpu):,} keystrokes: p50 {wall[0]:.2f} ms, p99 "
            f"{wall[1]:.2f} ms; CPU p50 {cpu[0]:.2f} ms, p99 {cpu[1]:.2f} ms",
            file=sys.stderr,
            flush=True,
        )

    def print(self) -> None:
        print("\n| letters typed | n | p50 ms | p90 | p99 | p99.9 |\n|---|---|---|---|---|---|")
        for name in ("1", "2", "3", "4-6", "7-12", "13 and more", "of queries with a typo", "all"):
            if self.times[name]:
                print(row(name, self.times[name]))
        print(row("all, CPU time", self.cpu))
        slow = sorted(self.slow, reverse=True)[:_SLOW]
        print("\nmost CPU time, ms:", ", ".join(f"{t * 1000:.0f} {q!r}" for t, q in slow))
        print("\n| among the first ten | queries | itself | one of that name |\n|---|---|---|---|")
        for typo in ("exact", "typo"):
            itself, named = self.right[typo], self.right[f"{typo} name"]
            if itself:
                shares = [sum(x) / len(x) * 100 for x in (itself, named)]
                print(f"| {typo} | {len(itself)} | {shares[0]:.1f} % | {shares[1]:.1f} % |")


async def measure(
    service: SearchService, wanted: list[Wanted], names: dict[str, str], until: float = inf
) -> Result:
    """Type the queries, until they, the time or the patience of whoever waits (SIGINT) end."""
    result = Result()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    told = time.perf_counter()
    with acting(CALLER, timeout=None):
        for done, want in enumerate(wanted):
            if time.perf_counter() > told + _TELL_SECONDS:
                told = time.perf_counter()
                result.progress(done, len(wanted))
            if stop.is_set() or time.perf_counter() > until:
                print(f"ended after {done:,} of {len(wanted):,} queries")
                break
            found: Found | None = None
            for length in range(1, len(want.typed) + 1):
                typed = want.typed[:length]
                started, cpu = time.perf_counter(), time.process_time()
                found = await service.search(Search(typed, artists=10, albums=10, tracks=10))
                used = time.process_time() - cpu
                result.keystroke(typed, time.perf_counter() - started, used, typo=want.typo)
            assert found is not None
            _judge(result, want, getattr(found, f"{want.kind}s").ids, names)
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
    return result


def _judge(result: Result, want: Wanted, ids: tuple[str, ...], names: dict[str, str]) -> None:
    group = "typo" if want.typo else "exact"
    result.right[group].append(want.id in ids)
    same = any(names.get(id_) == want.name for id_ in ids)
    result.right[f"{group} name"].append(same)
    if not same:
        first = ", ".join(names[id_] for id_ in ids[:3])
        result.missed.append(f"{want.typed!r} for the {want.kind} {want.name!r}: {first}")


async def measure_fields(service: SearchService, asked: list[tuple[str, str]]) -> None:
    """Whole queries with field filters, as a program sends them."""
    times: dict[str, list[float]] = defaultdict(list)
    empty: dict[str, int] = defaultdict(int)
    with acting(CALLER, timeout=None):
        for name, text in asked:
            started = time.perf_counter()
            found = await service.search(
                Search(text, artists=10, albums=10, tracks=10, with_fields=True)
            )
            took = time.perf_counter() - started
            empty[name] += not (found.tracks.ids or found.albums.ids)
            times[name].append(took)
            times["all with fields"].append(took)
    print("\n| with fields | n | p50 ms | p90 | p99 | p99.9 |\n|---|---|---|---|---|---|")
    for name, taken in times.items():
        print(row(name, taken))
    print("without a result:", dict(empty))


async def changes(index: Index, shelves: Shelves) -> None:
    """A hundred thousand changed rows, in the batches of the follower, with searches beside."""
    tracks = shelves.tracks()
    batch, done, started = [], 0, time.perf_counter()
    times: list[float] = []
    service = SearchService(
        index, cast("Catalog", OnlyLibraries()), cast("Playlists", None), SystemClock()
    )
    stop = asyncio.Event()

    async def search() -> None:
        words = [want.typed for want in queries(shelves, 200)]
        with acting(CALLER, timeout=None):
            while not stop.is_set():
                for word in words:
                    begun = time.perf_counter()
                    await service.search(Search(word[: 1 + len(word) // 2]))
                    times.append(time.perf_counter() - begun)
                    await asyncio.sleep(0.01)

    searching = asyncio.create_task(search())
    for number, track in enumerate(tracks):
        batch.append(as_document(shelves, number, track, more=1))
        if len(batch) == 500:
            await index.put(batch)
            batch, done = [], done + 500
            if done % 5_000 == 0:
                await index.flush()
            if done >= min(100_000, shelves.count):
                break
    took = time.perf_counter() - started
    stop.set()
    await searching
    print(f"\n{done:,} changed rows in {took:.1f} s; searches meanwhile:")
    print("| | n | p50 ms | p90 | p99 | p99.9 |\n|---|---|---|---|---|---|")
    print(row("half a query", times))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=2_000_000)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="100,000 tracks and 500 queries")
    parser.add_argument("--keep", action="store_true", help="use the index of the run before")
    parser.add_argument("--seconds", type=float, default=inf, help="end after so long")
    parser.add_argument("--misses", action="store_true", help="tell what was not found")
    parser.add_argument("--no-changes", action="store_true", help="change nothing at the end")
    parser.add_argument("--fields", type=int, default=200, help="queries with field filters")
    parser.add_argument("--http", action="store_true", help="instead, over HTTP at both doors")
    options = parser.parse_args()
    if options.quick:
        options.tracks, options.queries = 100_000, 500
    shelves = Shelves(options.tracks)
    if options.http:
        search_http.measure(shelves, options.queries, options.seconds, keep=options.keep)
        return
    folder = OUT / f"index-{options.tracks}"
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    index = Index(folder, KINDS)
    before = usage(os.getpid())
    if await index.count() == 0:
        took = await build(index, shelves)
        after = usage(os.getpid())
        print(f"{machine()}\nbuilt {await index.count():,} documents in {took:.0f} s")
        print(
            f"CPU {after.cpu - before.cpu:.0f} s, PSS grew by {(after.pss - before.pss) >> 20} MiB"
        )
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"index: {size >> 20} MiB in {len(list(folder.glob('*.term')))} segments")
    wanted = queries(shelves, options.queries)
    names = {f"artist{n}": one.name for n, one in enumerate(shelves.artists)}
    names |= {f"album{n}": one.name for n, one in enumerate(shelves.albums)}
    names |= {f"track{n}": one.name for n, one in enumerate(shelves.tracks())}
    service = SearchService(
        index, cast("Catalog", OnlyLibraries()), cast("Playlists", None), SystemClock()
    )
    for _ in range(3):
        await measure(service, wanted[:5], names)
    started, cpu = time.perf_counter(), time.process_time()
    result = await measure(service, wanted, names, started + options.seconds)
    count = len(result.times["all"])
    print(f"{count} searches in {time.perf_counter() - started:.0f} s", end=", ")
    print(f"{(time.process_time() - cpu) / count * 1000:.2f} ms CPU each", end=", ")
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    result.print()
    if options.misses:
        print("\nmissed:", *result.missed, sep="\n- ")
    await measure_fields(service, with_fields(shelves, queries(shelves, options.fields)))
    if not options.no_changes:
        await changes(index, shelves)
    await index.close()


if __name__ == "__main__":
    asyncio.run(main())
