"""Real servers for the engine suites, on free loopback ports and in temporary folders."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

START_SECONDS = 90.0


class Server:
    """A server that starts in the background and runs until it is stopped."""

    def __init__(self, start: Callable[[Path], AbstractContextManager[str]], folder: Path) -> None:
        self._start = start
        self._folder = folder
        self._ready, self._over = threading.Event(), threading.Event()
        self._url: str | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"server {folder.name}", daemon=True)
        self._thread.start()

    def url(self) -> str:
        """Where it listens, once it does."""
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError(f"the server in {self._folder} does not start")
        if self._url is None:
            raise RuntimeError(f"no server in {self._folder}: {self._error}") from self._error
        return self._url

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._start(self._folder) as self._url:
                self._ready.set()
                self._over.wait()
        except BaseException as error:  # told by url()
            self._error = error
        finally:
            self._ready.set()
