"""A library with many people, twice: in Philomel and in supysonic, which scan the same files.

Both get the same likes and the same long list. Likes and plays are put into the databases: over
the doors they would take hours.
"""

import asyncio
import json
import os
import shutil
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.numbered import Ids
from bench.peer import Supysonic
from bench.process import usage
from bench.server import Server
from bench.shelf_files import LIBRARIES, write
from bench.shelves import Shelves
from msgspec import Struct

from philomel.app.process.reach import reach
from philomel.app.settings import load
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.accounts.contract import (
    Accounts,
    CreateAppPassword,
    CreateUser,
    MintToken,
    Role,
)

PASSWORD = "correct horse battery"
_PLAYED = 1_690_000_000_000
_SAVED = 1_700_000_000_000
_PORTION = 500
_REST = 8.0
_IDLE = 0.03
"""Of a core: what a server takes that does nothing."""
_SETTINGS = {"PHILOMEL_MEDIA_ANALYSIS_WORKERS": "0"}
"""supysonic measures no loudness, and what is asked for here has none of what that gives."""


class Size(Struct, frozen=True):
    """How much there is; `likes` and as many plays for each of `people`."""

    tracks: int = 200_000
    albums: int = 16_000
    artists: int = 8_000
    people: int = 64
    likes: int = 5_000
    playlist: int = 10_000

    def shelves(self) -> Shelves:
        return Shelves(self.tracks, albums=self.albums, artists=self.artists)


class Person(Struct):
    """Attributes:
    login: the parameters that sign a player in.
    token: of a program; made anew for each run.
    """

    id: str
    name: str
    login: str
    token: str = ""


class Household(Struct):
    """Philomel's data folder and who is in it; `playlist` is the id of the long one."""

    data: Path
    people: list[Person]
    playlist: str
    ids: Ids

    def server(self) -> Server:
        return Server(self.data, **_SETTINGS)


def login_of(name: str, password: str) -> str:
    return urllib.parse.urlencode(
        {"u": name, "p": password, "v": "1.16.1", "c": "bench", "f": "json"}
    )


def prepare(out: Path, size: Size, *, keep: bool) -> Household:
    """Philomel's part; that of the run before with `keep`."""
    data = out / f"api-{size.tracks}"
    done = data / "filled.json"
    if not (keep and done.exists()):
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        people = asyncio.run(_add_people(data, size.people))
        music = music_of(out, size)
        started = time.perf_counter()
        with Server(data, **_SETTINGS) as server:
            for name in LIBRARIES:
                server.cli("library", "add", str(music / name), "--name", name)
            server.cli("scan")
        print(f"scanned in {time.perf_counter() - started:.0f} s", flush=True)
        ids = _ids(data)
        _like(next(data.rglob("playlists.sqlite")), people, size, ids)
        _play(next(data.rglob("plays.sqlite")), people, size, ids)
        with Server(data, **_SETTINGS) as server:
            playlist = _make_playlist(server, people[0].login, size, ids)
            asyncio.run(quiet(server.process.pid, 1_800))
        done.write_text(
            json.dumps([playlist, *([each.id, each.name, each.login] for each in people)])
        )
    playlist, *rows = json.loads(done.read_text())
    return Household(data, [Person(*row) for row in rows], playlist, _ids(data))


def music_of(out: Path, size: Size) -> Path:
    """The files; they stay for other runs."""
    music = out / f"api-music-{size.tracks}"
    write(music, size.shelves())
    return music


def _ids(data: Path) -> Ids:
    with sqlite3.connect(f"file:{next(data.rglob('catalog.sqlite'))}?mode=ro", uri=True) as driver:
        rows = driver.execute(
            "SELECT f.path, t.id, t.album_id FROM tracks t JOIN files f ON f.id = t.file_id"
        )
        return Ids.of((os.fsdecode(path), track, album) for path, track, album in rows)


async def mint(household: Household) -> None:
    """A token for each person; the server has to run."""
    async with reach(_settings(household.data), "bench", (Accounts,), jobs=False) as services:
        accounts = services.service(Accounts)
        with acting(OPERATOR, timeout=None):
            for person in household.people:
                made = await accounts.mint_token(MintToken(user_id=person.id))
                person.token = made.access_token


async def _add_people(data: Path, count: int) -> list[Person]:
    """Also makes the databases."""
    with Server(data, **_SETTINGS):
        found = []
        async with reach(_settings(data), "bench", (Accounts,), jobs=False) as services:
            accounts = services.service(Accounts)
            with acting(OPERATOR, timeout=None):
                for number in range(count):
                    user = await accounts.create_user(
                        CreateUser(f"bench{number}", PASSWORD, Role.ADMIN)
                    )
                    made = await accounts.create_app_password(CreateAppPassword(user.id, "bench"))
                    login = login_of(user.name, made.password)
                    found.append(Person(user.id, user.name, login))
        return found


def _settings(data: Path) -> Any:
    known = {name: value for name, value in os.environ.items() if name[:9] != "PHILOMEL_"}
    return load({"data": str(data)}, known)


def _liked(size: Size, ids: Ids) -> Iterator[tuple[int, str, str]]:
    """The number of a person, and a kind and id of what they like."""
    for number in range(size.people):
        for kind in ("track", "album"):
            for each in ids.liked(number, kind, size.likes):
                yield number, kind, each


def _like(path: Path, people: list[Person], size: Size, ids: Ids) -> None:
    with sqlite3.connect(path) as driver:
        driver.executemany(
            "INSERT INTO mark (user_id, kind, item_id, saved_at) VALUES (?, ?, ?, ?)",
            ((people[n].id, kind, id_, _SAVED + place)
             for place, (n, kind, id_) in enumerate(_liked(size, ids))),
        )  # fmt: skip


def _play(path: Path, people: list[Person], size: Size, ids: Ids) -> None:
    """As many plays as likes, of the same tracks, and what they add up to."""
    with sqlite3.connect(path) as driver:
        driver.executemany(
            "INSERT INTO play (user_id, played_at, track_id, utc_offset_minutes, player) "
            "VALUES (?, ?, ?, 0, 'bench')",
            ((people[n].id, _PLAYED + place * 1_000, id_)
             for place, (n, kind, id_) in enumerate(_liked(size, ids)) if kind == "track"),
        )  # fmt: skip
        driver.executemany(
            "INSERT INTO play_count (user_id, kind, item_id, times, last_played_at) "
            "VALUES (?, ?, ?, 1, ?)",
            ((people[n].id, kind, id_, _PLAYED + place * 1_000)
             for place, (n, kind, id_) in enumerate(_liked(size, ids))),
        )  # fmt: skip
        driver.execute(
            "INSERT INTO track_total (track_id, times, last_played_at) "
            "SELECT track_id, count(*), max(played_at) FROM play GROUP BY track_id"
        )


def _make_playlist(server: Server, login: str, size: Size, ids: Ids) -> str:
    """The id of a new playlist; "" where none can be kept, which leaves its figures out."""
    try:
        playlist: str = _post(server, "createPlaylist", f"{login}&name=Long")["playlist"]["id"]
    except urllib.error.HTTPError as error:
        print(f"no playlist, so no figure of it: {error}")
        return ""
    for start in range(0, size.playlist, _PORTION):
        some = range(start, min(start + _PORTION, size.playlist))
        songs = urllib.parse.urlencode([("songIdToAdd", ids("track", number)) for number in some])
        _post(server, "updatePlaylist", f"{login}&playlistId={playlist}&{songs}")
    return playlist


def _post(server: Server, method: str, form: str) -> dict[str, Any]:
    address = f"{server.url}/rest/{method}"
    with urllib.request.urlopen(address, form.encode(), timeout=120) as got:
        made: dict[str, Any] = json.load(got)["subsonic-response"]
    if made["status"] != "ok":
        raise RuntimeError(f"{method}: {made['error']}")
    return made


async def quiet(pid: int, longest: float) -> None:
    """Wait until a server has nothing more to do by itself: an index to make, orders to survey."""
    began, before = time.perf_counter(), -1.0
    while True:
        await asyncio.sleep(_REST)
        now = usage(pid).cpu
        if before >= 0 and now - before < _REST * _IDLE:
            return
        if time.perf_counter() - began > longest:
            print(f"it still works by itself after {longest:.0f} s: CPU figures hold that too")
            return
        before = now


def prepare_peer(out: Path, size: Size, *, keep: bool) -> Supysonic:
    """supysonic's part, with the same files and the same people."""
    peer = Supysonic(out, folder=out / f"api-supysonic-{size.tracks}", keep=keep)
    if peer.is_new:
        peer.add(music_of(out, size))
        print(f"supysonic scanned in {peer.scan():.0f} s", flush=True)
        wanted = {
            "database": peer.database,
            "users": [[f"bench{number}", PASSWORD] for number in range(size.people)],
            "likes": size.likes,
            "playlist": size.playlist,
        }
        peer.run("-m", "bench.supysonic_people", json.dumps(wanted))
        peer.done()
    return peer


def ids_of(peer: Supysonic) -> Ids:
    with sqlite3.connect(f"file:{peer.folder / 'db.sqlite'}?mode=ro", uri=True) as driver:
        rows = driver.execute("SELECT path, id, album_id FROM track")
        return Ids.of((path, _uuid(track), _uuid(album)) for path, track, album in rows)


def _uuid(value: str | bytes) -> str:
    return str(uuid.UUID(bytes=value) if isinstance(value, bytes) else uuid.UUID(value))


def peer_login(number: int) -> str:
    return login_of(f"bench{number}", PASSWORD)
