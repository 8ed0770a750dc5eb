"""Small files that grow when they are read, and what the server makes of them."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.attacks.conftest import CANARY, Target
from tests.media import hostile
from tests.media.files import make

LEAVES_SECONDS = 5.0
HOURS = 0.5
PACKED = 64 << 20
XML_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)).replace("&a0;", "&a;")
    + ']><tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="0s" end="1s">&a8;</p></div>'
    "</body></tt>"
)
SCRIPT = "<img src=x onerror=alert(1)>"


@pytest.fixture
def folder(target: Target) -> Iterator[Path]:
    """For the traps of one test."""
    made = target.music / "bombs"
    made.mkdir()
    yield made
    shutil.rmtree(made)
    target.shape.operator.done("scan", "--path", str(target.music))
    target.assert_well()


def playback(target: Target, song: str) -> Any:
    headers = {"Authorization": f"Bearer {target.token}"}
    answer = target.http.get(f"/api/philomel/v1/tracks/{song}/playback", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def workers(pid: int) -> set[int]:
    """What decodes and encodes at this moment: the children of a server's children."""
    return {worker for zygote in _children(pid) for worker in _children(zygote)}


def _children(pid: int) -> set[int]:
    return {
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    }


def test_hours_of_silence_in_a_small_file(target: Target, folder: Path) -> None:
    (folder / "silence.flac").write_bytes(hostile.flac_of_silence(HOURS))
    assert (folder / "silence.flac").stat().st_size < 100_000
    told = target.shape.operator.done("scan", "--path", str(folder), "--wait", "analysis")
    assert (told["added"], told["errors"]) == (1, 0)
    song = target.song("silence")
    assert abs(song["duration"] - HOURS * 3600) < 70
    assert "trackGain" not in song["replayGain"]
    for offset in (0, HOURS * 3600 - 100):
        for format_ in ("mp3", "opus"):
            query = f"{target.login}&id={song['id']}&format={format_}&timeOffset={offset}"
            with target.http.stream("GET", f"/rest/stream?{query}") as answer:
                assert answer.status_code == 200
                assert next(answer.iter_bytes())
    master = target.http.get(playback(target, song["id"])["hls"])
    index = next(line for line in master.text.splitlines() if line.startswith("aac-96"))
    base = str(master.url).split("/master", maxsplit=1)[0]
    listed = target.http.get(f"{base}/{index}")
    parts = [line for line in listed.text.splitlines() if line and not line.startswith("#")]
    assert len(parts) < 20_000
    first = target.http.get(f"{base}/aac-96/{parts[0]}")
    assert (first.status_code, len(first.content) < 1_000_000) == (200, True)


def test_a_day_of_silence_in_a_smaller_file(target: Target, folder: Path) -> None:
    """What a header or a time stamp claims is not believed, nor waited for."""
    (folder / "claims.opus").write_bytes(hostile.opus_of_silence(0.01, claimed=24.0))
    (folder / "quiet.opus").write_bytes(hostile.opus_of_silence(HOURS))
    assert (folder / "quiet.opus").stat().st_size < 100_000
    target.shape.operator.done("scan", "--path", str(folder), "--wait", "analysis")
    for title in ("claims", "quiet"):
        song = target.song(title)
        for offset in (0, song["duration"] - 10, 80_000):
            query = f"{target.login}&id={song['id']}&format=mp3&timeOffset={max(0, offset)}"
            with target.http.stream("GET", f"/rest/stream?{query}") as answer:
                assert answer.status_code < 500
                next(answer.iter_bytes(), None)


def test_a_transcode_ends_with_its_listener(target: Target) -> None:
    song, server = target.song("Long Note"), target.shape.operator.pid
    before = workers(server)
    query = f"{target.login}&id={song['id']}&format=mp3&maxBitRate=320&timeOffset=7"
    with target.http.stream("GET", f"/rest/stream?{query}") as answer:
        assert next(answer.iter_bytes())
        assert workers(server) - before
    left = time.monotonic()
    while workers(server) - before:
        assert time.monotonic() - left < LEAVES_SECONDS
        time.sleep(0.02)  # between two looks; what is waited for is the end of the work


def test_a_memory_bomb_ends_its_worker_and_nothing_else(target: Target, folder: Path) -> None:
    """The decoder is told to make room for more than it may have."""
    (folder / "bomb.m4a").write_bytes(hostile.alac_with_frames_of(4096 * 4096))
    told = target.shape.operator.done("scan", "--path", str(folder), "--wait", "analysis")
    assert told["added"] == 1
    bomb, good = target.song("bomb"), target.song("Bullseye")
    addresses = [f"/rest/stream?{target.login}&id={bomb['id']}&format={f}" for f in ("mp3", "ogg")]
    addresses += [file["path"] for file in playback(target, bomb["id"])["files"][1:4]]
    for address in addresses:
        answer = target.http.get(address)
        assert answer.status_code != 200 or answer.json()["subsonic-response"]["error"], address
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        query = f"{target.login}&id={good['id']}&format=mp3"
        assert target.http.get(f"/rest/stream?{query}").content[:1] == b"\xff"
    # What needs no decoder is served as it is.
    raw = target.http.get(f"/rest/download?{target.login}&id={bomb['id']}")
    assert raw.content == (folder / "bomb.m4a").read_bytes()


TAGGED: dict[str, Callable[[], bytes]] = {
    "apic-2-gb.mp3": lambda: hostile.id3_with_frame_of(0x7FFFFFFF),
    "apic-256-mb.mp3": lambda: hostile.id3_with_picture_of((1 << 28) - 20),
    "packed.mp3": lambda: hostile.id3_with_compressed(PACKED),
    "comments.ogg": lambda: hostile.ogg_with_comments(0xFFFFFFFF),
    "comments.flac": lambda: hostile.flac_with_comments(0xFFFFFFFF),
    "table-stsz.m4a": lambda: hostile.mp4_with_table_of(b"stsz", 0xFFFFFFFF),
    "table-stts.m4a": lambda: hostile.mp4_with_table_of(b"stts", 0x7FFFFFFF),
    "four-gb.wav": lambda: hostile.wav(data=b"\1\0" * 88_200),
    "a-million-channels.wav": lambda: hostile.wav(channels=65_535, data=bytes(4000)),
}


def test_tags_that_claim_too_much(target: Target, folder: Path) -> None:
    for name, made in TAGGED.items():
        (folder / name).write_bytes(made())
    started = time.monotonic()
    told = target.shape.operator.done("scan", "--path", str(folder), "--wait", "analysis")
    assert (told["phase"], told["found"]) == ("done", len(TAGGED))
    assert time.monotonic() - started < 60
    found = target.ask("search3", query="", songCount=500)["searchResult3"]["song"]
    taken = [song for song in found if song["path"].startswith("bombs/")]
    assert taken
    for song in taken:
        for more in ("", "&format=opus"):
            answer = target.http.get(f"/rest/stream?{target.login}&id={song['id']}{more}")
            assert answer.status_code < 500
        cover = target.http.get(f"/rest/getCoverArt?{target.login}&id={song['id']}")
        assert (cover.status_code, len(cover.content) < 1_000_000) == (200, True)


def test_covers_that_unfold(target: Target, folder: Path) -> None:
    """A hundred thousand pictures in one, and 3.6 thousand million points in another."""
    traps = {
        "gif": hostile.gif_with_frames(100_000),
        "png": hostile.png_flood(60_000),
        "svg": hostile.SVG,
        "html": hostile.HTML,
        "large": hostile.png_flood(16_000),
    }
    for number, (name, data) in enumerate(traps.items()):
        make(folder / name / "1.ogg", {"title": f"Trap {name}", "album": f"Trap {name}"},
             frequency=900.0 + 30 * number, cover=hostile.png_flood(60_000))  # fmt: skip
        (folder / name / "cover.jpg").write_bytes(data)
    told = target.shape.operator.done("scan", "--path", str(folder), "--wait", "analysis")
    assert (told["added"], told["errors"]) == (len(traps), 0)
    for name in traps:
        song = target.song(f"Trap {name}")
        answer = target.http.get(f"/rest/getCoverArt?{target.login}&id={song['id']}")
        assert answer.headers["content-type"] in {"image/jpeg", "image/png"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert b"script" not in answer.content
        assert len(answer.content) < 100_000


def test_lyrics_and_lists_that_are_more_than_text(target: Target, folder: Path) -> None:
    """Nothing is unfolded, nothing is fetched, and what looks like a script stays text."""
    outside = target.outside / "private.ogg"
    make(folder / "a.ogg", {"title": "Sung A", "lyrics": SCRIPT}, frequency=910)
    make(folder / "b.ogg", {"title": "Sung B"}, frequency=930)
    make(folder / "c.ogg", {"title": "Sung C"}, frequency=950)
    (folder / "b.lrc").write_text(f"[00:00.10]{SCRIPT}\n[99999999999:00.10]x\n" + "[" * 50_000)
    (folder / "c.ttml").write_text(XML_BOMB)
    lists = {
        "list.m3u": f"#EXTM3U\n{outside}\n/etc/passwd\nfile://{outside}\n../outside/private.ogg\n",
        "list.m3u8": f"{outside}\n",
        "list.pls": f"[playlist]\nFile1={outside}\n",
        "list.xspf": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><playlist><trackList>'
        f"<track><location>file://{outside}</location><title>&e;</title></track></trackList>"
        "</playlist>",
    }
    for name, text in lists.items():
        (folder / name).write_text(text)
    (folder / "listed.cue").write_text(f'FILE "{outside}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 0')
    told = target.shape.operator.done("scan", "--path", str(folder), "--wait", "analysis")
    assert told["added"] == 3
    assert not target.ask("search3", query="private song")["searchResult3"].get("song")
    for title in ("Sung A", "Sung B", "Sung C"):
        id_ = target.song(title)["id"]
        for login in (target.login, target.login.replace("f=json", "f=xml")):
            answer = target.http.get(f"/rest/getLyricsBySongId?{login}&id={id_}")
            assert answer.status_code == 200
            assert len(answer.content) < 200_000
            assert "hahahaha" not in answer.text
            assert CANARY not in answer.text
            kind = answer.headers["content-type"].partition(";")[0]
            assert kind in {"application/json", "application/xml", "text/xml"}
            if "xml" in kind:
                assert "<img" not in answer.text


def test_a_part_of_what_the_client_does_not_have(target: Target) -> None:
    song = target.song("Bullseye")
    address = f"/rest/stream?{target.login}&id={song['id']}"
    etag = target.http.get(address).headers["etag"]
    for validator, status in (
        (etag, 206), ('"another"', 200), (f"W/{etag}", 200), ("nonsense", 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200), ("9" * 4000, 200), (f"{etag}, {etag}", 200),
    ):  # fmt: skip
        answer = target.http.get(address, headers={"Range": "bytes=5-9", "If-Range": validator})
        assert (validator, answer.status_code) == (validator, status)


def test_no_address_of_a_part_leads_out(target: Target) -> None:
    told = playback(target, target.song("Long Note")["id"])
    path, _, query = told["hls"].partition("?")
    base = path.removesuffix("/master.m3u8")
    for way in (
        b"..%2f..%2fkeys", b"%252e%252e%252fkeys", b"..%5c..%5ckeys", b"aac-96%00.mp4", b"....//",
        b"%c0%ae%c0%ae/keys", b"%ef%bc%8e%ef%bc%8e/keys", b"a" * 9000, b"aac-96/-1.m4s", b"",
        b"aac-96/99999999999999999999.m4s", b"aac-999999/index.m3u8", b"-i/index.m3u8", b"%ff",
    ):  # fmt: skip
        for address in (b"%b/%b?%b", b"/media/hls/%b/%b?%b"):
            asked = address % (base.encode(), way, query.encode())
            answer = target.raw(
                b"GET " + asked + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", finish=False
            )
            assert 400 <= int(answer[9:12]) < 500, (asked[:200], answer[:300])
    pairs = dict(pair.split("=", 1) for pair in query.split("&"))
    for name, value in pairs.items():
        for other in ("", "0", f"{value}0", f"9{value}", value.swapcase()):
            if other == value:
                continue
            changed = "&".join(f"{k}={other if k == name else v}" for k, v in pairs.items())
            assert target.http.get(f"{path}?{changed}").status_code in {400, 401, 403, 404}
    target.assert_well()
