"""A browser plays the ladder with hls.js while its bandwidth changes; what it plays is recorded."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.gateway.media.conftest import Running, serving
from tests.gateway.media.ladder import on_air
from tests.gateway.site.browser import Browser, browsing

from philomel.engines.audio.renditions import making

RATE = 44_100
TONE = 441
AMPLITUDE = 0.4
SECONDS, LONG = 90, 240
HLS_JS = Path(".tools/browser/node_modules/hls.js/dist/hls.min.js")
NARROW, WIDE = 26_000, 4_000_000
"""Bytes a second: enough for the lowest rung, and for all."""

WINDOW = 4 * RATE // TONE
SAMPLE = 2 * np.pi * TONE / RATE
"""By how much the tone turns in one sample: a lost one shows as a jump of its phase."""


@asynccontextmanager
async def page() -> AsyncIterator[Running]:
    files = {
        "/hls.js": (HLS_JS.read_bytes(), b"text/javascript"),
        "/": (Path(__file__).with_name("adaptive.html").read_bytes(), b"text/html"),
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, mime = files.get(scope["path"], (b"", b"text/plain"))
        head = [(b"content-type", mime), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    async with serving(app) as running:
        yield running


class Player:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def start(self, page_url: str, url: str, bandwidth: int = NARROW) -> None:
        await self._browser.call("Network.enable")
        await self._browser.go(page_url)
        await self.bandwidth(bandwidth)
        await self._browser.call(
            "Runtime.evaluate",
            expression=f"void play({json.dumps(url)}, {RATE})",
            userGesture=True,
        )

    async def bandwidth(self, speed: int) -> None:
        await self._browser.call(
            "Network.emulateNetworkConditions",
            offline=False,
            latency=5,
            downloadThroughput=speed,
            uploadThroughput=WIDE,
        )

    async def until(self, condition: str, seconds: float = 40) -> None:
        async with asyncio.timeout(seconds):
            while not await self._browser.run(condition):
                await asyncio.sleep(0.1)  # the page has no other way to tell

    async def read(self, expression: str) -> Any:
        return json.loads(await self._browser.run(f"JSON.stringify({expression})"))

    async def heard(self) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        return np.frombuffer(base64.b64decode(await self._browser.run("take()")), "<f4")


async def listen(player: Player) -> None:
    """From the lowest rung up, down, up again, and onto the untouched signal."""
    await player.until("levels.length >= 3")
    assert set(await player.read("levels")) == {0}
    await player.bandwidth(WIDE)
    await player.until("levels.at(-1) === 2")
    await player.bandwidth(NARROW)
    await player.until("levels.at(-1) < 2")
    await player.bandwidth(WIDE)
    await player.until("levels.at(-1) === 2")
    await player.read("hls.nextLevel = 3")
    # What was fetched last must have been heard.
    await player.until("playing[0] === 3 && audio.currentTime > playing[1] + 1")


def jumps(heard: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> list[tuple[float, float]]:
    """Where the tone jumps or fades: seconds, and samples lost."""
    turned = heard * np.exp(-1j * SAMPLE * np.arange(len(heard)))
    count = len(heard) // WINDOW
    windows = 2 * turned[: count * WINDOW].reshape(count, WINDOW).mean(1)
    sounding = np.flatnonzero(np.abs(windows) > AMPLITUDE / 2)
    # The first and the last ones are half silent.
    windows = windows[sounding[0] + 1 : sounding[-1]]
    turns = np.diff(np.unwrap(np.angle(windows))) / SAMPLE
    fades = np.abs(windows[1:]) < 0.8 * AMPLITUDE
    broken = np.flatnonzero((np.abs(turns) > 0.75) | fades)
    return [(float(at * WINDOW / RATE), float(turns[at])) for at in broken]


async def test_a_far_seek_into_what_is_not_made_yet_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SOON", 0.05)  # the encoder is never that fast
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program is not None, "no browser: run tools/engines.py"
    async with on_air(tmp_path) as station, page() as web:
        song = station.house.root / "song.flac"
        time = np.arange(10 * RATE) / RATE
        tone = (AMPLITUDE * np.sin(2 * np.pi * TONE * time)).astype(np.float32)
        with soundfile.SoundFile(song, "w", RATE, 2, "PCM_16") as file:
            for _ in range(LONG // 10):
                file.write(np.stack([tone, tone], 1))
        playback = await station.playback(await station.add("song.flac", "flac", LONG))
        async with browsing(program, tmp_path / "profile") as browser:
            player = Player(browser)
            await player.start(f"{web.url}/", station.url + playback.hls_aac, WIDE)
            await player.until("audio.duration > 0")
            await player.read(f"audio.currentTime = {0.8 * LONG}")
            await player.until(f"audio.currentTime > {0.8 * LONG + 0.2}", 120)
            errors = await player.read("errors")
            assert not [one for one in errors if "frag" in one], errors


async def test_a_player_climbs_and_falls_without_a_gap(tmp_path: Path) -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program is not None, "no browser: run tools/engines.py"
    assert HLS_JS.exists(), "hls.js is not there: run tools/engines.py"
    async with on_air(tmp_path) as station, page() as web:
        time = np.arange(SECONDS * RATE) / RATE
        tone = (AMPLITUDE * np.sin(2 * np.pi * TONE * time)).astype(np.float32)
        song = station.house.root / "song.flac"
        soundfile.write(song, np.stack([tone, tone], 1), RATE, subtype="PCM_16")
        playback = await station.playback(await station.add("song.flac", "flac", SECONDS))
        for attempt in range(3):
            async with browsing(program, tmp_path / f"profile-{attempt}") as browser:
                player = Player(browser)
                await player.start(f"{web.url}/", station.url + playback.hls_aac)
                await listen(player)
                assert await player.read("errors") == []
                assert await player.read("audio.buffered.length") == 1
                stalls, found = await player.read("stalls"), jumps(await player.heard())
            # A machine that is too busy to play on proves nothing about the joins.
            if not stalls:
                break
        assert not stalls
        assert found == []
