"""How far an import is: a line on a terminal that is drawn over itself, or JSON for programs."""

import shutil
import sys
import time
from collections.abc import Mapping

import msgspec

from philomel.app.cli.output import plain

_BAR = 24
_EVERY_SECONDS = 0.1


class Drawing:
    """Writes to standard error; nothing if that is neither a terminal nor for a program."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._live = sys.stderr.isatty() and not as_json
        self._drawn_at = 0.0

    def brought(self, who: str, what: str, done: int, whole: int) -> None:
        filled = _BAR * done // whole if whole else _BAR
        bar = "#" * filled + "." * (_BAR - filled)
        self._show(
            {"user": who, "step": what, "done": done, "of": whole},
            f"{plain(who)}: {what} [{bar}] {done:,} of {whole:,}",
            last=done == whole,
        )

    def read(self, what: str, count: int) -> None:
        self._show({"step": f"reading {what}", "done": count}, f"reading {what}: {count:,}")

    def end(self) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _show(self, event: Mapping[str, object], line: str, *, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self._drawn_at < _EVERY_SECONDS:
            return
        self._drawn_at = now
        if self._json:
            sys.stderr.write(msgspec.json.encode({"progress": event}).decode() + "\n")
        elif self._live:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{line[:width]}")
        sys.stderr.flush()
