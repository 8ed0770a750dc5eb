"""A playlist that is edited all the while, and what of it must be there after a kill."""

import json
import random
import sqlite3
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

_COUNTED = """
SELECT p.id FROM playlist p WHERE
    p.track_count <> (SELECT count(*) FROM entry e WHERE e.playlist_id = p.id)
    OR p.duration_ms <>
        (SELECT coalesce(sum(duration_ms), 0) FROM entry e WHERE e.playlist_id = p.id)
    OR p.revision <> (SELECT coalesce(max(revision), 1) FROM edit d WHERE d.playlist_id = p.id)
"""


class Lists:
    """Attributes:
    acknowledged: how many edits were.
    """

    def __init__(self, token: str) -> None:
        self.acknowledged = 0
        self._token = token
        self._id = ""
        self._snapshots: dict[str, tuple[str, ...]] = {}
        self._now: tuple[str, ...] = ()
        self._may_be: tuple[str, ...] = ()

    def begin(self, url: str) -> None:
        found = self._ask(url, "POST", "/v1/me/playlists", {"name": "Kept"})
        self._id = found["id"]
        self._snapshots[found["snapshot_id"]] = ()

    def edit(self, url: str, chance: random.Random, songs: Sequence[str]) -> None:
        """One edit: entries come, go or move."""
        before, count = self._now, len(self._now)
        path, drawn = f"/v1/playlists/{self._id}/tracks", chance.random()
        if count < 3 or (drawn < 0.5 and count < 60):
            new, at = chance.sample(songs, 2), chance.randint(0, count)
            after = (*before[:at], *new, *before[at:])
            order = "POST", {"uris": [f"spotify:track:{id_}" for id_ in new], "position": at}
        elif drawn < 0.75:
            start, to = chance.randrange(count), chance.randint(0, count)
            rest = list(before)
            moved = rest.pop(start)
            rest.insert(to - (to > start), moved)
            after = tuple(rest)
            order = "PUT", {"range_start": start, "insert_before": to}
        else:
            at = chance.randrange(count)
            after = (*before[:at], *before[at + 1 :])
            gone = {"uri": f"spotify:track:{before[at]}", "positions": [at]}
            order = "DELETE", {"tracks": [gone]}
        self._may_be = after  # under way: either may come true
        snapshot = self._ask(url, order[0], path, order[1])["snapshot_id"]
        self._snapshots[snapshot] = self._now = after
        self.acknowledged += 1

    def check(self, url: str, data: Path) -> None:
        """What was acknowledged is so, and is what its snapshot says."""
        found = self._ask(url, "GET", f"/v1/playlists/{self._id}")
        total = found["tracks"]["total"]
        path = f"/v1/playlists/{self._id}/tracks?limit=100"
        ids = tuple(e["track"]["id"] for e in self._ask(url, "GET", path)["items"])
        assert len(ids) == total
        assert ids in {self._now, self._may_be}, "what was acknowledged is not so"
        known = self._snapshots.setdefault(found["snapshot_id"], ids)
        assert known == ids, "a snapshot is of other entries"
        self._now = self._may_be = ids
        with closing(
            sqlite3.connect(f"file:{data}/playlists.sqlite?mode=ro", uri=True)
        ) as database:
            assert database.execute(_COUNTED).fetchall() == []

    def _ask(
        self, url: str, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
