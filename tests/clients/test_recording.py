"""What stands on the page of compatibility is what happened."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.clients import recording
from tests.clients.recording import CLIENTS, FOLDER, Check, Journal, Run, client
from tests.gateway.home import Home, at_home

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with at_home(tmp_path_factory.mktemp("recording"), music=()) as running:
        yield running


@pytest.fixture
def home(running: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("RECORD_COMPATIBILITY", raising=False)
    monkeypatch.setattr(recording, "FOLDER", tmp_path)
    monkeypatch.setattr(recording, "CLIENTS", {"x": ""})
    return running


def asked(ran: Run, home: Home, endpoint: str, path: str) -> None:
    with ran.call(endpoint) as check:
        status = home.http.get(f"{home.url}{path}").status_code
        check.equal(status < 500, True)


def _judge(ran: Run, home: Home) -> None:
    """The judge asks, and not the client."""
    with ran.call("GET /v1/markets") as check:
        check.that(home.web("GET", "/markets"))


def test_another_result_than_the_recorded_one_fails(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError, match="another result"), client("x", "1", home):
        pass
    monkeypatch.setenv("RECORD_COMPATIBILITY", "1")
    with client("x", "1", home) as ran:
        asked(ran, home, "GET /v1/albums/{id}", "/v1/albums/a/")
        asked(ran, home, "/rest/ping", "/rest/ping.view")
    written = json.loads((tmp_path / "x.json").read_text())
    assert written["endpoints"]["GET /v1/albums/{id}"] == {
        "calls": 1, "assertions": 1, "statuses": [401],
    }  # fmt: skip
    monkeypatch.delenv("RECORD_COMPATIBILITY")
    for version, twice in (("2", False), ("1", True)):
        ran = client("x", version, home)
        asked(ran, home, "GET /v1/albums/{id}", "/v1/albums/a")
        for _ in range(1 + twice):
            asked(ran, home, "/rest/ping", "/rest/ping")
        with pytest.raises(AssertionError, match="another result"):
            ran.finish()
    with client("x", "1", home) as ran:
        asked(ran, home, "GET /v1/albums/{id}", "/v1/albums/a")
        asked(ran, home, "/rest/ping", "/rest/ping")


def test_what_was_not_asked_or_looked_at_does_not_count(home: Home) -> None:
    ran = Run("x", "1", home)
    with pytest.raises(AssertionError, match="not asked"):
        asked(ran, home, "GET /v1/albums/{id}", "/v1/albums")
    with pytest.raises(AssertionError, match="no such endpoint"):
        asked(ran, home, "GET /v1/nothing", "/v1/nothing")
    with pytest.raises(AssertionError, match="not asked"):
        _judge(ran, home)
    with pytest.raises(AssertionError, match="nothing was asserted"), ran.call("/rest/ping"):
        home.http.get(f"{home.url}/rest/ping")
    with pytest.raises(AssertionError):
        Check().equal(1, 2)


def test_a_log_of_requests_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "2026 INFO philomel.requests: GET /v1/albums/{id:str} 200 1.5 ms 20 B\nother\n"
        "2026 INFO philomel.requests: POST /rest/ping 200 0.1 ms 2 B\n"
        "2026 INFO philomel.requests: GET /rest/getAl"
    )
    ran = Run("x", "1", Journal(log))
    assert ran._asked("GET /v1/albums/{id}", 0)
    assert ran._asked("/rest/ping", 1)


def test_every_recorded_client_has_its_test_and_its_result() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*CLIENTS}
    for name, test in CLIENTS.items():
        assert (ROOT / test).is_file(), name
