"""Fills the database of a supysonic with the same made-up music, through its own models.

Run by supysonic's own interpreter, with a description in JSON as its only argument:

    {"database": "sqlite:///…", "tracks": 200000, "albums": 16000, "artists": 8000,
     "users": [["name", "password"], …], "likes": 5000, "playlist": 10000}

A scan of as many tiny files would take it a quarter of an hour and lead to the same rows.
"""

import hashlib
import importlib
import json
import sys
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from bench.shelves import Shelves

_BEGAN = datetime(2023, 11, 14, 22, 13, 20)  # noqa: DTZ001  # supysonic keeps local times
_STEP = 37
"""Likes are spread over the catalogue, as many steps apart."""


def uuid_of(kind: str, number: int) -> uuid.UUID:
    """The id that supysonic knows the `number`-th of a kind by."""
    return uuid.UUID(bytes=hashlib.sha256(f"{kind} {number}".encode()).digest()[:16])


def liked(user: int, count: int, of: int) -> list[int]:
    """The numbers of what a person likes: others for each person."""
    return [(user * 101 + place * _STEP) % of for place in range(min(count, of // _STEP))]


def _insert(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    waiting = iter(rows)
    while batch := list(islice(waiting, 1_000)):
        model.insert_many(batch).execute()


def _tracks(shelves: Shelves) -> Iterator[dict[str, Any]]:
    for number, track in enumerate(shelves.tracks()):
        album = shelves.albums[track.album]
        path = f"/nowhere/music/{album.artist}/{track.album}/{track.number} {number}.flac"
        yield {
            "id": uuid_of("track", number), "disc": 1, "number": track.number,
            "title": track.name, "year": album.year, "genre": f"Genre {album.genre}",
            "duration": 240, "has_art": False, "album": uuid_of("album", track.album),
            "artist": uuid_of("artist", album.artist), "bitrate": 900, "path": path,
            "_path_hash": hashlib.sha1(path.encode()).digest(),
            "created": _BEGAN + timedelta(seconds=track.album), "last_modification": number,
            "play_count": track.popularity, "root_folder": 1, "folder": track.album + 2,
        }  # fmt: skip


def _folders(shelves: Shelves) -> Iterator[dict[str, Any]]:
    """A folder for each album, all in one: the ids are in the order of the rows."""
    root = "/nowhere/music"
    yield _folder(1, root, "music", None)
    for number, album in enumerate(shelves.albums):
        yield _folder(number + 2, f"{root}/{album.artist}/{number}", album.name, 1)


def _folder(id_: int, path: str, name: str, parent: int | None) -> dict[str, Any]:
    return {
        "id": id_, "root": parent is None, "name": name, "path": path, "parent": parent,
        "_path_hash": hashlib.sha1(path.encode()).digest(), "created": _BEGAN, "last_scan": 0,
    }  # fmt: skip


def _people(db: Any, wanted: dict[str, Any]) -> None:
    manager = importlib.import_module("supysonic.managers.user").UserManager
    for number, (name, password) in enumerate(wanted["users"]):
        user = manager.add(name, password, admin=True)
        for kind, count in (("track", wanted["tracks"]), ("album", wanted["albums"])):
            model = getattr(db, f"Starred{kind.title()}")
            _insert(
                model,
                ({"user": user.id, "starred": uuid_of(kind, each), "date": _BEGAN}
                 for each in dict.fromkeys(liked(number, wanted["likes"], count))),
            )  # fmt: skip
        if number == 0:
            long = ",".join(str(uuid_of("track", each)) for each in range(wanted["playlist"]))
            id_ = uuid_of("playlist", 0)
            db.Playlist.create(id=id_, user=user.id, name="Long", tracks=long)


def main() -> None:
    wanted = json.loads(sys.argv[1])
    db = importlib.import_module("supysonic.db")
    db.init_database(wanted["database"])
    shelves = Shelves(wanted["tracks"], albums=wanted["albums"], artists=wanted["artists"])
    with db.db.atomic():
        _insert(db.Folder, _folders(shelves))
        _insert(
            db.Artist,
            ({"id": uuid_of("artist", n), "name": a.name} for n, a in enumerate(shelves.artists)),
        )
        _insert(
            db.Album,
            ({"id": uuid_of("album", n), "name": a.name, "artist": uuid_of("artist", a.artist)}
             for n, a in enumerate(shelves.albums)),
        )  # fmt: skip
        _insert(db.Track, _tracks(shelves))
        _people(db, wanted)
    db.release_database()


if __name__ == "__main__":
    main()
