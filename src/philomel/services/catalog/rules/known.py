"""Whether a track is the one that somebody knows from elsewhere."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import (
    EntryMatch,
    Known,
    KnownEntry,
    MatchedBy,
    SelectTracks,
    TrackField,
    TrackMatch,
)
from philomel.services.catalog.rules.folding import fold

K = TypeVar("K", Known, KnownEntry)

NEAR_MS, FAR_MS = 3_000, 15_000
"""Two encodings differ by little; the same name with another length is another recording."""
_PARTS = 12
MOST_KNOWN, MOST_CONDITIONS, MOST_TEXTS, MOST_IDS, MOST_CHOSEN = 500, 100, 50, 50_000, 10_000
_SEPARATORS = re.compile(r"\s*(?:[;,/&+]|\bfeat\.?|\bft\.?|\bfeaturing\b|\band\b|\bwith\b)\s*")


class Candidate(Struct, frozen=True):
    """A track that may be it."""

    id: str
    title: str
    artists: tuple[str, ...]
    album: str
    duration_ms: int
    isrc: str = ""
    recording_id: str = ""
    track_number: int = 0
    disc_number: int = 0
    missing: bool = False


class NamedCandidate(Struct, frozen=True):
    """An album, with its artists, or an artist that may be it."""

    id: str
    name: str
    mbid: str | None = None
    artists: tuple[str, ...] = ()


def path_endings(path: str, roots: Iterable[bytes]) -> list[bytes]:
    """Paths below a library that this path may mean, the likeliest first.

    What follows the place of a library; else its longest endings, because the same folders
    may lie somewhere else on another machine. Nothing with ".." means anything.
    """
    parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", "."}]
    while parts and parts[0] == "..":
        parts.pop(0)
    if not parts or ".." in parts:
        return []
    encoded = [part.encode("utf-8", "surrogateescape") for part in parts]
    whole = b"/" + b"/".join(encoded)
    endings = [
        whole[len(root.rstrip(b"/")) + 1 :]
        for root in sorted(roots, key=len, reverse=True)
        if whole.startswith(root.rstrip(b"/") + b"/")
    ]
    first = max(0, len(encoded) - _PARTS)
    endings += [b"/".join(encoded[start:]) for start in range(first, len(encoded))]
    return list(dict.fromkeys(ending for ending in endings if ending))


def best(known: Known, candidates: Sequence[Candidate]) -> TrackMatch:
    """The likeliest of the candidates; nothing if none is surely meant."""
    scored = [
        (points, not each.missing, each.id, by)
        for each in candidates
        for points, by in (_points(known, each),)
        if by is not None
    ]
    if not scored:
        return TrackMatch()
    most = max(each[:2] for each in scored)
    likeliest = {id_: by for points, there, id_, by in scored if (points, there) == most}
    lengths = [each.duration_ms for each in candidates if each.id in likeliest]
    if max(lengths) - min(lengths) > NEAR_MS:
        return TrackMatch()  # two recordings, and nothing says which
    id_ = min(likeliest)
    return TrackMatch(id_, likeliest[id_])


def best_entry(known: KnownEntry, candidates: Sequence[NamedCandidate]) -> EntryMatch:
    """The album or artist that is meant; nothing if it is none, or may be several."""
    if known.musicbrainz_id:
        mbid = known.musicbrainz_id.casefold()
        same = [each for each in candidates if (each.mbid or "").casefold() == mbid]
        if len(same) == 1:
            return EntryMatch(same[0].id, MatchedBy.MUSICBRAINZ)
    named = [each for each in candidates if fold(each.name) == fold(known.name)]
    if known.artist:
        named = [each for each in named if same_artist(known.artist, each.artists)]
    return EntryMatch(named[0].id, MatchedBy.TAGS) if len(named) == 1 else EntryMatch()


def _points(known: Known, found: Candidate) -> tuple[int, MatchedBy | None]:
    """How surely it is this one; by nothing if it is not."""
    apart = abs(known.duration_ms - found.duration_ms) if known.duration_ms else 0
    same_title = bool(known.title) and fold(known.title) == fold(found.title)
    same_album = bool(known.album) and fold(known.album) == fold(found.album)
    extra = 40 * same_album + 10 * (known.duration_ms > 0 and apart <= NEAR_MS)
    extra += 5 * (known.track_number > 0 and known.track_number == found.track_number)
    extra += 2 * (known.disc_number > 0 and known.disc_number == found.disc_number)
    if known.recording_id and known.recording_id.casefold() == found.recording_id.casefold():
        return 300 + extra, MatchedBy.MUSICBRAINZ
    if known.isrc and known.isrc.upper() == found.isrc.upper() and apart <= FAR_MS:
        return 200 + extra, MatchedBy.ISRC
    if not same_title:
        return 0, None
    if known.artist:
        if not same_artist(known.artist, found.artists):
            return 0, None
        if known.duration_ms and apart > (FAR_MS if same_album else NEAR_MS):
            return 0, None
        return 100 + extra, MatchedBy.TAGS
    # Without an artist the title alone says too little.
    near = known.duration_ms > 0 and apart <= NEAR_MS
    return (50 + extra, MatchedBy.TAGS) if same_album or near else (0, None)


def same_artist(text: str, names: Sequence[str]) -> bool:
    """Whether a text names one of these, alone or among others."""
    folded = {fold(name) for name in names}
    if fold(text) in folded:
        return True
    return any(part in folded for part in _SEPARATORS.split(fold(text)) if part)


def check_known(items: Sequence[K]) -> Sequence[K]:
    """Raises: InvalidArgument for more than can be looked for at a time."""
    if len(items) > MOST_KNOWN:
        raise InvalidArgument(f"at most {MOST_KNOWN} at a time")
    return items


def check_selection(request: SelectTracks) -> None:
    """Raises: InvalidArgument for more than can be chosen by, or from."""
    conditions = [each for group in request.groups for each in group.conditions]
    if len(conditions) > MOST_CONDITIONS:
        raise InvalidArgument(f"at most {MOST_CONDITIONS} conditions")
    for each in conditions:
        most = MOST_IDS if each.field is TrackField.ID else MOST_TEXTS
        if len(each.texts) > most or len(each.numbers) > MOST_TEXTS:
            raise InvalidArgument(f"at most {most} values in a condition")
        if any(abs(number) >= 1 << 31 for number in each.numbers):
            raise InvalidArgument("a number is too large")
        if any(abs(number or 0) >= 1 << 62 for number in (each.low, each.high)):
            raise InvalidArgument("a number is too large")
    if not (1 <= request.most <= MOST_CHOSEN and 0 <= request.limit <= MOST_KNOWN):
        raise InvalidArgument(f"at most {MOST_CHOSEN} tracks, {MOST_KNOWN} at a time")
    if len(request.ranked) > MOST_IDS:
        raise InvalidArgument(f"at most {MOST_IDS} tracks can be ranked")
    if not 0 <= request.offset < 1 << 31:
        raise InvalidArgument("offset must not be negative")
