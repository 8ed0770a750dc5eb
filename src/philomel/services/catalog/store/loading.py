"""Tracks, albums and artists by id, whole, in a few statements for any number of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, case, false, func, select

from philomel.services.catalog.contract import (
    Album,
    AlbumTags,
    AlbumType,
    Alias,
    Artist,
    Cover,
    Credit,
    CreditRole,
    Named,
    Track,
    TrackCover,
    TrackTags,
)
from philomel.services.catalog.rules import paths
from philomel.services.catalog.rules.people import NUMBERED
from philomel.services.catalog.store.tables import (
    PRESENT,
    album_credits,
    albums,
    aliases,
    artist_libraries,
    artists,
    covers,
    files,
    lies_in,
    tracks,
)
from philomel.services.catalog.store.visible import hides_explicit

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
_ALBUM_COVER = func.coalesce(albums.c.cover_id, albums.c.found_cover_id)
GENRES_OF_ARTIST = 5
ALBUMS_OF_ARTIST = 60
"""So many albums, by their ids, say which genres an artist has: some have hundreds."""
_GENRES: Final[msgspec.json.Decoder[list[str]]] = msgspec.json.Decoder(list[str])
_TRACK_TAGS: Final = msgspec.json.Decoder(TrackTags)
_ALBUM_TAGS: Final = msgspec.json.Decoder(AlbumTags)

_COVERS_OF_TRACKS = (
    select(tracks.c.id, covers.c.id, covers.c.sizes, covers.c.colour)
    .join_from(tracks, albums, albums.c.id == tracks.c.album_id)
    .join(covers, covers.c.id == func.coalesce(tracks.c.cover_id, _ALBUM_COVER))
    .where(tracks.c.id.in_(_IDS), lies_in(tracks.c.library_id, _LIBRARIES))
)
_TRACKS = (
    select(
        tracks.c.id, tracks.c.title, tracks.c.credits, tracks.c.duration_ms, tracks.c.added_at,
        tracks.c.album_id, albums.c.name, covers.c.id, covers.c.sizes, tracks.c.genres,
        tracks.c.disc_number, tracks.c.disc_total, tracks.c.track_number, tracks.c.track_total,
        tracks.c.date, tracks.c.original_date, tracks.c.explicit, tracks.c.isrc,
        tracks.c.recording_id, tracks.c.comment, tracks.c.bpm, tracks.c.gain_db,
        tracks.c.gain_peak, tracks.c.album_gain_db, tracks.c.album_gain_peak,
        tracks.c.play_count, tracks.c.library_id, files.c.id, files.c.state, files.c.path,
        files.c.container, files.c.codec, files.c.size, files.c.bitrate, files.c.sample_rate,
        files.c.channels, files.c.bit_depth, covers.c.colour, files.c.loudness,
        files.c.true_peak, albums.c.loudness, albums.c.true_peak,
        tracks.c.tags, tracks.c.last_played_at,
    )
    .join_from(tracks, files, files.c.id == tracks.c.file_id)
    .join(albums, albums.c.id == tracks.c.album_id)
    .outerjoin(covers, covers.c.id == func.coalesce(tracks.c.cover_id, _ALBUM_COVER))
    .where(tracks.c.id.in_(_IDS), lies_in(tracks.c.library_id, _LIBRARIES))
)  # fmt: skip
_TRACKS_CLEAN = _TRACKS.where(tracks.c.explicit == false())
_ALBUMS = (
    select(
        albums.c.id, albums.c.name, albums.c.type, albums.c.credits, albums.c.track_count,
        albums.c.duration_ms, albums.c.added_at, covers.c.id, covers.c.sizes, albums.c.genres,
        albums.c.date, albums.c.original_date, albums.c.year, albums.c.label, albums.c.barcode,
        albums.c.mbid, albums.c.explicit, albums.c.play_count, covers.c.colour, albums.c.edition,
        albums.c.release_group_id, albums.c.tags, albums.c.last_played_at, albums.c.cover_error,
    )
    .join_from(albums, covers, covers.c.id == _ALBUM_COVER, isouter=True)
    .where(
        albums.c.id.in_(_IDS), lies_in(albums.c.library_id, _LIBRARIES), albums.c.track_count > 0
    )
)  # fmt: skip
_ARTISTS = (
    select(
        artists.c.id, artists.c.name, artists.c.sort_name, artists.c.added_at, artists.c.mbid,
        func.sum(artist_libraries.c.play_count), covers.c.id, covers.c.sizes,
        func.sum(artist_libraries.c.track_count), func.sum(artist_libraries.c.album_count),
        covers.c.colour, func.max(artist_libraries.c.last_played_at),
    )
    .join_from(artists, artist_libraries, artist_libraries.c.artist_id == artists.c.id)
    .outerjoin(
        covers,
        covers.c.id
        == case(
            (lies_in(artists.c.cover_library_id, _LIBRARIES), artists.c.cover_id),
            else_=artists.c.found_cover_id,
        ),
    )
    .where(artists.c.id.in_(_IDS), lies_in(artist_libraries.c.library_id, _LIBRARIES))
    .group_by(
        artists.c.id, artists.c.name, artists.c.sort_name, artists.c.added_at, artists.c.mbid,
        covers.c.id, covers.c.sizes, covers.c.colour,
    )
)  # fmt: skip
_ALBUMS_OF = (
    select(
        album_credits.c.artist_id,
        album_credits.c.album_id,
        func.row_number()
        .over(partition_by=album_credits.c.artist_id, order_by=album_credits.c.album_id)
        .label("number"),
    )
    .where(album_credits.c.artist_id.in_(_IDS))
    .subquery()
)
# A row per artist: each row that is fetched lets others take the interpreter, so a thread
# that fetches thousands is slow whenever the others are busy.
_ARTIST_GENRES = (
    select(_ALBUMS_OF.c.artist_id, func.aggregate_strings(albums.c.genres, "\n"))
    .join_from(_ALBUMS_OF, albums, albums.c.id == _ALBUMS_OF.c.album_id)
    .where(
        _ALBUMS_OF.c.number <= bindparam("most"),
        lies_in(albums.c.library_id, _LIBRARIES),
        albums.c.track_count > 0,
        albums.c.genres != "[]",
    )
    .group_by(_ALBUMS_OF.c.artist_id)
)
_NAMES = select(artists.c.id, artists.c.name).where(artists.c.id.in_(_IDS))
_ALIASES = select(aliases.c.old, aliases.c.new).where(aliases.c.old.in_(_IDS))

_TYPES = {
    "mp3": ("audio/mpeg", "mp3"),
    "flac": ("audio/flac", "flac"),
    "ogg": ("audio/ogg", "ogg"),
    "opus": ("audio/ogg", "opus"),
    "mp4": ("audio/mp4", "m4a"),
    "wav": ("audio/wav", "wav"),
    "aiff": ("audio/aiff", "aiff"),
    "wavpack": ("audio/x-wavpack", "wv"),
}


def resolve(connection: Connection, ids: Sequence[str], found: Iterable[str]) -> dict[str, str]:
    """The ids that ids without a row were merged into."""
    left = list(set(ids).difference(found))
    if not left:
        return {}
    return {row[0]: row[1] for row in connection.execute(_ALIASES, {"ids": left})}


def resolve_one(connection: Connection, id_: str | None) -> str | None:
    """An id, or the one it was merged into."""
    if id_ is None:
        return None
    return resolve(connection, [id_], ()).get(id_, id_)


def load_tracks(
    connection: Connection, ids: Sequence[str], visible: Sequence[str]
) -> dict[str, Track]:
    if not ids or not visible:
        return {}
    # The one place where tracks come from: what is left out here, no door shows or plays.
    statement = _TRACKS_CLEAN if hides_explicit(visible) else _TRACKS
    rows = connection.execute(statement, {"ids": ids, "libraries": visible}).all()
    credited = {row[0]: msgspec.json.decode(row[2]) for row in rows}
    names = _names(connection, (each[1] for every in credited.values() for each in every))
    return {row[0]: _track(row, credited[row[0]], names) for row in rows}


def _track(row: Sequence[Any], credited: Sequence[Sequence[Any]], names: dict[str, Named]) -> Track:
    (
        id_, title, _, duration, added, album, album_name, cover, sizes, genre_names,
        disc, discs, number, numbers, date, original, is_explicit, isrc,
        recording, comment, bpm, gain, peak, album_gain, album_peak,
        plays, library, file, state, path, container, codec, size, bitrate, rate,
        channels, depth, colour, loudness, true_peak, album_loudness, album_true_peak,
        tags, last_played,
    ) = row  # fmt: skip
    here = state == PRESENT
    mime, suffix = content_type(container, codec) if here else (None, None)
    return Track(
        id=id_, title=title,
        credits=_credits(credited, names),
        duration_ms=duration, added_at=added, album=Named(album, album_name),
        cover=_cover(cover, sizes, colour), genres=_strings(genre_names),
        disc_number=disc, disc_total=discs, track_number=number, track_total=numbers,
        date=date, original_date=original, explicit=bool(is_explicit), isrc=isrc,
        musicbrainz_id=recording, comment=comment, bpm=bpm, gain_db=gain, gain_peak=peak,
        album_gain_db=album_gain, album_gain_peak=album_peak, play_count=plays,
        missing=not here, asset_id=file if here else None, content_type=mime, suffix=suffix,
        size=size if here else None, bitrate=bitrate if here else None,
        sample_rate=rate if here else None, channels=channels if here else None,
        bit_depth=depth if here else None, path=paths.display(path), library_id=library,
        loudness=loudness if here else None, true_peak=true_peak if here else None,
        album_loudness=album_loudness, album_true_peak=album_true_peak,
        tags=_TRACK_TAGS.decode(tags) if tags else None, last_played_at=last_played or None,
    )  # fmt: skip


def _credits(credited: Sequence[Sequence[Any]], names: dict[str, Named]) -> tuple[Credit, ...]:
    return tuple(
        Credit(names[each[1]], NUMBERED[each[0]], each[2] if len(each) > 2 else "")
        for each in credited
        if each[1] in names
    )


def load_albums(
    connection: Connection, ids: Sequence[str], visible: Sequence[str]
) -> dict[str, Album]:
    if not ids or not visible:
        return {}
    rows = connection.execute(_ALBUMS, {"ids": ids, "libraries": visible}).all()
    credited = {row[0]: msgspec.json.decode(row[3]) for row in rows}
    names = _names(connection, (a for every in credited.values() for a in every))
    return {
        row[0]: Album(
            id=row[0], name=row[1], type=AlbumType(row[2]),
            credits=tuple(
                Credit(names[a], CreditRole.ALBUM_ARTIST) for a in credited[row[0]] if a in names
            ),
            track_count=row[4], duration_ms=row[5], added_at=row[6],
            cover=_cover(row[7], row[8], row[18]),
            genres=_strings(row[9]), date=row[10], original_date=row[11], year=row[12],
            label=row[13], barcode=row[14], musicbrainz_id=row[15], explicit=bool(row[16]),
            play_count=row[17], edition=row[19], release_group_id=row[20],
            tags=_ALBUM_TAGS.decode(row[21]) if row[21] else None, last_played_at=row[22] or None,
            cover_error=row[23],
        )
        for row in rows
    }  # fmt: skip


def load_artists(
    connection: Connection, ids: Sequence[str], visible: Sequence[str]
) -> dict[str, Artist]:
    if not ids or not visible:
        return {}
    values = {"ids": ids, "libraries": visible, "most": ALBUMS_OF_ARTIST}
    often = {row[0]: _commonest(row[1]) for row in connection.execute(_ARTIST_GENRES, values)}
    return {
        row[0]: Artist(
            id=row[0], name=row[1], sort_name=row[2], added_at=row[3], musicbrainz_id=row[4],
            play_count=int(row[5]),
            cover=_cover(row[6], row[7], row[10]), track_count=int(row[8]),
            album_count=int(row[9]),
            last_played_at=row[11] or None,
            genres=often.get(row[0], ()),
        )
        for row in connection.execute(_ARTISTS, values)
    }  # fmt: skip


T = TypeVar("T")
Load = Callable[[Connection, Sequence[str], Sequence[str]], dict[str, T]]


def asked(
    connection: Connection, ids: Sequence[str], visible: Sequence[str], load: Load[T]
) -> tuple[tuple[T, ...], tuple[Alias, ...]]:
    """What `load` finds of `ids`, in the order asked, also under ids they were merged into."""
    unique = list(dict.fromkeys(ids))
    found = load(connection, unique, visible)
    merged = resolve(connection, unique, found)
    if merged:
        found |= load(connection, list(set(merged.values())), visible)
    items = dict.fromkeys(n for i in unique if (n := merged.get(i, i)) in found)
    return tuple(found[i] for i in items), tuple(
        Alias(old=old, new=new) for old, new in merged.items() if new in found
    )


def content_type(container: str, codec: str) -> tuple[str, str]:
    """MIME type and usual file name extension."""
    return _TYPES.get("opus" if codec == "opus" else container, ("application/octet-stream", "bin"))


def _names(connection: Connection, ids: Iterable[str]) -> dict[str, Named]:
    wanted = {"ids": list(set(ids))}
    return {row[0]: Named(row[0], row[1]) for row in connection.execute(_NAMES, wanted)}


def covers_of_tracks(
    connection: Connection, ids: Sequence[str], libraries: Sequence[str]
) -> tuple[TrackCover, ...]:
    asked = {"ids": list(ids), "libraries": list(libraries)}
    rows = connection.execute(_COVERS_OF_TRACKS, asked) if ids and libraries else ()
    return tuple(TrackCover(row[0], cover) for row in rows if (cover := _cover(*row[1:])))


def _cover(id_: str | None, sizes: str | None, colour: str | None) -> Cover | None:
    if not id_ or not sizes:
        return None
    return Cover(id_, tuple(msgspec.json.decode(sizes)), colour or None)


def _commonest(lines: str) -> tuple[str, ...]:
    """The genres that most of these albums have."""
    often = Counter(name for names in _GENRES.decode_lines(lines) for name in names)
    return tuple(sorted(often, key=lambda name: (-often[name], name))[:GENRES_OF_ARTIST])


def _strings(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(msgspec.json.decode(text))
