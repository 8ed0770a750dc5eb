"""A share and a station, heard in a real browser by somebody without an account."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.site.browser import Browser, browsing
from tests.journeys.subsonic.place import Facts, Place, Web

PLAYED = "document.querySelector('audio')?.currentTime ?? window.radio?.currentTime ?? 0"


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium is not None, "chromium is missing: python tools/engines.py installs it"
    async with browsing(chromium, tmp_path / "chromium") as opened:
        yield opened


async def play(browser: Browser, audio: str) -> None:
    """As if somebody had pressed the button: nothing plays by itself."""
    script = f"{{const audio = {audio}; audio.muted = true; audio.play(); 0}}"
    await browser.call("Runtime.evaluate", expression=script, userGesture=True)


async def heard(browser: Browser) -> bool:
    """Whether time goes on in what plays."""
    for _ in range(200):
        if await browser.run(PLAYED) > 0.1:
            return True
        await asyncio.sleep(0.05)
    return False


async def until(browser: Browser, met: str) -> bool:
    """Whether an expression becomes true."""
    for _ in range(200):
        if await browser.run(met):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_shared_playlist_is_heard_by_a_stranger(
    place: Place, web: Web, facts: Facts, browser: Browser
) -> None:
    one, two, other = facts.everything[:3]
    playlist = web.new_playlist("Evening <b>", [two, one])
    (share,) = place.done("createShare", id=playlist)["shares"]["share"]
    assert [entry["id"] for entry in share["entry"]] == [two, one]
    await browser.go(share["url"])
    # The page is made by its script, a moment after it was loaded.
    rows = "document.querySelectorAll('ol li button').length"
    assert await until(browser, f"{rows} === 2")
    assert await browser.run("document.querySelector('h1').textContent") == "Evening <b>"
    await browser.call(
        "Runtime.evaluate",
        expression="document.querySelector('ol li button').click()",
        userGesture=True,
    )
    assert await until(browser, "Number(document.querySelector('input[type=range]').value) > 0.1")
    # What is added later is heard too; what the sharer takes back is not.
    web.tell("POST", f"/v1/playlists/{playlist}/items", {"uris": [f"spotify:track:{other}"]})
    sound = f"{share['url']}/tracks/{other}/files/original"
    assert place.http.get(sound).status_code == 200
    await browser.go(share["url"])
    assert await until(browser, f"{rows} === 3")
    place.done("deletePlaylist", id=playlist)
    assert place.http.get(sound).status_code == 404
    assert "Nothing of this is here any more" in place.http.get(share["url"]).text
    assert browser.complaints == []


async def test_a_station_plays_in_a_browser(
    place: Place, web: Web, browser: Browser, wesnoth: Path
) -> None:
    sound = min(wesnoth.glob("*.ogg"), key=lambda path: path.stat().st_size).read_bytes()

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: audio/ogg\r\n\r\n" + sound)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(send, "127.0.0.1", place.station_port):
        address = f"http://127.0.0.1:{place.station_port}/live"
        place.done("createInternetRadioStation", streamUrl=address, name="Here")
        listed = place.done("getInternetRadioStations")["internetRadioStations"]
        (station,) = listed["internetRadioStation"]
        assert station["streamUrl"].startswith(place.shape.url)
        await play(browser, f"(window.radio = new Audio({station['streamUrl']!r}))")
        assert await heard(browser)
