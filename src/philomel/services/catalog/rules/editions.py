"""Which albums are editions of one album.

MusicBrainz says it by its release groups. Without that, the titles have to: equal but for
words that name an edition, by the same artist. A live album, a demo, remixes or a second
volume are albums of their own.
"""

import re
from functools import lru_cache

from philomel.services.catalog.rules.folding import digest, fold

_EDITION = r"(?:edition|version|issue|re-?issue|release|re-?release|pressing)"
_KIND = (
    r"(?:deluxe|super[ -]deluxe|expanded|extended|complete|definitive|ultimate|special|limited|"
    r"collector(?:'?s)?|anniversary|legacy|standard|original|premium|platinum|gold|silver|"
    r"international|japan(?:ese)?|u\.?k\.?|u\.?s\.?a?\.?|european|german|french|tour|bonus|explicit|clean|"
    r"digital|vinyl|cd|hi-?res|\d{1,3}(?:st|nd|rd|th)|\d{4}|mono|stereo|audiophile|signature|"
    r"jubilee|gift|box(?: ?set)?|import|remaster(?:ed)?)"
)
_WORDS = re.compile(
    rf"(?:the )?(?:"
    rf"(?:{_KIND}[ ,/&-]+){{0,6}}{_KIND}?\s*{_EDITION}"
    rf"|(?:newly |digitally |\d{{4}} )?(?:digital )?re-?master(?:ed)?(?: \d{{4}})?(?: {_EDITION})?"
    rf"|(?:super )?deluxe|expanded"
    rf"|(?:with )?bonus (?:tracks?|dis[ck]s?|cd|dvd|material)(?: {_EDITION})?"
    rf"|(?:mono|stereo)(?: mix)?|explicit|clean"
    rf"|\d{{1,3}}(?:st|nd|rd|th) anniversary(?:[ -]{_KIND})*(?: {_EDITION})?"
    rf")(?: \d{{4}})?"
)
_BRACKETS = re.compile(r"\s*(?:\(([^()\[\]]{1,80})\)|\[([^()\[\]]{1,80})\])\s*\Z")
_DASH = re.compile(r"\s+[-\u2013\u2014:]\s+([^()\[\]]{1,80})\Z")
_BETWEEN = re.compile(r"\s+[-/&+]\s+|\s*[,/;]\s*|\s+and\s+")
_PARTS = 4
"""A title has at most so many notes behind it."""


@lru_cache(maxsize=4096)
def part_title(title: str) -> tuple[str, str]:
    """A title without what names its edition, and that.

    "Nevermind (Deluxe Edition) [Remastered]" is "Nevermind" and "Deluxe Edition, Remastered".
    """
    left, found = title.strip(), []
    for _ in range(_PARTS):
        match = _BRACKETS.search(left[-200:]) or _DASH.search(left[-200:])
        if match is None:
            break
        note = next(group for group in match.groups() if group is not None).strip()
        before = left[: len(left) - len(match[0])].strip()
        if not before or not _names_edition(note):
            break
        left = before
        found.append(note)
    return left, ", ".join(reversed(found))


def _names_edition(note: str) -> bool:
    folded = fold(note)
    return bool(_WORDS.fullmatch(folded)) or all(map(_WORDS.fullmatch, _BETWEEN.split(folded)))


@lru_cache(maxsize=1024)
def group_key(release_group: str | None, artist: str | None, title: str) -> str:
    """Equal for editions of one album; empty if nothing can be said.

    Args:
        release_group: MusicBrainz's id.
        artist: the first album artist.
    """
    if release_group:
        return digest("release group", release_group)
    if not artist:
        return ""
    return digest("editions", fold(artist), fold(part_title(title)[0]))
