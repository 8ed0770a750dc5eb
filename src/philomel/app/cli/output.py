"""What commands print: lines for people, or one JSON object for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from philomel.app.refusal import Exit


class Output:
    """Standard output of one command."""

    def __init__(self, as_json: bool, stream: TextIO | None = None) -> None:
        self.as_json = as_json
        self._stream = stream or sys.stdout

    def result(self, content: Mapping[str, Any], lines: Iterable[str]) -> None:
        """The command's result, in whichever form was asked for."""
        if self.as_json:
            self._write(json.dumps(content))
        else:
            for line in lines:
                self._write(line)

    def say(self, text: str) -> None:
        """A line for whoever watches, at once: on standard output, or beside its JSON."""
        if self.as_json:
            sys.stderr.write(_printable(text, sys.stderr) + "\n")
            sys.stderr.flush()
        else:
            self._write(text)

    def fail(self, code: str, message: str, status: Exit) -> None:
        """Say what went wrong: on standard error, and to programs in JSON as well."""
        if self.as_json:
            content = {"error": {"code": code, "message": message, "status": int(status)}}
            self._write(json.dumps(content))
        complain(message)

    def _write(self, text: str) -> None:
        self._stream.write(_printable(text, self._stream) + "\n")
        self._stream.flush()


def complain(message: str) -> None:
    """Say on standard error what went wrong: perhaps in the words of some other server."""
    harmless = "".join(
        c if c == "\n" or _is_shown(c) else "\N{REPLACEMENT CHARACTER}" for c in message
    )
    sys.stderr.write(_printable(f"philomel: {harmless}", sys.stderr) + "\n")
    sys.stderr.flush()


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Sequence[str]:
    """Lines with aligned columns."""
    every = [tuple(header), *(tuple(map(plain, row)) for row in rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(header))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    ]


def plain(text: str) -> str:
    """`text` without control characters: names from files and people meet a terminal here."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _is_shown(character: str) -> bool:
    """Whether a terminal only shows it; bytes of names that are not UTF-8 are written out."""
    return character.isprintable() or "\udc80" <= character <= "\udcff"


def _printable(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
