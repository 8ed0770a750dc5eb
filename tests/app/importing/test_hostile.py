"""Servers and files made to harm whoever moves away from them."""

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from tests.servers.navidrome import Navidrome

from philomel.app.cli.output import complain
from philomel.app.importing import m3u, navidrome, subsonic
from philomel.app.importing.found import Found
from philomel.app.refusal import Refusal
from philomel.engines.web import TooLarge
from philomel.engines.web.guarded import GuardedWeb
from philomel.kernel.errors import PhilomelError, Unavailable

Asked = dict[str, list[str]]
OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
ODD = "\ud800\x1b[31m\0\r\nA\u202e"


@dataclass
class Hostile:
    """A server that answers with whatever `answers` makes of a method and its parameters."""

    answers: Callable[[str, Asked], bytes]
    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        parts = urlsplit(head.split(" ", 2)[1])
        method = parts.path.rpartition("/")[2].removesuffix(".view")
        self.asked.append(method)
        try:
            writer.write(self.answers(method, parse_qs(parts.query)))
            await writer.drain()
        except OSError:
            pass  # hung up on, as it should be
        finally:
            writer.close()

    async def read(self, *, is_key: bool = False) -> Found:
        url = f"http://127.0.0.1:{self.port}"
        web = GuardedWeb("tests", (f"127.0.0.1:{self.port}",))
        try:
            server = subsonic.Server(web, url, "anna", "secret", is_key=is_key)
            return await subsonic.read(server, url, "anna", lambda *_: None)
        finally:
            await web.close()


@asynccontextmanager
async def hostile(answers: Callable[[str, Asked], bytes]) -> AsyncIterator[Hostile]:
    made = Hostile(answers)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def told(**content: Any) -> bytes:
    body = json.dumps({"subsonic-response": {"status": "ok", **content}}).encode()
    return f"{OK}Content-Length: {len(body)}\r\n\r\n".encode() + body


def songs(start: int) -> list[dict[str, Any]]:
    return [
        {"id": f"s{number}", "title": f"Song {number}", "starred": "2024-01-01T00:00:00Z"}
        for number in range(start, start + subsonic.PAGE)
    ]


async def test_a_server_that_knows_one_page_only_is_read_once() -> None:
    def answers(method: str, _asked: Asked) -> bytes:
        return told(searchResult3={"song": songs(0)}, albumList2={"album": songs(0)})

    async with hostile(answers) as server:
        (person,) = (await server.read()).people
    assert len([mark for mark in person.marks if mark.want.kind.value == "track"]) == subsonic.PAGE
    assert server.asked.count("search3") == 2
    assert server.asked.count("getAlbumList2") == 2


async def test_pages_without_end_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subsonic, "_MOST_BYTES", 1 << 20)

    def answers(method: str, asked: Asked) -> bytes:
        return told(searchResult3={"song": songs(int(asked.get("songOffset", ["0"])[0]))})

    async with hostile(answers) as server:
        with pytest.raises(Refusal, match="for ever"):
            await server.read()
    assert len(server.asked) < 100


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"subsonic-response":' * 20_000,
        b'{"subsonic-response": {"status": 1' + b"0" * 10_000 + b"}}",
        b"\xff\xfe{}",
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;">]><subsonic-response>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><subsonic-response>&x;</a>',
    ],
)
async def test_what_is_no_answer(body: bytes) -> None:
    async with hostile(lambda *_: OK.encode() + b"\r\n" + body) as server:
        with pytest.raises(Refusal, match="not answer as a Subsonic server"):
            await server.read()


async def test_gigabytes_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subsonic, "_LARGEST", 1 << 20)
    async with hostile(lambda *_: OK.encode() + b"\r\n" + b" " * (2 << 20)) as server:
        with pytest.raises(TooLarge):
            await server.read()
    packed = OK.encode() + b"Content-Encoding: gzip\r\n\r\n" + b"\x1f\x8b" + b"\0" * 1000
    async with hostile(lambda *_: packed) as server:
        with pytest.raises(Unavailable):
            await server.read()


@pytest.mark.parametrize("is_key", [True, False])
async def test_nobody_else_is_asked(*, is_key: bool) -> None:
    """Neither another server of the house, nor with what was meant for the first."""
    async with hostile(lambda *_: told()) as other:
        where = f"http://127.0.0.1:{other.port}/rest/ping"
        to_other = f"HTTP/1.1 307 x\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n"
        async with hostile(lambda *_: to_other.encode()) as server:
            with pytest.raises(PhilomelError):
                await server.read(is_key=is_key)
        assert other.asked == []


async def test_odd_values_reach_neither_wire_nor_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    huge = 4_000_000_000_000_000_000
    song = {
        "id": ODD, "title": ODD, "artist": ODD * 10_000, "album": 7, "path": ODD, "isrc": [ODD],
        "duration": huge, "track": huge, "discNumber": -1, "userRating": 5, "playCount": huge,
        "starred": ODD, "played": huge, "musicBrainzId": {},
    }  # fmt: skip
    nameless = {"id": "x", "title": "\x01\x02", "userRating": 5}
    content = {
        "searchResult3": {"song": [song, nameless, 7, None]},
        "albumList2": {"album": [{"id": ODD, "name": ODD, "userRating": 3}]},
        "artists": [],
        "playlists": {"playlist": [{"id": ODD, "name": ODD, "comment": ODD}]},
        "playlist": {"entry": [song, nameless]},
        "bookmarks": {"bookmark": {"position": huge, "comment": ODD, "entry": song}},
        "playQueue": {"entry": song, "current": ODD, "position": 1e308},
    }
    async with hostile(lambda *_: told(**content)) as server:
        found = await server.read()
    (person,) = found.people
    assert {mark.want.title for mark in person.marks} == {"[31mA\u202e"}
    assert [(each.position_ms, each.want.duration_ms) for each in person.bookmarks] == [(0, 0)]
    # All of it can be written down and sent on.
    read = msgspec.msgpack.decode(msgspec.msgpack.encode(found))
    numbers = [value for mark in read["people"][0]["marks"] for value in mark.values()]
    assert all(value < 1 << 63 for value in numbers if isinstance(value, int))
    error = {"code": 50, "message": f"no{ODD}"}
    body = json.dumps({"subsonic-response": {"status": "failed", "error": error}})
    async with hostile(lambda *_: f"{OK}\r\n{body}".encode()) as server:
        with pytest.raises(Refusal) as refused:
            await server.read()
    complain(refused.value.message + "\x1b]0;title\x07\r")
    said = capsys.readouterr().err
    assert said.endswith("\n")
    assert not [c for c in said[:-1] if ord(c) < 32 or c == "\u202e"]


def test_lists_that_are_links_pipes_and_long_lines(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the-key-of-the-house\n")
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "link.m3u").symlink_to(secret)
    (lists / "round.m3u").symlink_to(lists / "round.m3u")
    os.mkfifo(lists / "pipe.m3u")
    (lists / "folder.m3u").mkdir()
    (lists / "other.m3u8").symlink_to(lists / "long.m3u")
    (lists / "long.m3u").write_bytes(
        b"/" + b"a" * 100_000 + b"\n#EXTINF:1," + b"t" * 100_000 + b"\nok.mp3\n"
    )
    (lists / os.fsdecode(b"\xff\x1b.m3u")).write_bytes(b"b.mp3\n\xff.mp3\n")
    (person,) = m3u.read(lists, "anna").people
    found = {each.name: [want.path.rpartition("/")[2] for want in each.entries]
             for each in person.playlists}  # fmt: skip
    assert found == {
        "long": ["ok.mp3"], "other": ["ok.mp3"], "\ufffd\x1b": ["b.mp3", "ÿ.mp3"],
    }  # fmt: skip
    assert all(len(want.title) < 5_000 for each in person.playlists for want in each.entries)
    assert "the-key" not in repr(person)
    msgspec.json.encode(person)


def test_a_database_with_more_than_rows_in_it(tmp_path: Path) -> None:
    there = Navidrome.make(tmp_path / "navidrome.db", "/srv/music", "anna")
    dawn = there.song("Dawn", "The Warblers", "Reed Beds", "a.flac", 1)
    mark = ("user-anna", dawn, "media_file", 1 << 60, None, 5, False, None, None)
    there.insert("annotation", *mark)
    there.insert("playqueue", "q", "user-anna", 1 << 62, 1 << 61, "", f"{dawn},", None, None)
    with closing(sqlite3.connect(there.path)) as made, made:
        made.executescript(
            """
            CREATE TRIGGER t AFTER INSERT ON user BEGIN DELETE FROM user; END;
            DROP TABLE bookmark;
            CREATE VIEW bookmark AS SELECT load_extension('evil') AS user_id;
            DROP TABLE scrobbles;
            CREATE VIRTUAL TABLE scrobbles USING fts4(media_file_id, user_id, submission_time);
            DROP TABLE playlist;
            CREATE TABLE playlist (id, owner_id, name, comment, public,
                rules GENERATED ALWAYS AS (zeroblob(900000000)));
            INSERT INTO playlist (id, owner_id, name) VALUES ('p', 'user-anna', 'Mine');
            CREATE TABLE library_of (id);
            """
        )
        queue = ",".join(["gone"] * 200_000)
        made.execute("UPDATE playqueue SET items = items || ?", (queue,))
    (anna,) = navidrome.read(there.path).people
    assert [(each.name, each.rules) for each in anna.playlists] == [("Mine", None)]
    assert anna.queue is not None
    assert (len(anna.queue.wants), anna.queue.current, anna.queue.position_ms) == (1, 0, 0)
    assert anna.bookmarks == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE user SET user_name = zeroblob(20000000)",
        "UPDATE media_file SET title = hex(zeroblob(10000000))",
        "DROP TABLE media_file; CREATE VIEW media_file AS SELECT 1 AS id, 2 AS path, 3 AS title",
        "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = 'x' WHERE name = 'user'",
        "PRAGMA writable_schema = 1; UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'user'",
    ],
)
def test_a_database_that_cannot_be_one(tmp_path: Path, change: str) -> None:
    there = Navidrome.make(tmp_path / "navidrome.db", "/srv/music", "anna")
    there.song("Dawn", "The Warblers", "Reed Beds", "a.flac", 1)
    there.insert("playlist_tracks", 1, "p", "song-Dawn")
    with closing(sqlite3.connect(there.path)) as made:
        made.executescript(change)
        made.commit()
    with pytest.raises(Refusal):
        navidrome.read(there.path)
