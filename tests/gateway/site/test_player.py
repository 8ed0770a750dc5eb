"""The web player as this server hands it out. `make web` builds it; `make test` does so first."""

import asyncio
import re
import shutil
from pathlib import Path

import httpx
import pytest
from tests.gateway.site.browser import browsing
from tests.gateway.site.server import Served, serving
from tests.services.accounts.house import PASSWORD

from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.gateway.public import Public
from philomel.gateway.site import player
from philomel.services.accounts.module import SCHEMA

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(autouse=True)
def _built() -> None:
    assert player.is_built(), "build the web player first: make web"


async def _signed_in(served: Served) -> httpx.AsyncClient:
    await served.house.user()
    browser = served.browser()
    answer = await browser.post("/sign-in", data={"name": "Ada", "password": PASSWORD})
    assert answer.status_code == 303
    return browser


async def test_every_page_of_the_player_is_the_same(served: Served) -> None:
    browser = await _signed_in(served)
    first = await browser.get("/")
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.headers["cache-control"] == "no-cache"
    assert '<base href="/" />' in first.text
    assert "Ada" not in first.text
    for path in player.PATHS:
        page = await browser.get(re.sub(r"\{\w+:str\}", "x1", path))
        assert (page.status_code, page.text) == (200, first.text)


async def test_its_policy_lets_nothing_in_from_elsewhere(served: Served) -> None:
    page = await (await _signed_in(served)).get("/")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page.text, re.DOTALL)
    assert scripts
    assert all('src="./assets/' in opening and not inline.strip() for opening, inline in scripts)
    assert " style=" not in page.text


async def test_its_files_are_kept_for_good_and_packed(served: Served) -> None:
    browser = await _signed_in(served)
    page = (await browser.get("/")).text
    for path in re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page):
        packed = await browser.get(f"/{path}")
        plain = await browser.get(f"/{path}", headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        assert "immutable" in plain.headers["cache-control"]
        assert "accept-encoding" in plain.headers["vary"]


async def test_what_is_kept_for_times_offline_is_the_same_for_strangers(served: Served) -> None:
    shown = await (await _signed_in(served)).get("/")
    stranger = served.browser()
    shell = await stranger.get("/shell")
    assert (shell.text, shell.headers["content-security-policy"]) == (
        shown.text,
        shown.headers["content-security-policy"],
    )
    worker = await stranger.get("/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    paths = re.findall(r"assets/[\w.-]+", worker.text)
    assert paths
    for path in paths:
        assert (await stranger.get(f"/{path}")).status_code == 200


async def test_it_can_be_installed(served: Served) -> None:
    stranger = served.browser()
    manifest = await stranger.get("/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    told = manifest.json()
    # Relative to the manifest itself: so it is right under a path as well.
    assert (told["start_url"], told["scope"], told["display"]) == ("./", "./", "standalone")
    for icon in told["icons"]:
        picture = await stranger.get(f"/{icon['src']}")
        assert (picture.status_code, picture.headers["content-type"]) == (200, icon["type"])


@pytest.mark.parametrize(
    "path", ["/assets/nothing.js", "/assets/..%2findex.html", "/assets/.vite", "/nowhere", "/album"]
)
async def test_what_is_no_file_of_it_is_not_found(served: Served, path: str) -> None:
    assert (await (await _signed_in(served)).get(path)).status_code == 404


async def test_a_stranger_signs_in_and_comes_back(served: Served) -> None:
    sent = await served.browser().get("/album/x1?a=b")
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        "/sign-in?next=%2Falbum%2Fx1%3Fa%3Db",
    )


async def test_it_lies_under_a_path(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "accounts.sqlite")
    await prepare(database, SCHEMA, tmp_path)
    public = Public(base_url="https://music.example/hear")
    async with serving(database, tmp_path, public) as served:
        browser = await _signed_in(served)
        cookie = {"cookie": "; ".join(f"{c.name}={c.value}" for c in browser.cookies.jar)}
        page = await served.browser().get("/hear/", headers=cookie)
        assert '<base href="/hear/" />' in page.text
    await database.close()


async def test_without_it_the_pages_of_the_server_are_left(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(player, "_folder", lambda: tmp_path)
    sent = await (await _signed_in(served)).get("/")
    assert (sent.status_code, sent.headers["location"]) == (303, "/server")


@pytest.mark.skipif(_CHROMIUM is None, reason="apt-get install chromium")
async def test_it_starts_in_a_browser_that_keeps_its_policy(served: Served, tmp_path: Path) -> None:
    assert _CHROMIUM is not None
    await served.house.user()
    async with browsing(_CHROMIUM, tmp_path / "chromium") as browser:
        await browser.go(f"{served.url}/sign-in")
        await browser.submit("/sign-in", name="Ada", password=PASSWORD)
        async with asyncio.timeout(20):
            while not await browser.run("document.querySelector('main')?.textContent"):
                await asyncio.sleep(0.05)
        # There is no Web API behind this server: the player says so, and breaks no rule.
        refused = [text for text in browser.complaints if "Content Security Policy" in text]
        assert refused == []
