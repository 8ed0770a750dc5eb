"""JSPF: https://xspf.org/jspf, as ListenBrainz writes it too."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from philomel.services.playlists.contract import BadFile, Want
from philomel.services.playlists.rules.files.reading import (
    MOST,
    Listed,
    identifiers,
    kept,
    named,
    path_of,
)


def read(content: bytes) -> Listed:
    """Raises: BadFile."""
    try:
        whole = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise BadFile("this is no JSON object") from None
    playlist = whole.get("playlist")
    tracks = playlist.get("track") if isinstance(playlist, dict) else None
    if not isinstance(playlist, dict) or not isinstance(tracks, list):
        raise BadFile("this JSON is no playlist: it has no tracks")
    wants = [_want(track) for track in tracks[: MOST + 1] if isinstance(track, dict)]
    return Listed(_text(playlist, "title"), tuple(want for want in wants if want is not None))


def write(name: str, wants: Sequence[Want]) -> bytes:
    tracks = []
    for want in wants:
        track: dict[str, object] = {
            "title": want.title,
            "creator": want.artist,
            "album": want.album,
            "duration": want.duration_ms,
            "trackNum": want.track_number,
            "location": [quote(want.path)] if want.path else [],
            "identifier": identifiers(want),
        }
        tracks.append({key: value for key, value in track.items() if value})
    whole = {"playlist": {"title": name, "track": tracks}}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1)


def _want(track: dict[str, object]) -> Want | None:
    want = Want(
        title=_text(track, "title"),
        artist=_text(track, "creator"),
        album=_text(track, "album"),
        duration_ms=_number(track, "duration"),
        track_number=_number(track, "trackNum"),
        path=next((path for each in _texts(track, "location") if (path := place(each))), ""),
    )
    return kept(named(want, [*_texts(track, "identifier"), *_texts(track, "location")]))


def place(location: str) -> str:
    """The path of a location: an address of a file, or a path with `%` signs."""
    from urllib.parse import unquote

    path = path_of(location)
    return path if location.startswith("file:") else unquote(path, errors="replace")


def _text(track: dict[str, object], name: str) -> str:
    value = track.get(name)
    return value if isinstance(value, str) else ""


def _texts(track: dict[str, object], name: str) -> list[str]:
    value = track.get(name)
    many = value if isinstance(value, list) else [value]
    return [each for each in many[:20] if isinstance(each, str)]


def _number(track: dict[str, object], name: str) -> int:
    value = track.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return int(value) if 0 <= value < 1 << 40 else 0
