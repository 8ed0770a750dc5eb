"""Signing in with a real OpenID Connect provider, whose own pages a browser without scripts
goes through."""

import asyncio
import html
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.databases import sqlite_at
from tests.gateway.site.server import Served, serving
from tests.services.accounts.house import PASSWORD

from philomel.engines.web.guarded import GuardedWeb
from philomel.gateway.public import Public
from philomel.kernel.clock import FixedClock
from philomel.services.accounts.contract import Role, Settings
from philomel.services.accounts.module import SCHEMA

_PACKAGES = Path(".tools/browser").absolute()
_PROGRAM = Path(__file__).with_name("provider.mjs")


@dataclass
class Vouched:
    """A house whose people come by a provider."""

    served: Served
    provider: asyncio.subprocess.Process

    async def new_keys(self) -> None:
        assert self.provider.stdin is not None
        assert self.provider.stdout is not None
        self.provider.stdin.write(b"keys\n")
        while await self.provider.stdout.readline() != b"keys\n":
            pass  # what else it has to say

    async def come(
        self, browser: httpx.AsyncClient, who: str, **fields: str
    ) -> tuple[httpx.Response, str]:
        """Through the provider's pages as `who`; the last answer, and the way back."""
        off = await browser.post("/provider", data={"next": "/account", **fields})
        assert off.status_code == 200, off.text
        (url,) = re.findall(r'content="0; url=([^"]+)"', off.text)
        back = await _through(html.unescape(url), who)
        return await browser.get(back), back


async def _through(url: str, who: str) -> str:
    """What the provider sends a browser back to."""
    async with httpx.AsyncClient(trust_env=False) as there:
        answer = await there.get(url)
        for _ in range(12):
            if answer.status_code in {302, 303}:
                target = str(answer.url.join(answer.headers["location"]))
                if "/provider/callback" in target:
                    return target
                answer = await there.get(target)
                continue
            (action,) = re.findall(r'<form[^>]* action="([^"]+)"', answer.text)
            fields = dict(re.findall(r'name="(prompt)" value="(\w+)"', answer.text))
            if "login" in fields.values():
                fields |= {"login": who, "password": "any"}
            answer = await there.post(str(answer.url.join(html.unescape(action))), data=fields)
    raise AssertionError(answer.text)


@pytest.fixture
async def vouched(tmp_path: Path) -> AsyncIterator[Vouched]:
    node = shutil.which("node")
    assert node is not None, "no node: run tools/engines.py"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        public = Public(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        callback = f"{public.base_url}/provider/callback"
        provider = await asyncio.create_subprocess_exec(
            node,
            str(_PROGRAM),
            str(_PACKAGES),
            callback,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert provider.stdout is not None
        issuer = (await provider.stdout.readline()).decode().strip()
        settings = Settings(
            oidc_issuer=issuer,
            oidc_client_id="philomel",
            oidc_client_secret="a secret that only two know, long enough",
            oidc_name="Example",
            oidc_create=True,
            oidc_role_claim="groups",
            oidc_admin_values=("bosses",),
        )
        database = await sqlite_at(tmp_path / "accounts.sqlite", SCHEMA)
        web = GuardedWeb("Philomel tests", (issuer.partition("://")[2],))
        clock = FixedClock(time.time_ns() // 1_000_000)
        async with serving(
            database, tmp_path, public, settings=settings, web=web, clock=clock, listener=listener
        ) as served:
            yield Vouched(served, provider)
        await web.close()
        await database.close()
    provider.kill()
    await provider.wait()


async def _whose(browser: httpx.AsyncClient) -> str:
    page = await browser.get("/account")
    found = re.findall(r'class="who">([^<]+)<', page.text)
    return str(found[0]) if found else ""


async def test_the_first_sign_in_makes_an_account_and_the_next_finds_it(vouched: Vouched) -> None:
    served, people = vouched.served, vouched.served.house
    first, again, boss = served.browser(), served.browser(), served.browser()
    entered, way_back = await vouched.come(first, "bob")
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    assert await _whose(first) == "bob"
    # The way back works once, and in the browser that asked only.
    for browser in (first, served.browser()):
        assert (await browser.get(way_back)).status_code == 401
    # New keys are looked for when one is not known, and then a minute has gone by.
    await vouched.new_keys()
    people.clock.advance(61_000)
    await vouched.come(again, "bob")
    assert await _whose(again) == "bob"
    await vouched.come(boss, "eve-boss")
    assert (await boss.get("/people")).status_code == 200


async def test_nobody_takes_an_account_over_by_its_name(vouched: Vouched) -> None:
    served = vouched.served
    await served.house.user("Ada", Role.ADMIN)
    thief = served.browser()
    refused, _ = await vouched.come(thief, "ada")
    assert refused.status_code == 409
    assert "has that name already" in refused.text
    assert await _whose(thief) == ""
    # Its person links the two, and comes that way from then on; roles follow the provider, but
    # the last administrator stays one.
    owner = served.browser()
    await owner.post("/sign-in", data={"name": "Ada", "password": PASSWORD})
    linked, _ = await vouched.come(owner, "ada", link="yes")
    assert linked.status_code == 303
    other = served.browser()
    await vouched.come(other, "ada")
    assert await _whose(other) == "Ada"
    assert (await other.get("/people")).status_code == 200
    # What is linked already is nobody else's.
    await served.house.user("Bob")
    bob = served.browser()
    await bob.post("/sign-in", data={"name": "Bob", "password": PASSWORD})
    assert (await vouched.come(bob, "ada", link="yes"))[0].status_code == 409


async def test_answers_to_other_questions_open_nothing(vouched: Vouched) -> None:
    served = vouched.served
    for change in ("state=x", "iss=https%3A%2F%2Fevil.example", "error=access_denied", "code="):
        browser = served.browser()
        off = await browser.post("/provider", data={})
        off = off if off.status_code == 200 else await browser.post("/provider", data={"a": "b"})
        (url,) = re.findall(r'content="0; url=([^"]+)"', off.text)
        back = httpx.URL(await _through(html.unescape(url), "bob"))
        name, _, value = change.partition("=")
        mixed = back.copy_set_param(name, httpx.QueryParams(change)[name] if value else "")
        assert (await browser.get(mixed)).status_code == 401, change
        assert await _whose(browser) == ""
