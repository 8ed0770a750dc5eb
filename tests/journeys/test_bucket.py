"""Music in a bucket is found, analysed and played like music in a folder."""

import asyncio
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.journeys.players import rest
from tests.journeys.processes import Process
from tests.journeys.shapes import Shape
from tests.media.files import make
from tests.servers.s3 import ACCESS_KEY, BUCKET, SECRET_KEY

from philomel.engines.blobs.s3 import S3Blobs, S3Settings

ROOT = f"s3://{BUCKET}/journey/music"
# Those of a megabyte are read in part; an MP4 has its tags behind its sound.
SUFFIXES = {"mp3": 4.0, "flac": 40.0, "ogg": 4.0, "opus": 4.0, "m4a": 4.0, "wav": 40.0}


@pytest.fixture
def server(tmp_path: Path, s3_url: str) -> Iterator[Shape]:
    settings = {
        "s3.endpoint": s3_url, "s3.access_key": ACCESS_KEY, "s3.secret_key": SECRET_KEY,
    }  # fmt: skip
    process = Process(tmp_path / "all", settings)
    process.start()
    yield Shape(process.url, process, {"all": process})
    process.kill()


def upload(url: str, folder: Path) -> None:
    async def put_all() -> None:
        settings = S3Settings(BUCKET, ACCESS_KEY, SECRET_KEY, url, prefix="journey/music")
        bucket = S3Blobs(settings)
        for path in folder.rglob("*.*"):
            await bucket.put(bytes(path.relative_to(folder)), path.read_bytes())
        await bucket.close()

    asyncio.run(put_all())


def test_music_in_a_bucket_and_back(server: Shape, s3_url: str, tmp_path: Path) -> None:
    music = tmp_path / "music"
    for number, (suffix, seconds) in enumerate(SUFFIXES.items()):
        make(
            music / "album" / f"{number}.{suffix}",
            {"title": f"Song {suffix}", "artist": "A", "album": "B", "tracknumber": str(number)},
            seconds=seconds, frequency=300 + 50 * number,
        )  # fmt: skip
    login = server.add_listener("anna", admin=True)
    operator = server.operator

    def ask(method: str, **more: Any) -> Any:
        return rest(server.url, login, method, **more)

    def songs() -> dict[str, Any]:
        found = ask("search3", query="", songCount=100)["searchResult3"]["song"]
        return {song["title"]: song for song in found}

    assert server.add_music(music, "mine")["added"] == len(SUFFIXES)
    before = songs()
    ask("star", id=before["Song mp3"]["id"])
    upload(s3_url, music)
    operator.done("library", "relocate", "mine", ROOT)
    moved = operator.done("scan", "--wait", "analysis")
    assert (moved["phase"], moved["errors"], moved["added"], moved["missing"]) == ("done", 0, 0, 0)
    assert moved["analysed"] == moved["to_analyse"] == len(SUFFIXES)
    assert operator.done("scan")["unchanged"] == len(SUFFIXES)
    assert songs().keys() == before.keys()
    assert {t: s["id"] for t, s in songs().items()} == {t: s["id"] for t, s in before.items()}
    assert ask("getStarred2")["starred2"]["song"][0]["id"] == before["Song mp3"]["id"]
    for title, song in before.items():
        original = (music / song["path"]).read_bytes()
        address = f"{server.url}/rest/download?{login}&{urllib.parse.urlencode({'id': song['id']})}"
        assert httpx.get(address).content == original, title
        part = httpx.get(address, headers={"Range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, original[1000:2000])
        made = httpx.get(f"{server.url}/rest/stream?{login}&id={song['id']}&format=mp3", timeout=30)
        assert (made.status_code, made.headers["content-type"]) == (200, "audio/mpeg")
        assert len(made.content) > 1000
    assert list((operator.data / "spool").iterdir()) == []
    operator.done("library", "relocate", "mine", str(music))
    back = operator.done("scan")
    assert (back["errors"], back["added"], back["missing"]) == (0, 0, 0)
    assert {t: s["id"] for t, s in songs().items()} == {t: s["id"] for t, s in before.items()}
