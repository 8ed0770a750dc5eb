"""Puts people, their likes and a long list into a supysonic that has scanned the files.

Run by supysonic's own interpreter, with a description in JSON as its only argument:

    {"database": "sqlite:///…", "users": [["name", "password"], …], "likes": 5000,
     "playlist": 10000}

Its own models write the rows: over its door hundreds of thousands of likes would take hours.
"""

import importlib
import json
import sys
import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from bench.numbered import Ids

PLAYLIST = str(uuid.UUID(int=10))
_BEGAN = datetime(2023, 11, 14, 22, 13, 20)  # noqa: DTZ001  # supysonic keeps local times


def _insert(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    waiting = iter(rows)
    while batch := list(islice(waiting, 1_000)):
        model.insert_many(batch).execute()


def main() -> None:
    wanted = json.loads(sys.argv[1])
    db = importlib.import_module("supysonic.db")
    add = importlib.import_module("supysonic.managers.user").UserManager.add
    db.init_database(wanted["database"])
    with db.db.atomic():
        rows = db.Track.select(db.Track.path, db.Track.id, db.Track.album).tuples()
        ids = Ids.of((path, str(track), str(album)) for path, track, album in rows)
        for number, (name, password) in enumerate(wanted["users"]):
            user = add(name, password, admin=True)
            for kind in ("track", "album"):
                starred = ids.liked(number, kind, wanted["likes"])
                _insert(
                    getattr(db, f"Starred{kind.title()}"),
                    ({"user": user.id, "starred": uuid.UUID(id_), "date": _BEGAN}
                     for id_ in starred),
                )  # fmt: skip
            if number == 0:
                long = ",".join(ids("track", each) for each in range(wanted["playlist"]))
                db.Playlist.create(id=uuid.UUID(PLAYLIST), user=user.id, name="Long", tracks=long)
    db.release_database()


if __name__ == "__main__":
    main()
