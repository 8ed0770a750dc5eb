"""What a door may ask about backups: where they are made, no gateway reaches."""

from typing import Protocol

from msgspec import Struct


class Backup(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    name: of its folder on the server.
    made_at: the moment it holds, milliseconds since the Unix epoch.
    size: bytes of all its files, also of those that it shares with others.
    program: the version of Philomel that made it.
    has_keys: whether the key ring is in it; without it everybody signs in anew.
    checked_at: when all of it was last read and found whole; null if it never was.
    """

    name: str
    made_at: int
    size: int
    program: str
    has_keys: bool
    checked_at: int | None = None


class Backups(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    items: those made by schedule or from here, the latest first.
    at: when one is made every day, in UTC: "03:30"; "" where none is.
    keep: how many are kept.
    folder: where they lie on the server.
    doing: "making", "checking", or "".
    name: of the one that is being checked, or "".
    written: bytes of the one that is being made, so far.
    expected: bytes of the latest one, which the next is likely to have; 0 if there is none.
    failure: why the latest try did not work, in words; or "".
    """

    items: tuple[Backup, ...]
    at: str
    keep: int
    folder: str
    doing: str
    name: str
    written: int
    expected: int
    failure: str


class BackupDesk(Protocol):
    """Backups of this server. Every call is for administrators.

    Raises:
        PermissionDenied: the caller is none.
        FailedPrecondition: another process keeps the data.
    """

    async def state(self) -> Backups:
        """What there is, and what is being done."""
        ...

    async def make(self) -> Backups:
        """Begin to make one, and check it when it is made.

        Raises:
            Conflict: something is being done already.
        """
        ...

    async def check(self, name: str) -> Backups:
        """Begin to read all of one.

        Raises:
            NotFound: there is no such backup.
            Conflict: something is being done already.
        """
        ...
