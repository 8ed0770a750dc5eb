"""Where the clients of the Web API are judged: the doors, and two people at them.

A judge of an endpoint gets a way that a client has to ask it, with the arguments named as the
API names them (`ids`, `limit`, ...), and the answer as the API gives it.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from tests.clients.recording import Check
from tests.databases import sqlite_at
from tests.gateway.running import House, serving
from tests.gateway.shelf import ALICE, id_of

from philomel.engines.blobs.disk import DiskBlobs
from philomel.engines.keys.ring import KeyRing
from philomel.engines.log.local import open_local_log
from philomel.engines.workers import TaskFailed
from philomel.services.playlists import module

AIRBAG, PARANOID, KARMA, JOGA, BACHELORETTE = (
    id_of(f"track {name}")
    for name in ("Airbag", "Paranoid Android", "Karma Police", "Jóga", "Bachelorette")
)
OK, KID_A, HOMOGENIC = (id_of(f"album {name}") for name in ("OK Computer", "Kid A", "Homogenic"))
RADIOHEAD, BJORK = id_of("artist Radiohead"), id_of("artist Björk")
ROCK, NOTHING = id_of("genre Rock"), id_of("nothing")
DAY = 86_400_000


class Refused(Exception):
    """What a client made of a refusal; `text` is all that it says of it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status, self.text = status, text


@dataclass(frozen=True)
class Way:
    """One method of a client.

    Attributes:
        name: of the method, so that none is forgotten.
        ask: calls it; arguments and answer are as in the API, without a body None.
        kind: what it is about where an endpoint is about several things.
    """

    name: str
    ask: Callable[..., Any]
    kind: str = ""

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self.ask(*given, **named)


Ways = Mapping[str, Sequence[Way]]
Row = tuple[str, ...]
"""Of a client's table: endpoint, method, its arguments, what it is about, the answer's key.

The arguments stand one beside the other: a name for what the judge gives under it, JSON for
what is always the same, `null` for what is left out, and `name=` for what is named. From `ids`
there are also the first `one`, `uris`, and `tracks`, which are objects with a URI and maybe
positions; from `before` and `after` a `range`. The key is that of the answer's one field, where
the client hands on its value alone.
"""


def ways_of(
    rows: Sequence[Row], call: Callable[[str, Sequence[Any], Mapping[str, Any]], Any]
) -> Ways:
    """The ways of a client's table; `call` calls a method of it."""
    found: dict[str, list[Way]] = {}
    for endpoint, method, *rest in rows:
        spec, kind, key = (*rest, "", "", "")[:3]

        def ask(method: str = method, spec: str = spec, key: str = key, **given: Any) -> Any:
            answer = call(method, *_arguments(spec, given))
            return {key: answer} if key else answer

        found.setdefault(endpoint, []).append(Way(method, ask, kind))
    return found


def _arguments(spec: str, given: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    more = {name: given[name] for name in ("positions",) if name in given}
    tracks = [{"uri": uri, **more} for uri in uris(*given.get("ids", ()))]
    known = {"uris": uris(*given.get("ids", ())), "tracks": tracks, **given}
    known["one"] = next(iter(given.get("ids", ())), None)
    sides = (name for name in ("before", "after") if name in given)
    until = [{"timestamp": given[name], "type": name} for name in sides]
    known["bytes"] = {"base64": given.get("jpeg", "")}
    known["range"] = until[0] if until else None
    placed: list[Any] = []
    named: dict[str, Any] = {}
    for word in spec.split():
        name = word.rstrip("=")
        if word in known:
            placed.append(known[word])
        elif word != name:
            named |= {name: known[name]} if known.get(name) is not None else {}
        else:
            placed.append(json.loads(word))
    return placed, named


@dataclass(frozen=True)
class At:
    """The doors, seen by everybody but the client."""

    house: House
    written: set[str] = field(default_factory=set)
    """Methods that changed something since all was forgotten."""

    def rest(self, method: str, *more: tuple[str, str], who: str = "alice", **given: Any) -> Any:
        """What a Subsonic player of somebody gets."""
        if not method.startswith(("get", "search")):
            self.written.add(method)
        login = {"u": who, "p": f"app-{who}", "v": "1.16.1", "c": "test", "f": "json"}
        named = ((name, str(value)) for name, value in given.items())
        pairs = (*login.items(), *named, *more)
        answer = self.house.http.get(f"{self.house.url}/rest/{method}", params=pairs).json()
        assert answer["subsonic-response"]["status"] == "ok", answer
        return answer["subsonic-response"]

    def own(self, method: str, path: str, who: str = ALICE, **body: Any) -> Any:
        """What a program gets that speaks our own API."""
        headers = {"Authorization": f"Bearer {self.house.people.token(who)}"}
        address = f"{self.house.url}/api/philomel/v1{path}"
        found = self.house.http.request(method, address, headers=headers, json=body or None)
        assert found.is_success, found.text
        return found.json() if found.content else None

    def starred(self, kind: str) -> list[str]:
        """Ids of what the first person keeps: of "song", "album" or "artist"."""
        return [item["id"] for item in self.rest("getStarred2")["starred2"].get(kind, ())]

    def song(self, id_: str) -> Any:
        return self.rest("getSong", id=id_)["song"]

    def playlist(self, name: str, *ids: str, who: str = "alice", public: bool = True) -> str:
        """A new one, made by a Subsonic player."""
        songs = [("songId", id_) for id_ in ids]
        made: str = self.rest("createPlaylist", *songs, who=who, name=name)["playlist"]["id"]
        self.rest("updatePlaylist", who=who, playlistId=made, public=str(public).lower())
        return made

    def entries(self, playlist: str) -> list[str]:
        """Ids of the songs on a playlist, as a Subsonic player sees them."""
        found = self.rest("getPlaylist", id=playlist)["playlist"]
        return [entry["id"] for entry in found.get("entry", ())]

    def play(self, id_: str, days_ago: float) -> None:
        self.rest("scrobble", id=id_, time=int(self.house.clock.now() - days_ago * DAY))

    def forget(self) -> None:
        """Back to where nobody keeps or plays anything, and no playlist exists."""
        self.house.keeper.plays.clear()
        for who in ("alice", "bob"):
            kept = self.rest("getStarred2", who=who)["starred2"]
            pairs = [
                (name, item["id"])
                for kind, name in (("song", "id"), ("album", "albumId"), ("artist", "artistId"))
                for item in kept.get(kind, ())
            ]
            if pairs:
                self.rest("unstar", *pairs, who=who)
            for each in self.rest("getPlaylists", who=who)["playlists"].get("playlist", ()):
                if each["owner"].casefold() == who:
                    self.rest("deletePlaylist", who=who, id=each["id"])
        self.written.clear()


Judge = Callable[[At, Way, Check], None]
JUDGES: dict[str, Judge] = {}


def judges(*endpoints: str) -> Callable[[Judge], Judge]:
    def note(judge: Judge) -> Judge:
        JUDGES.update(dict.fromkeys(endpoints, judge))
        return judge

    return note


def refused(ask: Callable[[], Any], text: str = "") -> int:
    """The status of a refusal that must come, and say `text`."""
    with pytest.raises(Refused) as error:
        ask()
    assert text in error.value.text
    return error.value.status


def names(found: Any) -> list[str]:
    return [item["name"] for item in found]


def ids(found: Any) -> list[str]:
    return [item["id"] for item in found]


def uris(*ids_: str) -> list[str]:
    return [f"spotify:track:{id_}" for id_ in ids_]


class _Painter:
    """Draws no picture anew: the service's own suite has real ones."""

    async def render(self, picture: bytes, edges: Sequence[int]) -> list[bytes]:
        if len(picture) < 100:
            raise TaskFailed("This is no picture.")
        return [picture + bytes([number]) for number, _ in enumerate(edges)]


@contextmanager
def keeping(folder: Path) -> Iterator[House]:
    """The doors over the real service of likes and playlists."""
    house = House()
    database = asyncio.run(sqlite_at(folder / "playlists.sqlite", module.SCHEMA))
    log = open_local_log(folder / "log.sqlite", house.clock)
    (folder / "blobs").mkdir()
    house.playlists, _ = module.build(
        module.Deps(
            database,
            log,
            house.clock,
            cast("Any", house.shelf),
            KeyRing.open(folder / "keys.json", house.clock),
            DiskBlobs(bytes(folder / "blobs")),
            cast("Any", _Painter()),
            cast("Any", house.keeper),
        )
    )
    with serving(house) as running:
        yield running

    async def close() -> None:
        await database.close()
        await log.close()

    asyncio.run(close())
