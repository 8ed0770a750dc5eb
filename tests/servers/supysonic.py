"""supysonic 0.7.9, running for real: another server to move in from."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

_CONFIGURATION = """\
[base]
database_uri = sqlite:///{folder}/db.sqlite
[webapp]
cache_dir = {folder}/cache
[daemon]
socket = {folder}/daemon.sock
"""
_SERVE = (
    "import sys; from werkzeug.serving import run_simple; "
    "from supysonic.web import create_application; "
    "run_simple('127.0.0.1', int(sys.argv[1]), create_application(), threaded=True)"
)
_SECONDS = 60.0


@contextmanager
def supysonic(folder: Path, music: Path, name: str, password: str) -> Iterator[str]:
    """The address of a server with this music and this person."""
    folder.mkdir()
    (folder / "supysonic.conf").write_text(_CONFIGURATION.format(folder=folder))
    tool = str(Path(sys.executable).parent / "supysonic-cli")
    for arguments in (
        ("user", "add", name, "-p", password),
        ("folder", "add", "music", str(music)),
        ("folder", "scan", "--foreground", "music"),
    ):
        subprocess.run([tool, *arguments], cwd=folder, check=True, capture_output=True)
    port = free_port()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(port)], cwd=folder, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _await(f"{url}/rest/ping.view", process, folder / "server.log")
        yield url
    finally:
        process.kill()
        process.wait()


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers, though it does not know us
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(log.read_text()[-4000:]) from None
        time.sleep(0.05)  # between two tries; what is waited for is the answer
