"""Random histories of a music folder, against a model of what listeners made.

Real files, databases and log; media is a stand-in that knows which files are one recording.
"""

import asyncio
import hashlib
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.services.catalog.histories import SONGS, Disk, Song, Step
from tests.services.catalog.house import ANNA
from tests.services.catalog.living import Living, do, listed, live_in
from tests.services.running import running

from philomel.engines.audio.families import families
from philomel.engines.workers import Workers
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog.contract import (
    GetTracks,
    ListTracks,
    RelocateLibrary,
    Track,
    WatchScan,
)
from philomel.services.media.contract import Asset, AssetsAnalysed
from philomel.services.playlists.contract import GetMarks, ItemKind, ListBookmarks
from philomel.services.plays.contract import GetPlayCounts, Play, PlayedKind, RecordPlays

SETTLED_SECONDS = 10


class World:
    """The services over one disk, and anna."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        self.folder, self.data, self.workers = folder, folder / "data", workers
        self.disk = Disk(folder / "music")
        self.living: Living
        self.now = 0
        self.order: list[Song] = []
        self.sounds: dict[int, set[str]] = {number: set() for number in range(SONGS)}

    async def open(self) -> None:
        known = (self.living.house.media.found, self.living.house.media.alike) if self.now else None
        self.living = await live_in(self.data, self.workers, self.now)
        self.house = self.living.house
        self.playlists, self.plays = self.living.playlists, self.living.plays
        if known is not None:
            self.house.media.found, self.house.media.alike = known

    async def close(self) -> None:
        self.now += 3_600_000
        await self.living.close()

    async def step(self, what: str, song: Song, other: Song) -> None:
        match what:
            case "scan":
                await self.check()
            case "analyse":
                await self.check()
                await self.analyse()
            case "restart":
                await self.close()
                await self.open()
            case "relocate":
                await self.check()
                await self.relocate(song.number % 2, Path.rename)
            case "machine":
                await self.machine()
            case "kill":
                await self.kill(song, 1 + 3 * (SONGS * song.number + other.number))
            case "like" | "unlike" | "rate" | "play" | "list" | "unlist" | "mark":
                await self.deed(what, song)
            case _:
                self.disk.step(what, song, other)

    async def deed(self, what: str, song: Song) -> None:
        self.now += 1_000
        self.house.clock.advance(1_000)
        with acting(ANNA):
            if what == "play":
                play = Play(song.id, self.house.clock.now())
                await self.plays.record_plays(RecordPlays((play,)))
                song.plays += 1
                return
        rating = 1 + self.now // 1_000 % 5
        await do(self.playlists, what, song.id, rating)
        self.did(what, song, rating)

    def did(self, what: str, song: Song, rating: int) -> None:
        match what:
            case "rate":
                song.rating = rating
            case "mark":
                song.marked = 100 * rating
            case "list":
                self.order.append(song)
            case "unlist":
                self.order = [each for each in self.order if each is not song]
            case _:
                song.liked = what == "like"

    async def relocate(self, number: int, carry: Callable[[Path, Path], object]) -> None:
        old = self.disk.roots[number]
        new = old.with_name(f"{old.name}'")
        carry(old, new)
        self.disk.roots[number] = new
        for song in self.disk.songs:
            song.files = [_moved(path, old, new) for path in song.files]
            if song.gone is not None:
                song.gone = (_moved(song.gone[0], old, new), *song.gone[1:])
        with acting(OPERATOR):
            await self.house.service.relocate_library(RelocateLibrary(str(number), bytes(new)))

    async def machine(self) -> None:
        """Go on elsewhere, with copies of the data and of the music: new inodes, new times."""
        await self.check()
        await self.close()
        data = self.data.with_name(self.data.name + "'")
        shutil.copytree(self.data, data)
        shutil.rmtree(self.data)
        self.data = data
        await self.open()
        for number in range(len(self.disk.roots)):
            await self.relocate(number, _copied)

    async def kill(self, song: Song, writes: int) -> None:
        """Kill a server that scans and is told of likes, at its `writes`th write."""
        await self.close()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.services.catalog.victim",
            str(self.data), str(self.now), str(writes), song.id,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, wrong = await child.communicate()
        assert child.returncode == -signal.SIGKILL, wrong.decode()
        self.now += 3_600_000
        await self.open()
        *done, cut_off = [line.split() for line in told.decode().splitlines()] or [[]]
        for what, rating in done:
            self.did(what, song, int(rating))
        if cut_off:  # nobody was told that it is done: it is asked for again
            what, rating = cut_off
            if what != "list" or len(await listed(self.playlists)) == len(self.order):
                await do(self.playlists, what, song.id, int(rating))
            self.did(what, song, int(rating))
        with acting(OPERATOR, timeout=None):  # what was cut off goes on by itself
            async with self.house.running("catalog scan"):
                async for _ in self.house.service.watch_scan(WatchScan()):
                    pass
        await self.check()

    async def analyse(self) -> None:
        """Media has heard every file that is there, and says which are one recording."""
        house = self.house
        heard: dict[int, list[str]] = {song.number: [] for song in self.disk.songs}
        for track, song in await self.present():
            assert track.asset_id
            source = house.media.assets[track.asset_id]
            stream = hashlib.sha256(f"{song.number} {track.suffix}".encode()).hexdigest()
            house.media.found[track.asset_id] = Asset(
                id=track.asset_id, size=source.size, container=source.container,
                codec=source.codec, duration_ms=track.duration_ms, content_type="audio/x",
                suffix=track.suffix or "", stream_hash=stream,
            )  # fmt: skip
            heard[song.number].append(track.asset_id)
        for number, ids in heard.items():
            self.sounds[number].update(ids)
            for one in self.sounds[number]:
                for other in self.sounds[number] - {one}:
                    house.media.alike[frozenset((one, other))] = 0.9
        every = tuple(id_ for ids in heard.values() for id_ in ids)
        if every:
            await house.tell("philomel.media", AssetsAnalysed(ids=every, at=house.clock.now()))
        await self.settle()

    async def present(self) -> list[tuple[Track, Song]]:
        """The tracks that there are, with the songs in their files."""
        tracks = {track.path: track for track in await self.every()}
        found = []
        for song in self.disk.songs:
            for path in song.files:
                root = next(root for root in self.disk.roots if path.is_relative_to(root))
                found.append((tracks[str(path.relative_to(root))], song))
        return found

    async def every(self) -> list[Track]:
        with acting(ANNA):
            page = await self.house.service.list_tracks(ListTracks(limit=500))
        return [track for track in page.items if not track.missing]

    async def check(self) -> None:
        """Scan, and whatever anna made is where it belongs."""
        self.now += 60_000
        await self.house.scan()
        for song in self.disk.songs:
            song.moved = False
        await self.settle()

    async def settle(self) -> None:
        names = ("catalog relay", "catalog follower", "catalog heirs")
        wrong = "nothing was looked at"
        async with self.house.running(*names), running(self.living.jobs):
            for _ in range(SETTLED_SECONDS * 50):
                wrong = await self.wrong()
                if not wrong:
                    return
                await asyncio.sleep(0.02)
        raise AssertionError(wrong)

    async def wrong(self) -> str:
        """What is not as it should be."""
        songs, ids = self.disk.songs, tuple(song.id for song in self.disk.songs)
        with acting(ANNA):
            found = await self.house.service.get_tracks(GetTracks(ids))
            marked = await self.playlists.get_marks(GetMarks(ItemKind.TRACK, ids))
            counted = await self.plays.get_play_counts(GetPlayCounts(PlayedKind.TRACK, ids))
        marks = {mark.id: mark for mark in marked.items}
        counts = {count.id: count.count for count in counted.items}
        named = {alias.old: alias.new for alias in found.aliases}
        tracks = {track.id: track for track in found.items}
        for song in songs:
            track = tracks.get(named.get(song.id, song.id))
            mark = marks.get(song.id)
            if track is None:
                return f"the track of song {song.number} is gone"
            if track.missing == bool(song.files):
                return f"song {song.number}: missing is {track.missing}, files are {song.files}"
            if not track.title.startswith(f"Song {song.number}"):
                return f"song {song.number} is {track.title}"
            if song.files and not any(str(path).endswith(f"/{track.path}") for path in song.files):
                return f"song {song.number} is at {track.path}, not at {song.files}"
            if (mark is not None and mark.saved_at is not None) != song.liked:
                return f"song {song.number}: liked is not {song.liked}"
            if (mark.rating if mark else None) != song.rating:
                return f"song {song.number}: the rating is not {song.rating}"
            if counts.get(song.id, 0) != song.plays:
                return f"song {song.number}: {counts.get(song.id)} plays, not {song.plays}"
        return await self.wrong_in_lists(named)

    async def wrong_in_lists(self, named: dict[str, str]) -> str:
        with acting(ANNA):
            noted = await self.playlists.list_bookmarks(ListBookmarks(500))
        items = await listed(self.playlists)
        order = [named.get(song.id, song.id) for song in self.order]
        if [named.get(item.track_id or "", item.track_id) for item in items] != order:
            return f"the list is {items}, not {order}"
        bookmarks = {named.get(each.track_id, each.track_id): each for each in noted.items}
        for song in self.disk.songs:
            bookmark = bookmarks.get(named.get(song.id, song.id))
            if (bookmark.position_ms if bookmark else None) != song.marked:
                return f"song {song.number}: the bookmark is {bookmark}, not at {song.marked}"
        return ""


async def live(steps: list[Step], folder: Path) -> None:
    """Play a history from its beginning to its end."""
    workers = ForkWorkers(families())
    world = World(folder, workers)
    await world.open()
    try:
        for number, root in enumerate(world.disk.roots):
            await world.house.add(root, str(number))
        await world.house.scan()
        for track, song in await world.present():
            song.id = track.id
        for what, one, other in steps:
            await world.step(what, world.disk.songs[one], world.disk.songs[other])
        await world.check()
    finally:
        await world.close()
        await workers.close()


def _moved(path: Path, old: Path, new: Path) -> Path:
    return new / path.relative_to(old) if path.is_relative_to(old) else path


def _copied(old: Path, new: Path) -> None:
    shutil.copytree(old, new, copy_function=shutil.copyfile)
    shutil.rmtree(old)
