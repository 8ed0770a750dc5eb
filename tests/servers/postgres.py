"""A PostgreSQL server of the tests' own."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

START_SECONDS = 60.0


class ServerFailed(RuntimeError):
    """The server did not start."""


@contextmanager
def start(folder: Path, port: int | None = None) -> Iterator[str]:
    """Run a server with its data in `folder`; its URL. As root it runs as another user.

    Started again in the same folder and on the same port, it goes on with its data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    binaries, user = _binaries(), _ordinary_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
        _let_through(folder)
    data, log = folder / "data", folder / "log"
    if not data.exists():
        _make(binaries, data, user)
    port = port or free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
        "shared_buffers": "32MB",
        "max_connections": 200,
        "autovacuum_naptime": "10min",
    }
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *arguments],
            cwd=folder,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
    try:
        _wait(server, port, log)
        yield f"postgresql://philomel@127.0.0.1:{port}/postgres"
    finally:
        # SIGINT is PostgreSQL's fast shutdown: connections end, nothing is waited for.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _binaries() -> Path:
    """The newest version installed (Debian keeps the server's programs out of PATH)."""
    folders = sorted(
        (path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()),
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
    )
    if folders:
        return folders[-1]
    found = shutil.which("initdb")
    if found is None:
        raise ServerFailed("PostgreSQL is not installed: run tools/engines.py")
    return Path(found).resolve().parent


def _ordinary_user() -> pwd.struct_passwd | None:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerFailed("there is no user to run PostgreSQL as")


def _let_through(folder: Path) -> None:
    """Temporary folders are their maker's alone; the server must get to its own."""
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)


def _make(binaries: Path, data: Path, user: pwd.struct_passwd | None) -> None:
    options = ["--username=philomel", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    # Most servers sort by a language. Here too, so that an order left to chance is found out.
    options += ["--locale-provider=icu", "--icu-locale=en-US"]
    done = subprocess.run(
        [str(binaries / "initdb"), f"--pgdata={data}", *options, "--no-sync"],
        cwd=data.parent,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(data.parent)},
        capture_output=True,
        text=True,
        check=False,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    if done.returncode:
        raise ServerFailed(f"initdb: {done.stdout}{done.stderr}")


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        if b"ready to accept connections" in log.read_bytes():
            return
        time.sleep(0.02)
    raise ServerFailed(f"PostgreSQL on port {port} did not start: {log.read_text()}")
