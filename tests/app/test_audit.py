"""The audit log as administrators see it: over the command line and the extension API."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.journeys.processes import Process
from tests.media.files import make

from philomel.app.refusal import Exit

PASSWORD = "a nightingale sang"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "data")
    yield process
    process.kill()


def test_what_was_done_can_be_read_and_proven(server: Process, tmp_path: Path) -> None:
    make(tmp_path / "music" / "song.flac", {"title": "Song"})
    # Also what is done while no server runs is written down, once one does.
    server.done("user", "add", "anna", "--admin", "--password-stdin", given=PASSWORD)
    server.done("library", "add", str(tmp_path / "music"), "--name", "Home")
    server.start()
    token = server.done("token", "anna", "--admin")["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{server.url}/api/philomel/v1", headers=bearer) as api:
        assert api.post("/scans", json={}).status_code == 200
        found = entries(api, "scan.start")
        by_action = {entry["action"]: entry for entry in found}
        assert {"user.create", "library.add", "token.mint", "scan.start"} <= by_action.keys()
        anna = by_action["user.create"]["target"]
        assert by_action["scan.start"]["actor_id"] == anna
        assert by_action["library.add"]["details"] == "Home"
        assert by_action["library.add"]["actor_kind"] == "operator"
        assert api.get("/audit/verify").json() == {
            "good": True,
            "entries": len(found),
            "broken_at": None,
            "reason": "",
        }
        for refused in ({}, {"Authorization": "Bearer x"}):
            path = f"{server.url}/api/philomel/v1/audit"
            assert httpx.get(path, headers=refused).status_code == 401
    listed = server.done("audit", "list", "--limit", "2")["entries"]
    assert [entry["seq"] for entry in listed] == [found[0]["seq"], found[1]["seq"]]
    assert "anna" in server.cli("audit", "list").out
    assert server.done("audit", "verify")["good"]
    server.stop()
    with sqlite3.connect(server.data / "accounts.sqlite") as database:
        database.execute("UPDATE audit SET actor_id = '' WHERE action = 'scan.start'")
    database.close()
    told = server.cli("audit", "verify", "--json")
    assert (told.status, told.json()["good"]) == (Exit.FAILED, False)


def entries(api: httpx.Client, until: str) -> list[Any]:
    """The log, once the events of the other services have arrived in it."""
    end = time.monotonic() + 20
    while True:
        found: list[Any] = api.get("/audit").json()["items"]
        if until in {entry["action"] for entry in found}:
            return found
        assert time.monotonic() < end, found
        time.sleep(0.05)  # between two looks at what comes by itself
