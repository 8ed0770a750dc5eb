"""Tracks, albums and artists as Subsonic and OpenSubsonic name their parts."""

import functools
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from philomel.services.catalog.contract import (
    Album,
    AlbumTags,
    Artist,
    Cover,
    Credit,
    CreditRole,
    Track,
    TrackTags,
)
from philomel.services.playlists.contract import Mark
from philomel.services.plays.contract import PlayCount

Item = dict[str, object]

_KEPT = 16_384
"""Dates and instants whose texts are remembered: many share one, and lists are asked for again."""
_NO_TAGS, _NO_ALBUM_TAGS = TrackTags(), AlbumTags()
_ROLES = {CreditRole.DJ_MIXER: "djmixer"}
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_REPLAY_GAIN_LUFS = -18.0
"""What ReplayGain 2.0 turns everything to: players add their own preference to it."""

_FOLDER: Item = {
    "bpm": 0,
    "comment": "",
    "isrc": [],
    "contributors": [],
    "displayComposer": "",
    "groupings": [],
    "works": [],
    "movements": [],
    "replayGain": {},
    "channelCount": 0,
    "samplingRate": 0,
    "bitDepth": 0,
}
"""What every Child has, and albums that are folders have nothing to say of."""
_ALSO_OF_FOLDERS = (
    "sortName", "musicBrainzId", "genres", "artists", "displayArtist", "moods", "explicitStatus",
)  # fmt: skip
_COVER_ID = re.compile(r"(?:(tr|al|ar|pl)-)?([0-9A-Za-z]{22})(?:-[0-9A-Za-z]*)?", re.ASCII)


@functools.lru_cache(_KEPT)
def moment(at: int) -> str:
    """Milliseconds since the Unix epoch as Subsonic writes instants."""
    text = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def cover_id(kind: str, id_: str, cover: Cover | None) -> str | None:
    """What getCoverArt is asked for; another picture has another id, so players notice."""
    return None if cover is None else f"{kind}-{id_}-{cover.id[:6]}"


def read_cover_id(text: str) -> tuple[str | None, str] | None:
    """The kind, if it is said, and the id in a cover id."""
    match = _COVER_ID.fullmatch(text)
    return None if match is None else (match[1], match[2])


def song(track: Track, mark: Mark | None = None, plays: PlayCount | None = None) -> Item:
    """A Child that is a song."""
    artists = named(track.credits, CreditRole.ARTIST)
    album_artists = named(track.credits, CreditRole.ALBUM_ARTIST) or artists
    composers = named(track.credits, CreditRole.COMPOSER)
    shown = display(artists)
    tags = track.tags or _NO_TAGS
    album = track.album
    item: Item = {
        "id": track.id,
        "isDir": False,
        "title": track.title,
        "artist": shown,
        "duration": round(track.duration_ms / 1000),
        "bitRate": round((track.bitrate or 0) / 1000),
        "created": moment(track.added_at),
        "isVideo": False,
        "type": "music",
        "mediaType": "song",
        "playCount": plays.count if plays else 0,
        "bpm": track.bpm or 0,
        "comment": track.comment or "",
        "sortName": tags.title_sort or track.title,
        "musicBrainzId": track.musicbrainz_id or "",
        "isrc": tags.isrcs or ([track.isrc] if track.isrc else []),
        "genres": [{"name": genre} for genre in track.genres],
        "artists": artists,
        "displayArtist": shown,
        "albumArtists": album_artists,
        "displayAlbumArtist": display(album_artists),
        "contributors": contributors(track.credits),
        "displayComposer": display(composers),
        "moods": tags.moods,
        "groupings": tags.grouping,
        "works": _works(tags),
        "movements": _movements(tags),
        "explicitStatus": "explicit" if track.explicit else "clean" if tags.clean else "",
        "replayGain": _gain(track),
        "channelCount": track.channels or 0,
        "samplingRate": track.sample_rate or 0,
        "bitDepth": track.bit_depth or 0,
    }
    if album is not None:
        item |= {"parent": album.id, "album": album.name, "albumId": album.id}
    year = _year(track.date or track.original_date)
    _add(
        item,
        artistId=artists[0]["id"] if artists else None,
        track=track.track_number,
        discNumber=track.disc_number,
        year=year,
        genre=track.genres[0] if track.genres else None,
        coverArt=cover_id("tr", track.id, track.cover),
        size=track.size,
        contentType=track.content_type,
        suffix=track.suffix,
        path=track.path,
    )
    return marked(item, mark, plays)


def contributors(credits_: Iterable[Credit]) -> list[Item]:
    """Who took part besides the artists; the instrument is the role within the role."""
    found: list[Item] = []
    for credit in credits_:
        if credit.role in (CreditRole.ARTIST, CreditRole.ALBUM_ARTIST):
            continue
        item: Item = {"role": _ROLES.get(credit.role, credit.role.value)}
        if credit.instrument:
            item["subRole"] = credit.instrument
        found.append(item | {"artist": {"id": credit.artist.id, "name": credit.artist.name}})
    return found


def _works(tags: TrackTags) -> list[Item]:
    if not tags.work:
        return []
    item: Item = {"name": tags.work}
    _add(item, musicBrainzId=tags.work_id or None)
    return [item]


def _movements(tags: TrackTags) -> list[Item]:
    if not tags.movement:
        return []
    item: Item = {"name": tags.movement}
    _add(item, number=tags.movement_number, count=tags.movement_total)
    return [item]


def disc_titles(tracks: Iterable[Track]) -> list[Item]:
    """The titles of an album's discs, as its tracks have them."""
    titles: dict[int, str] = {}
    for track in tracks:
        if track.tags is not None and track.tags.disc_subtitle:
            titles.setdefault(track.disc_number or 1, track.tags.disc_subtitle)
    return [{"disc": disc, "title": titles[disc]} for disc in sorted(titles)]


def _release_types(album: Album, tags: AlbumTags) -> list[str]:
    """As MusicBrainz writes them: "Album", "EP", "Live"."""
    kinds = tags.release_types or (album.type.value,)
    return ["EP" if kind == "ep" else kind.capitalize() for kind in kinds]


def album_id3(album: Album, mark: Mark | None = None, plays: PlayCount | None = None) -> Item:
    """An AlbumID3, without its songs."""
    artists = named(album.credits, CreditRole.ALBUM_ARTIST) or named(album.credits, None)
    tags = album.tags or _NO_ALBUM_TAGS
    shown = display(artists)
    labels = tags.labels or ((album.label,) if album.label else ())
    item: Item = {
        "id": album.id,
        "name": album.name,
        "artist": shown,
        "songCount": album.track_count,
        "duration": round(album.duration_ms / 1000),
        "playCount": plays.count if plays else 0,
        "created": moment(album.added_at),
        "sortName": tags.name_sort or album.name,
        "musicBrainzId": album.musicbrainz_id or "",
        "genres": [{"name": genre} for genre in album.genres],
        "artists": artists,
        "displayArtist": shown,
        "releaseTypes": _release_types(album, tags),
        "recordLabels": [{"name": label} for label in labels],
        "moods": [],
        "originalReleaseDate": _item_date(album.original_date),
        "releaseDate": _item_date(album.date),
        "isCompilation": album.type == "compilation",
        "explicitStatus": "explicit" if album.explicit else "",
        "discTitles": [],
        "version": album.edition or "",
    }
    _add(
        item,
        artistId=artists[0]["id"] if artists else None,
        coverArt=cover_id("al", album.id, album.cover),
        year=album.year,
        genre=album.genres[0] if album.genres else None,
    )
    return marked(item, mark, plays)


def album_directory(album: Album, mark: Mark | None = None, plays: PlayCount | None = None) -> Item:
    """A Child that is an album, for players that browse folders."""
    item = album_id3(album, mark, plays)
    name = item.pop("name")
    return {
        **_FOLDER,
        **{
            key: item[key]
            for key in ("id", "artist", "artistId", "coverArt", "year", "genre", "created")
            if key in item
        },
        "isDir": True,
        "isVideo": False,
        "name": name,
        "title": name,
        "album": name,
        "albumId": album.id,
        "duration": item["duration"],
        "songCount": item["songCount"],
        "playCount": item["playCount"],
        "mediaType": "album",
        **{key: item[key] for key in _ALSO_OF_FOLDERS},
        "albumArtists": item["artists"],
        "displayAlbumArtist": item["displayArtist"],
        **{key: item[key] for key in ("parent", "starred", "userRating", "played") if key in item},
        **({"parent": item["artistId"]} if "artistId" in item else {}),
    }


def artist_id3(artist: Artist, mark: Mark | None = None) -> Item:
    item: Item = {
        "id": artist.id,
        "name": artist.name,
        "albumCount": artist.album_count,
        "sortName": artist.sort_name,
        "musicBrainzId": artist.musicbrainz_id or "",
        "roles": ["albumartist"] if artist.album_count else ["artist"],
    }
    _add(item, coverArt=cover_id("ar", artist.id, artist.cover))
    return marked(item, mark, None)


def artist_entry(artist: Artist, mark: Mark | None = None) -> Item:
    """An Artist of the lists that browse folders."""
    item: Item = {"id": artist.id, "name": artist.name}
    _add(item, coverArt=cover_id("ar", artist.id, artist.cover))
    return marked(item, mark, None)


def named(credits_: Iterable[Credit], role: CreditRole | None) -> list[dict[str, str]]:
    """Those of a role, each once, in the order of the tags."""
    found = {
        credit.artist.id: credit.artist.name
        for credit in credits_
        if role is None or credit.role is role
    }
    return [{"id": id_, "name": name} for id_, name in found.items()]


def display(artists: Sequence[dict[str, str]]) -> str:
    if len(artists) == 1:
        return artists[0]["name"]
    return ", ".join([artist["name"] for artist in artists])


def marked(item: Item, mark: Mark | None, plays: PlayCount | None) -> Item:
    """The item with what its listener did with it."""
    if mark is not None:
        if mark.saved_at is not None:
            item["starred"] = moment(mark.saved_at)
        if mark.rating is not None:
            item["userRating"] = mark.rating
    if plays is not None and plays.last_played_at:
        item["played"] = moment(plays.last_played_at)
    return item


def _add(item: Item, **values: object) -> None:
    for name, value in values.items():
        if value is not None:
            item[name] = value


def _gain(track: Track) -> Item:
    gain: Item = {}
    _add(
        gain,
        trackGain=_replay_gain(track.loudness, track.gain_db),
        trackPeak=_linear(track.true_peak, track.gain_peak),
        albumGain=_replay_gain(track.album_loudness, track.album_gain_db),
        albumPeak=_linear(track.album_true_peak, track.album_gain_peak),
    )
    return gain


def _replay_gain(measured: float | None, tagged: float | None) -> float | None:
    """What was measured goes before tags, on the same scale."""
    return tagged if measured is None else round(_REPLAY_GAIN_LUFS - measured, 2)


def _linear(measured: float | None, tagged: float | None) -> float | None:
    return tagged if measured is None else round(10 ** (measured / 20), 6)


@functools.lru_cache(_KEPT)
def _year(date: str | None) -> int | None:
    match = _DATE.match(date or "")
    return int(match[1]) if match else None


@functools.lru_cache(_KEPT)
def _item_date(date: str | None) -> Item:
    """One for all who ask: it is only written out."""
    match = _DATE.fullmatch(date or "")
    if match is None:
        return {}
    names = ("year", "month", "day")
    return {name: int(part) for name, part in zip(names, match.groups(), strict=True) if part}
