"""Three processes that share nothing but the music, and one of them at a time goes away."""

import json
import time
import urllib.parse
from pathlib import Path

import httpx
import pytest
from tests.journeys.players import rest
from tests.journeys.processes import Process
from tests.journeys.shapes import PASSWORD, Shape
from tests.media.files import make

pytestmark = pytest.mark.parametrize("shape", ["split"], indirect=True)

DEADLINE_SECONDS = 30.0


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    make(folder / "song.flac", {"title": "Three Rooms", "artist": "The Walls"}, seconds=3)
    return folder


@pytest.fixture(scope="module")
def login(shape: Shape, music: Path) -> str:
    login = shape.add_listener("anna", admin=True)
    shape.add_music(music)
    return login


def settings_of(process: Process) -> dict[str, str]:
    found = process.done("config")["settings"]
    return {name: str(one["value"]) for name, one in found.items() if one["value"]}


def open_files(process: Process) -> set[str]:
    links = Path(f"/proc/{process.pid}/fd").iterdir()
    return {str(link.readlink()) for link in links if link.is_symlink()}


def test_nothing_is_shared_but_the_music(shape: Shape, login: str, music: Path) -> None:
    processes = shape.processes
    assert {*processes} == {"gateway", "media", "core"}
    assert len({process.pid for process in processes.values()}) == 3
    settings = {role: settings_of(process) for role, process in processes.items()}
    assert {role: one["role"] for role, one in settings.items()} == {one: one for one in processes}
    databases = [settings[role]["database"] for role in ("core", "media")]
    names = {urllib.parse.urlsplit(url).path for url in databases}
    assert len(names) == 2
    assert all(url.startswith("postgresql://") for url in databases)
    folders = {role: str(process.data) for role, process in processes.items()}
    for role, own in folders.items():
        text = json.dumps(settings[role])
        others = [folder for other, folder in folders.items() if other != role]
        assert own in text
        assert all(other not in text for other in others)
        held = open_files(processes[role])
        assert any(name.startswith(own) for name in held)
        assert not [name for name in held for other in others if name.startswith(other + "/")]
        assert (processes[role].data / "keys").stat().st_nlink == 1
        assert not (processes[role].data / "keys").is_symlink()
    # The gateway keeps nothing, and neither of the others keeps what is the other's.
    assert not list(processes["gateway"].data.glob("*.sqlite"))
    assert not list(processes["media"].data.glob("*.sqlite"))
    # Only core and media know where the music is.
    assert str(music) not in json.dumps(settings)
    assert rest(shape.url, login, "search3", query="three rooms")["searchResult3"]["song"]


def test_without_core_every_door_says_so_in_its_own_form(shape: Shape, login: str) -> None:
    token = shape.token("anna")
    (song,) = rest(shape.url, login, "search3", query="three rooms")["searchResult3"]["song"]
    bearer = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=shape.url, timeout=DEADLINE_SECONDS) as http:
        home = {"name": "anna", "password": PASSWORD}
        assert http.post("/sign-in", data=home).status_code == 303
        shape.processes["core"].kill()
        try:
            assert_away(http, login, song["id"], bearer)
        finally:
            shape.processes["core"].start()
        shape.processes["gateway"].await_ready()
        assert http.get(f"/v1/tracks/{song['id']}", headers=bearer).status_code == 200
        assert http.get(f"/rest/stream?{login}&id={song['id']}").status_code == 200
        # Nobody has to sign in again.
        assert "anna" in http.get("/server").text


def assert_away(http: httpx.Client, login: str, song: str, bearer: dict[str, str]) -> None:
    started = time.monotonic()
    told = http.get(f"/rest/getArtists?{login}")
    assert told.status_code == 503
    assert told.json()["subsonic-response"]["status"] == "failed"
    as_xml = http.get(f"/rest/stream?id={song}&{login}".replace("f=json", "f=xml"))
    assert as_xml.status_code == 503
    assert 'status="failed"' in as_xml.text
    told = http.get(f"/v1/tracks/{song}", headers=bearer)
    assert (told.status_code, told.json()["error"]["status"]) == (503, 503)
    told = http.post("/api/token", data={"grant_type": "client_credentials"}, auth=("a", "b"))
    assert told.status_code == 503
    assert "error" in told.json()
    page = http.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, "<html" in page.text) == (503, True)
    assert "Traceback" not in page.text
    assert http.get("/healthz").status_code == 200
    assert http.get("/readyz").status_code == 503
    assert time.monotonic() - started < DEADLINE_SECONDS


def test_without_media_browsing_goes_on(shape: Shape, login: str, music: Path) -> None:
    (song,) = rest(shape.url, login, "search3", query="three rooms")["searchResult3"]["song"]
    download = f"/rest/download?{login}&id={song['id']}"
    with httpx.Client(base_url=shape.url, timeout=DEADLINE_SECONDS) as http:
        original = (music / song["path"]).read_bytes()
        assert http.get(download).content == original
        shape.processes["media"].kill()
        try:
            started = time.monotonic()
            assert http.get(download).status_code == 503
            assert http.get("/readyz").status_code == 503
            assert time.monotonic() - started < DEADLINE_SECONDS
            # What does not need media goes on.
            assert http.get(f"/rest/search3?{login}&query=rooms").status_code == 200
            rest(shape.url, login, "star", id=song["id"])
        finally:
            shape.processes["media"].start()
        shape.processes["gateway"].await_ready()
        assert http.get(download).content == original


def test_a_stream_whose_source_dies_is_broken_off(shape: Shape, login: str, tmp_path: Path) -> None:
    """A player must not take half a song for a whole one."""
    make(tmp_path / "long.wav", {"title": "Half A Song"}, seconds=900, frequency=200)
    shape.operator.done("library", "add", str(tmp_path), "--name", "long")
    shape.operator.done("scan", "--path", str(tmp_path))
    (song,) = rest(shape.url, login, "search3", query="half song")["searchResult3"]["song"]
    media = shape.processes["media"]
    with httpx.Client(base_url=shape.url, timeout=DEADLINE_SECONDS) as http:
        for more in ("", "&format=opus&maxBitRate=320"):
            query = f"{login}&id={song['id']}{more}"
            with http.stream("GET", f"/rest/stream?{query}") as stream:
                chunks = stream.iter_raw()
                assert next(chunks)
                media.kill()
                with pytest.raises(httpx.TransportError):
                    assert sum(map(len, chunks)) == 0
            media.start()
            shape.processes["gateway"].await_ready()
    assert "Traceback" not in shape.processes["gateway"].said()


def test_the_owners_commands_work_beside_core(shape: Shape, tmp_path: Path) -> None:
    """Every command of section `Commands` of the manual: its status, and one JSON object."""
    core = shape.operator
    folder = tmp_path / "a folder"
    make(folder / "other.mp3", {"title": "Fourth Room", "artist": "The Walls"})
    moved = tmp_path / "another folder"
    lines: list[tuple[str, ...]] = [
        ("user", "list"),
        ("user", "add", "bert", "--password-stdin"),
        ("user", "password", "bert", "--password-stdin"),
        ("app-password", "add", "bert", "phone"),
        ("app-password", "list", "bert"),
        ("token", "bert", "--scope", "user-library-read"),
        ("app", "add", "radio", "--redirect-uri", "http://127.0.0.1/back"),
        ("library", "add", str(folder), "--name", "fourth", "--kind", "audiobooks"),
        ("scan", "--full", "--path", str(folder), "--wait", "analysis"),
        ("library", "list"),
        ("library", "relocate", "fourth", str(moved)),
        ("scan",),
        ("reindex",),
        ("library", "remove", "fourth"),
        ("library", "remove", "fourth", "--purge"),
        ("user", "remove", "bert"),
        ("migrate",),
        ("doctor",),
        ("config",),
    ]
    said: dict[str, dict[str, object]] = {}
    for line in lines:
        if line[:2] == ("library", "relocate"):
            folder.rename(moved)
        told = core.done(*line, given="a nightingale sang\n")
        assert isinstance(told, dict)
        said[" ".join(line[:2])] = told
    assert said["scan --full"]["errors"] == 0
    assert said["scan --full"]["added"] == 1
    assert said["scan"]["missing"] == 0
    for line, status in (
        (("setup-link",), 4),
        (("scan", "--cancel"), 3),
        (("user", "remove", "nobody"), 3),
        (("user", "add", "anna", "--password-stdin"), 4),
        (("serve",), 4),
        (("library", "add", str(tmp_path / "none")), 2),
        (("dance",), 2),
    ):
        outcome = core.cli(*line, given="a nightingale sang\n")
        assert (line, outcome.status) == (line, status)
        assert "Traceback" not in outcome.err
