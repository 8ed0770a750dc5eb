"""Names, descriptions and flags that a playlist or folder may have."""

import unicodedata

from philomel.services.playlists.contract import BadPlaylist

NAME, DESCRIPTION, SOURCE = 200, 1_000, 200


def check_name(name: str) -> str:
    """Raises: BadPlaylist."""
    tidy = " ".join(_clean(name).split())
    if not tidy:
        raise BadPlaylist("a name must not be empty")
    if len(tidy) > NAME:
        raise BadPlaylist(f"a name has at most {NAME} characters")
    return tidy


def check_description(text: str) -> str:
    """Raises: BadPlaylist."""
    tidy = _clean(text).strip()
    if len(tidy) > DESCRIPTION:
        raise BadPlaylist(f"a description has at most {DESCRIPTION} characters")
    return tidy


def check_source(text: str) -> str:
    """Raises: BadPlaylist."""
    if len(text) > SOURCE:
        raise BadPlaylist(f"a source has at most {SOURCE} characters")
    return _clean(text)


def check_flags(*, public: bool, collaborative: bool) -> None:
    """Raises: BadPlaylist."""
    if public and collaborative:
        raise BadPlaylist("a collaborative playlist is not public")


def _clean(text: str) -> str:
    """Without control characters and halves of characters: no database or XML holds them."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
