"""Real Philomel processes, as their owner starts them."""

import functools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.journeys.ready import Ready
from tests.servers.ports import free_port

START_SECONDS = 60.0
STOP_SECONDS = 5.0
PROGRAM = (sys.executable, "-m", "philomel")


@functools.cache
def _ready() -> Ready:
    return Ready(environment())


def environment() -> dict[str, str]:
    """This process's own, without settings of Philomel."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PHILOMEL_")}


class Outcome:
    """What a command printed and how it ended."""

    def __init__(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        self.status = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    def json(self) -> Any:
        return json.loads(self.out)


class Process:
    """One data folder with its settings, and the server on it while it runs."""

    def __init__(self, data: Path, settings: Mapping[str, Any] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self.within: tuple[str, ...] = ()
        """A command that runs the server, such as `unshare`."""
        self.loads = False
        """Whether commands load the program, as their owner's do; or fork from one that has."""
        self._running: subprocess.Popen[bytes] | None = None
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A scan that begins by itself would take from the journeys' own what they count.
        settings = {"catalog.watch": "off", **(settings or {})}
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        (data / "philomel.toml").write_text("\n".join([f"port = {self.port}", *lines, ""]))

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def start(self, *arguments: str, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [*self.within, *PROGRAM, "serve", "--data", str(self.data), *arguments],
                stdout=log,
                stderr=log,
                env=environment(),
            )
        if wait:
            self.await_ready()

    def await_ready(self, path: str = "/readyz") -> None:
        """Until the server says it is ready; a server that ends says why."""
        assert self._running is not None
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(self.url + path, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                if self._running.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"no server: {self.said()[-4000:]}") from None
            time.sleep(0.02)  # between two tries; what is waited for is the answer

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def stop(self) -> float:
        """SIGTERM; how many seconds it took to end, which must be at most five."""
        assert self._running is not None
        started = time.monotonic()
        self._running.terminate()
        status = self._running.wait(STOP_SECONDS)
        self._running = None
        assert status == 0, self.said()[-4000:]
        return time.monotonic() - started

    def kill(self) -> None:
        if self._running is not None:
            self._running.send_signal(signal.SIGKILL)
            self._running.wait()
            self._running = None

    def cli(self, *arguments: str, given: str | bytes = "", timeout: float = 90.0) -> Outcome:
        """Run a command on this data folder."""
        given = given.encode() if isinstance(given, str) else given
        line = [*arguments, "--data", str(self.data)]
        if self.loads:
            done = subprocess.run(
                [*PROGRAM, *line],
                input=given,
                capture_output=True,
                timeout=timeout,
                check=False,
                env=environment(),
            )
        else:
            done = _ready().run(line, environment(), given, timeout)
        return Outcome(done)

    def done(self, *arguments: str, given: str = "", timeout: float = 90.0) -> Any:
        """Run a command that must work; its JSON."""
        outcome = self.cli(*arguments, "--json", given=given, timeout=timeout)
        assert outcome.status == 0, outcome.err + outcome.out + self.said()[-4000:]
        return outcome.json()
