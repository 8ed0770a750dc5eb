"""What unmodified clients really asked of a server, and how much of the answers was looked at.

    with client("spotipy", version("spotipy"), home) as ran:
        with ran.call("GET /v1/me/tracks") as check:
            (item,) = spotify.current_user_saved_tracks()["items"]
            check.equal(item["track"]["id"], starred_elsewhere)

Each run is one test, so that it stays whole however the tests are spread over processes. Its
result lies in docs/reference/compatibility/, from where tools/reference.py writes the page; a
run that comes to another result than the one that lies there fails. `make compatibility`, or
RECORD_COMPATIBILITY=1 in the environment of pytest, writes the results anew.

Endpoints are named as `GET /v1/me/tracks` or `/rest/getAlbum`, and must have been asked at the
server, by the client, within the call: `Journal` says so, the log of a process that runs with the
setting log_requests, and whoever knows better which of the requests were somebody else's.
"""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from philomel.gateway.subsonic.methods import ALL
from philomel.gateway.webapi.table import OPERATIONS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference" / "compatibility"
ENDPOINTS = {
    *(f"{each.method} /v1{each.path}" for each in OPERATIONS),
    *(f"/rest/{each.name}" for each in ALL),
}
CLIENTS: Mapping[str, str] = {
    "knuckles": "tests/journeys/subsonic/test_knuckles.py",
    "py-opensonic": "tests/journeys/subsonic/test_opensonic.py",
    "py-sonic": "tests/journeys/subsonic/test_named_players.py",
    "spotify-web-api-node": "tests/gateway/webapi/test_node_clients.py",
    "spotify-web-api-ts-sdk": "tests/gateway/webapi/test_node_clients.py",
    "spotipy": "tests/gateway/webapi/test_spotipy.py",
    "sublime-music": "tests/journeys/subsonic/test_sublime.py",
    "subsonic-api": "tests/journeys/subsonic/test_named_players.py",
}
"""Every client with a recorded run, by the name of its file, and the tests that run it."""
_SWITCH = "RECORD_COMPATIBILITY"
_PATIENCE_SECONDS = 10.0
_LINE = re.compile(r"\b(GET|HEAD|POST|PUT|DELETE) (/\S*) (\d{3}) [\d.]+ ms \d+ B")


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    status: int


class Access(Protocol):
    """Who saw the requests."""

    patience: float
    """Seconds until a request that was answered is surely seen."""

    def seen(self) -> Sequence[Asked]: ...


class Journal:
    """Reads the log of a process that notes its requests, which it does after the answers."""

    patience = _PATIENCE_SECONDS

    def __init__(self, log: Path) -> None:
        self._log = log

    def seen(self) -> Sequence[Asked]:
        # Each line on its own: the last one may be half written.
        found = (_LINE.search(line) for line in self._log.read_text().split("\n")[:-1])
        return [Asked(each[1], each[2], int(each[3])) for each in found if each]


class Check:
    """Counts what is asserted about the content of an answer."""

    def __init__(self) -> None:
        self.assertions = 0

    def equal(self, found: object, wanted: object) -> None:
        self.assertions += 1
        assert found == wanted

    def that(self, holds: object, found: object = None) -> None:
        """Something that is more than equality; `found` is shown if it does not hold."""
        self.assertions += 1
        assert holds, found


@dataclass
class Result:
    """Of one endpoint.

    Attributes:
        calls: how often the client was made to ask it.
        assertions: on the content of its answers.
        statuses: every HTTP status that it answered.
    """

    calls: int = 0
    assertions: int = 0
    statuses: set[int] = field(default_factory=set)


class Run:
    """One client, from its first call to its last."""

    def __init__(self, name: str, version: str, access: Access) -> None:
        self._name, self._version, self._access = name, version, access
        self._results: dict[str, Result] = {}
        self._unable: dict[str, str] = {}

    @contextmanager
    def call(self, *endpoints: str) -> Iterator[Check]:
        """What the client does within asks each of `endpoints`, and at least one thing is
        asserted about the content of their answers.
        """
        before, check = len(self._access.seen()), Check()
        try:
            assert set(endpoints) <= ENDPOINTS, "there is no such endpoint"
            yield check
            assert check.assertions, "nothing was asserted about the content"
            for endpoint in endpoints:
                self._note(endpoint, before, check.assertions)
        except BaseException as error:
            error.add_note(f"{self._name}: {', '.join(endpoints)}")
            raise

    def unable(self, endpoint: str, why: str) -> None:
        """The client has a method for `endpoint` that cannot work with any server."""
        assert endpoint in ENDPOINTS
        self._unable[endpoint] = why

    def _note(self, endpoint: str, before: int, assertions: int) -> None:
        asked = self._asked(endpoint, before)
        assert asked, "the server was not asked"
        result = self._results.setdefault(endpoint, Result())
        result.calls += 1
        result.assertions += assertions
        result.statuses |= {each.status for each in asked}

    def _asked(self, endpoint: str, before: int) -> list[Asked]:
        until = time.monotonic() + self._access.patience
        while True:
            found = [each for each in self._access.seen()[before:] if _is_of(endpoint, each)]
            if found or time.monotonic() > until:
                return found
            time.sleep(0.005)  # the log is written a moment after the answer

    def finish(self) -> None:
        """Hold the result against the one that lies there, or put it there."""
        path = FOLDER / f"{self._name.replace('/', '-').removeprefix('@')}.json"
        assert path.stem in CLIENTS, "name this client in CLIENTS"
        result = {
            "client": self._name,
            "version": self._version,
            "endpoints": {
                name: {
                    "calls": each.calls,
                    "assertions": each.assertions,
                    "statuses": sorted(each.statuses),
                }
                for name, each in sorted(self._results.items())
            },
            "unable": dict(sorted(self._unable.items())),
        }
        if os.environ.get(_SWITCH):
            FOLDER.mkdir(exist_ok=True)
            path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        lying = json.loads(path.read_text()) if path.exists() else {}
        assert result == lying, "another result than the recorded one: `make compatibility`"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.finish()


def client(name: str, version: str, access: Access) -> Run:
    """The run of one client, which ends with the `with` block.

    Args:
        name: of the client, as its registry has it.
        version: of the client.
        access: who sees what it asks.
    """
    return Run(name, version, access)


def _is_of(endpoint: str, asked: Asked) -> bool:
    method, _, path = endpoint.rpartition(" ")
    if path.startswith("/v1/playlists/"):  # which may also lie below their owner
        path = "/v1(/users/[^/]+)?" + path.removeprefix("/v1")
    pattern = re.sub(r"\{\w+\}", "[^/]+", path) + "/?"
    if not method:
        return re.fullmatch(pattern + r"(\.view)?", asked.path) is not None
    return asked.method == method and re.fullmatch(pattern, asked.path) is not None


if __name__ == "__main__":
    print(*sorted({*CLIENTS.values()}))
