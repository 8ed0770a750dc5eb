"""Passkeys in a real browser, with an authenticator that it makes up itself."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.site.browser import Browser, browsing
from tests.gateway.site.server import Served
from tests.services.accounts.house import PASSWORD

from philomel.kernel.caller import ANONYMOUS, acting
from philomel.services.accounts.contract import (
    BadPasskey,
    BeginPasskeySignIn,
    SignInWithPasskey,
)

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_HEADING = "document.querySelector('h1').textContent"


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    assert _CHROMIUM is not None
    async with browsing(_CHROMIUM, tmp_path / "chromium") as opened:
        await opened.call("WebAuthn.enable")
        await opened.call(
            "WebAuthn.addVirtualAuthenticator",
            options={
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            },
        )
        yield opened


async def _press(browser: Browser, action: str, heading: str, **fields: str) -> None:
    """Fill in the form of a passkey, press its button, and wait for the page that comes of it."""
    filled = "".join(
        f"form.elements[{name!r}].value = {value!r};" for name, value in fields.items()
    )
    await browser.run(
        f"""(() => {{
          const form = document.querySelector('form[action="{action}"][data-passkey]');
          {filled}
          form.querySelector('button').click();
        }})()"""
    )
    await _wait(browser, heading)


async def _wait(browser: Browser, words: str) -> None:
    """Until a page that says so has come."""
    said = "document.readyState + ' ' + (document.body || {}).textContent"
    async with asyncio.timeout(20):
        while True:
            found = str(await browser.run(said))
            if found.startswith("complete") and words in found:
                return
            await asyncio.sleep(0.05)


async def test_a_passkey_is_made_used_and_a_second_factor(served: Served, browser: Browser) -> None:
    await served.house.user()
    url = served.url.replace("127.0.0.1", "localhost")
    await browser.go(f"{url}/sign-in?next=/server")
    await browser.submit("/sign-in", name="Ada", password=PASSWORD)
    await browser.go(f"{url}/account/security")
    await _press(browser, "/account/passkeys", "Recovery codes", label="This laptop")
    assert await browser.run("document.querySelectorAll('ul.codes li').length") == 10
    await browser.go(f"{url}/account/security")
    assert "This laptop" in await browser.run("document.body.textContent")
    # Alone, without a name.
    await browser.submit("/sign-out")
    await browser.go(f"{url}/sign-in?next=/server")
    await _press(browser, "/sign-in/passkey", "Good to see you, Ada")
    # And as the second step after the password.
    await browser.submit("/sign-out")
    await browser.go(f"{url}/sign-in?next=/server")
    await browser.submit("/sign-in", name="Ada", password=PASSWORD)
    assert await browser.run(_HEADING) == "Is it you?"
    await _press(browser, "/sign-in/second", "Good to see you, Ada")
    # Later it stands in for the password.
    served.house.clock.advance(11 * 60 * 1000)
    await browser.go(f"{url}/account/developer")
    assert await browser.run(_HEADING) == "Still you?"
    await _press(browser, "/prove", "Your own programs")
    assert [text for text in browser.complaints if "favicon" not in text] == []
    # Once the passkey is taken away, its answer opens nothing.
    await browser.go(f"{url}/account/security")
    await browser.submit("/account/passkeys/remove")
    await browser.submit("/sign-out")
    await browser.go(f"{url}/sign-in")
    await _press(browser, "/sign-in/passkey", "not known")


async def test_made_up_answers_open_nothing(served: Served) -> None:
    house, origin = served.house, "http://localhost:4040"
    await house.user()
    with acting(ANONYMOUS):
        for answer in ("", "{}", "[" * 100_000, '{"id": 1}', '{"id": "x", "response": {}}'):
            asked = await house.accounts.begin_passkey_sign_in(BeginPasskeySignIn(origin))
            with pytest.raises(BadPasskey):
                await house.accounts.sign_in_with_passkey(
                    SignInWithPasskey(asked.pending, answer, origin, "192.0.2.1")
                )
