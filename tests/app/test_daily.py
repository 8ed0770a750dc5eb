"""Backups by themselves: when one is due, and which are kept."""

import asyncio
import shutil
import time
import urllib.request
from pathlib import Path

import pytest
from tests.journeys.processes import Process

from philomel.app.keeping import backup, notes, schedule
from philomel.app.keeping.place import Place
from philomel.app.keeping.restore import check
from philomel.app.keeping.schedule import Daily
from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import load
from philomel.kernel.clock import FixedClock

DAY = 86_400_000
MIDNIGHT = 20_000 * DAY


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    process = Process(tmp_path_factory.mktemp("daily") / "data")
    process.done("user", "add", "anna", "--admin", "--password-stdin", given="a nightingale sang")
    return process.data


def test_one_a_day_and_the_latest_are_kept(data: Path, tmp_path: Path) -> None:
    clock = FixedClock(MIDNIGHT)
    environment = {
        "PHILOMEL_BACKUP_AT": "03:30",
        "PHILOMEL_BACKUP_KEEP": "3",
        "PHILOMEL_BACKUP_FOLDER": str(tmp_path / "kept"),
    }
    settings = load({"data": str(data)}, environment)
    (daily,) = schedule.scheduled(settings, clock)
    names = []
    assert daily.due()  # there is none yet
    for day in range(5):
        made = asyncio.run(daily.make())
        names.append(made.name)
        assert not daily.due()
        clock.advance(MIDNIGHT + day * DAY + 12_600_000 - 1 - clock.now())
        assert not daily.due()
        clock.advance(MIDNIGHT + day * DAY + 12_600_000 - clock.now())
        assert daily.due()
    assert [path.name for path in schedule.made(tmp_path / "kept")] == names[-3:]
    assert len(list((tmp_path / "kept").iterdir())) == 3
    # A clock that was set back makes no flood of them, and does not end them either.
    clock.advance(MIDNIGHT - 10 * DAY - clock.now())
    assert daily.due()
    made = asyncio.run(daily.make())
    assert made.exists()
    assert not daily.due()
    clock.advance(DAY)
    assert daily.due()
    assert len(schedule.made(tmp_path / "kept")) == 3


def test_it_is_on_unless_it_is_switched_off(data: Path) -> None:
    clock = FixedClock(MIDNIGHT)
    (daily,) = schedule.scheduled(load({"data": str(data)}, {}), clock)
    # Whoever starts a server for the first time gets on with that first.
    assert daily.settle_seconds == 600
    (chosen,) = schedule.scheduled(
        load({"data": str(data)}, {"PHILOMEL_BACKUP_AT": "04:00"}), clock
    )
    assert chosen.settle_seconds == 0
    off = {"PHILOMEL_BACKUP_AT": ""}
    assert schedule.scheduled(load({"data": str(data)}, off), clock) == ()
    media = {"PHILOMEL_BACKUP_AT": "03:30", "PHILOMEL_ROLE": "media"}
    assert schedule.scheduled(load({"data": str(data)}, media), clock) == ()


def test_a_failure_is_told_and_tried_again(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    environment = {"PHILOMEL_BACKUP_AT": "03:30", "PHILOMEL_BACKUP_FOLDER": str(blocked / "in")}
    daily = Daily(load({"data": str(data)}, environment), FixedClock(MIDNIGHT))
    assert not daily._try()
    assert "no backup could be made" in caplog.text
    assert daily.due()
    assert notes.failure(Place(load({"data": str(data)}, {})))


def test_what_did_not_change_takes_no_room(data: Path, tmp_path: Path) -> None:
    clock = FixedClock(MIDNIGHT)
    settings = load({"data": str(data)}, {"PHILOMEL_BACKUP_FOLDER": str(tmp_path / "kept")})
    (daily,) = schedule.scheduled(settings, clock)
    first = asyncio.run(daily.make())
    clock.advance(DAY)
    name = "databases/accounts.sqlite"
    second = asyncio.run(daily.make())
    assert (second / name).samefile(first / name)
    # What is damaged in the one before is not taken over.
    with (second / name).open("r+b") as file:
        file.write(b"x")
    clock.advance(DAY)
    third = asyncio.run(daily.make())
    assert not (third / name).samefile(second / name)
    check(third)
    with pytest.raises(Refusal):
        check(second)


def test_a_picture_that_rots_in_one_backup_is_whole_in_the_next(data: Path, tmp_path: Path) -> None:
    name = "covers/ab/abc-64.jpg"
    stored = data / "blobs" / name
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"a picture")
    clock = FixedClock(MIDNIGHT)
    settings = load({"data": str(data)}, {"PHILOMEL_BACKUP_FOLDER": str(tmp_path / "kept")})
    (daily,) = schedule.scheduled(settings, clock)
    made = []
    for _ in range(3):
        made.append(asyncio.run(daily.make()) / "blobs" / name)
        clock.advance(DAY)
        if len(made) == 2:
            assert made[1].samefile(made[0])
            made[1].write_bytes(b"A picture")  # as long as before
    assert made[2].read_bytes() == b"a picture"
    check(made[2].parents[3])
    stored.unlink()


def test_the_disk_is_not_filled(data: Path, tmp_path: Path) -> None:
    place = Place(load({"data": str(data)}, {}))
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(Refusal, match="stay free") as refused:
        asyncio.run(backup.make(place, tmp_path / "none", FixedClock(MIDNIGHT), spare=2 * free))
    assert refused.value.code == "disk_full"
    assert not list(tmp_path.iterdir())


def test_what_operators_do_is_in_the_audit_log(data: Path, tmp_path: Path) -> None:
    here = Process(data)
    folder = tmp_path / "backup"
    here.done("backup", str(folder))
    assert _acts(here)[0] == ("backup.make", str(folder))
    restored = Process(tmp_path / "restored", {"backup.keep": 3})
    restored.done("restore", str(folder))
    # With the backup came what was put down before it was made, but not of itself.
    assert _acts(restored)[0] == ("backup.restore", str(folder))
    restored.start()
    try:
        until = time.monotonic() + 30
        while (told := _acts(restored)[0])[0] != "backup.schedule":
            assert time.monotonic() < until
        assert told[1] == "03:30"
        entry = restored.done("audit", "list")["entries"][0]
        assert "backup.keep = 3" in entry["details"]
        assert entry["actor_id"] == ""
    finally:
        restored.kill()
    there = Process(tmp_path / "there")
    restored.done("move", "--to", str(there.data / "philomel.toml"))
    assert _acts(there)[0] == ("server.move", str(restored.data))
    assert there.done("audit", "verify")["good"]


def _acts(process: Process) -> list[tuple[str, str]]:
    """What was done, and the end of the first part of its details; the latest first."""
    entries = process.done("audit", "list")["entries"]
    return [(each["action"], each["details"].split(", ")[0].rpartition(" ")[2]) for each in entries]


def test_a_server_makes_one(data: Path) -> None:
    process = Process(data, {"backup.at": "03:30", "metrics_token": "secret"})
    process.start()
    try:
        folder = data / "backups" / "daily"
        until = time.monotonic() + 30
        while not schedule.made(folder):
            assert time.monotonic() < until, process.said()
            process.await_ready()
        headers = {"Authorization": "Bearer secret"}
        request = urllib.request.Request(f"{process.url}/metrics", headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert b"philomel_backup_last_success_seconds 1" in answer.read()
        checks = {each["check"]: each for each in process.done("doctor")["checks"]}
        assert checks["backup"]["verdict"] == "ok"
        assert process.cli("restore", "--check", str(schedule.made(folder)[0])).status == Exit.OK
    finally:
        process.kill()
    said = process.cli("serve", "--config", str(data / "none.toml"))
    assert said.status == Exit.USAGE


@pytest.mark.parametrize(
    ("name", "value"), [("BACKUP_AT", "25:00"), ("BACKUP_AT", "3:30"), ("BACKUP_KEEP", "0")]
)
def test_what_cannot_be_is_refused(data: Path, name: str, value: str) -> None:
    with pytest.raises(Refusal):
        load({"data": str(data)}, {f"PHILOMEL_{name}": value})
