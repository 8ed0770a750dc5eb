"""How alike artists and tracks are, by what the catalogue knows of them.

Pure rules: credits, genres and years of the tags, and how often something is played by all
listeners together. What a single listener likes or plays is not looked at: on a server of a
few people, others could be recognized by it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from philomel.services.catalog.contract import Album, Artist, CreditRole, Track

_TOGETHER = 3.0
"""What a shared recording weighs, beside 1 for the first shared genre."""
_SAME_ARTIST = 1.5
_YEARS = 12.0
"""After so many years between them, half of the likeness is left."""


def artists_of(track: Track) -> list[str]:
    """Ids of whom the track is by."""
    return [credit.artist.id for credit in track.credits if credit.role is CreditRole.ARTIST]


def year_of(track: Track) -> int | None:
    text = (track.original_date or track.date or "")[:4]
    return int(text) if text.isascii() and text.isdigit() and text != "0000" else None


def related_artists(
    artist: Artist, tracks: Iterable[Track], albums: Mapping[str, Sequence[Album]]
) -> list[str]:
    """Ids of artists like this one, the most alike first.

    Args:
        tracks: that credit the artist.
        albums: well-known ones of the artist's genres, by genre, the foremost genre first.
    """
    points: dict[str, float] = {}
    shared: dict[str, int] = {}
    for track in tracks:
        for id_ in {credit.artist.id for credit in track.credits}:
            shared[id_] = shared.get(id_, 0) + 1
    for id_, count in shared.items():
        points[id_] = _TOGETHER * math.log1p(count)
    for rank, found in enumerate(albums.values()):
        weight = 1.0 / (1 + rank)
        for place, album in enumerate(found):
            for credit in album.credits:
                # Who has several albums there is more of that genre, up to a point.
                known = points.get(credit.artist.id, 0.0)
                near = weight / (1 + place / max(1, len(found)))
                points[credit.artist.id] = known + near / (1 + known)
    points.pop(artist.id, None)
    return sorted(points, key=lambda id_: (-points[id_], id_))


@dataclass(frozen=True)
class Seeds:
    """What recommendations start from."""

    artists: frozenset[str] = frozenset()
    genres: frozenset[str] = frozenset()
    tracks: frozenset[str] = frozenset()
    years: Sequence[int] = ()


@dataclass(frozen=True)
class Wanted:
    """Limits and aims by the name of a number; see `features.numbers`."""

    least: Mapping[str, float] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)
    aims: Mapping[str, float] = field(default_factory=dict)

    def allows(self, numbers: Mapping[str, float | None]) -> bool:
        """Whether a track lies within the limits; a number that is not known lies in none."""
        for name, least in self.least.items():
            value = numbers.get(name)
            if value is None or value < least:
                return False
        for name, most in self.most.items():
            value = numbers.get(name)
            if value is None or value > most:
                return False
        return True

    def distance(self, numbers: Mapping[str, float | None]) -> float:
        """From the aims: 0 where they are met, at most 1 for each of them."""
        total = 0.0
        for name, aim in self.aims.items():
            value = numbers.get(name)
            total += 1.0 if value is None else min(1.0, abs(value - aim) / (abs(aim) + 1.0))
        return total


def likeness(track: Track, seeds: Seeds) -> float:
    """How well a track fits to the seeds."""
    points = 0.0
    if seeds.artists.intersection(artists_of(track)):
        points += _SAME_ARTIST
    genres = {genre.casefold() for genre in track.genres}
    points += len(genres & seeds.genres) / math.sqrt(max(1, len(genres)))
    year = year_of(track)
    if year is not None and seeds.years:
        apart = min(abs(year - each) for each in seeds.years)
        points += 0.5 ** (apart / _YEARS)
    return points + 0.1 * math.log10(1 + track.play_count)


def spread(tracks: Sequence[Track], limit: int) -> list[Track]:
    """The first `limit`, but none by an artist who has a third of them already."""
    most = max(2, limit // 3)
    taken: dict[str, int] = {}
    chosen: list[Track] = []
    left: list[Track] = []
    for track in tracks:
        (first, *_) = artists_of(track) or [track.id]
        if taken.get(first, 0) >= most:
            left.append(track)
            continue
        taken[first] = taken.get(first, 0) + 1
        chosen.append(track)
    return [*chosen, *left][:limit]
