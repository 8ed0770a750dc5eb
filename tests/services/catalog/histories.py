"""What can happen to a music folder, and a model of what a listener made of the songs in it."""

import os
import unicodedata
from pathlib import Path

from hypothesis import strategies as some
from msgspec import Struct
from tests.media.files import make

SONGS = 3
FILES = (
    "move", "rename", "retag", "mend", "upgrade", "beside", "copy", "drop", "delete", "restore",
    "library", "swap", "clone",
)  # fmt: skip
DEEDS = ("like", "unlike", "rate", "play", "list", "unlist", "mark")
WHOLE = (
    "scan", "scan", "scan", "analyse", "relocate", "restart", "machine", "kill",
)  # fmt: skip
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


class Song(Struct):
    """A song and what anna made of it.

    Attributes:
        files: where it is on the disk; the first is the one that was there for longest.
        gone: a file that can come back: where, its bytes and its time.
        marked: position of the bookmark in it, in ms.
        id: the track that anna liked, rated, played, listed and marked.
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
    marked: int | None = None
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
