"""Every parameter of the extension API and every field of a Web API body: missing, of another
type, too large; and rules of smart playlists that would be code if anything read them as code."""

import re
from collections.abc import Iterator
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.attacks.conftest import Target
from tests.attacks.forms import assert_form
from tests.attacks.test_strangers import ID, ROUTES

from philomel.gateway import oauth, site
from philomel.gateway.api import PREFIX, TOPICS
from philomel.gateway.api.operation import Access, Route
from philomel.gateway.webapi.operation import State
from philomel.gateway.webapi.table import OPERATIONS
from philomel.services.playlists.contract import SmartField, SmartOperator, SmartSort
from philomel.services.playlists.rules.smart import TEXTS

VALUES: tuple[Any, ...] = (
    None, True, -1, 2**63, -(2**63) - 1, 10**40, 0.5, 1e308, "", "x" * 100_000, "\0", "\r\nX: y",
    "' OR 1=1 --", "\u202e\ufeff", [], [[[[]]]], {}, {"$ne": None}, [None] * 2_000, ID, [ID, ID],
)  # fmt: skip
FIELDS = (
    "ids", "uris", "items", "tracks", "position", "positions", "name", "public", "collaborative",
    "description", "range_start", "insert_before", "range_length", "snapshot_id", "uri", "type",
    "device_ids", "play", "context_uri", "offset", "position_ms", "timestamped_ids", "folder_id",
)  # fmt: skip
HOSTILE = (
    "' OR 1=1 --", '"; DROP TABLE tracks;--', "%", "_", "\\", "*", "x' UNION SELECT 1,2,3 --", "(",
    "[a-", "\ud7ff\u0301" * 50, "${jndi:x}", "-1", "99999999999999", "1e9", "2024-13", "9999-12",
    "0000", "",
)  # fmt: skip
_WAITS = {("PUT", "/enrichment"), ("POST", "/scans"), ("DELETE", "/me/sessions")}
"""What these would begin, or end, is real."""


_APIS = ("/v1", "/api/philomel")
_ENDS = {"/sign-out", "/password", "/account/sessions/end"}
_READ = re.compile(r'fields(?:\.get\(|\[)"(\w+)"')


def body_of(operation: Route, name: str, value: Any) -> dict[str, Any]:
    """Something plausible in every field, and `value` in one."""
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(operation.asks):
        if field.required:
            given[field.encode_name] = [] if "tuple" in str(field.type) else ID
    return {**given, name: value}


def asked(operation: Route, turn: Iterator[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    inside = set(re.findall(r"\{(\w+)\}", operation.path))
    path = PREFIX + re.sub(r"\{\w+\}", ID, operation.path)
    yield path, {}
    yield path, {"no_such_parameter": 1}
    for field in msgspec.structs.fields(operation.asks):
        if field.encode_name in inside:
            continue
        for value in islice(turn, 5):
            body = body_of(operation, field.encode_name, value)
            yield path, {name: each for name, each in body.items() if name not in inside}


def test_every_parameter_of_the_extension_api(
    target: Target, boss: httpx.Client, listener: httpx.Client
) -> None:
    turn = cycle(VALUES)
    for operation in (each for topic in TOPICS.values() for each in topic):
        if operation.streams or (operation.method, operation.path) in _WAITS:
            continue
        client = boss if operation.access is Access.ADMIN else listener
        binary = operation.takes != "application/json"
        in_query = binary or operation.method in {"GET", "DELETE"}
        for path, given in asked(operation, turn):
            sent: dict[str, Any] = {"json": given}
            if in_query:
                sent = {"params": {name: str(value)[:2_000] for name, value in given.items()}}
            if binary:
                sent |= {"content": b"bytes", "headers": {"content-type": operation.takes}}
            answer = client.request(operation.method, path, **sent)
            assert_form(path, answer)
            if "no_such_parameter" in given:
                assert answer.status_code in {400, 429}, path
    target.assert_well()


def test_every_field_of_a_web_api_body(target: Target) -> None:
    headers = {"Authorization": f"Bearer {target.bert_token}"}
    turn = cycle(VALUES)
    for operation in OPERATIONS:
        if operation.method == "GET":
            continue
        path = "/v1" + operation.path.replace("{id}", ID)
        bodies: list[Any] = [*VALUES[:4], [], [ID], "x"]
        if operation.state is State.FULL:
            bodies += [dict.fromkeys(FIELDS, value) for value in islice(turn, 8)]
            bodies += [{name: next(turn)} for name in FIELDS[::2]]
        for body in bodies:
            answer = target.http.request(operation.method, path, headers=headers, json=body)
            assert_form(path, answer)
    target.assert_well()


def field_names() -> list[str]:
    """Every field that a page of ours reads."""
    pages = [
        path for door in (site, oauth) for path in Path(door.__file__ or "").parent.rglob("*.py")
    ]
    found = {name for path in pages for name in _READ.findall(path.read_text())}
    assert len(found) > 25
    return sorted(found)


def test_every_field_of_every_form(
    target: Target, boss: httpx.Client, listener: httpx.Client
) -> None:
    names, turn = field_names(), cycle(VALUES)
    forms = [path for method, path in ROUTES if method == "POST" and not path.startswith(_APIS)]
    for path in forms:
        if path in _ENDS or path.startswith("/enrichment"):
            continue
        client = boss if path.startswith(("/people", "/library-health")) else listener
        bodies: list[dict[str, str]] = [{}]
        bodies += [dict.fromkeys(names, str(next(turn))[:3_000]) for _ in range(5)]
        bodies += [
            {**dict.fromkeys(names, ID), name: str(next(turn))[:3_000]} for name in names[::5]
        ]
        for number, body in enumerate(bodies):
            address = re.sub(r"\{[^}]*\}", (ID, "..%2f%00", "\u0661")[number % 3], path)
            assert_form(address, client.post(address, data=body))
        for raw in (
            b"a=%ff&b=%c0%ae",
            b"a=1&a=2",
            b"&=&=" * 500,
            b"\xff\xfe",
            b"a=" + b"%00" * 900,
        ):
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            assert_form(
                path, client.post(re.sub(r"\{[^}]*\}", ID, path), content=raw, headers=form)
            )
    for client in (boss, listener):
        assert client.get("/account").status_code == 200
    target.assert_well()


SENSELESS: tuple[dict[str, Any], ...] = (
    {"match": "' OR 1=1"},
    {"rules": [{"field": "password", "operator": "is", "values": ["x"]}]},
    {"rules": [{"field": "title", "operator": "OR 1=1", "values": ["x"]}]},
    {"rules": [{"field": "title", "operator": "is", "values": [["x"]]}]},
    {"groups": [{"match": "all", "rules": []}] * 51},
    {"limit": -1},
    {"limit": 0},
    {"sort": "title; DROP TABLE x"},
    {"sort": "(SELECT 1)"},
    {"sort": None},
)


def test_rules_are_never_code(target: Target) -> None:
    whole = tried(target, {}).json()["matching"]
    assert whole > 0
    turn = cycle(HOSTILE)
    for field, operator in product(SmartField, SmartOperator):
        found = [tried(target, one_rule(field, operator, next(turn)))]
        if "cannot be compared" in found[0].text:
            continue
        found += [tried(target, one_rule(field, operator, next(turn))) for _ in range(2)]
        matching = [each.json()["matching"] for each in found if each.status_code == 200]
        if field in TEXTS and operator in {"is", "contains", "starts", "ends"}:
            # It is looked for as it is: the music here has no such words.
            assert matching
            assert max(matching) < whole, (field, operator, matching)
    for sort in SmartSort:
        assert tried(target, {"sort": sort, "descending": True}).json()["matching"] == whole
    for rules in SENSELESS:
        assert tried(target, rules).status_code == 400, rules
    target.assert_well()


def one_rule(field: SmartField, operator: SmartOperator, value: str) -> dict[str, Any]:
    more = HOSTILE[:1] if operator is SmartOperator.BETWEEN else ()
    return {"rules": [{"field": field, "operator": operator, "values": [value, *more]}]}


def tried(target: Target, rules: dict[str, Any]) -> httpx.Response:
    answer = target.http.post(
        f"{PREFIX}/playlists/try",
        headers={"Authorization": f"Bearer {target.bert_token}"},
        json={"rules": rules, "limit": 500},
    )
    assert_form(PREFIX, answer)
    return answer


def test_searches_end(target: Target) -> None:
    """Within the minute that the client waits, and nobody else waits for them."""
    headers = {"Authorization": f"Bearer {target.bert_token}"}
    for query in (
        '"' * 3_000, "(" * 3_000, "NOT " * 800, "a OR " * 800, "artist:" * 500,
        "year:" + "9" * 3_000, "year:1990-" * 300, '"a" ' * 800, "a*" * 1_500, "~" * 3_000,
        "aaaaaaaaaaaaaaaaaa!" * 100,
        "\u0300" * 3_000, "\u202e" * 3_000, "ﷺ" * 1_000, "tag:new " * 400, ":" * 3_000,
    ):  # fmt: skip
        asked = {"q": query, "type": "track,album,artist,playlist"}
        answer = target.http.get("/v1/search", params=asked, headers=headers)
        assert_form("/v1", answer)
        target.ask("search3", target.bert, query=query)
    target.assert_well()
