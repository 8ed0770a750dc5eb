"""What a shell script relies on: exit statuses and JSON, with a server and without one."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.processes import Process
from tests.media.files import make

from philomel.app.cli.parser import make_parser
from philomel.app.refusal import Exit

GOOD = "a nightingale sang"


@pytest.fixture(scope="module", params=["no server", "a running server"])
def owner(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """A data folder, with or without a server on it; without, commands load the program."""
    process = Process(tmp_path_factory.mktemp("commands") / "data folder")
    if request.param == "a running server":
        process.start()
    process.loads = request.param == "no server"
    yield process
    process.kill()


def test_people(owner: Process) -> None:
    link = owner.done("setup-link")
    assert link["links"][0].startswith(f"{owner.url}/setup?token=")
    made = owner.done("user", "add", "anna", "--admin", "--password-stdin", given=GOOD + "\n")
    assert made["user"]["role"] == "admin"
    assert [user["name"] for user in owner.done("user", "list")["users"]] == ["anna"]
    owner.done("user", "password", "ANNA", "--password-stdin", given="another long one")
    # Nobody needs the link any more.
    assert owner.cli("setup-link").status == Exit.REFUSED


def test_what_is_refused_says_so_in_its_status(owner: Process) -> None:
    again = owner.cli("user", "add", "Anna", "--password-stdin", "--json", given=GOOD)
    assert again.status == Exit.REFUSED
    assert again.json()["error"]["code"] == "accounts.name_taken"
    assert owner.cli("user", "remove", "nobody").status == Exit.NOT_FOUND
    assert owner.cli("user", "remove", "anna").status == Exit.REFUSED
    assert owner.cli("user", "add", "bob", "--password-stdin", given="x").status == Exit.USAGE
    assert owner.cli("user", "add", "bob", given=GOOD).status == Exit.USAGE
    unknown = owner.cli("library", "remove", "nothing")
    assert unknown.status == Exit.NOT_FOUND
    assert "Traceback" not in unknown.err
    assert owner.cli("scan", "--cancel").status == Exit.NOT_FOUND
    assert owner.cli("dance").status == Exit.USAGE


def test_programs_and_players(owner: Process) -> None:
    made = owner.done("app-password", "add", "anna", "phone")
    assert {"password", "api_key"} <= made.keys()
    listed = owner.done("app-password", "list", "anna")["app_passwords"]
    assert [each["label"] for each in listed] == ["phone"]
    owner.done("app-password", "revoke", "anna", made["id"])
    assert owner.cli("app-password", "revoke", "anna", made["id"]).status == Exit.NOT_FOUND
    app = owner.done(
        "app", "add", "radio", "--redirect-uri", "http://127.0.0.1/back", "https://a.example/back"
    )
    assert {"client_id", "client_secret"} <= app.keys()
    assert owner.done("app", "add", "page", "--public")["client_secret"] is None
    token = owner.done("token", "anna", "--scope", "user-library-read", "user-top-read")
    assert token["scope"].split() == ["user-library-read", "user-top-read"]
    assert {"access_token", "refresh_token"} <= token.keys()
    assert owner.done("token", "anna", "--admin")["scope"] == "*"
    assert owner.cli("token", "anna", "--admin", "--scope", "streaming").status == Exit.USAGE
    owner.done("user", "add", "bob", "--password-stdin", given=GOOD)
    refused = owner.cli("token", "bob", "--admin")
    assert (refused.status, "bob does not administer" in refused.err) == (Exit.REFUSED, True)
    owner.done("user", "remove", "bob")


def test_people_are_changed_helped_and_invited(owner: Process) -> None:
    changed = owner.done("user", "change", "anna", "--explicit", "no", "--display-name", "A.")
    assert (changed["user"]["explicit_allowed"], changed["user"]["display_name"]) == (False, "A.")
    assert owner.done("user", "reset-link", "anna")["links"][0].startswith(f"{owner.url}/reset?")
    for helped in ("reset-factors", "sign-out"):
        assert owner.done("user", helped, "anna")["user"]["name"] == "anna"
    made = owner.done("invitation", "add", "--days", "3", "--note", "for Dora")
    assert made["links"][0].startswith(f"{owner.url}/join?token=")
    (listed,) = owner.done("invitation", "list")["invitations"]
    assert (listed["id"], listed["note"]) == (made["id"], "for Dora")
    owner.done("invitation", "remove", made["id"])
    assert owner.cli("invitation", "remove", made["id"]).status == Exit.NOT_FOUND


def test_a_scan_returns_when_search_knows(owner: Process, tmp_path: Path) -> None:
    music = tmp_path / "my  music's folder"
    make(music / "song one.ogg", {"title": "Nightingale", "artist": "Anna"})
    (music / "broken.mp3").write_bytes(b"no music")
    added = owner.done("library", "add", os.path.relpath(music), "--name", "mine")
    assert added["library"]["path"] == str(music)
    scan = owner.done("scan", "--wait", "analysis")
    assert (scan["phase"], scan["added"], scan["errors"]) == ("done", 1, 1)
    assert scan["file_errors"][0]["path"] == "broken.mp3"
    assert owner.done("reindex")["documents"] > 0
    only = owner.done("scan", "--full", "--path", str(music / "song one.ogg"))
    assert only["read"] == 1
    moved = tmp_path / "elsewhere"
    music.rename(moved)
    owner.done("library", "relocate", "mine", str(moved))
    assert owner.done("scan")["missing"] == 0
    make(moved / "song one.flac", {"title": "Nightingale", "artist": "Anna"})
    owner.done("scan")
    (moved / "song one.ogg").unlink()
    owner.done("scan")
    (merge,) = owner.done("merges", "list")["merges"]
    assert (merge["kind"], merge["reason"], merge["undone_at"]) == ("track", "tags", None)
    assert "Nightingale" in owner.cli("merges", "list", "--id", merge["old"]).out
    assert owner.done("merges", "undo", merge["id"])["merge"]["undone_at"]
    assert owner.cli("merges", "undo", merge["id"]).status == Exit.REFUSED
    owner.done("merges", "merge", merge["new"], merge["old"])
    assert owner.done("merges", "split", merge["new"])["merge"]["new"] == merge["new"]
    assert owner.cli("merges", "split", "nothing").status == Exit.NOT_FOUND
    assert owner.cli("library", "add", str(moved)).status == Exit.REFUSED
    assert owner.cli("library", "add", str(tmp_path / "none")).status == Exit.USAGE
    owner.done("library", "remove", "mine", "--purge")
    assert owner.done("library", "list")["libraries"] == []


def test_upkeep(owner: Process) -> None:
    checks = owner.done("doctor")["checks"]
    assert [each for each in checks if each["verdict"] == "fail"] == []
    migrated = owner.done("migrate")
    assert migrated["running"] or migrated["databases"]["accounts"] >= 1
    settings = owner.done("config")["settings"]
    assert settings["port"] == {
        "value": owner.port,
        "source": str(owner.data / "philomel.toml"),
        "meaning": settings["port"]["meaning"],
        "environment": "PHILOMEL_PORT",
    }


def test_without_json_people_can_read_it(owner: Process) -> None:
    shown = owner.cli("user", "list")
    assert shown.status == Exit.OK
    assert "anna" in shown.out
    with pytest.raises(json.JSONDecodeError):
        shown.json()


def test_the_names_are_the_fixed_ones() -> None:
    fixed = (
        "serve --data d --music m --music n --host h --port 1 --role all",
        "library add p --name n --kind audiobooks",
        "library list",
        "library add p --writable",
        "library set n --no-writable",
        "library relocate n p",
        "library show n",
        "library restrict n --user a b",
        "library open n",
        "library grant n a b",
        "library revoke n a",
        "library remove n --purge",
        "scan --full --path p --wait analysis --cancel --json",
        "merges list --limit 5 --id i",
        "merges merge a b",
        "merges undo i",
        "merges split a",
        "user add n --admin --password-stdin",
        "user password n --password-stdin",
        "user list",
        "user remove n",
        "setup-link",
        "app add n --redirect-uri a b --public --json",
        "app-password add u l --json",
        "app-password list u",
        "app-password revoke u i",
        "token u --scope a --json",
        "reindex",
        "migrate",
        "doctor",
        "config",
    )
    parser = make_parser()
    for line in fixed:
        parser.parse_args(line.split())
        assert parser.parse_args([*line.split(), "--data", "d"]).data == "d"
