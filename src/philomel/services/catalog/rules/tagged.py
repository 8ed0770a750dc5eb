"""What tags say that the catalogue keeps as it is."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from philomel.services.catalog.contract import AlbumTags, TrackTags
from philomel.services.catalog.rules import values

Found = Mapping[str, tuple[str, ...]]

_VALUES: Final = 20
_SHORT: Final = 100
_NUMBER = re.compile(r"\s*\d{1,5}\s*(?:/\s*\d{1,5}\s*)?", re.ASCII)
_LIST = re.compile(r"[;,/]")
_TRACK: Final = frozenset((
    "subtitle", "grouping", "mood", "key", "bpm", "work", "musicbrainz_workid", "movement",
    "movementname", "movementnumber", "movementtotal", "discsubtitle", "media", "language",
    "copyright", "license", "website", "encodedby", "encodersettings", "isrc", "itunesadvisory",
    "titlesort",
))  # fmt: skip
_ALBUM: Final = (
    "releasetype", "releasestatus", "releasecountry", "label", "catalognumber", "script",
    "albumsort",
)  # fmt: skip


def track_tags(found: Found) -> TrackTags | None:
    """None if there is nothing of it."""
    if _TRACK.isdisjoint(found):
        return None
    number, total, movement = _movement(found)
    tags = TrackTags(
        subtitle=_text(found, "subtitle"),
        grouping=_texts(found, "grouping"),
        moods=_texts(found, "mood"),
        key=_text(found, "key", _SHORT),
        bpm=_bpm(found),
        work=_text(found, "work"),
        work_id=_mbid(found, "musicbrainz_workid"),
        movement=movement,
        movement_number=number,
        movement_total=total,
        disc_subtitle=_text(found, "discsubtitle"),
        media=_text(found, "media", _SHORT),
        languages=_texts(found, "language", _SHORT),
        copyright=_text(found, "copyright"),
        license=_text(found, "license"),
        website=_text(found, "website"),
        encoder=_text(found, "encodedby"),
        encoder_settings=_text(found, "encodersettings"),
        isrcs=_isrcs(found),
        clean=next(iter(found.get("itunesadvisory", ())), "").strip() == "2",
        title_sort=_text(found, "titlesort"),
    )
    return tags if tags != _NO_TRACK_TAGS else None


def album_tags(found: Found) -> AlbumTags | None:
    """None if there is nothing of it."""
    return _album_tags(tuple([found.get(name) for name in _ALBUM]))


@lru_cache(maxsize=1024)
def _album_tags(given: tuple[tuple[str, ...] | None, ...]) -> AlbumTags | None:
    """All tracks of an album say the same."""
    found = {name: said for name, said in zip(_ALBUM, given, strict=True) if said is not None}
    if not found:
        return None
    tags = AlbumTags(
        release_types=_release_types(found),
        release_status=_text(found, "releasestatus", _SHORT).casefold(),
        country=_text(found, "releasecountry", _SHORT),
        labels=_texts(found, "label"),
        catalog_numbers=_texts(found, "catalognumber", _SHORT),
        script=_text(found, "script", _SHORT),
        name_sort=_text(found, "albumsort"),
    )
    return tags if tags != _NO_ALBUM_TAGS else None


_NO_TRACK_TAGS: Final = TrackTags()
_NO_ALBUM_TAGS: Final = AlbumTags()


def _movement(found: Found) -> tuple[int | None, int | None, str]:
    """Some write the number into "movement", some the name."""
    number, total = values.number(_text(found, "movementnumber", _SHORT))
    name = _text(found, "movementname")
    either = _text(found, "movement")
    if _NUMBER.fullmatch(either):
        of, all_ = values.number(either)
        number, total = number or of, total or all_
    else:
        name = name or either
    return number, total or values.number(_text(found, "movementtotal", _SHORT))[0], name


def _release_types(found: Found) -> tuple[str, ...]:
    """Several in one tag, or in a tag each."""
    kinds = (
        kind
        for value in found.get("releasetype", ())[:_VALUES]
        for kind in _LIST.split(value[:1_000])
    )
    tidy = (values.clean(kind, _SHORT).casefold() for kind in kinds)
    return tuple(dict.fromkeys(kind for kind in tidy if kind))[:_VALUES]


def _isrcs(found: Found) -> tuple[str, ...]:
    codes = [code for value in found.get("isrc", ()) for code in _LIST.split(value[:1_000])]
    good = (values.isrc(code) for code in codes[:_VALUES])
    return tuple(dict.fromkeys(code for code in good if code))


def _bpm(found: Found) -> float | None:
    value = values.decimal(next(iter(found.get("bpm", ())), ""), 1000)
    return round(value, 3) if value and value >= 1 else None


def _mbid(found: Found, tag: str) -> str:
    return next((good for value in found.get(tag, ()) if (good := values.mbid(value))), "")


def _text(found: Found, tag: str, length: int = values.NAME_LENGTH) -> str:
    if tag not in found:
        return ""
    return next((text for value in found[tag] if (text := values.clean(value, length))), "")


def _texts(found: Found, tag: str, length: int = values.NAME_LENGTH) -> tuple[str, ...]:
    if tag not in found:
        return ()
    tidy = (values.clean(value, length) for value in found[tag][:_VALUES])
    return tuple(dict.fromkeys(text for text in tidy if text))
