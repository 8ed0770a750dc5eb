"""The table of operations: complete, guarded, and what routing comes from."""

import json
import re
from pathlib import Path

import httpx
import pytest
from tests.gateway.home import NOTHING, Home, at_home

from philomel.gateway.webapi.operation import Operation, State
from philomel.gateway.webapi.table import OPERATIONS

SPEC = Path(__file__).parents[2] / "specs" / "spotify-web-api.json"
METHODS = ("get", "put", "post", "delete")
# What may be empty, or wait for its feature; everything else is there in full.
SPOKEN = re.compile(r"/(me/)?(shows|episodes|audiobooks|chapters)(/.*)?")
LATER = re.compile(r"/me/player(?!/recently-played).*|/audio-analysis/.*")


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def ask(home: Home, operation: Operation, token: str | None, path: str = "") -> httpx.Response:
    """A request with everything that the operation needs."""
    artist, track = home.artist("Radiohead"), home.track("Airbag")
    needed = {
        "/search": {"q": "radiohead", "type": "track"},
        "/recommendations": {"seed_artists": artist},
        "/me/following": {"type": "artist", "ids": artist},
        "/me/following/contains": {"type": "artist", "ids": artist},
    }
    ids = {
        "/tracks": track,
        "/albums": home.album("OK Computer"),
        "/artists": artist,
        "/browse": home.genre("Rock"),
        "/audio-features": track,
        "/users": home.alice,
    }
    id_ = next((i for start, i in ids.items() if operation.path.startswith(start)), NOTHING)
    query = {"ids": id_, "uris": f"spotify:track:{track}"}
    return home.http.request(
        operation.method,
        home.url + "/v1" + (path or operation.path).replace("{id}", id_),
        params=needed.get(operation.path, query),
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )


def test_every_operation_of_the_description_is_there_once() -> None:
    paths = json.loads(SPEC.read_text())["paths"]
    described = {
        f"{method.upper()} {re.sub(r'{[^}]+}', '{id}', path)}"
        for path, methods in paths.items()
        for method in METHODS
        if method in methods
    }
    names = [named(operation) for operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert set(names) == described


def test_only_what_may_wait_waits() -> None:
    for operation in OPERATIONS:
        may_be = (
            State.EMPTY
            if SPOKEN.fullmatch(operation.path)
            else State.LATER
            if LATER.fullmatch(operation.path)
            else State.FULL
        )
        assert (named(operation), operation.state) == (named(operation), may_be)


@pytest.mark.parametrize("part", range(4))
def test_every_operation_is_guarded(home: Home, part: int) -> None:
    everything, other = home.token("alice"), home.token("alice", "user-read-email")
    program = home.program
    for operation in OPERATIONS[part::4]:
        stranger = ask(home, operation, None)
        assert (named(operation), stranger.status_code) == (named(operation), 401)
        assert "invalid_token" in stranger.headers["www-authenticate"]
        for scope in operation.scopes:
            allowed = ask(home, operation, home.token("alice", scope))
            assert allowed.status_code != 401, named(operation)
        if operation.scopes:
            refused = ask(home, operation, other)
            assert (named(operation), refused.status_code) == (named(operation), 403)
            assert "insufficient_scope" in refused.headers["www-authenticate"]
        if "playlist" in operation.path:
            continue  # needs a service of its own: see test_playlists
        if operation.personal:
            assert ask(home, operation, program).status_code == 401, named(operation)
        good = ask(home, operation, everything)
        if operation.state is State.FULL:
            assert (named(operation), good.status_code) == (named(operation), operation.status)
        assert good.status_code in {operation.status, 404}, named(operation)
        slashed = ask(home, operation, everything, operation.path + "/")
        # Among what fits equally well, recommendations are drawn by lot.
        is_drawn = operation.path == "/recommendations"
        assert slashed.status_code == good.status_code
        assert slashed.content == good.content or is_drawn, named(operation)


def test_one_scope_of_those_that_fit_is_enough(home: Home) -> None:
    for operation in OPERATIONS:
        if len(operation.scopes) == 1 and "playlist" not in operation.path:
            token = home.token("alice", *operation.scopes)
            assert ask(home, operation, token).status_code in {operation.status, 404}


def test_methods_are_told_and_others_refused(home: Home) -> None:
    token = home.token("alice")
    for path in {operation.path for operation in OPERATIONS}:
        address = home.url + "/v1" + path.replace("{id}", NOTHING)
        preflight = home.http.options(address)
        allowed = set(preflight.headers["allow"].split(", "))
        own = {operation.method for operation in OPERATIONS if operation.path == path}
        assert preflight.status_code == 204
        assert allowed == own | {"OPTIONS"} | ({"HEAD"} if "GET" in own else set())
        assert preflight.headers["access-control-allow-methods"] == preflight.headers["allow"]
        for method in ("PATCH", "TRACE", "PROPFIND"):
            refused = home.http.request(method, address, headers={"Authorization": token})
            assert (refused.status_code, refused.headers["allow"]) == (
                405,
                preflight.headers["allow"],
            )
            assert refused.json()["error"]["status"] == 405


def test_heads_are_answers_without_a_body(home: Home) -> None:
    headers = home.headers("alice")
    address = f"{home.url}/v1/tracks/{home.track('Airbag')}"
    whole, head = (
        home.http.get(address, headers=headers),
        home.http.head(address, headers=headers),
    )
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_what_is_known_already_is_not_sent_again(home: Home) -> None:
    headers = home.headers("alice")
    address = f"{home.url}/v1/me/tracks"
    first = home.http.get(address, headers=headers)
    assert first.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert first.headers["vary"] == "Authorization"
    mark = first.headers["etag"]
    for known in (mark, f"W/{mark}", f'"other", {mark}', "*"):
        again = home.http.get(address, headers={**headers, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == mark
    track = home.track("Airbag")
    home.http.put(address, params={"ids": track}, headers={**headers, "If-None-Match": "*"})
    changed = home.http.get(address, headers={**headers, "If-None-Match": mark})
    assert (changed.status_code, changed.json()["total"]) == (200, 1)


def test_floods_are_held_back_by_program_and_person(tmp_path: Path) -> None:
    with at_home(tmp_path, {"web_api.calls_per_minute": 3}, music=()) as home:

        def ask(token: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return home.http.get(f"{home.url}/v1/markets", headers=headers)

        first, second = home.token("alice", "user-read-email"), home.program
        # More than three, should a minute end meanwhile.
        answers = [ask(first) for _ in range(8)]
        assert {each.status_code for each in answers[:3]} <= {200, 429}
        refused = next(each for each in answers if each.status_code == 429)
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert refused.json()["error"] == {"status": 429, "message": "API rate limit exceeded"}
        assert ask(second).status_code == 200
