"""A client in a process of its own that is told, and answers, in lines of JSON."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any, Self

from tests.journeys.processes import environment


class Lines:
    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=environment(),
        )

    def tell(self, message: object) -> Any:
        """Its answer; what it says when it fails is on standard error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"{self._process.args!r:.200} ended at {message!r:.200}"
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
