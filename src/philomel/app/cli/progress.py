"""How far a scan is, on a terminal: one line that is drawn over itself."""

import shutil
import sys
import time
from typing import TextIO

from philomel.services.catalog.contract import ScanPhase, ScanStatus

_BAR = 24
_WORDS = {
    ScanPhase.WAITING: "waiting",
    ScanPhase.READING: "reading tags",
    ScanPhase.INDEXING: "indexing",
    ScanPhase.DONE: "analysing",
}


class Progress:
    """Draws on a terminal, and says nothing anywhere else."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._drawn = False
        self._live = self._stream.isatty()
        self._started = time.monotonic()

    def update(self, status: ScanStatus) -> None:
        if not self._live:
            return
        width = shutil.get_terminal_size().columns - 1
        elapsed = max(time.monotonic() - self._started, 0.001)
        self._stream.write(f"\r\x1b[K{line(status, elapsed)[:width]}")
        self._stream.flush()
        self._drawn = True

    def end(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False


def line(status: ScanStatus, seconds: float) -> str:
    """What a moment of a scan looks like."""
    word = _WORDS.get(status.phase, status.phase.value)
    if status.phase is ScanPhase.DONE:
        done, whole, known = status.analysed, status.to_analyse, True
    else:
        done, whole, known = status.read + status.unchanged, status.found, status.walked
    filled = _BAR * min(done, whole) // whole if known and whole else 0
    bar = "#" * filled + "." * (_BAR - filled)
    of = f"{done:,} of {whole:,}{'' if known else ' so far'}"
    rate = "" if status.phase is ScanPhase.DONE else f", {done / seconds:,.0f}/s"
    errors = f", {status.errors:,} errors" if status.errors else ""
    return f"{word} [{bar}] {of}{rate}{errors}"
