"""Makes what the tests need available: real servers, a browser, music, ffmpeg.

As root it installs what is missing with apt-get; otherwise it says what to install and
fails. The S3 server is built by the Go tool chain into .tools/bin, npm puts the players that
browsers are tested with and the programs that call us into .tools, and a player of Debian's is
unpacked there without the desktop that it would bring along. Nothing is started, and a second run
finds everything there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".tools" / "bin"
VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"

_NPM_PROJECTS = {
    "browser": "the players that browsers are tested with",
    "clients": "the programs that the Web API is tested with",
}
# The player reads our answers with nothing but these; its windows stay closed.
_PLAYER = "sublime-music"
_PLAYER_PACKAGES = (
    _PLAYER,
    *(f"python3-{name}" for name in (
        "certifi", "chardet", "charset-normalizer", "dataclasses-json", "dateutil", "fuzzywuzzy",
        "idna", "marshmallow", "marshmallow-enum", "mypy-extensions", "packaging", "requests",
        "semver", "six", "typing-extensions", "typing-inspect", "urllib3",
    )),
)  # fmt: skip
_NPM_FILES = ("package.json", "package-lock.json")
_CLUSTERS = Path("/etc/postgresql-common/createcluster.conf")
_POLICY = Path("/usr/sbin/policy-rc.d")


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _file(folder: str, pattern: str) -> Callable[[], bool]:
    return lambda: next(Path(folder).glob(pattern), None) is not None


def _has_postgresql() -> bool:
    return _file("/usr/lib/postgresql", "*/bin/initdb")() or _program("initdb")()


PACKAGES: dict[str, Callable[[], bool]] = {
    "postgresql": _has_postgresql,
    "redis-server": _program("redis-server"),
    "nginx": _program("nginx"),
    "prometheus": _program("promtool"),
    "openssl": _program("openssl"),
    "ffmpeg": _program("ffmpeg"),
    "wesnoth-1.16-music": _file("/usr/share/games/wesnoth", "*/data/core/music/*.ogg"),
    "chromium": _program("chromium", "chromium-browser", "google-chrome"),
    "npm": _program("npm"),
    "fonts-dejavu-core": _file("/usr/share/fonts/truetype/dejavu", "*.ttf"),
}


class Missing(Exception):
    """Something that this program cannot install by itself."""


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """Packages of servers start them, and PostgreSQL's makes a cluster: not for tests."""
    if not _CLUSTERS.exists():
        _CLUSTERS.parent.mkdir(parents=True, exist_ok=True)
        _CLUSTERS.write_text("create_main_cluster = false\n", encoding="ascii")
    ours = not _POLICY.exists()
    if ours:
        _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        _POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            _POLICY.unlink()


def install_packages() -> None:
    missing = [name for name, is_there in PACKAGES.items() if not is_there()]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Missing(
            f"install with your system's package manager: {' '.join(missing)}\n"
            f"  on Debian or Ubuntu: sudo apt-get install --no-install-recommends"
            f" {' '.join(missing)}"
        )
    print(f"installing {' '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _nothing_starts():
        _run(["apt-get", "update", "-q"], environment)
        options = [
            "--yes",
            "-q",
            "--no-install-recommends",
            "-o",
            "Dpkg::Options::=--force-confold",
        ]
        _run(["apt-get", "install", *options, *missing], environment)


def build_s3_server() -> None:
    if (BIN / "versitygw").exists() or shutil.which("versitygw"):
        return
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        raise Missing(
            "install Go 1.24 or newer (https://go.dev/dl): the S3 server is built with it"
        )
    print(f"building {VERSITYGW}", flush=True)
    BIN.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(BIN), "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
    _run([go, "install", VERSITYGW], environment)


def install_players() -> None:
    for name, what in _NPM_PROJECTS.items():
        install_project(ROOT / "tests" / name, ROOT / ".tools" / name, what)


def install_project(source: Path, target: Path, what: str) -> None:
    """What the lock file of an npm project names, outside of the source tree."""
    wanted = {name: (source / name).read_text("utf-8") for name in _NPM_FILES}
    if all((target / name).exists() for name in (*_NPM_FILES, "node_modules")) and all(
        (target / name).read_text("utf-8") == text for name, text in wanted.items()
    ):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Missing(f"install npm: {what} come from there")
    print(f"installing {what}", flush=True)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (target / name).write_text(text, "utf-8")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(target)]
    _run(command, dict(os.environ))


def unpack_player() -> None:
    """A player from Debian's archive, and the libraries it reads answers with: some 3 MB."""
    target = ROOT / ".tools" / _PLAYER
    if target.is_dir():
        return
    if any(shutil.which(name) is None for name in ("apt-get", "dpkg-deb")):
        raise Missing(f"{_PLAYER} comes from Debian's archive: this needs apt-get and dpkg-deb")
    print(f"unpacking {_PLAYER}", flush=True)
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_PLAYER, dir=target.parent) as name:
        folder, whole = Path(name), Path(name) / "whole"
        download = ["apt-get", "download", "-q", *_PLAYER_PACKAGES]
        try:
            _run(download, dict(os.environ), folder)
        except Missing:
            if os.geteuid() != 0:
                raise
            _run(["apt-get", "update", "-q"], dict(os.environ))
            _run(download, dict(os.environ), folder)
        for package in folder.glob("*.deb"):
            _run(["dpkg-deb", "--extract", str(package), str(whole)], dict(os.environ))
        whole.rename(target)


def _run(command: list[str], environment: dict[str, str], folder: Path | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Missing(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}")


def main() -> int:
    failures: list[str] = []

    def attempt(step: Callable[[], None]) -> None:
        try:
            step()
        except (Missing, OSError) as error:
            failures.append(str(error))

    def packages_and_players() -> None:
        install_packages()
        install_players()  # with npm, which is one of the packages
        unpack_player()  # apt-get works for one at a time

    steps = [
        threading.Thread(target=attempt, args=(s,)) for s in (packages_and_players, build_s3_server)
    ]
    for step in steps:
        step.start()
    for step in steps:
        step.join()
    for failure in failures:
        print(f"The tests need more: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
