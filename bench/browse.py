"""Pages of a catalogue with a million tracks: first, anywhere and last, by offset and by cursor.

At the contract of the services (`--contract`) or over HTTP, as players and programs ask
(`--http`); both if neither is said. The rows are made up and written without a scan.
"""

import argparse
import asyncio
import json
import random
import shutil
import sqlite3
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bench.filling import fill, id_of, library_ids
from bench.process import usage
from bench.server import Server, machine, percentile, rest
from bench.shelves import Shelves

from philomel.engines.blobs import Folders
from philomel.engines.sql.sqlite import open_sqlite
from philomel.kernel.caller import Caller, CallerKind, acting
from philomel.kernel.clock import SystemClock
from philomel.services.catalog.contract import (
    AlbumSort,
    GetCounts,
    ListAlbums,
    ListArtists,
    ListGenres,
    ListTracks,
    TrackSort,
)
from philomel.services.catalog.jobs.surveyor import Surveyor
from philomel.services.catalog.service import CatalogService
from philomel.services.catalog.service.keeping import Keeper
from philomel.services.catalog.service.signals import Signals
from philomel.services.catalog.service.writing import Pens
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import ItemKind, ListSaved
from philomel.services.playlists.service.marks import Marking
from philomel.services.playlists.store.merging import MergingPlaylists

OUT = Path(__file__).parent / "out"
LIKES = 100_000
Call = Callable[[], Awaitable[Any]]


def prepare(tracks: int, *, keep: bool) -> tuple[Path, str]:
    """A data folder with that many tracks and an administrator; the folder and the user's id."""
    data = OUT / f"browse-{tracks}"
    if not (keep and (data / "filled.json").exists()):
        shutil.rmtree(data, ignore_errors=True)
        data.parent.mkdir(exist_ok=True)
        with Server(data) as server:
            login = server.add_user()
        started = time.perf_counter()
        shelves = Shelves(tracks)
        catalog = next(data.rglob("catalog.sqlite"))
        fill(catalog, shelves)
        with sqlite3.connect(next(data.rglob("accounts.sqlite"))) as accounts:
            (user,) = accounts.execute("SELECT id FROM users").fetchone()
        with sqlite3.connect(next(data.rglob("playlists.sqlite"))) as playlists:
            playlists.executemany(
                "INSERT INTO mark (user_id, kind, item_id, saved_at) VALUES (?, ?, ?, ?)",
                ((user, "track", id_of("track", n), 1_700_000_000_000 + n)
                 for n in range(min(LIKES, tracks // 2))),
            )  # fmt: skip
        size = catalog.stat().st_size >> 20
        print(f"filled in {time.perf_counter() - started:.0f} s, {size} MiB")
        (data / "filled.json").write_text(json.dumps([login, user]))
    return data, json.loads((data / "filled.json").read_text())[1]


class Figures:
    """Times of calls by name."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.every: list[float] = []
        self.cpu: list[float] = []
        print("\n| call | n | p50 ms | p99 | slowest | (the first) | CPU p50 | CPU p99 |")
        print("|---|---|---|---|---|---|---|---|")

    async def see(self, name: str, *calls: Callable[[], Awaitable[Any]]) -> None:
        """All of the calls in turn; CPU time is that of this process."""
        taken, cpus = [], []
        for number in range(max(len(calls), self._times)):
            started, cpu = time.perf_counter(), time.process_time()
            await calls[number % len(calls)]()
            cpus.append((time.process_time() - cpu) * 1000)
            taken.append((time.perf_counter() - started) * 1000)
        self.every += taken
        self.cpu += cpus
        print(_row(name, taken, cpus))

    def end(self) -> None:
        print(_row("**all**", self.every, self.cpu))
        slow = sum(each > 20 for each in self.every) / len(self.every) * 100
        busy = sum(each > 20 for each in self.cpu) / len(self.cpu) * 100
        print(f"\n{slow:.2f} % of the calls took more than 20 ms, {busy:.2f} % of CPU time")


def _row(name: str, taken: list[float], cpus: list[float]) -> str:
    times = [percentile(taken, 50), percentile(taken, 99), max(taken), taken[0]]
    times += [percentile(cpus, p) for p in (50, 99)]
    return f"| {name} | {len(taken)} | " + " | ".join(f"{each:.1f}" for each in times) + " |"


_NO_PENS = SimpleNamespace(reader=None, writer=None, imager=None, blobs=None, largest=0)


async def at_contract(data: Path, user: str, times: int) -> None:
    database = open_sqlite(next(data.rglob("catalog.sqlite")))
    catalog = CatalogService(
        database=database,
        media=cast("Media", None),
        folders=cast("Folders", None),
        keeper=cast("Keeper", None),
        clock=SystemClock(),
        signals=Signals(),
        pens=cast(
            "Pens", SimpleNamespace(reader=None, writer=None, imager=None, blobs=None, largest=0)
        ),
    )
    caller = Caller(CallerKind.USER, user, "bench", scopes=("*",))
    started, cpu = time.perf_counter(), time.process_time()
    surveyor = Surveyor(
        database=database, milestones=catalog.milestones, clock=SystemClock(), pause=0
    )
    await surveyor.look()
    print(
        f"all orders surveyed in {time.perf_counter() - started:.1f} s, "
        f"{time.process_time() - cpu:.1f} s of CPU; a server lets others be in between"
    )
    figures = Figures(times)
    with acting(caller, timeout=None):
        await _track_lists(catalog, figures)
        await _album_lists(catalog, figures)
        await _artist_lists(catalog, figures)
        await _likes(data, catalog, figures)
    figures.end()
    await database.close()


async def _track_lists(catalog: CatalogService, figures: Figures) -> None:
    for sort in TrackSort:
        await _pages(f"tracks by {sort.value}", catalog.list_tracks, ListTracks(sort=sort), figures)
    lists = {
        "tracks of a large genre": ListTracks(genre=id_of("genre", 1)),
        "tracks of a large genre, newest": ListTracks(
            genre=id_of("genre", 1), sort=TrackSort.RECENTLY_ADDED
        ),
        "tracks of a middling genre": ListTracks(genre=id_of("genre", 60)),
        "tracks of a small genre": ListTracks(genre=id_of("genre", 390)),
        "tracks at random of a genre": ListTracks(genre=id_of("genre", 20), sort=TrackSort.RANDOM),
        "tracks of the 1980s": ListTracks(from_year=1980, to_year=1989),
        "tracks of the largest artist": ListTracks(
            artist_id=id_of("artist", 0), sort=TrackSort.ALBUM_ORDER
        ),
        "tracks of one library": ListTracks(library_id=library_ids()[3]),
    }
    for name, request in lists.items():
        await _pages(name, catalog.list_tracks, request, figures)


async def _album_lists(catalog: CatalogService, figures: Figures) -> None:
    for sort in AlbumSort:
        await _pages(f"albums by {sort.value}", catalog.list_albums, ListAlbums(sort=sort), figures)
    lists = {
        "albums of a large genre": ListAlbums(genre=id_of("genre", 1)),
        "albums of a small genre": ListAlbums(genre=id_of("genre", 390)),
        "albums of the 1980s": ListAlbums(sort=AlbumSort.YEAR, from_year=1980, to_year=1989),
        "albums of the largest artist": ListAlbums(
            sort=AlbumSort.YEAR, artist_id=id_of("artist", 0)
        ),
        "albums of one library": ListAlbums(library_id=library_ids()[3]),
    }
    for name, request in lists.items():
        await _pages(name, catalog.list_albums, request, figures)


async def _artist_lists(catalog: CatalogService, figures: Figures) -> None:
    await _pages("artists", catalog.list_artists, ListArtists(), figures)
    in_one = ListArtists(library_id=library_ids()[3])
    await _pages("artists of one library", catalog.list_artists, in_one, figures)
    await figures.see("genres", lambda: catalog.list_genres(ListGenres()))
    await figures.see("counts", lambda: catalog.get_counts(GetCounts()))


async def _likes(data: Path, catalog: CatalogService, figures: Figures) -> None:
    database = open_sqlite(next(data.rglob("playlists.sqlite")))
    store = MergingPlaylists(database)
    playlists = Marking(store, catalog, SystemClock(), announced=lambda: None)
    await _pages("likes", playlists.list_saved, ListSaved(ItemKind.TRACK), figures)
    await database.close()


async def _pages(name: str, call: Any, request: Any, figures: Figures) -> None:
    """First, last and any page by offset, and the pages from the middle on by cursor."""
    chance = random.Random(1)
    fields = {field: getattr(request, field) for field in request.__struct_fields__}

    def page(**more: Any) -> Call:
        return lambda: call(type(request)(**fields | more))

    await figures.see(f"{name}: first", page())
    if fields.get("sort") == "random":
        return
    total = (await call(request)).total
    last = max(0, total - 50)
    await figures.see(f"{name}: last of {total:,}", page(offset=last))
    if total <= 100:
        return
    anywhere = [page(offset=chance.randrange(last)) for _ in range(50)]
    await figures.see(f"{name}: anywhere", *anywhere)
    cursor = (await call(type(request)(**fields | {"offset": total // 2}))).next

    async def follow() -> None:
        nonlocal cursor
        cursor = (await call(type(request)(**fields | {"cursor": cursor}))).next

    await figures.see(f"{name}: by cursor", follow)


async def over_http(data: Path, times: int, tracks: int) -> None:
    login = json.loads((data / "filled.json").read_text())[0]
    chance = random.Random(2)
    with Server(data) as server:
        print(f"\nready after {server.ready_after:.1f} s")
        _await_search(server, login, tracks)
        _idle(server)
        token = json.loads(server.cli("token", "bench", "--json"))["access_token"]

        def player(name: str, **parameters: Any) -> Call:
            async def call() -> None:
                rest(server.url, login, name, parameters)

            return call

        def program(path: str) -> Call:
            async def call() -> None:
                request = urllib.request.Request(
                    server.url + path, headers={"Authorization": f"Bearer {token}"}
                )
                with urllib.request.urlopen(request, timeout=60) as answer:
                    answer.read()

            return call

        figures = Figures(times)
        albums = tracks // 10
        for kind in ("random", "newest", "alphabeticalByName", "alphabeticalByArtist",
                     "frequent", "recent", "starred", "highest"):  # fmt: skip
            offsets = (0, albums // 2, albums - 50)
            await figures.see(
                f"getAlbumList2 {kind}",
                *(player("getAlbumList2", type=kind, size=50, offset=each) for each in offsets),
            )
        await figures.see(
            "getAlbumList2 byYear",
            player("getAlbumList2", type="byYear", fromYear=1980, toYear=1999, size=50),
        )
        await figures.see(
            "getAlbumList2 byGenre",
            player("getAlbumList2", type="byGenre", genre="Genre 1", size=50, offset=500),
        )
        await figures.see("getRandomSongs", player("getRandomSongs", size=50))
        await figures.see(
            "getSongsByGenre",
            *(player("getSongsByGenre", genre="Genre 2", count=50, offset=n) for n in (0, 9_000)),
        )
        await figures.see("getGenres", player("getGenres"))
        await figures.see(
            "search3 with an empty text, 50 songs",
            *(player("search3", query="", songCount=50, artistCount=0, albumCount=0,
                     songOffset=chance.randrange(tracks - 50)) for _ in range(20)),
        )  # fmt: skip
        words = ("love", "th", "s", "river ro", "midn", "the way")
        await figures.see(
            "search3", *(player("search3", query=word, songCount=20) for word in words)
        )
        await figures.see(
            "/v1/search",
            *(program(f"/v1/search?type=track,album,artist&q={word.replace(' ', '+')}")
              for word in words),
        )  # fmt: skip
        await figures.see(
            "/v1/me/tracks",
            *(program(f"/v1/me/tracks?limit=50&offset={offset}") for offset in (0, 50_000, 99_900)),
        )
        figures.end()
        slow = Figures(min(3, times))
        await slow.see("getArtists, all", player("getArtists"))
        await slow.see("getIndexes, all", player("getIndexes"))


def _await_search(server: Server, login: str, tracks: int) -> None:
    started = time.perf_counter()
    while True:
        found = rest(server.url, login, "search3", {"query": "love"})["searchResult3"]
        if found.get("song") or time.perf_counter() - started > tracks / 1_000:
            break
        time.sleep(1)
    print(f"the index was there after {time.perf_counter() - started:.0f} s more")


def _idle(server: Server) -> None:
    time.sleep(3)
    seen = usage(server.process.pid)
    print(f"idle: {seen.pss >> 20} MiB PSS in {seen.processes} processes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="50,000 tracks, each call ten times")
    parser.add_argument("--keep", action="store_true", help="use the data of the run before")
    parser.add_argument("--contract", action="store_true")
    parser.add_argument("--http", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.tracks, options.times = 50_000, 10
    both = options.contract == options.http
    data, user = prepare(options.tracks, keep=options.keep)
    print(f"{machine()}, {options.tracks:,} tracks")
    if both or options.contract:
        asyncio.run(at_contract(data, user, options.times))
    if both or options.http:
        asyncio.run(over_http(data, options.times, options.tracks))


if __name__ == "__main__":
    main()
