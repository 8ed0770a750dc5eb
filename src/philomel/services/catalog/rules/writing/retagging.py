"""Which tags of a file an edit changes."""

import re
from collections.abc import Iterable, Mapping, Sequence

from philomel.kernel.errors import InvalidArgument
from philomel.services.catalog.contract import TagEdit, TagField, TagFields
from philomel.services.catalog.rules.values import clean

_LONGEST, _MOST = 1_000, 50
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_NUMBER = re.compile(r"[1-9]\d{0,3}")
_TAGS: Mapping[TagField, tuple[str, ...]] = {
    # The first is what is written; the others said the same of the old value, and go.
    TagField.TITLE: ("title", "titlesort"),
    TagField.ARTISTS: ("artist", "artists", "artistsort", "musicbrainz_artistid"),
    TagField.ALBUM: (
        "album", "albumsort", "musicbrainz_albumid", "musicbrainz_releasegroupid",
        "musicbrainz_releasetrackid",
    ),
    TagField.ALBUM_ARTISTS: (
        "albumartist", "albumartists", "albumartistsort", "musicbrainz_albumartistid",
    ),
    TagField.GENRES: ("genre",),
    TagField.DATE: ("date",),
    TagField.TRACK_NUMBER: ("tracknumber",),
    TagField.TRACK_TOTAL: ("tracktotal",),
    TagField.DISC_NUMBER: ("discnumber",),
    TagField.DISC_TOTAL: ("disctotal",),
}  # fmt: skip
_SEVERAL = {TagField.ARTISTS, TagField.ALBUM_ARTISTS, TagField.GENRES}
_NUMBERS = {
    TagField.TRACK_NUMBER, TagField.TRACK_TOTAL, TagField.DISC_NUMBER, TagField.DISC_TOTAL,
}  # fmt: skip


def tags_of(edits: Iterable[TagEdit]) -> dict[str, tuple[str, ...]]:
    """What is to be written, by the names of the audio port.

    Raises:
        InvalidArgument: a value cannot stand in its field.
    """
    tags: dict[str, tuple[str, ...]] = {}
    for edit in edits:
        values = tuple(value for each in edit.values if (value := clean(each, _LONGEST)))
        if len(values) > (_MOST if edit.field in _SEVERAL else 1):
            raise InvalidArgument(f"too many values for {edit.field.value}")
        if edit.field in _NUMBERS and not all(map(_NUMBER.fullmatch, values)):
            raise InvalidArgument(f"{edit.field.value} is a number between 1 and 9999")
        if edit.field is TagField.DATE and not all(map(_DATE.fullmatch, values)):
            raise InvalidArgument("a date is 2011, 2011-03 or 2011-03-24")
        first, *others = _TAGS[edit.field]
        if first in tags:
            raise InvalidArgument(f"{edit.field.value} is named twice")
        tags[first] = values
        tags |= dict.fromkeys(others, ())
    return tags


def fields_of(found: Mapping[str, Sequence[str]], *, picture: bool) -> TagFields:
    """What stands in a file, as people mend it."""

    def one(name: str) -> str:
        return (found.get(name) or ("",))[0]

    def number(name: str) -> int:
        value = one(name).strip()
        return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0

    return TagFields(
        title=one("title"), artists=tuple(found.get("artist", ())), album=one("album"),
        album_artists=tuple(found.get("albumartist", ())),
        genres=tuple(found.get("genre", ())),
        date=one("date"), track_number=number("tracknumber"), track_total=number("tracktotal"),
        disc_number=number("discnumber"), disc_total=number("disctotal"), cover=picture,
    )  # fmt: skip
