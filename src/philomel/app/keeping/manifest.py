"""What a backup is: a folder with this page of contents in it.

    manifest.json          written last; sums of every other file
    databases/<service>.sqlite
    log.sqlite             the event log
    blobs/...              covers, and whatever else was put there and cannot be made again
    keys                   the key ring, unless it was left out or is given by a setting
    settings.toml          for reading; never put in place by a restore

It is the same whichever engines the installation runs on.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from philomel.app.refusal import Exit, Refusal

FORMAT = 1
NAME = "manifest.json"
DATABASES, LOG, BLOBS, KEYS, SETTINGS = "databases", "log.sqlite", "blobs", "keys", "settings.toml"
_CHUNK = 1 << 20


class File(Struct, frozen=True):
    """Attributes:
    path: below the backup's folder.
    sha256: hexadecimal.
    modified_ns: of a blob in its store; 0 for others.
    """

    path: str
    size: int
    sha256: str
    modified_ns: int = 0


class Database(Struct, frozen=True):
    """Attributes:
    service: whose.
    version, compatible_from: of its tables.
    rows: per table.
    """

    service: str
    version: int
    compatible_from: int
    rows: dict[str, int]


class Manifest(Struct, frozen=True):
    """Attributes:
    format: of the backup; a program reads those up to its own.
    program: the version of Philomel that made it.
    made_at: the moment it holds, milliseconds since the Unix epoch.
    """

    format: int
    program: str
    made_at: int
    databases: tuple[Database, ...]
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def has_keys(self) -> bool:
        return any(file.path == KEYS for file in self.files)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(database.service for database in self.databases)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    summed = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            summed.update(chunk)
    return summed.hexdigest()


def entry(folder: Path, path: str) -> File:
    """A file of the backup in `folder`, as it is now; it was written and is durable."""
    whole = folder / path
    found = File(path, whole.stat().st_size, digest(whole))
    with whole.open("rb") as file, suppress(OSError, AttributeError):
        # Nobody will read it soon; the memory is better used for what people listen to.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return found


def encode(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read(folder: Path) -> Manifest:
    """The page of contents of a backup.

    Raises:
        Refusal: there is none, or it is of a later format.
    """
    path = folder / NAME
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise Refusal(
            f"{folder} is no backup: it has no {NAME}", Exit.NOT_FOUND, "no_backup"
        ) from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}", Exit.UNAVAILABLE) from None
    try:
        found = msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, ValueError):
        raise Refusal(f"{path} is damaged", Exit.REFUSED, "damaged_backup") from None
    if not 1 <= found.format <= FORMAT:
        raise Refusal(
            f"{folder} was made by a later Philomel ({found.program}): update this one",
            Exit.REFUSED,
            "later_backup",
        )
    return found


def verify(folder: Path, manifest: Manifest) -> None:
    """See that every file is there and as it was written.

    Raises:
        Refusal: one is not.
    """
    for file in manifest.files:
        path = folder / file.path
        # What stands in a manifest leads nowhere else.
        if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
            raise Refusal(f"{path} leads out of the backup", Exit.REFUSED, "damaged_backup")
        try:
            good = path.stat().st_size == file.size and digest(path) == file.sha256
        except OSError as error:
            raise Refusal(
                f"{path} cannot be read: {error.strerror}", Exit.REFUSED, "damaged_backup"
            ) from None
        if not good:
            raise Refusal(
                f"{path} is not as it was written: this backup is damaged, take another one",
                Exit.REFUSED,
                "damaged_backup",
            )
