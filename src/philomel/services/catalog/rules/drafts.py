"""From the tags of one file to the track that the catalogue will keep."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from philomel.services.catalog.contract import (
    AlbumTags,
    AlbumType,
    Chapter,
    CreditRole,
    LyricSet,
    Settings,
    TrackTags,
)
from philomel.services.catalog.rules import lyrics, paths, values
from philomel.services.catalog.rules.editions import group_key, part_title
from philomel.services.catalog.rules.folding import digest, fold
from philomel.services.catalog.rules.names import Splitter
from philomel.services.catalog.rules.people import parts
from philomel.services.catalog.rules.tagged import album_tags, track_tags

UNKNOWN_ARTIST: Final = "[Unknown Artist]"
UNKNOWN_ALBUM: Final = "[Unknown Album]"
VARIOUS_ARTISTS: Final = "Various Artists"
VARIOUS_ARTISTS_ID: Final = "89ad4ac3-39f7-470e-963a-56509c546377"
"""MusicBrainz's own id for it."""

_VARIOUS = frozenset(("various artists", "various", "va", "v.a."))
_TYPES = {
    "album": AlbumType.ALBUM,
    "single": AlbumType.SINGLE,
    "ep": AlbumType.EP,
    "compilation": AlbumType.COMPILATION,
}


class Name(Struct, frozen=True):
    """Somebody as a tag names them."""

    name: str
    mbid: str | None = None
    sort: str | None = None


class AlbumDraft(Struct, frozen=True):
    """The album a file says it belongs to.

    Attributes:
        key: what makes it the same album, together with `folder` and `year` (see `matching`).
        artists: as tagged; empty if they are to be found among the tracks' artists.
        group_key: see `editions`; empty if the artists are not known yet.
    """

    key: str
    name: str
    artists: tuple[Name, ...]
    folder: bytes
    type: AlbumType
    mbid: str | None
    date: str | None
    original_date: str | None
    label: str | None
    barcode: str | None
    edition: str | None = None
    release_group_id: str | None = None
    group_key: str = ""
    tags: AlbumTags | None = None

    @property
    def year(self) -> int | None:
        return year_of(self.original_date, self.date)


class Taking(Struct, frozen=True):
    """Somebody's part in a recording, besides its artists and composers."""

    role: CreditRole
    name: Name
    instrument: str = ""


class Draft(Struct, frozen=True):
    """A track as its file describes it.

    Attributes:
        guessed: some of it comes from the path, because tags are missing.
    """

    title: str
    artists: tuple[Name, ...]
    composers: tuple[Name, ...]
    album: AlbumDraft
    genres: tuple[str, ...]
    match_key: str
    disc_number: int | None
    disc_total: int | None
    track_number: int | None
    track_total: int | None
    date: str | None
    original_date: str | None
    explicit: bool
    isrc: str | None
    recording_id: str | None
    release_track_id: str | None
    comment: str | None
    bpm: int | None
    gain_db: float | None
    gain_peak: float | None
    album_gain_db: float | None
    album_gain_peak: float | None
    lyrics: tuple[LyricSet, ...]
    warnings: tuple[str, ...]
    others: tuple[Taking, ...] = ()
    tags: TrackTags | None = None
    chapters: tuple[Chapter, ...] = ()
    guessed: bool = False

    @property
    def year(self) -> int | None:
        return year_of(self.original_date, self.date)


def year_of(*dates: str | None) -> int | None:
    for date in dates:
        if date:
            return int(date[:4])
    return None


class Drafter:
    """Makes drafts by the settings for separators."""

    def __init__(self, settings: Settings) -> None:
        self._artists = Splitter(settings.artist_separators, settings.artist_exceptions)
        self._genres = Splitter(settings.genre_separators, settings.genre_exceptions)

    def draft(self, key: bytes, tags: Iterable[tuple[str, tuple[str, ...]]]) -> Draft:
        """The track in the file at `key`; whatever is missing comes from the path."""
        found = dict(tags)
        warnings: list[str] = []
        title = _text(found, "title")
        artists = self._people(found, "artist", "artists", warnings)
        album = _text(found, "album")
        guessed = paths.guess(key) if not (title and artists and album) else None
        dates = _date(found, "date"), _date(found, "originaldate")
        disc, disc_total = _number(found, "discnumber", "disctotal", "totaldiscs")
        number, total = _number(found, "tracknumber", "tracktotal", "totaltracks")
        tagged = bool(artists)
        if guessed is not None:
            number = guessed.track_number if number is None and not title else number
            disc = guessed.disc_number if disc is None else disc
            title = title or guessed.title
            if not artists:
                artists = (Name(guessed.artist or UNKNOWN_ARTIST),)
                dates = (dates[0] or guessed.date, dates[1])
            # A tagged file without an album is a loose song, whatever its folder is called.
            album = album or (None if tagged else guessed.album)
        assert title
        return Draft(
            title=title, artists=artists,
            composers=self._people(found, "composer", None, warnings),
            album=self._album(key, found, album, artists, dates, warnings),
            genres=self._genres.names(found.get("genre", ())),
            match_key=digest(fold(artists[0].name), fold(title), fold(album or "")),
            disc_number=disc, disc_total=disc_total, track_number=number, track_total=total,
            date=dates[0], original_date=dates[1],
            explicit=_first(found, "itunesadvisory").strip() in ("1", "4"),
            isrc=_first_good(found, "isrc", values.isrc),
            recording_id=_first_good(found, "musicbrainz_trackid", values.mbid),
            release_track_id=_first_good(found, "musicbrainz_releasetrackid", values.mbid),
            comment=values.clean_lines(_first(found, "comment"), values.TEXT_LENGTH) or None,
            bpm=_bpm(_first(found, "bpm")),
            gain_db=_gain(found, "track"), gain_peak=_peak(found, "track"),
            album_gain_db=_gain(found, "album"), album_gain_peak=_peak(found, "album"),
            lyrics=_lyrics(found, warnings), warnings=tuple(warnings),
            others=self._others(found), tags=track_tags(found), guessed=guessed is not None,
        )  # fmt: skip

    def _people(
        self,
        found: Mapping[str, tuple[str, ...]],
        tag: str,
        several: str | None,
        warnings: list[str],
    ) -> tuple[Name, ...]:
        """Names with their MusicBrainz ids and sort names, where these stand one to one."""
        given = found.get(several, ()) if several else ()
        if not given and tag not in found:
            return ()
        if given:
            # Picard's "artists" is a real list: a separator in it belongs to the name.
            names = tuple(dict.fromkeys(filter(None, map(values.clean, given))))
        else:
            given = found.get(tag, ())
            names = self._artists.names(given)
        if len(given) > 1 and len(names) < len(set(given)):
            warnings.append(f"{len(given)} names in {tag}: {len(names)} were kept.")
        return _named(
            names[:100], found.get(f"musicbrainz_{tag}id", ()), found.get(f"{tag}sort", ())
        )

    def _others(self, found: Mapping[str, tuple[str, ...]]) -> tuple[Taking, ...]:
        return tuple(
            Taking(role, Name(name), instrument)
            for role, name, instrument in parts(found, self._artists)
        )

    def _album(
        self,
        key: bytes,
        found: Mapping[str, tuple[str, ...]],
        name: str | None,
        artists: tuple[Name, ...],
        dates: tuple[str | None, str | None],
        warnings: list[str],
    ) -> AlbumDraft:
        by = self._people(found, "albumartist", "albumartists", warnings)
        folder = paths.album_folder(key)
        together = values.is_yes(_first(found, "compilation"))
        mbid = _first_good(found, "musicbrainz_albumid", values.mbid) if name else None
        kinds = {
            part.strip().casefold()
            for value in found.get("releasetype", ())
            for part in value.replace(";", "/").replace(",", "/").split("/")
        }
        if together and not by:
            by = (Name(VARIOUS_ARTISTS, VARIOUS_ARTISTS_ID),)
        kind = next(
            (_TYPES[k] for k in ("compilation", "ep", "single", "album") if k in kinds), None
        )
        if together or (by and fold(by[0].name) in _VARIOUS):
            kind = AlbumType.COMPILATION
        if name is None:
            by = by or artists
            identity = ("loose", *(fold(artist.name) for artist in by))
        elif mbid:
            identity = ("release", mbid)
        elif by:
            identity = ("album", fold(name), *(fold(artist.name) for artist in by))
        elif folder:
            identity = _in_folder(folder, name)
        else:
            # Loose files in the library's root: an equal title alone makes no album.
            identity = ("album", fold(name), *(fold(artist.name) for artist in artists))
        group = _first_good(found, "musicbrainz_releasegroupid", values.mbid) if name else None
        return AlbumDraft(
            key=digest(*identity), name=name or UNKNOWN_ALBUM, artists=by,
            folder=folder, type=kind or AlbumType.ALBUM, mbid=mbid,
            date=dates[0] if name else None, original_date=dates[1] if name else None,
            label=(_text(found, "label") or _text(found, "publisher")) if name else None,
            barcode=(_text(found, "barcode") or "")[:64] or None if name else None,
            edition=(_text(found, "albumversion") or part_title(name)[1] or None) if name else None,
            release_group_id=group,
            group_key=group_key(group, by[0].name if by else None, name) if name else "",
            tags=album_tags(found) if name else None,
        )  # fmt: skip


def _in_folder(folder: bytes, name: str) -> tuple[str, ...]:
    return "folder", folder.hex(), fold(name)


def folder_key(folder: bytes, name: str) -> str:
    """The key of an album that only its folder tells from others of its name."""
    return digest(*_in_folder(folder, name))


def release_key(mbid: str) -> str:
    """The key of an album with a MusicBrainz id."""
    return digest("release", mbid)


@lru_cache(maxsize=1024)
def _named(
    names: tuple[str, ...], ids: tuple[str, ...], sorts: tuple[str, ...]
) -> tuple[Name, ...]:
    """Names with their ids and sort names, if there are as many of these."""
    mbids = [values.mbid(text) for text in ids] if len(ids) == len(names) else []
    if len(sorts) != len(names):
        sorts = ()
    return tuple(
        Name(
            name,
            mbids[place] if mbids else None,
            (values.clean(sorts[place]) or None) if sorts else None,
        )
        for place, name in enumerate(names)
    )


def _first(found: Mapping[str, tuple[str, ...]], tag: str) -> str:
    return next(iter(found.get(tag, ())), "")


def _text(found: Mapping[str, tuple[str, ...]], tag: str) -> str | None:
    for value in found.get(tag, ()):
        if text := values.clean(value):
            return text
    return None


def _first_good(
    found: Mapping[str, tuple[str, ...]], tag: str, parse: Callable[[str], str | None]
) -> str | None:
    return next((good for value in found.get(tag, ()) if (good := parse(value))), None)


def _date(found: Mapping[str, tuple[str, ...]], tag: str) -> str | None:
    return _first_good(found, tag, values.date)


def _number(
    found: Mapping[str, tuple[str, ...]], tag: str, *totals: str
) -> tuple[int | None, int | None]:
    number, total = values.number(_first(found, tag))
    for name in totals:
        total = total or values.number(_first(found, name))[0]
    return number, total


def _bpm(text: str) -> int | None:
    value = values.decimal(text, 1000)
    return round(value) if value and value >= 1 else None


def _gain(found: Mapping[str, tuple[str, ...]], of: str) -> float | None:
    gain = values.decimal(_first(found, f"replaygain_{of}_gain"), 60)
    return gain if gain is not None else values.opus_gain(_first(found, f"r128_{of}_gain"))


def _peak(found: Mapping[str, tuple[str, ...]], of: str) -> float | None:
    peak = values.decimal(_first(found, f"replaygain_{of}_peak"), 100)
    return peak if peak is not None and peak >= 0 else None


def _lyrics(found: Mapping[str, tuple[str, ...]], warnings: list[str]) -> tuple[LyricSet, ...]:
    """All that stands in tags named "lyrics" or "lyrics:eng"."""
    sets: list[LyricSet] = []
    for tag in [tag for tag in found if tag.startswith("lyrics")]:
        name, colon, code = tag.partition(":")
        if name != "lyrics":
            continue
        told = code if colon else next(iter(found.get("language", ())), "")
        for text in found[tag]:
            try:
                one = lyrics.parse(text, lyrics.language_of(told))
            except lyrics.BadLyrics as error:
                warnings.append(f"Its lyrics were left out: {error}.")
            else:
                sets += [one] if one is not None else []
    return lyrics.best_first(sets)
