"""Where the clients of the Web API are judged: a real server, and two people at it.

A judge of an endpoint gets a way that a client has to ask it, with the arguments named as the
API names them (`ids`, `limit`, ...), and the answer as the API gives it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import pytest
from tests.clients.recording import Check
from tests.gateway.home import NOTHING, Home

__all__ = ["NOTHING"]
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
class Known:
    """Ids of what the judges speak of."""

    airbag: str
    paranoid: str
    karma: str
    joga: str
    bachelorette: str
    duet: str
    ok: str
    kid_a: str
    radiohead: str
    bjork: str
    yorke: str
    rock: str
    alice: str
    bob: str

    @classmethod
    def at(cls, home: Home) -> Self:
        return cls(
            airbag=home.track("Airbag"),
            paranoid=home.track("Paranoid Android"),
            karma=home.track("Karma Police"),
            joga=home.track("Jóga"),
            bachelorette=home.track("Bachelorette"),
            duet=home.track("I've Seen It All"),
            ok=home.album("OK Computer"),
            kid_a=home.album("Kid A"),
            radiohead=home.artist("Radiohead"),
            bjork=home.artist("Björk"),
            yorke=home.artist("Thom Yorke"),
            rock=home.genre("Rock"),
            alice=home.alice,
            bob=home.bob,
        )


class At:
    """A real server, seen by everybody but the client.

    Attributes:
        known: ids of what is there.
        written: what changed something since all was forgotten.
    """

    def __init__(self, home: Home) -> None:
        self.home, self.known = home, Known.at(home)
        self.written: set[str] = set()
        self.own = home.own
        self.web = home.web

    def rest(self, method: str, *more: tuple[str, str], who: str = "alice", **given: Any) -> Any:
        """What a Subsonic player of somebody gets."""
        if not method.startswith(("get", "search")):
            self.written.add(method)
        return self.home.rest(method, *more, who=who, **given)

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
        """Once, however often it is told: a play is known by its instant, and stays."""
        self.home.rest("scrobble", id=id_, time=int(self.home.began - days_ago * DAY))

    def forget(self) -> None:
        """Back to where nobody keeps anything, and no playlist exists."""
        self.home.forget()
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
