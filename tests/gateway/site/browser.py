"""Chromium, driven over its debugging pipe: no driver, no port, nothing to download."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)


class Browser:
    """One page of a browser.

    Attributes:
        complaints: what the browser refused or warned of, such as breaches of the CSP.
    """

    def __init__(self, reader: asyncio.StreamReader, out: int) -> None:
        self._reader = reader
        self._out = out
        self._next = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._session: str | None = None
        self._loaded = asyncio.Event()
        self.complaints: list[str] = []

    async def listen(self) -> None:
        while True:
            raw = await self._reader.readuntil(b"\0")
            message = json.loads(raw[:-1])
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Page.loadEventFired":
                self._loaded.set()
            elif message["method"] == "Log.entryAdded":
                self.complaints.append(message["params"]["entry"]["text"])

    async def call(self, method: str, **parameters: Any) -> Any:
        self._next += 1
        message: dict[str, Any] = {"id": self._next, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._next] = answer
        os.write(self._out, json.dumps(message).encode() + b"\0")
        found = await asyncio.wait_for(answer, 30)
        assert "error" not in found, found
        return found["result"]

    async def open_page(self) -> None:
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = attached["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            await self.call(f"{domain}.enable")

    async def go(self, url: str) -> None:
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), 30)

    async def run(self, script: str) -> Any:
        result = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def submit(self, action: str, button: str = "", **fields: str) -> None:
        """Fill in the form that goes to `action`, press a button, and wait for what comes."""
        self._loaded.clear()
        await self.run(
            f"""(() => {{
              const form = document.querySelector('form[action="{action}"]');
              for (const [name, value] of Object.entries({json.dumps(fields)}))
                form.elements[name].value = value;
              form.requestSubmit(form.querySelector('button{button}'));
            }})()"""
        )
        await asyncio.wait_for(self._loaded.wait(), 30)


@asynccontextmanager
async def browsing(program: str, folder: Path) -> AsyncIterator[Browser]:
    to_child, ours_out = os.pipe()
    ours_in, from_child = os.pipe()
    # The pipe has fixed numbers, 3 and 4, which a shell can give it.
    process = await asyncio.create_subprocess_exec(
        "/bin/bash",
        "-c",
        f'exec "$@" 3<&{to_child} 4>&{from_child}',
        "bash",
        program,
        *_FLAGS,
        f"--user-data-dir={folder}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=(to_child, from_child),
    )
    os.close(to_child)
    os.close(from_child)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours_in, "rb")
    )
    browser = Browser(reader, ours_out)
    listening = asyncio.create_task(browser.listen())
    try:
        await browser.open_page()
        yield browser
    finally:
        listening.cancel()
        transport.close()
        os.close(ours_out)
        process.terminate()
        await process.wait()
