"""Killed in the middle of work, or told to stop while somebody listens."""

import threading
import urllib.request
from pathlib import Path

from tests.journeys.players import rest
from tests.journeys.processes import STOP_SECONDS, Process
from tests.journeys.shapes import Shape
from tests.media.files import make

FILES = 1_000
START = 20


def fill(music: Path) -> list[str]:
    """Many small files, each a recording and a title of its own."""
    made = []
    template = make(music / "template.ogg", {"title": "x" * 12, "artist": "The Many"})
    data = template.read_bytes()
    template.unlink()
    for number in range(FILES):
        # Same length, another title: the page's checksum is wrong then, which tags do not mind.
        title = f"Number {number:05d}"
        path = music / f"{number % 20:02d}" / f"{number:05d}.ogg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data.replace(b"x" * 12, title.encode()))
        made.append(title)
    return made


def core_of(shape: Shape) -> Process:
    return shape.operator


def test_a_kill_in_the_middle_of_a_scan_loses_and_doubles_nothing(
    shape: Shape, tmp_path: Path
) -> None:
    login = shape.add_listener("anna", admin=True)
    first = tmp_path / "first"
    for number in range(START):
        tags = {"title": f"Early {number}", "artist": "The First"}
        make(first / f"{number}.ogg", tags, frequency=200.0 + 5 * number)
    shape.add_music(first, "first")
    songs = rest(shape.url, login, "search3", query="", songCount=START)["searchResult3"]["song"]
    music = tmp_path / "many"
    titles = fill(music)
    core = core_of(shape)
    core.done("library", "add", str(music), "--name", "many")

    scanning = threading.Thread(target=core.cli, args=("scan",))
    scanning.start()
    starred: list[str] = []
    known = 0
    while known < FILES // 10:
        # Likes and reads go on while it scans; what was acknowledged must be there after.
        if len(starred) < START:
            id_ = songs[len(starred)]["id"]
            rest(shape.url, login, "star", id=id_)
            starred.append(id_)
        status = rest(shape.url, login, "getScanStatus")["scanStatus"]
        known = status["count"]
        assert scanning.is_alive(), "the scan was over before it could be killed"
    core.kill()
    scanning.join(60)

    core.start()
    for process in shape.processes.values():
        process.await_ready()
    rest_of_it = core.done("scan")
    assert rest_of_it["phase"] == "done"
    assert rest_of_it["errors"] == 0
    again = core.done("scan")
    assert (again["unchanged"], again["added"], again["read"]) == (FILES + START, 0, 0)
    found: list[str] = []
    while page := rest(
        shape.url, login, "search3", query="", songCount=500, songOffset=len(found),
        artistCount=0, albumCount=0,
    )["searchResult3"].get("song", []):  # fmt: skip
        found += [song["title"] for song in page]
    assert sorted(found) == sorted([*titles, *(f"Early {number}" for number in range(START))])
    kept = rest(shape.url, login, "getStarred2")["starred2"]["song"]
    assert {song["id"] for song in kept} == set(starred)
    # Work that was committed before the kill is not done again.
    assert rest_of_it["read"] < FILES


def test_it_stops_in_time_while_somebody_listens(shape: Shape, tmp_path: Path) -> None:
    login = shape.add_listener("bert")
    music = tmp_path / "long"
    make(music / "long.wav", {"title": "Endless"}, seconds=900, frequency=200)
    shape.operator.done("library", "add", str(music), "--name", "long")
    shape.operator.done("scan", "--path", str(music))
    song = rest(shape.url, login, "search3", query="endless")["searchResult3"]["song"][0]
    streams = []
    for more in ("", "&format=opus&maxBitRate=64"):
        address = f"{shape.url}/rest/stream?{login}&id={song['id']}{more}"
        stream = urllib.request.urlopen(address, timeout=30)  # our own address
        assert stream.read(1)
        streams.append(stream)
    for process in shape.processes.values():
        assert process.stop() <= STOP_SECONDS
    for stream in streams:
        stream.close()
    # All of them come back and play on.
    for process in shape.processes.values():
        process.start(wait=False)
    for process in shape.processes.values():
        process.await_ready()
    assert rest(shape.url, login, "getSong", id=song["id"])["song"]["title"] == "Endless"
