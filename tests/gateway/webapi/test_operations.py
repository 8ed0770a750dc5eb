"""The table of operations: complete, guarded, and what routing comes from."""

import json
import re
from pathlib import Path

import httpx
import pytest
from tests.gateway.running import House, serving
from tests.gateway.shelf import ALICE, id_of

from philomel.gateway.webapi.operation import Operation, State
from philomel.gateway.webapi.table import OPERATIONS

SPEC = Path(__file__).parents[2] / "specs" / "spotify-web-api.json"
METHODS = ("get", "put", "post", "delete")
# What may be empty, or wait for its feature; everything else is there in full.
SPOKEN = re.compile(r"/(me/)?(shows|episodes|audiobooks|chapters)(/.*)?")
LATER = re.compile(r"/me/player(?!/recently-played).*|/audio-analysis/.*")
NEEDED = {
    "/search": {"q": "radiohead", "type": "track"},
    "/recommendations": {"seed_artists": id_of("artist Radiohead")},
    "/me/following": {"type": "artist", "ids": id_of("artist Radiohead")},
    "/me/following/contains": {"type": "artist", "ids": id_of("artist Radiohead")},
}
IDS = {
    "/tracks": id_of("track Airbag"),
    "/albums": id_of("album OK Computer"),
    "/artists": id_of("artist Radiohead"),
    "/browse": id_of("genre Rock"),
    "/audio-features": id_of("track Airbag"),
    "/users": ALICE,
}


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def ask(house: House, operation: Operation, token: str | None, path: str = "") -> httpx.Response:
    """A request with everything that the operation needs."""
    ids = next((i for start, i in IDS.items() if operation.path.startswith(start)), None)
    id_ = ids or id_of("nothing")
    query = {"ids": id_, "uris": f"spotify:track:{id_of('track Airbag')}"}
    return house.http.request(
        operation.method,
        house.url + "/v1" + (path or operation.path).replace("{id}", id_),
        params=NEEDED.get(operation.path, query),
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
def test_every_operation_is_guarded(house: House, part: int) -> None:
    everything, other = house.people.token(ALICE), house.people.token(ALICE, "user-read-email")
    program = house.people.token(None, "*")
    for operation in OPERATIONS[part::4]:
        stranger = ask(house, operation, None)
        assert (named(operation), stranger.status_code) == (named(operation), 401)
        assert "invalid_token" in stranger.headers["www-authenticate"]
        for scope in operation.scopes:
            allowed = ask(house, operation, house.people.token(ALICE, scope))
            assert allowed.status_code != 401, named(operation)
        if operation.scopes:
            refused = ask(house, operation, other)
            assert (named(operation), refused.status_code) == (named(operation), 403)
            assert "insufficient_scope" in refused.headers["www-authenticate"]
        if "playlist" in operation.path:
            continue  # needs a service of its own: see test_playlists
        if operation.personal:
            assert ask(house, operation, program).status_code == 401, named(operation)
        good = ask(house, operation, everything)
        if operation.state is State.FULL:
            assert (named(operation), good.status_code) == (named(operation), operation.status)
        assert good.status_code in {operation.status, 404}, named(operation)
        assert ask(house, operation, everything, operation.path + "/").content == good.content


def test_one_scope_of_those_that_fit_is_enough(house: House) -> None:
    for operation in OPERATIONS:
        if len(operation.scopes) == 1 and "playlist" not in operation.path:
            token = house.people.token(ALICE, *operation.scopes)
            assert ask(house, operation, token).status_code in {operation.status, 404}


def test_methods_are_told_and_others_refused(house: House) -> None:
    token = house.people.token(ALICE)
    for path in {operation.path for operation in OPERATIONS}:
        address = house.url + "/v1" + path.replace("{id}", id_of("nothing"))
        preflight = house.http.options(address)
        allowed = set(preflight.headers["allow"].split(", "))
        own = {operation.method for operation in OPERATIONS if operation.path == path}
        assert preflight.status_code == 204
        assert allowed == own | {"OPTIONS"} | ({"HEAD"} if "GET" in own else set())
        assert preflight.headers["access-control-allow-methods"] == preflight.headers["allow"]
        for method in ("PATCH", "TRACE", "PROPFIND"):
            refused = house.http.request(method, address, headers={"Authorization": token})
            assert (refused.status_code, refused.headers["allow"]) == (
                405,
                preflight.headers["allow"],
            )
            assert refused.json()["error"]["status"] == 405


def test_heads_are_answers_without_a_body(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    address = f"{house.url}/v1/tracks/{id_of('track Airbag')}"
    whole, head = (
        house.http.get(address, headers=headers),
        house.http.head(address, headers=headers),
    )
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_what_is_known_already_is_not_sent_again(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    address = f"{house.url}/v1/me/tracks"
    first = house.http.get(address, headers=headers)
    assert first.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert first.headers["vary"] == "Authorization"
    mark = first.headers["etag"]
    for known in (mark, f"W/{mark}", f'"other", {mark}', "*"):
        again = house.http.get(address, headers={**headers, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == mark
    track = id_of("track Airbag")
    house.http.put(address, params={"ids": track}, headers={**headers, "If-None-Match": "*"})
    changed = house.http.get(address, headers={**headers, "If-None-Match": mark})
    assert (changed.status_code, changed.json()["total"]) == (200, 1)


def test_floods_are_held_back_by_program_and_person() -> None:
    limited = House()
    limited.calls_per_minute = 3
    with serving(limited) as house:
        first, second = house.people.token(ALICE), house.people.token(None)

        def ask(token: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return house.http.get(f"{house.url}/v1/markets", headers=headers)

        assert [ask(first).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = ask(first)
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert refused.json()["error"] == {"status": 429, "message": "API rate limit exceeded"}
        assert ask(second).status_code == 200
