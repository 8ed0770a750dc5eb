"""A real nginx with one of the configurations in deploy/nginx, on a free loopback port."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx"
_MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""


def sample(name: str, changes: Mapping[str, str]) -> str:
    """A configuration of deploy/nginx with its texts changed; each of them must be there."""
    text = (SAMPLES / name).read_text()
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


@contextmanager
def serving(folder: Path, server: str, port: int) -> Iterator[None]:
    """Serve `server`, the text of a configuration that listens on `port`."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise FileNotFoundError("nginx is not installed: run tools/engines.py")
    folder.mkdir(parents=True, exist_ok=True)
    # Workers of an nginx that root started are somebody else, who may not see test folders.
    user = "user root;" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(_MAIN.format(user=user, folder=folder, server=server))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(path), "-e", str(folder / "error.log")],
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, folder)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    for _ in range(500):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.01)  # between two tries; it has no other way to say it is ready
    said = [path.read_text()[-2000:] for path in (folder / "log", folder / "error.log")]
    raise RuntimeError(f"nginx did not start: {said}")
