"""What somebody wants: what may be said of it, and by which words a new file may be it."""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

import msgspec
from msgspec import Struct, structs

from philomel.kernel.errors import InvalidArgument
from philomel.services.playlists.contract import BadRating, ItemKind, Want, WantedMark

TEXT, PATH, SOURCE, MOST = 300, 1_000, 100, 500
MOST_HEARD = 500
FIRST_MS = 946_684_800_000
"""2000-01-01: nobody counted plays before."""
_LONGEST_MS, _LATEST_MS = 1 << 40, 1 << 48
_WORDS = re.compile(r"\w", re.UNICODE)


class Brought(Struct, frozen=True):
    """What of one thing was brought from one source.

    Attributes:
        want_id: under which it waits, or waited.
        heard_until: the latest single play.
    """

    want_id: str = ""
    saved: bool = False
    rated: bool = False
    plays: int = 0
    heard_until: int = 0


def check_want(want: Want) -> Want:
    """The want, cut to what is kept of it.

    Raises:
        InvalidArgument: it says nothing of a track, an album or an artist.
    """
    if want.kind is ItemKind.USER:
        raise InvalidArgument("people are not waited for")
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
        if len(item.heard) > MOST_HEARD:
            raise InvalidArgument(f"at most {MOST_HEARD} single plays of a track")
        is_track = item.want.kind is ItemKind.TRACK
        checked.append(
            structs.replace(
                item,
                want=check_want(item.want),
                plays=_number(item.plays, 1 << 31) if is_track else 0,
                last_played_at=_number(item.last_played_at, _LATEST_MS),
                heard=tuple(sorted(filter(_is_moment, set(item.heard)))) if is_track else (),
                key=_text(item.key, TEXT),
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
    """Words, hashed, one of which every track has that may be the wanted one.

    Of an album or artist: that every track of it has.
    """
    match want.kind:
        case ItemKind.ALBUM:
            return _hashed({"a": _folded(want.title)})
        case ItemKind.ARTIST:
            return _hashed({"r": _folded(want.title)})
        case _:
            return _keys(want.title, want.path, want.isrc, want.musicbrainz_id)


def keys_of_track(title: str, path: str, isrc: str, recording_id: str) -> set[str]:
    return _keys(title, path, isrc, recording_id)


def keys_of_names(album: str, artists: Iterable[str]) -> set[str]:
    """What `keys_of` has for the album and the artists of a track."""
    found = _hashed({"a": _folded(album)} if album else {})
    return found.union(*(_hashed({"r": _folded(artist)}) for artist in artists))


def new_of(mark: WantedMark, before: Brought) -> WantedMark:
    """What of a mark was not brought before: it is empty if nothing is new."""
    return structs.replace(
        mark,
        saved_at=None if before.saved else mark.saved_at,
        rating=0 if before.rated else mark.rating,
        plays=max(mark.plays - before.plays, 0),
        heard=tuple(at for at in mark.heard if at > before.heard_until),
    )


def added(waiting: WantedMark, fresh: WantedMark) -> WantedMark:
    """What waits, with what is new of it."""
    return structs.replace(
        waiting,
        saved_at=fresh.saved_at if waiting.saved_at is None else waiting.saved_at,
        rating=waiting.rating or fresh.rating,
        rated_at=waiting.rated_at if waiting.rating else fresh.rated_at,
        plays=waiting.plays + fresh.plays,
        last_played_at=max(waiting.last_played_at, fresh.last_played_at),
        heard=(*waiting.heard, *fresh.heard)[:MOST_HEARD],
    )


def is_empty(mark: WantedMark) -> bool:
    return mark.saved_at is None and not (mark.rating or mark.plays or mark.heard)


def together(before: Brought, mark: WantedMark, want_id: str) -> Brought:
    """What was brought, with this."""
    return Brought(
        want_id=want_id,
        saved=before.saved or mark.saved_at is not None,
        rated=before.rated or mark.rating > 0,
        plays=max(before.plays, mark.plays),
        heard_until=max((before.heard_until, *mark.heard)),
    )


def _keys(title: str, path: str, isrc: str, recording_id: str) -> set[str]:
    name = path.replace("\\", "/").rpartition("/")[2]
    return _hashed(
        {
            "t": _folded(title),
            "p": _folded(name),
            "i": isrc.upper(),
            "m": recording_id.casefold(),
        }
    )


def _hashed(words: dict[str, str]) -> set[str]:
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
    return _shown(text).strip()[:most]


def _path(text: str) -> str:
    """Control characters are no part of a name; bytes that are no UTF-8 cannot be kept."""
    return _shown(text)[-PATH:]


def _shown(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})


def _is_moment(at: int) -> bool:
    return FIRST_MS <= at < _LATEST_MS


def _number(number: int, most: int) -> int:
    return number if 0 <= number <= most else 0
