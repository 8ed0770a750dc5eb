"""The ladder through the door: adaptive play-back and files, made when they are asked for."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from tests.gateway.media.ladder import Station, on_air
from tests.media.files import make
from tests.media.long import RATE, make_long
from tests.services.media.conftest import LISTENER, OTHER

from philomel.kernel.caller import acting
from philomel.services.media.contract import SignStream, StreamFormat

SECONDS = 11.3
DAY, LATE = 24 * 3600, 24 * 3600 - 60


@pytest.fixture(params=["here", "behind a gateway"])
async def station(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Station]:
    async with on_air(tmp_path, gateway=request.param != "here") as opened:
        make(opened.house.root / "song.flac", seconds=SECONDS, channels=2, rate=44_100)
        yield opened


async def samples(url: str) -> int:
    """How many samples ffmpeg plays of it, both channels counted once."""
    program = shutil.which("ffmpeg")
    assert program is not None, "ffmpeg is not installed: run tools/engines.py"
    told = ("-v", "error", "-i", url, "-f", "s16le", "-ac", "1", "-")
    reading = await asyncio.create_subprocess_exec(
        program, *told, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await reading.communicate()
    assert reading.returncode == 0, err
    assert not err, err
    return len(out) // 2


async def test_players_read_every_rung_as_it_is_made_and_again(station: Station) -> None:
    asset = await station.add("song.flac", "flac", SECONDS)
    playback = await station.playback(asset)
    master = (await station.get(playback.hls)).text
    rungs = re.findall(r"(?m)^([a-z0-9-]+)/index\.m3u8", master)
    assert rungs == ["aac-96", "aac-160", "aac-256", "opus-96", "opus-128", "opus-160", "flac"]
    for index in re.findall(r"(?m)^[a-z0-9-]+/index\.m3u8\?.*", master):
        url = urljoin(station.url + playback.hls, index)
        exact = round(SECONDS * (48_000 if "opus" in index else 44_100))
        # ffmpeg plays the priming and the end of the last packet of an HLS stream.
        more = 0 if "flac" in index else 2048
        assert exact <= await samples(url) <= exact + more
    flac = next(file for file in playback.files if file.name == "flac")
    assert await samples(station.url + flac.path) == round(SECONDS * 44_100)


async def test_a_whole_day_plays_from_anywhere(tmp_path: Path) -> None:
    async with on_air(tmp_path) as station:
        samples_ = make_long(station.house.root / "day.flac", DAY)
        asset = await station.add("day.flac", "flac", samples_ / RATE, 200)
        with acting(LISTENER):
            sign = station.house.media.sign_stream
            original = (await sign(SignStream(asset, StreamFormat.ORIGINAL))).path
            later = (await sign(SignStream(asset, StreamFormat.OPUS, 96, LATE * 1000))).path
        size = (station.house.root / "day.flac").stat().st_size
        end = await station.get(original, range=f"bytes={size - 100}-")
        assert end.headers["content-range"] == f"bytes {size - 100}-{size - 1}/{size}"
        rest = samples_ / RATE - LATE
        assert await samples(station.url + later) == pytest.approx(rest * 48_000, abs=4800)
        playback = await station.playback(asset)
        master = (await station.get(playback.hls)).text
        index = re.search(r"(?m)^aac-[a-z0-9-]+/index\.m3u8\?.*", master)
        assert index is not None
        parts = (await station.get(urljoin(playback.hls, index[0]))).text
        lengths = [float(length) for length in re.findall(r"#EXTINF:([0-9.]+)", parts)]
        assert sum(lengths) == pytest.approx(samples_ / RATE, abs=0.1)
        first = re.search(r"(?m)^0\.m4s.*", parts)
        assert first is not None
        answer = await station.get(urljoin(urljoin(playback.hls, index[0]), first[0]))
        assert answer.status_code == 200


async def test_a_file_has_exact_ranges_once_it_was_made(station: Station) -> None:
    playback = await station.playback(await station.add("song.flac", "flac", SECONDS))
    for name in ("vorbis-160", "mp3-192", "opus-128", "aac-160"):
        path = next(file.path for file in playback.files if file.name == name)
        growing = await station.get(path)
        assert growing.status_code == 200
        assert growing.headers["accept-ranges"] == "none"
        assert growing.headers["cache-control"] == "no-store"
        async with asyncio.timeout(10):
            while (whole := await station.get(path)).headers["accept-ranges"] == "none":
                await asyncio.sleep(0.01)  # between the last byte and its publication
        assert len(whole.content) == len(growing.content) == int(whole.headers["content-length"])
        assert "immutable" in whole.headers["cache-control"]
        part = await station.get(path, range="bytes=100-299")
        assert part.status_code == 206
        assert part.content == whole.content[100:300]


async def test_a_question_makes_nothing(station: Station) -> None:
    playback = await station.playback(await station.add("song.flac", "flac", SECONDS))
    path = next(file.path for file in playback.files if file.name == "vorbis-160")
    for _ in range(2):
        told = await station.head(path)
        assert told.status_code == 200
        assert told.headers["content-type"] == 'audio/ogg; codecs="vorbis"'
        assert told.headers["accept-ranges"] == "none"
        assert told.headers["cache-control"] == "no-store"
        assert "content-length" not in told.headers
    numbers = await station.renditions.numbers()
    assert (numbers["encodes_active"], numbers["renditions_bytes"]) == (0, 0)
    await station.get(path)
    async with asyncio.timeout(10):
        while (told := await station.head(path)).headers["accept-ranges"] == "none":
            await asyncio.sleep(0.01)  # between the last byte and its publication
    assert int(told.headers["content-length"]) == len((await station.get(path)).content)


async def test_every_listener_gets_the_same_bytes_at_the_same_path(station: Station) -> None:
    asset = await station.add("song.flac", "flac", SECONDS)
    mine, other = await station.playback(asset), await station.playback(asset, OTHER)
    assert mine.hls != other.hls
    assert mine.hls.partition("?")[0] == other.hls.partition("?")[0]
    for part in ("init.mp4", "0.m4s", "3.m4s"):
        answers = [
            await station.get(one.hls.replace("master.m3u8", f"aac-160/{part}"))
            for one in (mine, other)
        ]
        assert answers[0].status_code == 200, answers[0].text
        assert answers[0].content == answers[1].content
        assert answers[0].headers["etag"] == answers[1].headers["etag"]
        assert answers[0].headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answers[0].headers["content-type"] == "audio/mp4"
        assert answers[0].headers["access-control-allow-origin"] == "*"


async def test_a_transcode_that_is_kept_has_ranges(station: Station) -> None:
    asset = await station.add("song.flac", "flac", SECONDS)
    playback = await station.playback(asset)
    rung = next(file.path for file in playback.files if file.name == "mp3-192")
    await station.get(rung)
    async with asyncio.timeout(10):
        while (whole := await station.get(rung)).headers["accept-ranges"] == "none":
            await asyncio.sleep(0.01)  # between the last byte and its publication
    with acting(LISTENER):
        request = SignStream(asset, StreamFormat.MP3, 192)
        path = (await station.house.media.sign_stream(request)).path
    part = await station.get(path, range="bytes=0-99")
    assert part.status_code == 206
    assert part.content == whole.content[:100]


async def test_a_file_that_was_replaced_is_not_played_as_the_old_one(station: Station) -> None:
    asset = await station.add("song.flac", "flac", SECONDS)
    playback = await station.playback(asset)
    (station.house.root / "song.flac").write_bytes(b"no music at all")
    assert (await station.get(playback.files[3].path)).status_code == 404
    assert [*station.shelf.walk(b"renditions")] == []


@pytest.mark.parametrize("change", ["path", "rung", "listener", "expiry", "content"])
async def test_what_was_not_signed_is_refused(station: Station, change: str) -> None:
    playback = await station.playback(await station.add("song.flac", "flac", SECONDS))
    path = playback.hls.replace("master.m3u8", "aac-160/0.m4s")
    changed = {
        "path": path.replace("0.m4s", "../0.m4s"),
        "rung": path.replace("aac-160", "aac-161"),
        "listener": re.sub(r"u=[^&]+", "u=somebody", path),
        "expiry": re.sub(r"e=([0-9]+)", r"e=9\1", path),
        "content": re.sub(r"hls/.{4}", "hls/0000", path),
    }[change]
    assert (await station.get(changed)).status_code in {401, 404}
