"""What `make run` does once everything is set up: serve a folder, or the sampler."""

import os
import subprocess
import sys

from philomel.app.settings.table import default_data


def main() -> None:
    # The data folder, which the sampler may make first, is this user's alone.
    os.umask(0o077)
    serve = [sys.executable, "-m", "philomel", "serve"]
    # Named by its own variable for `make run MUSIC=…`; it is no setting of Philomel.
    music = os.environ.pop("MUSIC", "")
    if music:
        serve += ["--music", os.path.abspath(os.path.expanduser(music))]  # noqa: PTH100, PTH111  # links stay as named
    else:
        serve += ["--sampler", make_sampler()]
    os.execv(serve[0], serve)  # no shell on purpose: folders have spaces


def make_sampler() -> str:
    """The sampler's folder in the data folder; made at the first run."""
    data = os.environ.get("PHILOMEL_DATA") or str(default_data())
    folder = os.path.join(os.path.abspath(os.path.expanduser(data)), "sampler")  # noqa: PTH100, PTH111, PTH118
    print(
        "No MUSIC=/path was named: a small sampler is served (made at the first run).", flush=True
    )
    subprocess.run([sys.executable, "-m", "philomel.app.sampler", folder], check=True)
    return folder


if __name__ == "__main__":
    main()
