"""The pages in a real browser: forms, cookies, policies and redirects as it enforces them."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.gateway.site.browser import Browser, browsing
from tests.gateway.site.server import Served
from tests.services.accounts.house import PASSWORD

from philomel.kernel.caller import OPERATOR, acting
from philomel.services.accounts.contract import CreateApp, CreateSetUpLink, ListUsers

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(_CHROMIUM is None, reason="apt-get install chromium")


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    assert _CHROMIUM is not None
    async with browsing(_CHROMIUM, tmp_path / "chromium") as opened:
        yield opened


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[str, list[str]]]:
    """Another site: its address, and the requests it got. It posts to whatever it is asked to."""
    requests: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = (await reader.readuntil(b"\r\n")).decode().split(" ")[1]
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # a connection that the browser opened ahead
            writer.close()
            return
        requests.append(line)
        target = httpx.URL(line).params.get("post", "")
        page = (
            f'<form method="post" action="{target}"><input name="label" value="Evil">'
            "<button>win</button></form>"
        ).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests
    server.close()


async def test_from_the_set_up_link_to_a_player_and_a_program(
    served: Served, browser: Browser, elsewhere: tuple[str, list[str]]
) -> None:
    there, requests = elsewhere
    with acting(OPERATOR):
        token = (await served.house.accounts.create_set_up_link(CreateSetUpLink())).token
        app = await served.house.accounts.create_app(CreateApp("Player", (f"{there}/callback",)))
    await browser.go(f"{served.url}/setup?token={token}")
    await browser.submit("/setup", name="Ada", password=PASSWORD)
    await browser.go(f"{served.url}/server")
    assert await browser.run("document.querySelector('h1').textContent") == "Good to see you, Ada"
    await browser.submit("/sign-out")
    asking = httpx.URL(
        f"{served.url}/authorize",
        params={
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": f"{there}/callback",
            "state": "s",
        },
    )
    await browser.go(str(asking))
    await browser.submit("/sign-in", name="ada", password=PASSWORD)
    assert await browser.run("document.querySelector('h1').textContent") == "Let Player in?"
    # The browser follows the answer of a form only where the page's policy lets it.
    await browser.submit("/authorize", '[value="approve"]')
    assert (await browser.run("location.href")).startswith(f"{there}/callback?code=phc_")
    await browser.go(f"{served.url}/server")
    await browser.submit("/players", label="Phone")
    assert await browser.run("document.querySelectorAll('dd code').length") == 4
    assert await browser.run("document.cookie") == ""
    # The web player, come to after the set-up, found no Web API behind this server.
    ours = ("favicon", "Failed to load resource")
    assert [text for text in browser.complaints if not any(o in text for o in ours)] == []
    assert any(line.startswith("/callback?code=") for line in requests)
    # Another site posts the same form with the person's cookies at hand.
    await browser.go(f"{there}/evil?post={served.url}/players")
    await browser.submit(f"{served.url}/players")
    assert "another site" in await browser.run("document.body.textContent")
    await browser.go(f"{served.url}/server")
    assert await browser.run("document.querySelectorAll('ul.rows li').length") == 1
    with acting(OPERATOR):
        assert len((await served.house.accounts.list_users(ListUsers())).items) == 1


async def test_pages_are_dressed_and_framed_by_nobody(served: Served, browser: Browser) -> None:
    await browser.go(f"{served.url}/sign-in")
    look = "getComputedStyle(document.querySelector('.card')).borderTopLeftRadius"
    assert await browser.run(look) == "18px"
    assert await browser.run("document.querySelector('.hero img').naturalWidth > 0")
    narrow = "document.documentElement.scrollWidth <= innerWidth"
    await browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=360,
        height=740,
        deviceScaleFactor=1,
        mobile=True,
    )
    assert await browser.run(narrow)
    await browser.run("document.body.insertAdjacentHTML('beforeend', '<p style=color:red>x</p>')")
    assert await browser.run("getComputedStyle(document.body.lastChild).color") != "rgb(255, 0, 0)"
    await browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=boo()>')")
    assert any("Content Security Policy" in text for text in browser.complaints)
