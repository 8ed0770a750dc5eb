"""A running installation goes from SQLite and disk to PostgreSQL and S3, and back."""

import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.journeys.players import rest
from tests.journeys.processes import PROGRAM, Process, environment
from tests.journeys.shapes import Shape, make_database
from tests.journeys.test_backup import Listening, check_whole, counted, picture, songs_of, values
from tests.media.files import make
from tests.servers.s3 import ACCESS_KEY, BUCKET, SECRET_KEY

from philomel.app.keeping.place import schemas
from philomel.app.refusal import Exit


def engines(postgres: str, s3: str, name: str) -> dict[str, Any]:
    return {
        "database": make_database(postgres, name),
        "blobs": f"s3://{BUCKET}/{name}",
        "s3.endpoint": s3,
        "s3.access_key": ACCESS_KEY,
        "s3.secret_key": SECRET_KEY,
    }


def kept(process: Process, login: str, ids: list[str]) -> tuple[Any, ...]:
    """What a listener made, and what they see."""
    starred = rest(process.url, login, "getStarred2")["starred2"]["song"]
    songs = [rest(process.url, login, "getSong", id=id_)["song"] for id_ in ids]
    return (
        sorted(song["id"] for song in starred),
        {song["id"]: song.get("playCount", 0) for song in songs},
        sorted(song["title"] for song in songs),
    )


def test_there_and_back(tmp_path: Path, postgres_url: str, s3_url: str) -> None:
    here = Process(tmp_path / "here")
    there = Process(tmp_path / "there", engines(postgres_url, s3_url, "moved"))
    back = Process(tmp_path / "back")
    try:
        here.start()
        shape = Shape(here.url, here, {"all": here})
        login = shape.add_listener("anna", admin=True)
        make(tmp_path / "covered" / "song.flac", {"title": "With Cover"}, cover=picture())
        shape.add_music(tmp_path / "covered", "covered")
        ids = songs_of(shape, login, tmp_path / "first")
        listening = Listening(here.url, login, ids)
        with listening.going_on():
            # The blobs go while it serves; for the rest it must stop.
            early = here.cli("move", "--to", str(there.data / "philomel.toml"), "--json")
            assert (early.status, early.json()["error"]["code"]) == (Exit.REFUSED, "already_served")
        before = kept(here, login, ids)
        assert sum(before[1].values()) == len(listening.played)
        moved = here.done("move", "--to", str(there.data / "philomel.toml"), "--stop")
        assert moved["blobs"] > 0
        assert set(moved["rows"]) == {schema.name for schema in schemas()}

        # The old place cannot be used by accident, the new one has everything.
        for arguments in (("serve",), ("user", "list"), ("backup", str(tmp_path / "no"))):
            refused = here.cli(*arguments, "--json")
            assert refused.status == Exit.REFUSED
            assert refused.json()["error"]["code"] == "moved"
        assert here.cli("move", "--to", str(there.data / "philomel.toml")).status == Exit.REFUSED
        there.start()
        assert kept(there, login, ids) == before
        rest(there.url, login, "scrobble", id=ids[0], time=1_600_000_000_000)
        backup = there.done("backup", str(tmp_path / "backup"))
        assert backup["missing"] == []
        check_whole(tmp_path / "backup", tmp_path / "backup" / "databases")
        back_settings = str(back.data / "philomel.toml")
        assert there.done("move", "--to", back_settings, "--stop")["blobs"] == moved["blobs"]
        check_whole(back.data, back.data)
        back.start()
        liked, counts, titles = kept(back, login, ids)
        assert (liked, titles) == (before[0], before[2])
        assert counts == {**before[1], ids[0]: before[1].get(ids[0], 0) + 1}
        back.stop()
        counted(back.data)
        # A backup of PostgreSQL comes back on SQLite as well.
        other = Process(tmp_path / "other")
        other.done("restore", str(tmp_path / "backup"))
        assert values(other.data / "plays.sqlite", "SELECT count(*) FROM play") == {
            len(listening.played) + 1
        }
    finally:
        for process in (here, there, back):
            process.kill()


def test_it_goes_on_after_being_killed(tmp_path: Path, postgres_url: str, s3_url: str) -> None:
    here = Process(tmp_path / "here")
    there = Process(tmp_path / "there", engines(postgres_url, s3_url, "killed"))
    here.done("user", "add", "anna", "--admin", "--password-stdin", given="a nightingale sang")
    for number in range(5):
        tags = {"title": f"Song {number}", "album": f"Album {number}"}
        make(tmp_path / "music" / f"{number}.flac", tags, cover=picture())
    here.done("library", "add", str(tmp_path / "music"), "--name", "music")
    here.done("scan", "--wait", "analysis")
    settings = str(there.data / "philomel.toml")
    for delay in (0.5, 1.1):
        with subprocess.Popen(
            [*PROGRAM, "move", "--to", settings, "--data", str(here.data)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        ) as running:
            try:
                running.wait(delay)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
        # At no moment are both places open, nor none of them without a way on.
        open_there = not (there.data / "arriving.json").exists() and (there.data / "keys").exists()
        open_here = not (here.data / "moved.json").exists()
        assert not (open_here and open_there)
        if open_here:
            # The old place goes on meanwhile: what happens there arrives too.
            here.done("app-password", "add", "anna", f"after {delay}")
    if not open_there:
        here.done("move", "--to", settings)
    passwords = there.done("app-password", "list", "anna")["app_passwords"]
    assert len(passwords) <= 2
    assert [user["name"] for user in there.done("user", "list")["users"]] == ["anna"]
    assert there.done("reindex")["documents"] >= 10


def test_a_backup_takes_the_place_of_what_is_on_postgresql(
    tmp_path: Path, postgres_url: str, s3_url: str
) -> None:
    given = "a nightingale sang"
    here, settings = Process(tmp_path / "here"), engines(postgres_url, s3_url, "replaced")
    there, other = Process(tmp_path / "there", settings), Process(tmp_path / "other", settings)
    here.done("user", "add", "anna", "--admin", "--password-stdin", given=given)
    backup = str(tmp_path / "backup")
    here.done("backup", backup)
    there.done("user", "add", "bert", "--admin", "--password-stdin", given=given)
    assert there.cli("restore", backup, "--json").json()["error"]["code"] == "exists"
    other.start()
    try:
        # Another process has these databases open, with a data folder of its own.
        refused = there.cli("restore", backup, "--force", "--json")
        assert refused.json()["error"]["code"] == "already_served"
    finally:
        other.kill()
    assert there.done("restore", backup, "--force")["aside"]
    assert [user["name"] for user in there.done("user", "list")["users"]] == ["anna"]
    # Twice in a row: what was put aside first stays.
    assert there.done("restore", backup, "--force")["aside"]
    assert len(list(there.data.glob("replaced-*"))) == 2


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    here, there = Process(tmp_path / "here"), Process(tmp_path / "there")
    for process in (here, there):
        process.done("user", "list")
    for to, status in (
        (there.data / "philomel.toml", Exit.REFUSED),  # in use
        (here.data / "philomel.toml", Exit.USAGE),  # itself
        (there.data / "none.toml", Exit.USAGE),
    ):
        refused = here.cli("move", "--to", str(to), "--json")
        assert (refused.status, bool(refused.json()["error"]["message"])) == (status, True)
    here.done("user", "list")
