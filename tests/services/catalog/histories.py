"""Random histories of a music folder, against a model of what listeners made.

Real files, databases and log; media is a stand-in that knows which files are one recording.
"""

import asyncio
import hashlib
import os
import unicodedata
from pathlib import Path

from hypothesis import strategies as some
from msgspec import Struct
from tests.media.files import make
from tests.services.catalog.house import ANNA, House
from tests.services.running import running

from philomel.engines.audio.families import families
from philomel.engines.sql import Database
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers import Workers
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.catalog import module
from philomel.services.catalog.contract import (
    GetTracks,
    ListTracks,
    RelocateLibrary,
    Settings,
    Track,
)
from philomel.services.media.contract import Asset, AssetsAnalysed
from philomel.services.playlists import module as playlists
from philomel.services.playlists.contract import GetMarks, ItemKind, Rate, Save, Unsave
from philomel.services.plays import module as plays
from philomel.services.plays.contract import GetPlayCounts, Play, PlayedKind, RecordPlays

SONGS = 3
FILES = (
    "move", "rename", "retag", "mend", "upgrade", "beside", "copy", "drop", "delete", "restore",
    "library", "swap", "clone",
)  # fmt: skip
DEEDS = ("like", "unlike", "rate", "play")
WHOLE = ("scan", "scan", "scan", "analyse", "relocate", "restart")
STEPS = some.lists(
    some.tuples(
        some.sampled_from(FILES + FILES + DEEDS + WHOLE),
        some.integers(0, SONGS - 1),
        some.integers(0, SONGS - 1),
    ),
    min_size=4,
    max_size=14,
)
Step = tuple[str, int, int]
SETTLED_SECONDS = 10


class Song(Struct):
    """A song and what anna made of it.

    Attributes:
        files: where it is on the disk; the first is the one that was there for longest.
        gone: a file that can come back: where, its bytes and its time.
        id: the track that anna liked, rated and played.
        moved: something was done to it since the last scan.
    """

    number: int
    files: list[Path]
    tags: dict[str, str]
    gone: tuple[Path, bytes, int] | None = None
    id: str = ""
    liked: bool = False
    rating: int | None = None
    plays: int = 0
    moved: bool = False

    @property
    def seconds(self) -> float:
        return 1.0 + 4 * self.number


class Disk:
    """Two libraries and the songs in them."""

    def __init__(self, folder: Path) -> None:
        self.roots = [folder / "one", folder / "two"]
        self.made = 0
        for number, root in enumerate(self.roots):
            make(root / "always.mp3", {"title": f"Always {number}", "artist": "B"}, seconds=30)
        self.songs = [self._song(number) for number in range(SONGS)]

    def _song(self, number: int) -> Song:
        tags = {
            "title": f"Song {number}", "artist": "A", "albumartist": "A", "album": "X\u00e9",
            "tracknumber": str(number + 1),
        }  # fmt: skip
        song = Song(number, [], tags)
        song.files.append(
            make(self.roots[0] / f"\u00c4lbum/{number}.mp3", tags, seconds=song.seconds)
        )
        return song

    def step(self, what: str, song: Song, other: Song) -> None:
        if what == "restore" and song.gone is not None:
            back, data, when = song.gone
            if not back.exists():
                back.parent.mkdir(parents=True, exist_ok=True)
                back.write_bytes(data)
                os.utime(back, ns=(when, when))
                song.files.append(back)
            song.gone = None
        # What was moved away from its place and time is left alone until it was scanned:
        # more at once is for its sound to tell, and that may never have been analysed.
        if not song.files or song.moved or what == "restore":
            return
        getattr(self, f"_{what}")(song, other)

    def _move(self, song: Song, _: Song) -> None:
        self._to(song, self._new(song.files[0]))

    def _library(self, song: Song, _: Song) -> None:
        here = song.files[0].is_relative_to(self.roots[0])
        path = self._new(song.files[0])
        old, new = self.roots if here else reversed(self.roots)
        self._to(song, new / path.relative_to(old))

    def _rename(self, song: Song, _: Song) -> None:
        """By case and by how accents are written, as a copy to another system does."""
        path = song.files[0]
        text = str(path.name).swapcase() if path.stem.isalpha() else path.name
        parent = unicodedata.normalize("NFD" if "\u00c4" in str(path) else "NFC", path.parent.name)
        self._to(song, path.parent.with_name(parent) / text)

    def _to(self, song: Song, new: Path) -> None:
        if new.exists():
            return
        new.parent.mkdir(parents=True, exist_ok=True)
        song.files[0] = song.files[0].rename(new)
        song.moved = True

    def _retag(self, song: Song, _: Song) -> None:
        self.made += 1
        song.tags["comment"] = f"retagged {self.made}"
        self._write(song)

    def _mend(self, song: Song, _: Song) -> None:
        """Other names of everything, in every copy."""
        self.made += 1
        song.tags |= {"title": f"Song {song.number} {'I' * self.made}", "artist": f"A{self.made}"}
        self._write(song)

    def _write(self, song: Song) -> None:
        for path in song.files:
            make(path, song.tags, seconds=song.seconds)
            os.utime(path, ns=(self.made * 10**9, self.made * 10**9))
        song.moved = True

    def _upgrade(self, song: Song, other: Song) -> None:
        self._beside(song, other)
        self._drop(song, other)

    def _beside(self, song: Song, _: Song) -> None:
        path = song.files[0]
        new = path.with_suffix({".mp3": ".flac", ".flac": ".ogg", ".ogg": ".mp3"}[path.suffix])
        if not new.exists():
            song.files.append(make(new, song.tags, seconds=song.seconds))

    def _copy(self, song: Song, _: Song) -> None:
        new = self._new(song.files[0])
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(song.files[0].read_bytes())
        song.files.append(new)

    def _drop(self, song: Song, _: Song) -> None:
        """Delete the file that was there for longest, if there is another."""
        if len(song.files) > 1:
            song.files.pop(0).unlink()

    def _delete(self, song: Song, _: Song) -> None:
        path = song.files[0]
        song.gone = path, path.read_bytes(), path.stat().st_mtime_ns
        for each in song.files:
            each.unlink()
        song.files.clear()
        song.moved = True

    def _swap(self, song: Song, other: Song) -> None:
        if song is other or not other.files or other.moved:
            return
        one, two = song.files[0], other.files[0]
        if one.suffix != two.suffix:
            return
        aside = one.with_name("aside")
        one.rename(aside)
        two.rename(one)
        aside.rename(two)
        song.files[0], other.files[0] = two, one
        song.moved = other.moved = True

    def _clone(self, song: Song, _: Song) -> None:
        """The same bytes in a new file with a new time, as on another machine."""
        self.made += 1
        for path in song.files:
            data = path.read_bytes()
            path.unlink()
            path.write_bytes(data)
            os.utime(path, ns=(self.made * 10**9, self.made * 10**9))
        song.moved = True

    def _new(self, path: Path) -> Path:
        self.made += 1
        root = next(root for root in self.roots if path.is_relative_to(root))
        return root / f"place {self.made}" / path.name


class World:
    """The services over one disk, and anna."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        self.folder, self.workers = folder, workers
        self.disk = Disk(folder / "music")
        self.house: House
        self.databases: list[Database] = []
        self.now = 0
        self.sounds: dict[int, set[str]] = {number: set() for number in range(SONGS)}

    async def open(self) -> None:
        schemas = (module.SCHEMA, playlists.SCHEMA, plays.SCHEMA)
        self.databases = [open_sqlite(self.folder / f"{each.name}.sqlite") for each in schemas]
        for database, schema in zip(self.databases, schemas, strict=True):
            await prepare(database, schema, self.folder)
        shelf = self.house.media if hasattr(self, "house") else None
        self.house = House(self.databases[0], self.folder, self.workers, Settings())
        if shelf is not None:
            for name in ("assets", "roots", "found", "alike"):
                setattr(self.house.media, name, getattr(shelf, name))
        self.house.clock.advance(self.now)
        deps = self.house.log, self.house.clock, self.house.service
        self.playlists, first = playlists.build(playlists.Deps(self.databases[1], *deps))
        self.plays, second = plays.build(plays.Deps(self.databases[2], *deps))
        self.jobs = (*first, *second)

    async def close(self) -> None:
        self.now += 3_600_000
        await self.house.close()
        for database in self.databases:
            await database.close()

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
                await self.relocate(song.number % 2)
            case "like" | "unlike" | "rate" | "play":
                await self.deed(what, song)
            case _:
                self.disk.step(what, song, other)

    async def deed(self, what: str, song: Song) -> None:
        kind, self.now = ItemKind.TRACK, self.now + 1_000
        self.house.clock.advance(1_000)
        with acting(ANNA):
            if what == "like":
                await self.playlists.save(Save(kind, (song.id,)))
                song.liked = True
            elif what == "unlike":
                await self.playlists.unsave(Unsave(kind, (song.id,)))
                song.liked = False
            elif what == "rate":
                song.rating = 1 + self.now // 1_000 % 5
                await self.playlists.rate(Rate(kind, song.id, song.rating))
            else:
                play = Play(song.id, self.house.clock.now())
                await self.plays.record_plays(RecordPlays((play,)))
                song.plays += 1

    async def relocate(self, number: int) -> None:
        await self.check()
        old = self.disk.roots[number]
        new = old.with_name(f"{old.name}'")
        old.rename(new)
        self.disk.roots[number] = new
        for song in self.disk.songs:
            song.files = [_moved(path, old, new) for path in song.files]
            if song.gone is not None:
                song.gone = (_moved(song.gone[0], old, new), *song.gone[1:])
        with acting(OPERATOR):
            await self.house.service.relocate_library(RelocateLibrary(str(number), bytes(new)))

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
        async with self.house.running(*names), running(self.jobs):
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
