"""M3U and M3U8: a path a line, with comments that players have added since.

`#EXTINF:seconds,Artist - Title`, `#EXTART:`, `#EXTALB:`, `#PLAYLIST:`; `#PHILOMEL:` holds the ids.
"""

import re
from collections.abc import Sequence

from msgspec import structs

from philomel.services.playlists.contract import Want
from philomel.services.playlists.rules.files.reading import (
    OURS,
    Listed,
    identifiers,
    kept,
    named,
    path_of,
)

_LONGEST = 4_096
"""Of a path, as systems have them."""
_INFO = re.compile(r"\s*(-?\d{1,9}(?:\.\d{1,6})?)[^,]{0,500},(.*)", re.DOTALL)


def read(content: bytes) -> Listed:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is not UTF-8 was written by an old program on Windows.
        text = content.decode("cp1252", "replace")
    reader = _Reader()
    for line in re.split(r"\r\n|\r|\n", text):
        if line.strip():
            reader.take(line.strip())
    return Listed(reader.name, tuple(reader.wants), reader.skipped)


class _Reader:
    """Comments are about the path that follows them."""

    def __init__(self) -> None:
        self.name = ""
        self.wants: list[Want] = []
        self.skipped = 0
        self._track, self._by = Want(), ""
        self._ids: list[str] = []

    def take(self, line: str) -> None:
        tag, _, value = line.partition(":")
        match tag.upper():
            case "#PLAYLIST":
                self.name = value.strip()
            case "#EXTART":
                self._by = value.strip()
            case "#EXTALB":
                self._track = structs.replace(self._track, album=value.strip())
            case "#PHILOMEL":
                self._ids = value.split(" ")
            case "#EXTINF":
                self._track = _info(self._track, value)
            case _ if not line.startswith("#"):
                self._finish(line)

    def _finish(self, location: str) -> None:
        titled = named(_titled(self._track, self._by), [*self._ids, location])
        path = path_of(location) if len(location) <= _LONGEST else ""
        # A radio station has a title as well, and is no file that may come one day.
        is_track = path or titled.track_id or titled.isrc or titled.musicbrainz_id
        want = kept(structs.replace(titled, path=path)) if is_track else None
        if want is not None:
            self.wants.append(want)
        else:
            self.skipped += 1
        self._track, self._by, self._ids = Want(), "", []


def write(name: str, wants: Sequence[Want]) -> bytes:
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(name)}"]
    for want in wants:
        seconds = round(want.duration_ms / 1000) if want.duration_ms else -1
        title = f"{want.artist} - {want.title}" if want.artist else want.title
        if want.artist:
            lines.append(f"#EXTART:{_line(want.artist)}")
        if want.album:
            lines.append(f"#EXTALB:{_line(want.album)}")
        ids = identifiers(want)
        if ids:
            lines.append("#PHILOMEL:" + " ".join(_line(id_) for id_ in ids))
        lines.append(f"#EXTINF:{seconds},{_line(title)}")
        lines.append(_place(want))
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _info(track: Want, value: str) -> Want:
    found = _INFO.match(value)
    if found is None:
        return track
    length = max(0, round(float(found[1]) * 1000))
    return structs.replace(track, duration_ms=length, title=found[2].strip())


def _titled(track: Want, by: str) -> Want:
    """With the artist taken out of the title, where both are in one text."""
    if by:
        title = track.title.removeprefix(f"{by} - ") if track.title != by else track.title
        return structs.replace(track, artist=by, title=title)
    artist, dash, title = track.title.partition(" - ")
    if not dash or not title.strip():
        return track
    return structs.replace(track, artist=artist.strip(), title=title.strip())


def _place(want: Want) -> str:
    """The line that stands for the track. A path must not look like a comment or an address."""
    path = _line(want.path)
    if path and path_of(path) == path and not path.startswith("#"):
        return path
    return f"./{path}" if path else OURS + want.track_id


def _line(text: str) -> str:
    return " ".join(re.split(r"[\r\n]+", text)).strip()
