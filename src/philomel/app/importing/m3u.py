"""Playlists as files: M3U and M3U8."""

import os
from collections.abc import Iterator
from pathlib import Path

from philomel.app.importing.found import Found, FoundPerson, FoundPlaylist
from philomel.app.importing.values import shown
from philomel.app.refusal import Exit, Refusal
from philomel.services.playlists.contract import Want

_SUFFIXES = frozenset({".m3u", ".m3u8"})
_LARGEST = 32 << 20
_MOST_FILES, _MOST_ENTRIES, _MOST_OF_ALL = 10_000, 100_000, 2_000_000
_LONGEST = 4_096
"""Of a path, as systems have them."""


def read(folder: Path, user: str) -> Found:
    """Every playlist below a folder, or one file, as this person's.

    Raises:
        Refusal: there is none.
    """
    notes: list[str] = []
    files = sorted(_files(folder))
    if not files:
        raise Refusal(f"{folder} has no playlist (*.m3u, *.m3u8)", Exit.NOT_FOUND)
    playlists: list[FoundPlaylist] = []
    count = 0
    for path in files[:_MOST_FILES]:
        name = _written(path.name if path == folder else str(path.relative_to(folder)))
        if count >= _MOST_OF_ALL:
            notes.append(f"{name}: left out, there are too many entries")
            continue
        try:
            if path.stat().st_size > _LARGEST:
                notes.append(f"{name}: too large for a playlist")
                continue
            entries, skipped = parse(path.read_bytes(), path.parent.absolute())
        except OSError as error:
            notes.append(f"{name}: {error.strerror}")
            continue
        if skipped:
            notes.append(f"{name}: {skipped:,} lines name no file")
        count += len(entries)
        title = _written(path.stem)
        playlists.append(FoundPlaylist(id=_id(name), name=title, entries=tuple(entries)))
    return Found("m3u", (FoundPerson(user, playlists=tuple(playlists)),), tuple(notes))


def parse(content: bytes, folder: Path) -> tuple[list[Want], int]:
    """The entries of a playlist, and how many lines are none.

    Args:
        folder: that relative paths begin in.
    """
    found: list[Want] = []
    skipped = 0
    artist, title, length = "", "", 0
    for line in _text(content).splitlines():
        entry = line.strip()
        if entry.upper().startswith("#EXTINF:"):
            artist, title, length = _described(entry[8:])
            continue
        if not entry or entry.startswith("#"):
            continue
        is_path = len(entry) <= _LONGEST and "\0" not in entry and not _is_stream(entry)
        if not is_path or len(found) >= _MOST_ENTRIES:
            skipped += 1
        else:
            path = entry.replace("\\", "/")
            whole = path if _is_absolute(path) else os.path.normpath(folder / path)
            whole = shown(_written(whole))
            found.append(Want(title=title, artist=artist, duration_ms=length, path=whole))
        artist, title, length = "", "", 0
    return found, skipped


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            if path.suffix.lower() in _SUFFIXES and _is_list(path):
                yield path


def _is_list(path: Path) -> bool:
    """Whether it is a file, and no link to one of another kind, whose lines are secrets perhaps."""
    try:
        return path.is_file() and path.resolve().suffix.lower() in _SUFFIXES
    except (OSError, RuntimeError):
        return False


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is not UTF-8 was written by an old program on Windows.
        return content.decode("cp1252", "replace")


def _described(text: str) -> tuple[str, str, int]:
    """Artist, title and milliseconds of "123,Artist - Title"."""
    seconds, _, name = text.partition(",")
    artist, dash, title = name.strip().partition(" - ")
    if not dash:
        artist, title = "", artist
    try:
        length = float(seconds.split(maxsplit=1)[0])
    except (ValueError, IndexError):
        length = 0.0
    artist, title = shown(artist[:_LONGEST]).strip(), shown(title[:_LONGEST]).strip()
    return artist, title, round(length * 1000) if 0 < length < 1 << 32 else 0


def _is_stream(entry: str) -> bool:
    scheme, mark, _ = entry.partition("://")
    return bool(mark) and scheme.isalnum()


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"


def _written(name: str) -> str:
    """A file's name as text: its bytes need not be UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _id(name: str) -> str:
    return "m3u:" + name[-180:]
