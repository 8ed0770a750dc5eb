"""Made-up shelves as real files: small ones, each with a sound of its own and its tags."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bench.shelves import Shelves
from tests.media.tagging import write_tags
from tests.media.templates import encode

LIBRARIES = ("music", "more", "live", "spoken")
_SECONDS = 0.3
_WRITERS = 2


def write(folder: Path, shelves: Shelves) -> None:
    """All of them below `folder`, a folder for each library; nothing if they are there already."""
    done = folder / ".complete"
    if done.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    with ProcessPoolExecutor(_WRITERS) as pool:
        list(pool.map(partial(_write_part, folder, shelves), range(_WRITERS)))
    done.touch()


def _write_part(folder: Path, shelves: Shelves, part: int) -> None:
    for number, track in enumerate(shelves.tracks()):
        if track.album % _WRITERS != part:
            continue
        album = shelves.albums[track.album]
        by = shelves.artists[album.artist].name
        place = folder / LIBRARIES[album.library] / str(album.artist) / str(track.album)
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{track.number:02} {number}.flac"
        # A pitch of its own: no two files have the same sound.
        path.write_bytes(encode.__wrapped__("flac", _SECONDS, 100 + number / 40))
        write_tags(
            path,
            "flac",
            {
                "title": track.name,
                "artist": by,
                "album": album.name,
                "albumartist": by,
                "genre": f"Genre {album.genre}",
                "date": str(album.year),
                "tracknumber": str(track.number),
                "discnumber": "1",
            },
        )
