"""What somebody wants: what may be said of it, and by which words a new file may be it."""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

import msgspec
from msgspec import structs

from philomel.kernel.errors import InvalidArgument
from philomel.services.playlists.contract import BadRating, Want, WantedMark

TEXT, PATH, SOURCE, MOST = 300, 1_000, 100, 500
_LONGEST_MS = 1 << 40
_WORDS = re.compile(r"\w", re.UNICODE)


def check_want(want: Want) -> Want:
    """The want, cut to what is kept of it.

    Raises:
        InvalidArgument: it says nothing of a track.
    """
    tidy = structs.replace(
        want,
        title=_text(want.title, TEXT),
        artist=_text(want.artist, TEXT),
        album=_text(want.album, TEXT),
        path=_path(want.path),
        isrc=_text(want.isrc, 20),
        musicbrainz_id=_text(want.musicbrainz_id, 40),
        track_id=_text(want.track_id, 30),
        duration_ms=_number(want.duration_ms, _LONGEST_MS),
        track_number=_number(want.track_number, 100_000),
        disc_number=_number(want.disc_number, 100_000),
    )
    named = (tidy.title, tidy.path, tidy.isrc, tidy.musicbrainz_id, tidy.track_id)
    if not any(named):
        raise InvalidArgument("a track needs a title, a path or an id to be looked for")
    return tidy


def check_marks(items: Iterable[WantedMark]) -> list[WantedMark]:
    """Raises:
    BadRating: a rating that is none.
    InvalidArgument: too many, or something that says nothing of a track.
    """
    checked: list[WantedMark] = []
    for item in items:
        if not 0 <= item.rating <= 5:
            raise BadRating("a rating is a number from 1 to 5, or 0 for none")
        if len(checked) == MOST:
            raise InvalidArgument(f"at most {MOST} at a time")
        checked.append(
            structs.replace(
                item,
                want=check_want(item.want),
                plays=_number(item.plays, 1 << 31),
                last_played_at=_number(item.last_played_at, 1 << 48),
            )
        )
    return checked


def check_source(source: str) -> str:
    """Raises: InvalidArgument."""
    tidy = _text(source, SOURCE + 1)
    if not tidy or len(tidy) > SOURCE:
        raise InvalidArgument(f"a source has 1 to {SOURCE} characters")
    return tidy


def digest(*parts: object) -> str:
    return blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()


def keys_of(want: Want) -> set[str]:
    """Words, hashed, one of which every track has that may be the wanted one."""
    return _keys(want.title, want.path, want.isrc, want.musicbrainz_id)


def keys_of_track(title: str, path: str, isrc: str, recording_id: str) -> set[str]:
    return _keys(title, path, isrc, recording_id)


def _keys(title: str, path: str, isrc: str, recording_id: str) -> set[str]:
    name = path.replace("\\", "/").rpartition("/")[2]
    words = {
        "t": _folded(title),
        "p": _folded(name),
        "i": isrc.upper(),
        "m": recording_id.casefold(),
    }
    return {
        blake2b(f"{kind}{word}".encode(), digest_size=16).hexdigest()
        for kind, word in words.items()
        if word
    }


def _folded(text: str) -> str:
    """Letters and digits alone: coarser than whatever compares the whole afterwards."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(_WORDS.findall(plain)).replace("_", "") or text.strip()


def _text(text: str, most: int) -> str:
    kept = (c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()[:most]


def _path(text: str) -> str:
    """Control characters are no part of a name; bytes that are no UTF-8 cannot be kept."""
    kept = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})
    return kept[-PATH:]


def _number(number: int, most: int) -> int:
    return number if 0 <= number <= most else 0
