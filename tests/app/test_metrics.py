"""What /metrics says, and that everything which is drawn or alarmed about is in it."""

import json
import re
import shutil
import sqlite3
import subprocess
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.journeys.processes import Process
from tests.media.files import make

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yaml"
# Of Prometheus itself.
GIVEN = {"up"}
# Counted when it happens for the first time; nothing here has gone wrong.
ONLY_SOMETIMES: set[str] = set()


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server that has done a bit of everything."""
    folder = tmp_path_factory.mktemp("busy")
    make(folder / "music" / "song.flac", {"title": "Song", "artist": "Somebody"})
    process = Process(folder / "data", {"metrics_token": "sesame"})
    process.start()
    process.done("library", "add", str(folder / "music"))
    process.done("scan", "--wait", "analysis")
    process.done("user", "add", "anna", "--password-stdin", given="a nightingale sang")
    made = process.done("app-password", "add", "anna", "phone")
    login = urllib.parse.urlencode({"u": "anna", "p": made["password"], "v": "1.16.1", "c": "t"})
    for path in (f"/rest/ping?{login}", f"/rest/{'x' * 50}?{login}", "/v1/me", "/v1/albums/abc"):
        httpx.get(process.url + path)
    httpx.get(f"{process.url}/somewhere/{'y' * 50}")
    process.done("backup", str(folder / "backup"))
    yield process
    process.kill()


def samples(process: Process) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    headers = {"Authorization": "Bearer sesame"}
    text = httpx.get(f"{process.url}/metrics", headers=headers).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_format_is_what_prometheus_wants(busy: Process) -> None:
    headers = {"Authorization": "Bearer sesame"}
    text = httpx.get(f"{busy.url}/metrics", headers=headers).content
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, check=False
    )
    # Its lint asks for help texts; what is no metric at all is another status.
    assert checked.returncode in {0, 3}, checked.stderr
    assert b"error while linting" not in checked.stderr


def test_routes_are_counted_and_never_what_was_typed(busy: Process) -> None:
    found = samples(busy)
    requests = {
        (dict(labels)["door"], dict(labels)["route"])
        for name, labels in found
        if name == "philomel_http_requests_total"
    }
    assert {
        ("subsonic", "/rest/ping"),
        ("subsonic", "/rest"),
        ("webapi", "/v1/me"),
        ("webapi", "/v1/albums/{id}"),
    } <= requests
    assert not re.search(r"xxxx|yyyy|abc", str(requests))
    calls = {
        (dict(labels)["service"], dict(labels)["method"], dict(labels)["outcome"])
        for name, labels in found
        if name == "philomel_calls_total"
    }
    assert ("accounts", "AuthenticatePlayer", "ok") in calls
    assert found["philomel_metrics_missing", ()] == 0


def test_what_is_drawn_and_alarmed_about_is_counted(busy: Process) -> None:
    known = {name for name, _ in samples(busy)} | GIVEN | ONLY_SOMETIMES
    dashboard = json.loads((DEPLOY / "grafana" / "philomel.json").read_text())
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = RULES.read_text()
    named = set(re.findall(r"\b(?:philomel|process)_[a-z_]+", " ".join([*drawn, rules])))
    assert len(named) > 15
    assert named - known == set()
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))


def test_the_rules_alarm_when_they_should(tmp_path: Path) -> None:
    for name in ("alerts.yaml", "alerts_test.yaml"):
        shutil.copy2(DEPLOY / "prometheus" / name, tmp_path)
    for command in (("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")):
        done = subprocess.run(
            ["promtool", *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_parked_events_are_seen(busy: Process) -> None:
    with sqlite3.connect(busy.data / "plays.sqlite") as database:
        database.execute(
            "INSERT INTO parked VALUES ('plays', 'x', 't', 0, 1, 1, 'k', 'T', x'00', 'broken', 1)"
        )
    database.close()
    assert samples(busy)["philomel_parked_events", (("database", "plays"),)] == 1
    checks = {each["check"]: each for each in busy.done("doctor")["checks"]}
    assert checks["events plays"]["verdict"] == "warn"
    assert "1 of plays" in checks["events plays"]["message"]
    assert checks["events catalog"]["verdict"] == "ok"
