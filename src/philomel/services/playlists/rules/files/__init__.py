"""Playlist files: what one says, and how one is written."""

from collections.abc import Sequence

from philomel.services.playlists.contract import BadFile, PlaylistFormat, Want
from philomel.services.playlists.rules.files import jspf, m3u, nsp, xspf
from philomel.services.playlists.rules.files.reading import MOST, Listed

LARGEST = 2 << 20


def read_file(content: bytes) -> Listed:
    """Raises: BadFile, in words for a person."""
    if len(content) > LARGEST:
        raise BadFile("a playlist file has at most 2 MiB")
    start = content[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        found = xspf.read(content)
    elif nsp.is_one(content):
        found = nsp.read(content)
    elif start.startswith(b"{"):
        found = jspf.read(content)
    else:
        found = m3u.read(content)
    if len(found.wants) > MOST:
        raise BadFile(f"a playlist file has at most {MOST} tracks")
    return found


def write_file(kind: PlaylistFormat, name: str, wants: Sequence[Want]) -> bytes:
    match kind:
        case PlaylistFormat.XSPF:
            return xspf.write(name, wants)
        case PlaylistFormat.JSPF:
            return jspf.write(name, wants)
        case PlaylistFormat.M3U8:
            return m3u.write(name, wants)
