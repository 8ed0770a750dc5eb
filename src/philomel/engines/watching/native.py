"""Watching by what the operating system tells: inotify on Linux."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from philomel.engines.watching import Changes
from philomel.engines.watching.mounts import LIST, is_local
from philomel.kernel.errors import Unavailable

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

_MANY = 2_000
"""More at once than these are no list any more; and where the kernel dropped some because
there were more than 16,384, there were more than these."""

_GATHER_MS, _STEP_MS, _LOOK_MS = 500, 50, 1_000


class NativeWatching:
    """Watches with a thread of its own for each folder."""

    def hears(self, root: bytes) -> bool:
        """See the port."""
        try:
            root.decode()
            lines = LIST.read_bytes().splitlines()
        except (OSError, UnicodeDecodeError):
            return False  # no such list, or a name that cannot be handed to the watcher
        return is_local(root, lines)

    async def changes(self, root: bytes) -> AsyncIterator[Changes]:
        """See the port."""
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Changes | None] = asyncio.Queue()
        stop = threading.Event()

        def tell(found: Changes | None) -> None:
            if not stop.is_set():
                loop.call_soon_threadsafe(told.put_nowait, found)

        # A daemon: setting the watches up may hang with the disk, for ever.
        threading.Thread(
            target=_watch, args=(os.fsdecode(root), stop, tell), name="watch", daemon=True
        ).start()
        try:
            while (found := await told.get()) is not None:
                yield found
            raise Unavailable("the folder cannot be watched")
        finally:
            stop.set()


def _watch(root: str, stop: threading.Event, tell: Callable[[Changes | None], None]) -> None:
    # Imported here: it costs 40 ms, and not every process watches.
    from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

    try:
        while not stop.is_set():
            os.scandir(root).close()  # it does not say that there is no such folder
            notify = RustNotify([root], False, False, 0, True, True)
            tell(Changes())
            try:
                _listen(notify, stop, tell)
            except WatchfilesRustInternalError:
                # A name that is no UTF-8 cannot be told, nor anything after it: begin anew.
                tell(Changes(everything=True))
            finally:
                notify.close()
    except (OSError, ValueError, RuntimeError):
        tell(None)


def _listen(
    notify: "RustNotify", stop: threading.Event, tell: Callable[[Changes | None], None]
) -> None:
    while not stop.is_set():
        found = notify.watch(_GATHER_MS, _STEP_MS, _LOOK_MS, stop)
        if isinstance(found, str):
            continue  # nothing happened
        if len(found) > _MANY:
            tell(Changes(everything=True))
        else:
            tell(Changes(frozenset(os.fsencode(path) for _, path in found)))
