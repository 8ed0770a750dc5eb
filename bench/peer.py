"""supysonic 0.7.9 from PyPI, under gunicorn: the peer that figures stand beside."""

import os
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.server import free_port

_CONFIGURATION = """\
[base]
database_uri = sqlite:///{folder}/db.sqlite
[webapp]
cache_dir = {folder}/cache
transcode_cache_size = 0
[daemon]
socket = {folder}/daemon.sock
[transcoding]
transcoder = {ffmpeg} -v quiet -i %srcpath -b:a %outratek -f %outfmt -
"""


class Supysonic:
    """An installation with a database of its own, in an environment of its own.

    Args:
        work: where the environment is made.
        folder: of its database; a new one if left out.
        keep: whether to go on with what is in `folder`, if it was completed.

    Attributes:
        folder: of its database and settings.
        is_new: whether nothing is in its database yet.
        database: its address.
    """

    def __init__(self, work: Path, folder: Path | None = None, *, keep: bool = False) -> None:
        environment = work / "supysonic"
        self._bin = environment / "bin"
        if not (self._bin / "gunicorn").exists():
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            wanted = ("supysonic==0.7.9", "gunicorn==23.0.0")
            install = ["-m", "pip", "install", "-q", *wanted]
            subprocess.run([str(self._bin / "python"), *install], check=True)
        self.folder = folder or work / f"supysonic-{time.time_ns()}"
        self._done = self.folder / "done"
        self.is_new = not (keep and self._done.exists())
        self.database = f"sqlite:///{self.folder}/db.sqlite"
        self.login = urllib.parse.urlencode(
            {"u": "bench", "p": "correct horse", "v": "1.12.0", "c": "bench", "f": "json"}
        )
        if not self.is_new:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "supysonic.conf").write_text(
            _CONFIGURATION.format(folder=self.folder, ffmpeg=shutil.which("ffmpeg"))
        )
        self._cli("user", "add", "bench", "-p", "correct horse")

    def run(self, *arguments: str) -> None:
        """Run its interpreter, which finds the modules of this repository too."""
        root = str(Path(__file__).parents[1])
        command = [str(self._bin / "python"), *arguments]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": root})

    def done(self) -> None:
        """Its database is complete: a later run may go on with it."""
        self._done.touch()

    def _cli(self, *arguments: str) -> None:
        command = [str(self._bin / "supysonic-cli"), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def add(self, music: Path) -> None:
        self._cli("folder", "add", "music", str(music))

    def scan(self) -> float:
        """Seconds that a scan takes."""
        started = time.perf_counter()
        self._cli("folder", "scan", "--foreground", "music")
        return time.perf_counter() - started

    @contextmanager
    def serve(self) -> Iterator[tuple[int, int]]:
        """Port and process id of its web server with two workers."""
        port = free_port()
        process = self._start(port)
        try:
            while True:
                try:
                    url = f"http://127.0.0.1:{port}/rest/ping?{self.login}"
                    with urllib.request.urlopen(url, timeout=5):
                        break
                except OSError:
                    time.sleep(0.1)
                # Two workers may both want to be the first to write its secret.
                if process.poll() is not None:
                    process = self._start(port)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                # Not its script, which knows only the path that it was installed under.
                *(self._bin / "python", "-m", "gunicorn", "-w", "2", "-b", f"127.0.0.1:{port}"),
                *("--log-level", "error", "supysonic.web:create_application()"),
            ],
            cwd=self.folder,
        )
