"""A real S3 server for a test run: versitygw over a folder."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

ACCESS_KEY = "philomel"
SECRET_KEY = "nightingale"
BUCKET = "philomel"
_LOCAL = Path(".tools/bin/versitygw")


def binary() -> str | None:
    """Where versitygw is, if it is installed."""
    return str(_LOCAL.resolve()) if _LOCAL.exists() else shutil.which("versitygw")


@contextmanager
def start(folder: Path) -> Iterator[str]:
    """Serve buckets below `folder`; gives the endpoint's address."""
    program = binary()
    if program is None:
        raise FileNotFoundError("versitygw is not installed: run tools/engines.py")
    data, meta = folder / "buckets", folder / "meta"
    (data / BUCKET).mkdir(parents=True)
    meta.mkdir()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(program, "--access", ACCESS_KEY, "--secret", SECRET_KEY),
                *("--port", f"127.0.0.1:{port}", "--health", "/health"),
                *("posix", "--sidecar", str(meta), str(data)),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, address, folder / "log")
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)  # between two tries; the server has no way to say it is ready
    raise RuntimeError(f"versitygw did not start: {log.read_text()[-2000:]}")
