"""Playlists as files: M3U and the others that `playlist import` reads."""

import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import structs

from philomel.app.importing.found import Found, FoundPerson, FoundPlaylist
from philomel.app.importing.values import shown
from philomel.app.refusal import Exit, Refusal
from philomel.services.playlists.contract import BadFile, Want
from philomel.services.playlists.rules.files import LARGEST, read_file

SUFFIXES = (".m3u", ".m3u8", ".xspf", ".jspf", ".nsp")
_MOST_FILES, _MOST_OF_ALL = 10_000, 2_000_000


def read(folder: Path, user: str) -> Found:
    """Every playlist below a folder, or one file, as this person's.

    Raises:
        Refusal: there is none.
    """
    notes: list[str] = []
    files = sorted(_files(folder))
    if not files:
        raise Refusal(
            f"{folder} has no playlist ({', '.join(f'*{each}' for each in SUFFIXES)})",
            Exit.NOT_FOUND,
        )
    playlists: list[FoundPlaylist] = []
    count = 0
    for path in files[:_MOST_FILES]:
        name = _written(path.name if path == folder else str(path.relative_to(folder)))
        if count >= _MOST_OF_ALL:
            notes.append(f"{name}: left out, there are too many entries")
            continue
        found = _list(path, name, notes)
        if found is not None:
            playlists.append(found)
            count += len(found.entries)
    return Found("m3u", (FoundPerson(user, playlists=tuple(playlists)),), tuple(notes))


def _list(path: Path, name: str, notes: list[str]) -> FoundPlaylist | None:
    """One playlist; what of it is not understood is added to `notes`."""
    try:
        with path.open("rb") as file:
            listed = read_file(file.read(LARGEST + 1))
    except OSError as error:
        notes.append(f"{name}: {error.strerror}")
        return None
    except BadFile as error:
        notes.append(f"{name}: {error.message}")
        return None
    if listed.skipped:
        notes.append(f"{name}: {listed.skipped:,} lines name no file")
    return FoundPlaylist(
        id=_id(name),
        name=shown(listed.name) or _written(path.stem),
        entries=tuple(_placed(want, path.parent.absolute()) for want in listed.wants),
        rules=listed.rules,
    )


def _placed(want: Want, folder: Path) -> Want:
    """With the whole path of a file that is named from the playlist's folder on."""
    path = want.path.replace("\\", "/")
    if path and not _is_absolute(path):
        path = shown(_written(os.path.normpath(folder / path)))
    return structs.replace(want, path=path)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            if path.suffix.lower() in SUFFIXES and _is_list(path):
                yield path


def _is_list(path: Path) -> bool:
    """Whether it is a file, and no link to one of another kind, whose lines are secrets perhaps."""
    try:
        return path.is_file() and path.resolve().suffix.lower() in SUFFIXES
    except (OSError, RuntimeError):
        return False


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"


def _written(name: str) -> str:
    """A file's name as text: its bytes need not be UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _id(name: str) -> str:
    return "m3u:" + name[-180:]
