"""The watching port: hearing of changes below a folder, where the system tells of them."""

from collections.abc import AsyncIterator
from typing import Protocol

from msgspec import Struct


class Changes(Struct, frozen=True):
    """What changed within a moment.

    Attributes:
        paths: absolute; files and folders that came, changed or went.
        everything: some changes were not named: any of them may be anywhere below.
    """

    paths: frozenset[bytes] = frozenset()
    everything: bool = False


class Watching(Protocol):
    """Tells of changes."""

    def hears(self, root: bytes) -> bool:
        """Whether the system tells of every change below a real path.

        It does not where others write as well: on network mounts, in buckets. Never blocks.
        """
        ...

    def changes(self, root: bytes) -> AsyncIterator[Changes]:
        """Changes below a folder, from when the first `anext` is under way.

        Raises:
            Unavailable: it cannot be watched, or no longer.
        """
        ...
