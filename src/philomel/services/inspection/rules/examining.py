"""Looks at tracks and albums as the catalogue and media know them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from philomel.services.catalog.contract import Album, AlbumType, CreditRole, Track
from philomel.services.inspection.contract import FindingKind as Kind
from philomel.services.media.contract import Asset

UNKNOWN_ARTIST, UNKNOWN_ALBUM = "[Unknown Artist]", "[Unknown Album]"
"""As the catalogue calls what has no name."""
NEAR_MS = 2_000
"""Headers and decoding differ by padding and rounding."""
NEAR_SHARE = 0.02
SMALL_COVER = 300
_LOSSLESS_SUFFIXES = frozenset({"flac", "wav", "aiff", "wv"})
_FILE_NAME = re.compile(
    r"(\d{1,3}[ ._)-]+.*|track[ ._-]*\d+|.*\.(mp3|flac|ogg|m4a|wav))", re.IGNORECASE
)


class Draft(Struct, frozen=True):
    """A finding to be."""

    kind: Kind
    detail: str
    peer_id: str | None = None


def examine_track(track: Track, asset: Asset | None) -> list[Draft]:
    found = [] if (tags := _missing_tags(track)) is None else [tags]
    if track.missing:
        return [*found, Draft(Kind.MISSING_FILE, "Its file is not there any more.")]
    if asset is None:
        return found
    if asset.error is not None:
        found.append(Draft(Kind.UNDECODABLE, f"The analysis failed: {asset.error}"))
    if asset.silent:
        found.append(Draft(Kind.SILENT, "Nothing can be heard from beginning to end."))
    if asset.clipped:
        found.append(Draft(Kind.CLIPPED, "The signal stays at full scale again and again."))
    said, real = asset.header_duration_ms, asset.duration_ms
    analysed = asset.stream_hash is not None
    if analysed and said is not None and abs(said - real) > max(NEAR_MS, NEAR_SHARE * real):
        detail = f"It says {_clock(said)} and plays {_clock(real)}."
        found.append(Draft(Kind.WRONG_DURATION, detail))
    return found


def examine_album(album: Album, tracks: Sequence[Track]) -> list[Draft]:
    """Args:
    tracks: all of the album that are present.
    """
    if album.name == UNKNOWN_ALBUM or not tracks:
        return []
    found = [*_cover(album)]
    if wrong := _contradictions(album, tracks):
        found.append(Draft(Kind.CONTRADICTORY_TAGS, " ".join(wrong)))
    if gaps := _gaps(tracks):
        found.append(Draft(Kind.INCOMPLETE_ALBUM, gaps))
    return found


def better_copy(track: Track, others: Iterable[Track]) -> Draft | None:
    """Which other present copy of the same recording makes this one needless."""
    mine = (_quality(track), -track.added_at, track.id)
    best, best_rank = None, mine
    for other in others:
        rank = (_quality(other), -other.added_at, other.id)
        if not other.missing and other.id != track.id and rank > best_rank:
            best, best_rank = other, rank
    if best is None:
        return None
    how = "better" if best_rank[0] > mine[0] else "older, equally good"
    where = f" on {best.album.name}" if best.album else ""
    detail = f"The same recording as {best.title}{where}, which is the {how} copy ({_sound(best)})."
    return Draft(Kind.DUPLICATE, detail, best.id)


def _missing_tags(track: Track) -> Draft | None:
    artists = [credit for credit in track.credits if credit.role is CreditRole.ARTIST]
    lacks = []
    if _FILE_NAME.fullmatch(track.title) and _stem(track.path) in {track.title, None}:
        lacks.append("a title")
    if not artists or artists[0].artist.name == UNKNOWN_ARTIST:
        lacks.append("an artist")
    if track.album is None or track.album.name == UNKNOWN_ALBUM:
        lacks.append("an album")
    elif track.track_number is None:
        lacks.append("a number")
    if track.date is None and track.original_date is None:
        lacks.append("a year")
    if not lacks:
        return None
    return Draft(Kind.MISSING_TAGS, f"It has no tag for {_list(lacks)}.")


def _cover(album: Album) -> list[Draft]:
    if album.cover_error is not None:
        return [Draft(Kind.BROKEN_COVER, album.cover_error)]
    if album.cover is None:
        return [Draft(Kind.NO_COVER, "Neither the folder nor the files bring a cover.")]
    if album.cover.sizes and max(album.cover.sizes) <= SMALL_COVER:
        return [Draft(Kind.TINY_COVER, f"The cover has at most {SMALL_COVER} pixels.")]
    return []


def _contradictions(album: Album, tracks: Sequence[Track]) -> list[str]:
    wrong = []
    places = Counter(
        (track.disc_number or 1, track.track_number) for track in tracks if track.track_number
    )
    twice = sorted({number for (_, number), times in places.items() if times > 1})
    if twice:
        wrong.append(f"Several tracks have number {_list(map(str, twice[:5]))}.")
    years = sorted({track.date[:4] for track in tracks if track.date})
    if len(years) > 1 and album.type is not AlbumType.COMPILATION:
        wrong.append(f"The tracks name different years: {_list(years[:5])}.")
    totals: dict[int, set[int]] = {}
    for track in tracks:
        if track.track_total:
            totals.setdefault(track.disc_number or 1, set()).add(track.track_total)
    if any(len(each) > 1 for each in totals.values()):
        wrong.append("The tracks name different totals.")
    over = [
        t for t in tracks if t.track_total and t.track_number and t.track_number > t.track_total
    ]
    if over:
        wrong.append(f"Track {over[0].track_number} of {over[0].track_total} cannot be.")
    return wrong


def _gaps(tracks: Sequence[Track]) -> str:
    """What numbers of each disc are left out; "" if none are."""
    parts = []
    discs = sorted({track.disc_number or 1 for track in tracks})
    for disc in discs:
        mine = [track for track in tracks if (track.disc_number or 1) == disc]
        numbers = {track.track_number for track in mine if track.track_number}
        total = max((t.track_total or 0 for t in mine), default=0)
        last = max([*numbers, min(total, 500)], default=0)
        gaps = [number for number in range(1, min(last, 1_000) + 1) if number not in numbers]
        if numbers and gaps:
            more = " and more" if len(gaps) > 5 else ""
            on = f" of disc {disc}" if len(discs) > 1 else ""
            parts.append(f"Number {_list(map(str, gaps[:5]))}{more}{on} is not there.")
    return " ".join(parts)


def _quality(track: Track) -> tuple[bool, int, int, int]:
    lossless = (track.suffix or "") in _LOSSLESS_SUFFIXES or bool(track.bit_depth)
    return (
        lossless,
        track.bit_depth or 0 if lossless else 0,
        track.sample_rate or 0 if lossless else 0,
        0 if lossless else track.bitrate or 0,
    )


def _sound(track: Track) -> str:
    suffix = (track.suffix or "?").upper()
    if _quality(track)[0] and track.sample_rate:
        return f"{suffix}, {track.sample_rate / 1000:g} kHz"
    return f"{suffix}, {(track.bitrate or 0) // 1000} kbit/s"


def _stem(path: str | None) -> str | None:
    return path.rpartition("/")[2].rpartition(".")[0] if path else None


def _clock(milliseconds: int) -> str:
    seconds = round(milliseconds / 1000)
    return f"{seconds // 60}:{seconds % 60:02}"


def _list(words: Iterable[str]) -> str:
    every = list(words)
    return " and ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else every[0]
