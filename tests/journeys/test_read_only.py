"""A music folder is never written to, whatever is done with it."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.journeys.players import rest
from tests.journeys.processes import Process
from tests.journeys.shapes import Shape
from tests.media.files import make

MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
SUFFIXES = ("mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff", "wv")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for suffix in SUFFIXES:
        tags = {"title": suffix, "artist": "A", "album": "B"}
        make(folder / "album" / f"{suffix}.{suffix}", tags)
    (folder / "album" / "mp3.lrc").write_text("[00:00.10]la\n")
    (folder / "album" / "cover.jpg").write_bytes(b"no picture")
    (folder / "broken.mp3").write_bytes(b"no music")
    (folder / "link.mp3").symlink_to("album/mp3.mp3")
    return folder


@pytest.fixture
def server(tmp_path: Path, music: Path) -> Iterator[Shape]:
    process = Process(tmp_path / "all", {"catalog.watch": "auto"})
    process.within = (
        *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT), str(music),
    )  # fmt: skip
    process.start()
    yield Shape(process.url, process, {"all": process})
    process.kill()


def listing(folder: Path) -> dict[str, Any]:
    """All that can be said of a tree but when it was read."""
    found: dict[str, Any] = {}
    for path in sorted([folder, *folder.rglob("*")]):
        status = path.lstat()
        content = b""
        if path.is_symlink():
            content = bytes(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        found[str(path.relative_to(folder))] = (
            status.st_mode, status.st_ino, status.st_nlink, status.st_uid, status.st_gid,
            status.st_size, status.st_mtime_ns, status.st_ctime_ns,
            hashlib.sha256(content).hexdigest(),
            [(name, os.getxattr(path, name, follow_symlinks=False))
             for name in os.listxattr(path, follow_symlinks=False)],
        )  # fmt: skip
    return found


def test_nothing_in_it_changes(server: Shape, music: Path) -> None:
    before = listing(music)
    login = server.add_listener("anna", admin=True)
    assert server.add_music(music, "mine")["added"] == len(SUFFIXES) + 1
    operator = server.operator
    assert operator.done("scan", "--full", "--wait", "analysis")["errors"] == 1
    found = rest(server.url, login, "search3", query="", songCount=100)["searchResult3"]["song"]
    assert len(found) == len(SUFFIXES) + 1
    for song in found:
        rest(server.url, login, "star", id=song["id"])
        rest(server.url, login, "setRating", id=song["id"], rating=3)
        rest(server.url, login, "scrobble", id=song["id"])
        for method, more in (("download", ""), ("stream", "&format=opus"), ("getCoverArt", "")):
            address = f"{server.url}/rest/{method}?{login}&id={song['id']}{more}"
            assert httpx.get(address, timeout=30).status_code == 200
    operator.done("reindex")
    operator.done("library", "remove", "mine")
    operator.done("library", "add", str(music), "--name", "mine")
    operator.done("library", "remove", "mine", "--purge")
    assert listing(music) == before
