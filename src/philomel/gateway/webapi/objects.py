"""Tracks, albums and artists in the shapes of the Web API.

Every field of the published description is there, also those it calls deprecated:
programs written before they were still read them.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from philomel.services.catalog.contract import (
    Album,
    AlbumType,
    Artist,
    Cover,
    Credit,
    CreditRole,
    Named,
    Track,
)

Object = dict[str, object]

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_PRECISION = {4: "year", 7: "month", 10: "day"}
_PLAYABLE: Object = {"is_playable": True}
# No file of it can be reached at the moment: the nearest that this API has a word for.
_GONE: Object = {"is_playable": False, "restrictions": {"reason": "market"}}
_NO_DATE = ("0000", "year")
# Nothing here depends on where a listener is, so every market is named.
_CODES = (
    "AD AE AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW "
    "BY BZ CA CD CG CH CI CL CM CO CR CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ES "
    "ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL "
    "IN IQ IS IT JM JO JP KE KG KH KI KM KN KR KW KZ LA LB LC LI LK LR LS LT LU "
    "LV LY MA MC MD ME MG MH MK ML MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL "
    "NO NP NR NZ OM PA PE PG PH PK PL PR PS PT PW PY QA RO RS RW SA SB SC SE SG "
    "SI SK SL SM SN SR ST SV SZ TD TG TH TJ TL TN TO TR TT TV TW TZ UA UG US UY "
    "UZ VC VE VN VU WS XK ZA ZM ZW"
)
MARKETS = msgspec.Raw(('["' + _CODES.replace(" ", '","') + '"]').encode())


@dataclass(frozen=True)
class Frame:
    """What objects need besides themselves.

    Attributes:
        base: the server's address, without a slash at the end.
        covers: signed paths by cover id and size.
        albums: by id, for the tracks on them.
        shown: objects of these albums, made once for all the tracks of an answer.
    """

    base: str
    covers: Mapping[tuple[str, int], str] = field(default_factory=dict)
    albums: Mapping[str, Album] = field(default_factory=dict)
    shown: dict[str, Object] = field(default_factory=dict)

    def images(self, cover: Cover | None) -> list[Object]:
        """The sizes of a picture, the largest first."""
        if cover is None:
            return []
        return [
            {"url": self.base + self.covers[cover.id, size], "height": size, "width": size}
            for size in sorted(cover.sizes, reverse=True)
            if (cover.id, size) in self.covers
        ]


def instant(at: int) -> str:
    """Milliseconds since the Unix epoch, to the second."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def precise_instant(at: int) -> str:
    text = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def popularity(plays: int) -> int:
    """0 to 100, logarithmic: 100,000 plays are all there is to reach."""
    return min(100, round(20 * math.log10(1 + max(plays, 0))))


def simple_artist(frame: Frame, artist: Named) -> Object:
    return {**_address(frame, "artist", artist.id), "name": artist.name}


def linked_from(found: Object, asked: str) -> Object:
    """Under which id a track was asked for."""
    own = str(found["id"])
    return {
        "external_urls": {"spotify": str(found["external_urls"]["spotify"]).replace(own, asked)},  # type: ignore[index]  # made below
        "href": str(found["href"]).replace(own, asked),
        "id": asked,
        "type": "track",
        "uri": f"spotify:track:{asked}",
    }


def user(base: str, id_: str, name: str, followers: int) -> Object:
    return {
        "display_name": name,
        "external_urls": {"spotify": f"{base}/user/{id_}"},
        "followers": {"href": None, "total": followers},
        "href": f"{base}/v1/users/{id_}",
        "id": id_,
        "images": [],
        "type": "user",
        "uri": f"spotify:user:{id_}",
    }


def artist(frame: Frame, found: Artist, followers: int = 0) -> Object:
    return {
        **_address(frame, "artist", found.id),
        "name": found.name,
        "followers": {"href": None, "total": followers},
        "genres": list(found.genres),
        "images": frame.images(found.cover),
        "popularity": popularity(found.play_count),
    }


def simple_album(frame: Frame, found: Album) -> Object:
    release_date, precision = _released(found.original_date or found.date, found.year)
    return {
        **_address(frame, "album", found.id),
        "album_type": album_type(found.type),
        "artists": artists_of(frame, found.credits, CreditRole.ALBUM_ARTIST),
        "available_markets": MARKETS,
        "images": frame.images(found.cover),
        "is_playable": True,
        "name": found.name,
        "release_date": release_date,
        "release_date_precision": precision,
        "total_tracks": found.track_count,
    }


def album(frame: Frame, found: Album, tracks: Object, notices: Iterable[str] = ()) -> Object:
    """Args:
    frame: what it is shown in.
    found: the album.
    tracks: the first page of its tracks.
    notices: their copyrights, as tagged.
    """
    return {
        **simple_album(frame, found),
        "copyrights": [_copyright(text) for text in dict.fromkeys(notices) if text],
        "external_ids": {"upc": found.barcode} if found.barcode else {},
        "genres": list(found.genres),
        "label": found.label or "",
        "popularity": popularity(found.play_count),
        "tracks": tracks,
    }


def _copyright(text: str) -> Object:
    """The kind stands before the year: ℗ or (P) for the recording, © or (C) for the work."""
    recording = text.lstrip().upper().startswith(("℗", "(P)"))
    return {"text": text, "type": "P" if recording else "C"}


def simple_track(frame: Frame, found: Track) -> Object:
    playable = _PLAYABLE if found.asset_id is not None and not found.missing else _GONE
    return {
        **_address(frame, "track", found.id),
        "artists": artists_of(frame, found.credits, CreditRole.ARTIST),
        "available_markets": MARKETS,
        "disc_number": found.disc_number or 1,
        "duration_ms": found.duration_ms,
        "explicit": found.explicit,
        "is_local": False,
        **playable,
        "name": found.title,
        "preview_url": None,
        "track_number": found.track_number or 0,
    }


def track(frame: Frame, found: Track) -> Object:
    return {
        **simple_track(frame, found),
        "album": _album_of(frame, found),
        "external_ids": {"isrc": found.isrc} if found.isrc else {},
        "popularity": popularity(found.play_count),
    }


def album_type(kind: AlbumType) -> str:
    """The Web API counts EPs among the singles."""
    return AlbumType.SINGLE.value if kind is AlbumType.EP else kind.value


def artists_of(frame: Frame, credits_: Iterable[Credit], role: CreditRole) -> list[Object]:
    found = {credit.artist.id: credit.artist for credit in credits_ if credit.role is role}
    return [simple_artist(frame, named) for named in found.values()]


def _album_of(frame: Frame, found: Track) -> Object:
    known = frame.albums.get(found.album.id) if found.album else None
    if known is not None:
        made = frame.shown.get(known.id)
        if made is None:
            made = frame.shown[known.id] = simple_album(frame, known)
        return made
    # A track on no album: the shape stays, as it does for a listener's local files there.
    release_date, precision = _released(found.original_date or found.date, None)
    return {
        "album_type": "single",
        "artists": artists_of(frame, found.credits, CreditRole.ARTIST),
        "available_markets": MARKETS,
        "external_urls": {},
        "href": None,
        "id": None,
        "images": frame.images(found.cover),
        "is_playable": True,
        "name": found.album.name if found.album else "",
        "release_date": release_date,
        "release_date_precision": precision,
        "total_tracks": 1,
        "type": "album",
        "uri": None,
    }


def _address(frame: Frame, kind: str, id_: str) -> Object:
    return {
        "external_urls": {"spotify": f"{frame.base}/{kind}/{id_}"},
        "href": f"{frame.base}/v1/{kind}s/{id_}",
        "id": id_,
        "type": kind,
        "uri": f"spotify:{kind}:{id_}",
    }


def _released(date: str | None, year: int | None) -> tuple[str, str]:
    match = _DATE.match(date or "")
    if match is not None:
        return match[0], _PRECISION[len(match[0])]
    if year is not None and 0 < year <= 9_999:
        return f"{year:04}", "year"
    return _NO_DATE
