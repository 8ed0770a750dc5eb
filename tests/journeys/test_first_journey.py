"""From a folder of music to a song that plays, in every shape."""

from pathlib import Path

from tests.journeys.players import rest, rest_bytes, web_api
from tests.journeys.shapes import Shape


def test_a_folder_becomes_a_service(shape: Shape, wesnoth: Path) -> None:
    login = shape.add_listener("anna", admin=True)
    scan = shape.add_music(wesnoth)
    files = len(list(wesnoth.glob("*.ogg")))
    assert scan["phase"] == "done"
    assert (scan["found"], scan["added"], scan["errors"]) == (files, files, 0)

    # What the scan command has returned from can be found at once.
    found = rest(shape.url, login, "search3", query="knal", songCount=5)["searchResult3"]
    song = found["song"][0]
    assert song["title"] == "Knalgan Theme"

    status, body = rest_bytes(shape.url, login, "download", id=song["id"])
    original = (wesnoth / Path(song["path"]).name).read_bytes()
    assert (status, body) == (200, original)
    part = {"Range": "bytes=100-199"}
    status, body = rest_bytes(shape.url, login, "download", part, id=song["id"])
    assert (status, body) == (206, original[100:200])
    _, transcoded = rest_bytes(
        shape.url, login, "stream", id=song["id"], format="opus", maxBitRate=64, timeOffset=30
    )
    assert transcoded.startswith(b"OggS")
    assert b"OpusHead" in transcoded[:200]

    rest(shape.url, login, "star", id=song["id"])
    saved = web_api(shape.url, shape.token("anna"), "/me/tracks")
    assert [item["track"]["id"] for item in saved["items"]] == [song["id"]]

    again = shape.operator.done("scan")
    assert (again["unchanged"], again["added"]) == (files, 0)


def test_processes_are_as_many_as_the_shape_has(shape: Shape) -> None:
    pids = {process.pid for process in shape.processes.values()}
    folders = {process.data for process in shape.processes.values()}
    assert len(pids) == len(folders) == len(shape.processes)
