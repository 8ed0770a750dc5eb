"""An owner says yes at set-up, and the house fills with pictures and texts."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.journeys.processes import Process
from tests.journeys.shapes import PASSWORD
from tests.media.files import make
from tests.servers.openmusic import OpenMusic, open_music
from tests.services.enrichment.test_enrichment import know

API = "/api/philomel/v1"


@pytest.mark.parametrize("answer", ["yes", None])
async def test_the_question_at_set_up(tmp_path: Path, answer: str | None) -> None:
    with open_music() as openmusic:
        know(openmusic)
        process = Process(tmp_path / "data", settings(openmusic))
        process.start()
        try:
            await walk(process, openmusic, tmp_path / "music", answer)
        finally:
            process.kill()


def settings(openmusic: OpenMusic) -> dict[str, Any]:
    names = ("musicbrainz", "cover_art", "wikidata", "commons", "lrclib")
    return {
        **{f"enrichment.{name}_url": openmusic.url for name in names},
        "enrichment.wikipedia_url": openmusic.url + "/{language}",
        "enrichment.requests_per_second": 500,
        "web.private_servers": [openmusic.place],
    }


async def walk(process: Process, openmusic: OpenMusic, music: Path, answer: str | None) -> None:
    token = process.done("setup-link")["token"]
    make(music / "1.mp3", {"title": "Dawn", "artist": "The Larks", "album": "First Light"})
    async with httpx.AsyncClient(base_url=process.url, trust_env=False) as browser:
        form = await browser.get("/setup", params={"token": token})
        assert 'name="enrich"' in form.text
        said = {"token": token, "name": "anna", "password": PASSWORD}
        given = await browser.post("/setup", data=said | ({"enrich": answer} if answer else {}))
        assert given.status_code == 303
        process.done("library", "add", str(music), "--name", "music")
        process.done("scan")
        page = (await browser.get("/server")).text
        state = (await browser.get(f"{API}/enrichment")).json()
        if answer is None:
            assert state["enabled"] is None
            assert "Look them up" in page
            assert openmusic.asked == []
            return
        async with asyncio.timeout(20):
            while (state := (await browser.get(f"{API}/enrichment")).json())["found"] < 3:
                await asyncio.sleep(0.1)
        found = (await browser.get("/v1/search", params={"q": "larks", "type": "artist"})).json()
        [artist] = found["artists"]["items"]
        assert artist["images"]
        info = (await browser.get(f"{API}/artists/{artist['id']}/info")).json()
        assert info["biography"].startswith("The Larks are a band.")
        off = await browser.post("/enrichment", data={"enrich": "off"})
        assert off.status_code == 303
        assert process.done("enrichment", "status")["enrichment"]["enabled"] is False
        async with asyncio.timeout(20):
            while "enrichment.off" not in (told := audited(process)):
                await asyncio.sleep(0.1)
        assert "enrichment.on" in told


def audited(process: Process) -> list[str]:
    """What the audit log says was done."""
    return [entry["action"] for entry in process.done("audit", "list")["entries"]]
