"""What the files of made-up shelves are to a server that scanned them, and what people like.

Nothing but the standard library: the interpreters of peers read it too.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

_STEP = 37
"""Likes are spread over the library, as many steps apart."""


class Ids(NamedTuple):
    """A server's ids of tracks and albums by their numbers on the shelves."""

    tracks: dict[int, str]
    albums: dict[int, str]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]]) -> Self:
        """Args:
        rows: a file's path, and the ids of its track and album.
        """
        tracks, albums = dict[int, str](), dict[int, str]()
        for path, track, album in rows:
            _, folder, name = path.rsplit("/", 2)
            tracks[int(name.rpartition(" ")[2].removesuffix(".flac"))] = track
            albums[int(folder)] = album
        return cls(tracks, albums)

    def __call__(self, kind: str, number: int) -> str:
        return (self.tracks if kind == "track" else self.albums)[number]

    def liked(self, user: int, kind: str, count: int) -> Iterator[str]:
        """What a person likes: other things for each person, each once."""
        of = len(self.tracks if kind == "track" else self.albums)
        places = range(min(count, of // _STEP))
        return iter(dict.fromkeys(self(kind, (user * 101 + n * _STEP) % of) for n in places))
