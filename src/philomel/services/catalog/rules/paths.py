"""What a path says about the file: for untagged files, and for where an album lies."""

import re

from msgspec import Struct

from philomel.services.catalog.rules.values import clean

_DISC = re.compile(r"^\s*(?:cd|dis[ck]|disque|vinyl|side)[\s._-]*(\d{1,3})\b.*$", re.IGNORECASE)
_DISC_BYTES = re.compile(rb"^\s*(?:cd|dis[ck]|disque|vinyl|side)[\s._-]*\d{1,3}\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*(?:(\d)[-.](?=\d\d))?(\d{1,3})(?:\s*[-._)]+\s*|\s+)(?=\S)(.+)$")
_YEAR = re.compile(r"^\s*[\[(]?(\d{4})[\])]?\s*[-._ ]\s*(?=\S)(.+)$")
_YEAR_BEHIND = re.compile(r"^(.+?)\s*[\[(](\d{4})[\])]\s*$")

EXTENSIONS = frozenset((
    b"mp3", b"flac", b"ogg", b"oga", b"opus", b"m4a", b"m4b", b"mp4", b"alac", b"wav", b"wave",
    b"aif", b"aiff", b"aifc", b"wv",
))  # fmt: skip


LYRICS = (b".lrc", b".elrc", b".ttml", b".txt")
_LANGUAGE_SUFFIX = re.compile(rb"\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2})\Z")


class PathNames(Struct, frozen=True):
    """Names guessed from a path."""

    title: str
    artist: str | None = None
    album: str | None = None
    disc_number: int | None = None
    track_number: int | None = None
    date: str | None = None


def is_audio(key: bytes) -> bool:
    """Whether a file's extension is one that Philomel plays; hidden files are not."""
    name = key.rpartition(b"/")[2]
    stem, dot, extension = name.rpartition(b".")
    return bool(dot and stem) and extension.lower() in EXTENSIONS and not name.startswith(b"._")


def is_lyrics(key: bytes) -> bool:
    """Whether a file's extension is one that lyrics have."""
    return key[-5:].lower().endswith(LYRICS)


def lyrics_stems(key: bytes) -> tuple[bytes, ...]:
    """The tracks that lyrics may belong to: "song.en" and "song" of "song.en.lrc"."""
    stem = key.rpartition(b".")[0]
    found = _LANGUAGE_SUFFIX.search(stem)
    return (stem, stem[: found.start()]) if found else (stem,)


def lyrics_language(key: bytes, track: bytes) -> str:
    """The language that a file of lyrics names besides the track: "en", or ""."""
    stem, own = key.rpartition(b".")[0], track.rpartition(b".")[0]
    return stem[len(own) + 1 :].decode("ascii", "replace") if stem != own else ""


def display(key: bytes) -> str:
    """A path for people: no byte of it can break a page, a log or a database."""
    key = key.partition(b"\0")[0]
    return clean(key.decode("utf-8", "replace"), 4_096)


def album_folder(key: bytes) -> bytes:
    """The folder of a file, without a last part that only names a disc."""
    folder = key.rpartition(b"/")[0]
    above, _, last = folder.rpartition(b"/")
    return above if above and _DISC_BYTES.match(last) else folder


def guess(key: bytes) -> PathNames:
    """Names from `Artist/Album/01 - Title.mp3`, `Album/CD1/...`, `Artist - Title.mp3`."""
    parts = [clean(part, 300) for part in display(key).split("/")]
    *folders, name = [part for part in parts if part] or ["untitled"]
    stem = name.rpartition(".")[0] or name
    disc, date = None, None
    if folders and (found := _DISC.match(folders[-1])):
        disc = int(found[1]) or None
        folders.pop()
    number = None
    if found := _NUMBERED.match(stem):
        disc = int(found[1]) if found[1] else disc
        number, stem = int(found[2]) or None, found[3]
    album = folders[-1] if folders else None
    artist = folders[-2] if len(folders) > 1 else None
    if album and (found := _YEAR.match(album)):
        date, album = found[1], found[2]
    elif album and (found := _YEAR_BEHIND.match(album)):
        album, date = found[1], found[2]
    if artist is None:
        before, dash, after = stem.partition(" - ")
        if dash and before.strip() and after.strip():
            artist, stem = before.strip(), after.strip()
        elif album and " - " in album:
            artist, _, album = (part.strip() for part in album.partition(" - "))
    return PathNames(
        title=_spaced(stem), artist=artist or None, album=album or None,
        disc_number=disc, track_number=number, date=date,
    )  # fmt: skip


def _spaced(stem: str) -> str:
    """Underscores stand for spaces in names that have none."""
    tidy = stem.replace("_", " ").strip() if " " not in stem else stem.strip()
    return tidy or stem or "untitled"
