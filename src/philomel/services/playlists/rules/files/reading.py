"""What the formats have in common: tracks as they are named, and addresses of files."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from msgspec import Struct, structs

from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import is_id
from philomel.services.playlists.contract import SmartRules, Want
from philomel.services.playlists.rules.wants import check_want

MOST = 10_000
OURS, RECORDING, ISRC = "philomel:track:", "https://musicbrainz.org/recording/", "isrc:"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{1,20}):")
_MBID = re.compile(r"musicbrainz\.org/recording/([0-9a-fA-F-]{36})")


class Listed(Struct, frozen=True):
    """Attributes:
    name: of the playlist; empty if the file has none.
    skipped: lines of an M3U that name no file.
    rules: of a file that has rules instead of tracks.
    """

    name: str
    wants: tuple[Want, ...]
    skipped: int = 0
    rules: SmartRules | None = None


def named(want: Want, identifiers: Iterable[str]) -> Want:
    """The want with what its identifiers say."""
    for text in identifiers:
        found = _MBID.search(text)
        if found is not None:
            want = structs.replace(want, musicbrainz_id=found[1].lower())
        elif text.lower().startswith(ISRC):
            want = structs.replace(want, isrc=text[len(ISRC) :])
        elif is_id(text.removeprefix(OURS)) and text.startswith(OURS):
            want = structs.replace(want, track_id=text.removeprefix(OURS))
    return want


def path_of(location: str) -> str:
    """The path that an address of a file is; nothing for what lies elsewhere."""
    if location.startswith("file:"):
        rest = location.removeprefix("file:")
        if rest.startswith("//"):
            rest = "/" + rest[2:].partition("/")[2]
        return unquote(rest, errors="replace")
    scheme = _SCHEME.match(location)
    # One letter before the colon is a drive.
    return "" if scheme is not None else location


def kept(want: Want) -> Want | None:
    """The want, if it says anything of a track."""
    try:
        return check_want(want)
    except InvalidArgument:
        return None


def identifiers(want: Want) -> list[str]:
    found = []
    if want.track_id:
        found.append(OURS + want.track_id)
    if want.musicbrainz_id:
        found.append(RECORDING + want.musicbrainz_id)
    if want.isrc:
        found.append(ISRC + want.isrc)
    return found
