"""The data folder: made when missing, and used by one process at a time.

A lock (flock, so it ends with the process whatever happens to it) says that somebody
works on the folder; the file's text says who, and where that process can be spoken to.
"""

import fcntl
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from philomel.app.process.marks import refuse_marked
from philomel.app.refusal import Exit, Refusal

# sun_path has 108 bytes on Linux and 104 elsewhere, the closing NUL included.
_MAX_SOCKET_PATH = 100
# Commands that make a marked folder whole.
_BRINGING = ("restore", "move")


@dataclass(frozen=True)
class Holder:
    """Who works on a data folder.

    Attributes:
        what: "serve" or the name of a command.
        socket: where it listens for commands; empty while it does not.
        urls: where browsers find it.
    """

    pid: int = 0
    what: str = ""
    socket: str = ""
    urls: tuple[str, ...] = ()


class DataFolder:
    """A data folder, locked or not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    @property
    def lock_path(self) -> Path:
        return self.path / "philomel.lock"

    def prepare(self) -> None:
        """Make the folder if it is missing, and see that it can be written.

        Raises:
            Refusal: it cannot.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(
                f"the data folder {self.path} cannot be made: {error.strerror}; "
                "name another one with --data",
                Exit.UNAVAILABLE,
            ) from None
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise Refusal(
                f"the data folder {self.path} cannot be written by this user; "
                "mend its permissions or name another one with --data",
                Exit.UNAVAILABLE,
            )

    def lock(self, what: str) -> bool:
        """Work on the folder from now on, unless another process does.

        Raises:
            Refusal: the folder is half restored, or what was in it moved away.
        """
        assert self._lock is None
        try:
            descriptor = os.open(self.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Refusal(
                f"{self.lock_path} cannot be opened: {error.strerror}", Exit.UNAVAILABLE
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._lock = descriptor
        if what not in _BRINGING:
            try:
                refuse_marked(self.path)
            except Refusal:
                self.unlock()
                raise
        self.announce(Holder(os.getpid(), what))
        return True

    def announce(self, holder: Holder) -> None:
        """Say who works on the folder. Only while it is locked."""
        assert self._lock is not None
        text = msgspec.json.encode(holder)
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text, 0)

    def holder(self) -> Holder:
        """Who locked the folder, as far as they said by now."""
        try:
            return msgspec.json.decode(self.lock_path.read_bytes(), type=Holder)
        except (OSError, msgspec.MsgspecError):
            return Holder()

    def unlock(self) -> None:
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.unlock()

    def socket_path(self) -> Path:
        """Where a server on this folder listens for commands.

        Raises:
            Refusal: the path is too long, and there is no safe place for a shorter one.
        """
        inside = self.path / "philomel.sock"
        if len(os.fsencode(inside)) <= _MAX_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.path.resolve())).hexdigest()[:24]
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        if runtime and len(runtime) < _MAX_SOCKET_PATH - 40:
            return Path(runtime) / f"philomel-{name}.sock"
        return _private_folder() / f"{name}.sock"


def _private_folder() -> Path:
    """A folder with a short path that is this user's alone, whoever else writes to /tmp."""
    folder = Path(tempfile.gettempdir()) / f"philomel-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    mine = folder.is_dir() and not folder.is_symlink() and state.st_uid == os.getuid()
    if not mine or state.st_mode & 0o077:
        raise Refusal(
            f"{folder} is not this user's alone, so the control socket cannot lie there; "
            "use a data folder with a shorter path",
            Exit.UNAVAILABLE,
        )
    return folder
