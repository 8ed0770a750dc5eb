"""Names of files that are put into a library."""

import unicodedata
from enum import Enum

from philomel.services.catalog.contract import BadUpload
from philomel.services.catalog.rules.paths import is_audio, is_lyrics

_PART, _DEPTH, _WHOLE = 200, 8, 1_000
_PICTURES = (b".jpg", b".jpeg", b".png")
_FORBIDDEN = '<>:"\\|?*'
"""What other systems cannot have in a name: a library may be shared with them."""


class Kind(Enum):
    AUDIO = "audio"
    PICTURE = "picture"
    LYRICS = "lyrics"


def key_of(path: str) -> bytes:
    """The key below a library for a path that somebody sent.

    Raises:
        BadUpload: it would lead elsewhere, or is no name for a file.
    """
    if not path or len(path) > _WHOLE or path.startswith("/") or "\\" in path:
        raise BadUpload("name the file by its path below the library")
    parts = [_part(part) for part in path.split("/")]
    if len(parts) > _DEPTH:
        raise BadUpload(f"the file lies in more than {_DEPTH - 1} folders")
    return "/".join(parts).encode()


def _part(part: str) -> str:
    if part in {"", ".", ".."}:
        raise BadUpload("a path has no empty parts and no dots for parts")
    if any(unicodedata.category(each) in {"Cc", "Cs", "Co", "Cn"} for each in part):
        raise BadUpload("the name has characters that cannot be shown")
    part = unicodedata.normalize("NFC", part)
    tidy = "".join("_" if each in _FORBIDDEN else each for each in part).strip().rstrip(". ")
    if not tidy or tidy.startswith("."):
        raise BadUpload("names that begin with a dot are hidden files")
    if len(tidy.encode()) > _PART:
        raise BadUpload(f"a name may have {_PART} bytes")
    return tidy


def kind_of(key: bytes) -> Kind:
    """What a file is taken for.

    Raises:
        BadUpload: nothing that belongs into a library.
    """
    if is_audio(key):
        return Kind.AUDIO
    if is_lyrics(key):
        return Kind.LYRICS
    if key.lower().endswith(_PICTURES):
        return Kind.PICTURE
    raise BadUpload("only music, pictures (JPEG, PNG) and lyrics are taken")


def suffix_of(key: bytes) -> bytes:
    """With its dot, in small letters."""
    return b"." + key.rpartition(b".")[2].lower()


def numbered(key: bytes, number: int) -> bytes:
    """Another name for the same: "song (2).flac"."""
    stem, dot, extension = key.rpartition(b".")
    return stem + b" (%d)" % number + dot + extension
