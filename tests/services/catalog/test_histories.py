"""Whatever happens to files between scans, a track that somebody likes keeps its id."""

import asyncio
import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some
from tests.media.files import make
from tests.services.catalog.house import ANNA, House

from philomel.engines.audio.families import families
from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.engines.workers.forkserver import ForkWorkers
from philomel.kernel.caller import acting
from philomel.services.catalog import module
from philomel.services.catalog.contract import GetTracks, Settings

SONGS = 4
STEPS = some.lists(
    some.tuples(
        some.sampled_from(["move", "retag", "delete", "restore", "swap", "upgrade", "scan"]),
        some.integers(0, SONGS - 1),
        some.integers(0, SONGS - 1),
    ),
    min_size=3,
    max_size=8,
)


class Disk:
    """A folder of songs and what is known of them: where each is, or its bytes if deleted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at: dict[int, Path] = {}
        self.lost: dict[int, tuple[Path, bytes, int]] = {}
        self.touched: set[int] = set()
        self.moves = 0
        for song in range(SONGS):
            path = folder / f"album/{song}.mp3"
            self.at[song] = make(path, self._tags(song), seconds=1.0 + 4 * song)
        make(folder / "always.mp3", {"title": "Always", "artist": "B"})

    def step(self, what: str, song: int, other: int) -> None:
        path = self.at.get(song)
        if what == "restore" and song in self.lost:
            back, data, when = self.lost.pop(song)
            back.parent.mkdir(exist_ok=True)
            back.write_bytes(data)
            os.utime(back, ns=(when, when))
            self.at[song] = back
        elif path is None or song in self.touched:
            return  # one change of a song between two scans: more is for analysis to find
        elif what == "move":
            self.moves += 1
            self.at[song] = path.rename(self.folder / f"{self.moves}{path.suffix}")
        elif what == "retag":
            tags = self._tags(song) | {"comment": f"retagged {self.moves}"}
            make(path, tags, seconds=1.0 + 4 * song)
        elif what == "delete":
            self.lost[song] = (path, path.read_bytes(), path.stat().st_mtime_ns)
            path.unlink()
            del self.at[song]
        elif what == "upgrade":
            path.unlink()
            suffix = ".ogg" if path.suffix == ".flac" else ".flac"
            self.at[song] = make(path.with_suffix(suffix), self._tags(song), seconds=1.0 + 4 * song)
        elif what == "swap" and other != song and other in self.at and other not in self.touched:
            aside, theirs = self.folder / "aside", self.at[other]
            if theirs.suffix != path.suffix:
                return
            path.rename(aside)
            theirs.rename(path)
            aside.rename(theirs)
            self.at[song], self.at[other] = theirs, path
            self.touched.add(other)
        self.touched.add(song)

    @staticmethod
    def _tags(song: int) -> dict[str, str]:
        return {"title": f"Song {song}", "artist": "A", "album": "X"}


async def check(house: House, disk: Disk, liked: dict[int, str]) -> None:
    await house.scan()
    disk.touched.clear()
    with acting(ANNA):
        found = await house.service.get_tracks(GetTracks(tuple(liked.values())))
    by_id = {track.id: track for track in found.items}
    for song, id_ in liked.items():
        track = by_id[id_]
        assert track.title == f"Song {song}"
        assert track.missing == (song in disk.lost)
        if song in disk.at:
            assert track.path == str(disk.at[song].relative_to(disk.folder))
    assert len(await house.tracks()) == SONGS + 1


async def live(steps: list[tuple[str, int, int]], folder: Path) -> None:
    disk = Disk(folder / "music")
    database = open_sqlite(folder / "catalog.sqlite")
    await prepare(database, module.SCHEMA, folder)
    workers = ForkWorkers(families())
    house = House(database, folder, workers, Settings())
    await house.add(disk.folder)
    await house.scan()
    tracks = await house.tracks()
    liked = {song: tracks[f"Song {song}"].id for song in range(SONGS)}
    for what, song, other in steps:
        if what == "scan":
            await check(house, disk, liked)
        else:
            disk.step(what, song, other)
    await check(house, disk, liked)
    await house.close()
    await database.close()
    await workers.close()


@given(STEPS)
@settings(max_examples=12, deadline=None, derandomize=True)
def test_likes_never_lose_their_track(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(steps, Path(folder)))
