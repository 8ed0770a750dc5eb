"""Rotating the keys of a server, and what goes on."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.journeys.players import rest, web_api
from tests.journeys.processes import Process
from tests.journeys.shapes import all_in_one
from tests.media.files import make

from philomel.app.refusal import Exit


def test_what_was_given_out_goes_on_and_ends(tmp_path: Path) -> None:
    shape = all_in_one(tmp_path)
    server = shape.operator
    try:
        login = shape.add_listener("anna", admin=True)
        token = shape.token("anna")
        make(tmp_path / "music" / "song.ogg", {"title": "Nightingale"})
        shape.add_music(tmp_path / "music")
        (song,) = rest(shape.url, login, "search3", query="nightingale")["searchResult3"]["song"]
        (old,) = server.done("keys", "list")["keys"]
        assert set(old) == {"id", "made_at", "begins_at", "ends_at", "state"}

        rotated = server.done("keys", "rotate", "--overlap", "1")
        assert rotated["renewed"] == 1  # the server took the key at once
        states = {key["id"]: key["state"] for key in server.done("keys", "list")["keys"]}
        assert states == {old["id"]: "ending", rotated["key"]: "in use"}
        assert web_api(shape.url, token, "/me")["display_name"] == "anna"
        assert rest(shape.url, login, "getSong", id=song["id"])["song"]["title"] == "Nightingale"
        assert shape.token("anna")

        # Another one that leaves no time.
        assert server.done("keys", "rotate", "--overlap", "0")["renewed"] == 1
        server.kill()
        server.start()
        with pytest.raises(urllib.error.HTTPError) as refused:
            web_api(shape.url, token, "/me")
        assert refused.value.code == 401
        refused.value.close()
        # The app password was encrypted anew, twice.
        assert rest(shape.url, login, "getSong", id=song["id"])["song"]["title"] == "Nightingale"
    finally:
        shape.kill()


def test_a_key_for_later(tmp_path: Path) -> None:
    process = Process(tmp_path / "data")
    assert process.cli("keys", "list").status == Exit.NOT_FOUND
    process.done("user", "list")
    made = process.done("keys", "rotate", "--delay", "60")
    states = [key["state"] for key in process.done("keys", "list")["keys"]]
    assert (states, made["renewed"]) == (["in use", "next"], 0)
    assert process.cli("keys", "rotate", "--overlap", "-1").status == Exit.USAGE
    shown = process.cli("keys", "list").out
    for key in json.loads((process.data / "keys").read_bytes())["keys"]:
        assert key["secret"] not in shown
