"""A real Philomel server with its own data folder, for the benchmarks."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PHILOMEL = (sys.executable, "-m", "philomel")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`philomel serve` on a free port, ended with the block; `settings` as in the environment."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PHILOMEL_")
        } | settings
        self.ready_after = 0.0
        self._login = ""

    def __enter__(self) -> Self:
        started = time.perf_counter()
        self._log = (self.data.parent / f"{self.data.name}.log").open("ab")
        self.process = subprocess.Popen(
            [*PHILOMEL, "serve", "--data", str(self.data), "--port", str(self.port)],
            stdout=self._log,
            stderr=self._log,
            env=self._environment,
        )
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"the server ended: see {self._log.name}") from None
            time.sleep(0.01)
        self.ready_after = time.perf_counter() - started
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def cli(self, *arguments: str, stdin: str = "") -> str:
        """What a command prints, run beside the server."""
        return subprocess.run(
            [*PHILOMEL, *arguments, "--data", str(self.data)],
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
            env=self._environment,
        ).stdout

    def add_user(self, name: str = "bench", *, admin: bool = True) -> str:
        """A new user; returns the parameters that sign a player in."""
        role = ("--admin",) if admin else ()
        self.cli("user", "add", name, *role, "--password-stdin", stdin="correct horse battery")
        made = json.loads(self.cli("app-password", "add", name, "bench", "--json"))
        return urllib.parse.urlencode(
            {"u": name, "p": made["password"], "v": "1.16.1", "c": "bench", "f": "json"}
        )


def rest(url: str, login: str, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The answer of a Subsonic call."""
    query = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"{url}/rest/{name}?{login}&{query}", timeout=60) as answer:
        body: dict[str, Any] = json.load(answer)["subsonic-response"]
    if body["status"] != "ok":
        raise RuntimeError(f"{name}: {body['error']}")
    return body


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below `percent` per cent of them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def machine() -> str:
    """What the figures were seen on."""
    model = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    return f"{os.cpu_count()} x {model}, Python {sys.version.split()[0]}"
