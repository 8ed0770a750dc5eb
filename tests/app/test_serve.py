"""The life of a server process: what it says, what it refuses, how it ends."""

import http.client
import json
import os
import re
import socket
import sqlite3
import stat
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.processes import STOP_SECONDS, Process
from tests.media.files import make

from philomel.app.refusal import Exit


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "data")
    yield process
    process.kill()


def test_it_says_where_it_is_and_how_to_set_it_up(server: Process) -> None:
    server.start()
    said = server.said()
    assert f"Philomel is ready: {server.url}" in said
    (token,) = re.findall(rf"{server.url}/setup\?token=(\S+)", said)
    assert "--host 0.0.0.0" in said
    # The link is for whoever reads the terminal; it is printed, and never logged.
    assert said.count(token) == 1
    assert server.cli("setup-link").status == Exit.OK
    assert server.stop() <= STOP_SECONDS


def test_what_it_leaves_in_the_data_folder_is_its_owners_alone(server: Process) -> None:
    server.start()
    open_to_others = [
        str(path)
        for path in server.data.rglob("*")
        if path.name != "philomel.toml" and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []
    server.stop()


def test_a_second_server_is_refused_by_name(server: Process) -> None:
    server.start()
    second = server.cli("serve", "--port", "0", "--json")
    assert second.status == Exit.REFUSED
    assert second.json()["error"]["code"] == "already_served"
    assert f"process {server.pid}" in second.err
    assert server.url in second.err
    server.stop()


def test_a_taken_port_is_named_with_the_way_out(server: Process) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        refused = server.cli("serve")
    assert refused.status == Exit.UNAVAILABLE
    assert str(server.port) in refused.err
    assert "--port" in refused.err
    assert "Traceback" not in refused.err


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    nested = Process(tmp_path / "other")
    nested.data = blocked / "data"
    outcome = nested.cli("serve")
    assert outcome.status == Exit.UNAVAILABLE
    assert "--data" in outcome.err


def test_music_that_is_not_there_is_refused(server: Process, tmp_path: Path) -> None:
    refused = server.cli("serve", "--music", str(tmp_path / "nothing"))
    assert refused.status == Exit.USAGE
    assert "Traceback" not in refused.err


def test_it_stops_in_time_with_open_connections_and_a_running_scan(
    server: Process, tmp_path: Path
) -> None:
    music = tmp_path / "music"
    original = make(music / "0.ogg", {"title": "One"})
    for number in range(1, 300):
        os.link(original, music / f"{number}.ogg")
    server.start("--music", str(music))
    idle = socket.create_connection(("127.0.0.1", server.port))
    half = socket.create_connection(("127.0.0.1", server.port))
    half.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
    asking = threading.Thread(target=server.cli, args=("scan", "--wait", "analysis"))
    asking.start()
    assert server.stop() <= STOP_SECONDS
    asking.join(60)
    assert not asking.is_alive()
    idle.close()
    half.close()
    # Nothing is in the way of the next one, and it does the rest.
    server.start()
    assert server.done("scan")["phase"] == "done"
    server.stop()


def test_music_is_scanned_also_after_a_scan_of_other_music_was_cut_off(
    server: Process, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    make(first / "1.ogg", {"title": "One"})
    make(second / "2.ogg", {"title": "Two"})
    assert server.cli("library", "add", str(first)).status == Exit.OK
    assert server.done("scan")["phase"] == "done"
    catalog = sqlite3.connect(server.data / "catalog.sqlite")
    with catalog:  # as a kill in the middle leaves it
        catalog.execute(
            "UPDATE scans SET phase = 'reading', finished_at = NULL, path = ?", (bytes(first),)
        )
    catalog.close()
    server.start("--music", str(second))
    until = time.monotonic() + 60
    counts: dict[str, int] = {}
    while counts.get("second") != 1 and time.monotonic() < until:
        listed = server.done("library", "list")["libraries"]
        counts = {library["name"]: library["files"] for library in listed}
    assert counts == {"first": 1, "second": 1}
    server.stop()


def test_a_killed_server_is_followed_by_the_next(server: Process) -> None:
    server.start()
    server.kill()
    assert server.cli("user", "list").status == Exit.OK
    server.start()
    server.stop()


def test_a_data_folder_with_a_long_path_can_be_spoken_to(tmp_path: Path) -> None:
    process = Process(tmp_path / ("long " * 20) / ("path " * 20))
    process.start()
    try:
        assert process.done("user", "list") == {"users": []}
        assert not (process.data / "philomel.sock").exists()
        process.stop()
    finally:
        process.kill()


def test_numbers_are_for_whoever_has_the_token(tmp_path: Path) -> None:
    """A proxy on this machine looks as if it were somebody of this machine."""
    process = Process(tmp_path / "data", {"metrics_token": "open sesame"})
    process.start()
    try:
        forwarded = {"X-Forwarded-For": "127.0.0.1"}
        assert _status(process, "/metrics", {}) == 403
        assert _status(process, "/metrics", forwarded) == 403
        assert _status(process, "/metrics", {**forwarded, "Authorization": "Bearer x"}) == 403
        request = urllib.request.Request(f"{process.url}/metrics")
        request.add_header("Authorization", "Bearer open sesame")
        with urllib.request.urlopen(request) as answer:
            assert b"philomel_http_requests_total" in answer.read()
        process.stop()
    finally:
        process.kill()


def test_a_path_that_a_door_has_is_not_for_the_whole_server(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", {"base_url": "https://example.org/media/player"})
    refused = process.cli("serve")
    assert refused.status == Exit.USAGE
    assert "cannot have a path that begins with /media" in refused.err


def test_requests_that_are_too_much_are_cut_off(server: Process) -> None:
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as endless:
        endless.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")
        try:
            for _ in range(64):
                endless.sendall(b"a" * 65536)
            answer = endless.recv(1000)
        except OSError:
            answer = b""
    assert b" 200 " not in answer
    with urllib.request.urlopen(f"{server.url}/healthz") as alive:
        assert alive.read() == b"ok\n"
    status = _status(server, "/healthz", {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    assert status == 200
    server.stop()


def test_the_log_is_json_without_a_terminal(server: Process) -> None:
    server.start()
    lines = [line for line in server.said().splitlines() if line.startswith("{")]
    assert all({"time", "level", "message"} <= json.loads(line).keys() for line in lines)
    server.stop()


def _status(process: Process, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=10)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status
